// The story of one channel's undelivered news: asked for, and queued as if it had been called back.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import { newUuid } from '../../lib/domain/ids.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import type { Outcome, Undelivered } from '../../lib/gateways/gateway.ts';
import { factsDigest, type CallbackMessage } from '../../lib/messaging/callbacks.ts';

export interface CatchUpDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  /** resolves when the message is durable */
  readonly send: (message: CallbackMessage) => Promise<void>;
  readonly ports: Pick<Ports, 'now' | 'randomBytes'>;
}

export type CaughtUp =
  /** its provider keeps no such list: status sync alone heals what was lost */
  | { readonly kind: 'no_list' }
  | {
      readonly kind: 'caught_up';
      readonly queued: number;
      /** not queued: each hour it would be kept again */
      readonly unrecognised: number;
      readonly isComplete: boolean;
    }
  | { readonly kind: 'not_told'; readonly outcome: Exclude<Outcome<Undelivered>, { kind: 'ok' }> };

/** ms. Providers repeat a callback for about as long; what is older was told by status sync. */
const lookBack = 3 * 24 * 60 * 60 * 1000;

/**
 * 1. connect · 2. ask for what was told in vain · 3. queue it, the oldest first: from there on it goes the way of callbacks,
 * and what had come after all changes nothing.
 * @param deadline ms since 1970 UTC: the gateway is given up then
 * @throws PaymentError when the channel cannot be connected, and whatever the queue throws
 * @see SPEC R8.3
 */
export async function catchUp(
  { channel, send, ports }: CatchUpDependencies,
  code: ChannelCode,
  deadline: number,
): Promise<CaughtUp> {
  const { gateway } = await channel(code);
  if (!gateway.listUndelivered) return { kind: 'no_list' };
  const since = new Date(ports.now() - lookBack).toISOString();
  const outcome = await gateway.listUndelivered(since, { deadline });
  if (outcome.kind !== 'ok') return { kind: 'not_told', outcome };
  const { news, isComplete } = outcome.value;
  const messages = news.flatMap((each) => messageOf(each, code, ports)).reverse();
  for (const message of messages) await send(message);
  const unrecognised = news.filter(({ notification }) => notification.kind === 'unrecognised').length;
  return { kind: 'caught_up', queued: messages.length, unrecognised, isComplete };
}

function messageOf(
  { notification, keyVersion, body }: Undelivered['news'][number],
  channelCode: ChannelCode,
  ports: CatchUpDependencies['ports'],
): CallbackMessage[] {
  if (notification.kind === 'ignored' || notification.kind === 'unrecognised') return [];
  const message = {
    channelCode,
    receivedAt: instant(ports),
    requestId: newUuid(ports),
    keyVersion,
    digest: factsDigest(channelCode, notification),
    notification,
    headers: {},
    bodyBase64: Buffer.from(body).toString('base64'),
  };
  return [message];
}
