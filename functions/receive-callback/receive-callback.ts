// The story of a callback's arrival: prove it, keep it, and only then say so.
import type { ReadableChannel } from '../../lib/channels/channels.ts';
import { sourceAddress } from '../../lib/channels/source-address.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import type { TransactionId } from '../../lib/domain/ids.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import {
  CallbackRefused,
  type Acknowledgement,
  type Callback,
  type NotificationReader,
  type ProvedNotification,
} from '../../lib/gateways/gateway.ts';
import { factsDigest, type CallbackMessage } from '../../lib/messaging/callbacks.ts';

export interface ReceiveDependencies {
  readonly channel: (code: ChannelCode) => Promise<ReadableChannel>;
  /** resolves when the message is durable */
  readonly send: (message: CallbackMessage) => Promise<void>;
  readonly ports: Pick<Ports, 'now'>;
}

export interface Arrival {
  readonly channelCode: ChannelCode;
  readonly callback: Callback;
  readonly sourceIp: string;
  readonly requestId: string;
}

export type Received =
  | { readonly kind: 'queued'; readonly message: CallbackMessage; readonly listed: boolean }
  | {
      readonly kind: 'ignored';
      readonly reason: string;
      readonly transactionId?: TransactionId | undefined;
      readonly listed: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly detail: string };

/** `unlisted` = its source address is not on a list that guards: nothing of it was read. */
export type Refusal = CallbackRefused['reason'] | 'unlisted';

/** A callback is some hundreds of bytes; nothing genuine comes near. */
const maximumBody = 64 * 1024;
/** ms: for what a proof takes beside our own facts */
const proofPatience = 3_000;
/** Beside the body, what a later look may need: never cookies or whatever else a stranger may send. */
const keptHeaders = ['content-type', 'user-agent'];

/**
 * 1. size · 2. channel known · 3. source address · 4. bring what the proof takes, prove and read: authentic? ours? ·
 * 5. queue it, with the bytes that prove it · 6. acknowledge in the channel's own form.
 * Nothing here reads or writes a payment. A channel that is switched off still hears: its money may have moved.
 * @throws when it could not be made durable: the provider is to send it again
 * @see SPEC R7.1, R7.3
 */
export async function receiveCallback(
  dependencies: ReceiveDependencies,
  arrival: Arrival,
): Promise<{ received: Received; acknowledgement: Acknowledgement }> {
  const channel = await dependencies.channel(arrival.channelCode);
  const received = await receive(dependencies, arrival, channel);
  return { received, acknowledgement: acknowledge(channel.reader, received) };
}

async function receive(
  { send, ports }: ReceiveDependencies,
  arrival: Arrival,
  channel: ReadableChannel,
): Promise<Received> {
  const { callback, sourceIp } = arrival;
  const source = sourceAddress(channel.row, sourceIp);
  if (source === 'refused')
    return { kind: 'refused', reason: 'unlisted', detail: 'the source address is not on the list' };
  const proved = await prove(channel.reader, callback, ports.now() + proofPatience);
  if (proved instanceof CallbackRefused)
    return { kind: 'refused', reason: proved.reason, detail: proved.message };
  const { notification, keyVersion, transmissionId } = proved;
  const listed = source === 'listed';
  if (notification.kind === 'ignored') {
    const { reason, transactionId } = notification;
    return { kind: 'ignored', reason, transactionId, listed };
  }
  const message: CallbackMessage = {
    channelCode: channel.code,
    receivedAt: instant(ports),
    requestId: arrival.requestId,
    keyVersion,
    ...(transmissionId !== undefined && { transmissionId }),
    digest: factsDigest(channel.code, notification),
    notification,
    headers: kept(callback, channel.reader),
    bodyBase64: Buffer.from(callback.body).toString('base64'),
  };
  await send(message);
  return { kind: 'queued', message, listed };
}

/** With the body, enough to prove it anew. */
function kept({ headers }: Callback, { proofHeaders = [] }: NotificationReader): Record<string, string[]> {
  return Object.fromEntries(
    [...keptHeaders, ...proofHeaders].map((name) => [name, [...(headers[name] ?? [])]]),
  );
}

async function prove(
  reader: NotificationReader,
  callback: Callback,
  deadline: number,
): Promise<ProvedNotification | CallbackRefused> {
  if (callback.body.length > maximumBody) return new CallbackRefused('malformed', 'the body is too large');
  try {
    await reader.fetchProof?.(callback, { deadline });
    return reader.readNotification(callback);
  } catch (error) {
    if (error instanceof CallbackRefused) return error;
    throw error;
  }
}

const statusOf: Readonly<Record<Refusal, number>> = {
  malformed: 400,
  not_authentic: 401,
  probe: 401,
  not_opened: 401,
  unreadable: 400,
  foreign: 403,
  unlisted: 403,
};

function acknowledge(reader: NotificationReader, received: Received): Acknowledgement {
  if (received.kind !== 'refused') return reader.acknowledge('accepted');
  return { ...reader.acknowledge('refused'), status: statusOf[received.reason] };
}
