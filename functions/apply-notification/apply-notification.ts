// The story of a proved notification: what it says is brought to the payment, once. What belongs to no payment is kept apart.
import type { ChannelCode, TransactionId } from '../../lib/domain/ids.ts';
import type { AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { strangeOrder, type PaymentSnapshot } from '../../lib/domain/settlement.ts';
import { settlePayment, type Settled } from '../../lib/flows/settle-payment.ts';
import type { SettledRefund } from '../../lib/flows/settle-refund.ts';
import type { CallbackMessage } from '../../lib/messaging/callbacks.ts';
import type { SyncMessage } from '../../lib/messaging/sync.ts';
import { keepCallbackAlone, type RawCallback } from '../../lib/store/callbacks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { namedBy, quarantine, type QuarantineReason } from '../../lib/store/quarantine.ts';
import type { Tables } from '../../lib/store/table.ts';
import { keepTransmission } from '../../lib/store/transmissions.ts';
import { followRefundHint, settleRefundNotice, type Followed } from './apply-refund.ts';

export interface ApplyDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
  /** what becomes of late and wrong money in that channel */
  readonly policy: (code: ChannelCode) => Promise<AnomalyPolicy>;
  /** Lets the channel be asked. @returns when that is durable @throws when it is not */
  readonly ask: (question: SyncMessage) => Promise<void>;
  /** @param delay s; resolves when the message is durable */
  readonly sendAgain: (message: CallbackMessage, delay: number) => Promise<void>;
}

export type Applied =
  | Exclude<Settled, { kind: 'nothing_of_ours' | 'overtaken' }>
  | { readonly kind: 'refund'; readonly settled: Exclude<SettledRefund, { kind: 'nothing_of_ours' }> }
  /** of a type or status that we do not know: kept with its payment */
  | { readonly kind: 'kept'; readonly what: string; readonly transactionId: TransactionId }
  /** what it says is not believed by itself: the channel will be asked */
  | { readonly kind: 'asked'; readonly what: string; readonly transactionId: TransactionId }
  /** its payment is not there (yet); `delay` in s */
  | { readonly kind: 'later'; readonly transactionId: TransactionId | undefined; readonly delay: number }
  /** kept for a person; told anew when it comes again, since whoever kept it may not have come so far as to tell */
  | {
      readonly kind: 'quarantined';
      readonly reason: QuarantineReason;
      readonly transactionId?: TransactionId;
    };

/** s, one for each time that a number was not known: SQS waits 15 minutes at most. After the last it is quarantined. */
const delays = [10, 60, 300, 900, 900, 900] as const;

/**
 * 1. a payment's state: by the one door; a hint of one: its bytes are kept, and the channel is asked · 2. a type or status that we do not know: its bytes are kept with the payment,
 * and nothing is guessed · 3. an unknown number: sent to the queue again before this message ends, and in the end
 * quarantined · 4. what belongs to no payment of that channel: quarantined.
 * @param twin it came under a transmission that brought another body before: what may be a forger's is not kept
 * @throws Error when anything could not be made durable: the message is to come again
 * @see SPEC R7.2, R7.3, R7.6; QUALITY 3.4
 */
export function applyNotification(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  twin = false,
): Promise<Applied> {
  const { notification } = message;
  switch (notification.kind) {
    case 'payment':
      return settle(dependencies, message, notification.snapshot);
    case 'refund':
      return refunded(dependencies, message, settleRefundNotice(dependencies, message, notification));
    case 'refund_hint':
      return refunded(dependencies, message, followRefundHint(dependencies, message, notification));
    case 'hint':
      return ask(dependencies, message, notification, twin);
    case 'unrecognised':
      return keep(dependencies, message, notification);
  }
}

/**
 * What of a transmission is proved may be no more than a checksum. Which of two bodies is the forgery nobody can say: both
 * are dealt with, since neither is believed, and somebody is told.
 * @returns whether the transmission has come with another body before
 * @see QUALITY rows 136, 138
 */
export async function isTwin(
  { tables }: Pick<ApplyDependencies, 'tables'>,
  { channelCode, transmissionId, receivedAt, bodyBase64 }: CallbackMessage,
): Promise<boolean> {
  if (transmissionId === undefined) return false;
  const body = Buffer.from(bodyBase64, 'base64');
  return !(await keepTransmission(tables, { channelCode, transmissionId, receivedAt, body }));
}

async function settle(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  snapshot: PaymentSnapshot,
): Promise<Applied> {
  const { tables, ports, policy } = dependencies;
  const { channelCode, digest } = message;
  const { transactionId } = snapshot;
  const settled = await settlePayment(
    { tables, ports },
    {
      channelCode,
      snapshot,
      cause: { actor: `channel:${channelCode}`, reason: `callback ${digest.slice(0, 16)}` },
      policy: await policy(channelCode),
      callback: { transactionId, ...raw(message) },
    },
  );
  // A callback speaks of no version, so that nothing can overtake it.
  if (settled.kind === 'overtaken') throw new Error(`${transactionId}: overtaken without a version`);
  if (settled.kind !== 'nothing_of_ours') return settled;
  return elsewhere(dependencies, message, transactionId, settled.why);
}

/** Only what names the payment's own order is followed: a number in the provider's free text may be anybody's. */
async function ask(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  { what, transactionId, gatewayOrderId }: CallbackMessage['notification'] & { kind: 'hint' },
  twin: boolean,
): Promise<Applied> {
  const stored = await getPayment(dependencies.tables, transactionId);
  if (!stored) return elsewhere(dependencies, message, transactionId, 'not_there');
  const { payment } = stored;
  const why =
    payment.paymentChannel === message.channelCode
      ? strangeOrder(payment, gatewayOrderId)
      : ('other_channel' as const);
  if (why) return elsewhere(dependencies, message, transactionId, why);
  if (!twin) await keepCallbackAlone(dependencies.tables, { transactionId, ...raw(message) });
  await dependencies.ask({ transactionId, hinted: true });
  return { kind: 'asked', what, transactionId };
}

async function refunded(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  working: Promise<SettledRefund | Followed>,
): Promise<Applied> {
  const done = await working;
  if (done.kind === 'asked') return done;
  if (done.kind !== 'nothing_of_ours') return { kind: 'refund', settled: done };
  if (done.why === 'other_channel') return putAside(dependencies, message, 'other_channel');
  return lookLater(dependencies, message, done.transactionId);
}

function elsewhere(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  transactionId: TransactionId,
  why: (Settled & { kind: 'nothing_of_ours' })['why'],
): Promise<Applied> {
  return why === 'other_channel' || why === 'other_order'
    ? putAside(dependencies, message, why)
    : lookLater(dependencies, message, transactionId);
}

async function lookLater(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  transactionId: TransactionId | undefined,
): Promise<Applied> {
  const { attempt = 0 } = message;
  const delay = delays[attempt];
  if (delay === undefined) return putAside(dependencies, message, 'no_such_payment');
  await dependencies.sendAgain({ ...message, attempt: attempt + 1 }, delay);
  return { kind: 'later', transactionId, delay };
}

async function keep(
  dependencies: ApplyDependencies,
  message: CallbackMessage,
  { what, transactionId }: CallbackMessage['notification'] & { kind: 'unrecognised' },
): Promise<Applied> {
  const { tables } = dependencies;
  const stored = transactionId && (await getPayment(tables, transactionId));
  if (!stored || stored.payment.paymentChannel !== message.channelCode)
    return putAside(dependencies, message, 'unrecognised');
  const { payment } = stored;
  await keepCallbackAlone(tables, { transactionId: payment.transactionId, ...raw(message) });
  return { kind: 'kept', what, transactionId: payment.transactionId };
}

async function putAside(
  { tables }: ApplyDependencies,
  message: CallbackMessage,
  reason: QuarantineReason,
): Promise<Applied> {
  const { channelCode, notification } = message;
  await quarantine(tables, { channelCode, reason, notification, ...raw(message) });
  return { kind: 'quarantined', reason, transactionId: namedBy(notification) };
}

function raw({ digest, receivedAt, keyVersion, headers, bodyBase64 }: CallbackMessage): RawCallback {
  return { digest, receivedAt, keyVersion, headers, bodyBase64 };
}
