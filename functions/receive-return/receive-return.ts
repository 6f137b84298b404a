// The story of a payer's browser that comes back from the channel: what it carries only says which payment to ask about.
import type { ReadableChannel } from '../../lib/channels/channels.ts';
import type { ChannelCode, TransactionId } from '../../lib/domain/ids.ts';
import { isCapturing, isFinal, type Payment } from '../../lib/domain/payment.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { CallbackRefused, type NotificationReader, type ReturnedPayer } from '../../lib/gateways/gateway.ts';
import { sendMessages, waitingSyncs, type SyncQueue } from '../../lib/messaging/sync.ts';
import { getPayment } from '../../lib/store/payments.ts';
import type { PaymentsTable } from '../../lib/store/table.ts';

export interface ReturnDependencies {
  /** it proves, and can neither sign nor ask */
  readonly channel: (code: ChannelCode) => Promise<ReadableChannel>;
  readonly table: PaymentsTable;
  readonly queue: SyncQueue;
  readonly ports: Pick<Ports, 'now' | 'sleep'>;
}

export interface Arrival {
  readonly channelCode: ChannelCode;
  /** as it stands in the address, without `?` */
  readonly query: string;
}

export type Returned =
  /** the payment as it stands now; `heard` is absent when it was final before */
  | { readonly kind: 'found'; readonly payment: Payment; readonly heard?: Heard }
  | { readonly kind: 'refused'; readonly reason: CallbackRefused['reason']; readonly detail: string }
  /** the channel sends nobody back, or its payment is not here */
  | { readonly kind: 'nothing_of_ours'; readonly transactionId?: TransactionId };

export type Heard =
  /** `nothing_yet`: the payment is as it was when the payer had waited long enough */
  | { readonly kind: 'moved' | 'nothing_yet' }
  /** the queue did not take it, or is too full for an answer in time */
  | { readonly kind: 'not_asked'; readonly cause: unknown };

/** A genuine return is about a thousand bytes. */
const maximumQuery = 8 * 1024;
/** ms: what a payer waits for the channel's word, and between two looks for it */
const patience = 4_000;
const pause = 250;
/** Messages. Well below where find-due stops: browsers that come back again and again take no room from what is due. */
const fullQueue = 500;

/**
 * 1. size · 2. prove: without proof nothing is read and nobody is asked · 3. read the payment · 4. not final: let status
 * sync ask the channel, and see what becomes of it. Here nothing is signed and nothing is written.
 * Late money of a payment that is final comes by callback.
 * @throws when channel or payment cannot be read
 * @see SPEC R4.6, R11.3
 */
export async function receiveReturn(
  dependencies: ReturnDependencies,
  { channelCode, query }: Arrival,
): Promise<Returned> {
  const { reader } = await dependencies.channel(channelCode);
  const proved = prove(reader, query);
  if (proved instanceof CallbackRefused)
    return { kind: 'refused', reason: proved.reason, detail: proved.message };
  if (proved === undefined) return { kind: 'nothing_of_ours' };
  const { transactionId, gatewayOrderId } = proved;
  const stored = await getPayment(dependencies.table, transactionId);
  const isOurs =
    stored?.payment.paymentChannel === channelCode &&
    (gatewayOrderId === undefined || gatewayOrderId === stored.payment.gatewayOrderId);
  if (!isOurs) return { kind: 'nothing_of_ours', transactionId };
  const { payment } = stored;
  if (isFinal(payment.status)) return { kind: 'found', payment };
  return { kind: 'found', ...(await hear(dependencies, payment)) };
}

function prove(reader: NotificationReader, query: string): ReturnedPayer | CallbackRefused | undefined {
  if (Buffer.byteLength(query) > maximumQuery)
    return new CallbackRefused('malformed', 'the query is too large');
  try {
    return reader.readReturn?.(query);
  } catch (error) {
    if (error instanceof CallbackRefused) return error;
    throw error;
  }
}

async function hear(
  dependencies: ReturnDependencies,
  before: Payment,
): Promise<{ payment: Payment; heard: Heard }> {
  const { table, queue, ports } = dependencies;
  const deadline = ports.now() + patience;
  try {
    await ask(queue, before.transactionId);
  } catch (cause) {
    return { payment: before, heard: { kind: 'not_asked', cause } };
  }
  while (ports.now() + pause <= deadline) {
    await ports.sleep(pause);
    const now = await getPayment(table, before.transactionId);
    // While the money is being taken the payer waits for what becomes of it.
    if (now && now.payment.version !== before.version && !isCapturing(now.payment))
      return { payment: now.payment, heard: { kind: 'moved' } };
  }
  return { payment: before, heard: { kind: 'nothing_yet' } };
}

/** @throws when nobody will ask, or not in time */
async function ask(queue: SyncQueue, transactionId: TransactionId): Promise<void> {
  const waiting = await waitingSyncs(queue);
  if (waiting >= fullQueue) throw new Error(`${waiting} payments wait to be asked for`);
  const [refused] = await sendMessages(queue, [{ transactionId, returned: true }]);
  if (refused) throw new Error(`the queue does not take it: ${refused.code}`);
}
