// The story of a payer's browser that comes back from the channel: what it carries only says which payment to ask about.
import type { ConnectedChannel, ReadableChannel } from '../../lib/channels/channels.ts';
import type { ChannelCode, TransactionId } from '../../lib/domain/ids.ts';
import { isPaid, type Payment } from '../../lib/domain/payment.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { askChannel, type Told } from '../../lib/flows/ask-channel.ts';
import { CallbackRefused, type NotificationReader } from '../../lib/gateways/gateway.ts';
import { getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';

export interface ReturnDependencies {
  /** made of public facts: it proves, and can neither sign nor ask */
  readonly readable: (code: ChannelCode) => Promise<ReadableChannel>;
  /** made only for a return that is proved */
  readonly connected: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
}

export interface Arrival {
  readonly channelCode: ChannelCode;
  /** as it stands in the address, without `?` */
  readonly query: string;
}

export type Returned =
  /** the payment as it stands now, and as it stood before; `told` is absent when nobody had to be asked */
  | {
      readonly kind: 'found';
      readonly payment: Payment;
      readonly before: Payment;
      readonly told?: Told | NotAsked;
    }
  | { readonly kind: 'refused'; readonly reason: CallbackRefused['reason']; readonly detail: string }
  /** the channel sends nobody back, or its payment is not here */
  | { readonly kind: 'nothing_of_ours'; readonly transactionId?: TransactionId };

export interface NotAsked {
  readonly kind: 'not_asked';
  readonly cause: unknown;
}

/** A genuine return is about a thousand bytes. */
const maximumQuery = 8 * 1024;
/** ms: what a payer waits for the channel's word */
const patience = 5_000;

/**
 * 1. size · 2. prove: without proof nothing is read and nobody is asked · 3. read the payment · 4. no money yet: ask the
 * channel, whose word goes in by the one door. No answer changes nothing: callbacks and sync go on.
 * A payment that was closed is asked for, too: whoever comes back may have paid late.
 * @throws when channel or payment cannot be read
 * @see SPEC R4.6
 */
export async function receiveReturn(
  dependencies: ReturnDependencies,
  { channelCode, query }: Arrival,
): Promise<Returned> {
  const { reader } = await dependencies.readable(channelCode);
  const proved = prove(reader, query);
  if (proved instanceof CallbackRefused)
    return { kind: 'refused', reason: proved.reason, detail: proved.message };
  if (proved === undefined) return { kind: 'nothing_of_ours' };
  const stored = await getPayment(dependencies.tables, proved);
  if (stored?.payment.paymentChannel !== channelCode)
    return { kind: 'nothing_of_ours', transactionId: proved };
  const { payment } = stored;
  if (isPaid(payment.status)) return { kind: 'found', payment, before: payment };
  return { kind: 'found', before: payment, ...(await ask(dependencies, stored)) };
}

function prove(reader: NotificationReader, query: string): TransactionId | CallbackRefused | undefined {
  if (Buffer.byteLength(query) > maximumQuery)
    return new CallbackRefused('malformed', 'the query is too large');
  try {
    return reader.readReturn?.(query);
  } catch (error) {
    if (error instanceof CallbackRefused) return error;
    throw error;
  }
}

async function ask(
  dependencies: ReturnDependencies,
  stored: StoredPayment,
): Promise<{ payment: Payment; told: Told | NotAsked }> {
  const { connected, tables, ports } = dependencies;
  const { transactionId, paymentChannel } = stored.payment;
  try {
    const told = await askChannel({
      tables,
      ports,
      channel: await connected(paymentChannel),
      stored,
      deadline: ports.now() + patience,
      reason: 'the payer came back',
    });
    if (told.kind === 'settled') return { payment: told.payment, told };
    // A callback may have been quicker than the answer.
    const now = await getPayment(tables, transactionId);
    return { payment: (now ?? stored).payment, told };
  } catch (cause) {
    return { payment: stored.payment, told: { kind: 'not_asked', cause } };
  }
}
