// What a refund means for its payment: for the payment's own sums, or for money that came late or wrong.
import type { Resolution } from '../domain/anomaly.ts';
import { edge, isUnderReview, type Payment, type PaymentEventName } from '../domain/payment.ts';
import { refundEventOf, type Refund } from '../domain/refund.ts';
import { sameMoney } from '../domain/money.ts';
import { isOfPayment, refunded, sumsAfter } from '../domain/refund-settlement.ts';
import { anomaliesOf, withAnomaly } from '../domain/settlement.ts';
import type { Cause } from '../store/events.ts';
import type { OrderChange } from '../store/locks.ts';
import type { Step } from '../store/refunds.ts';

export interface PaymentPart {
  /** changes with the refund, and is told with it */
  readonly sums: Partial<Payment>;
  /** the payment's own step, where its status is touched */
  readonly moved?: Step;
  readonly order?: OrderChange;
}

/**
 * @param before absent for a refund that is new
 * @param cause who wanted it and why, where that is known
 */
export function paymentStep(
  payment: Payment,
  before: Refund | undefined,
  after: Refund,
  at: string,
  cause?: Cause,
): PaymentPart {
  if (!isOfPayment(payment, after)) return strayMoney(payment, after, at, cause);
  const { status, ...sums } = sumsAfter(payment, before, after);
  const name = nameOf(payment, { ...sums, status });
  return { sums, ...(name && { moved: { name, payment: { status } } }) };
}

/** What is told of it, in order: the refund, then what its payment became by it. */
export function refundSteps(before: Refund | undefined, after: Refund, part: PaymentPart): readonly Step[] {
  const { sums, moved } = part;
  const step = { name: refundEventOf(before, after), payment: sums, refund: { before, after } };
  return moved ? [step, moved] : [step];
}

function nameOf(
  payment: Payment,
  { status, amountRefunded }: Pick<Payment, 'status' | 'amountRefunded'>,
): PaymentEventName | undefined {
  const gone = (amountRefunded?.minor ?? 0) - refunded(payment).minor;
  if (gone === 0) return undefined;
  return gone < 0 ? 'payment.refund_reversed' : edge(payment.status, status);
}

/** Money that is not the payment's waits for a decision again when it did not go back after all. */
function strayMoney(payment: Payment, after: Refund, at: string, cause?: Cause): PaymentPart {
  const { gatewayTransactionId, refundId, status } = after;
  const found = anomaliesOf(payment).find((each) => each.gatewayTransactionId === gatewayTransactionId);
  if (!found) return { sums: {} };
  const { resolution, ...open } = found;
  const isBack = status === 'FAILED';
  const isIts = isBack
    ? resolution?.refundId === refundId
    : isDecidedBy(after, resolution) && sameMoney(found.amount, after.amountRequested);
  if (!isIts) return { sums: {} };
  const now = isBack
    ? { ...open, refusedRefundId: refundId }
    : { ...found, resolution: resolutionBy(payment, after, at, cause) };
  const sums = withAnomaly(payment, now);
  const review = isUnderReview({ ...payment, ...sums }) ? 'begins' : 'ends';
  const part = { sums, order: { review } } as const;
  // Somebody is to be called once more.
  return isBack ? { ...part, moved: { name: 'payment.anomaly_found', payment: {} } } : part;
}

/** Of two refunds of the same money, one of the console and one of ours, it has gone back by the one that was made. */
function isDecidedBy({ status, refundId }: Refund, resolution: Resolution | undefined): boolean {
  if (!resolution) return true;
  return status === 'SUCCESS' && resolution.action === 'refund' && resolution.refundId !== refundId;
}

function resolutionBy(
  { version }: Payment,
  { origin, refundId }: Refund,
  at: string,
  cause?: Cause,
): Resolution {
  const by = cause?.actor ?? (origin === 'SYSTEM' ? 'policy' : origin);
  return { action: 'refund', refundId, by, reason: cause?.reason ?? 'refunded', at, version };
}
