// Decides what may be refunded, and what a channel's word means for a refund and its payment. Pure.
import { addMoney, compareMoney, money, sameMoney, subtractMoney, type Money } from './money.ts';
import { isPaid, type Payment, type PaymentStatus } from './payment.ts';
import { isOpen, refundEdge, type Refund, type RefundSnapshot, type RefundStatus } from './refund.ts';

type Sums = Pick<Payment, 'amountRequested' | 'amountRefunded' | 'amountReserved'>;

type Standing = Sums & Pick<Payment, 'status' | 'amountPaid'>;

/** What is still there to be refunded of a payment: paid, and neither refunded nor held by a refund. Never below zero. */
export function refundable(payment: Standing): Money {
  return isBeyondPaid(payment) ? money(0, payment.amountRequested.currency) : rest(payment);
}

/** More has gone back, or is held to, than was paid: a refund went that had been refused, or one of the console. */
export function isBeyondPaid(payment: Standing): boolean {
  return rest(payment).minor < 0;
}

function rest(payment: Standing): Money {
  const { amountPaid, amountRequested } = payment;
  const paid = isPaid(payment.status) && amountPaid ? amountPaid : money(0, amountRequested.currency);
  return subtractMoney(subtractMoney(paid, refunded(payment)), reserved(payment));
}

export function refunded({ amountRefunded, amountRequested }: Sums): Money {
  return amountRefunded ?? money(0, amountRequested.currency);
}

function reserved({ amountReserved, amountRequested }: Sums): Money {
  return amountReserved ?? money(0, amountRequested.currency);
}

/**
 * The money is what its payment was paid with; else it is money that came late or wrong, and the payment's own sums do not
 * know it.
 */
export function isOfPayment(
  payment: Payment,
  { gatewayTransactionId }: Pick<Refund, 'gatewayTransactionId'>,
) {
  return isPaid(payment.status) && payment.gatewayTransactionId === gatewayTransactionId;
}

export type RefundDecision =
  | { readonly kind: 'none'; readonly why: 'duplicate' | 'stale' }
  /** genuine, and it does not fit what we hold */
  | { readonly kind: 'contradiction'; readonly why: 'amount' | 'other_money' | 'other_refund' }
  | { readonly kind: 'change'; readonly change: Partial<Refund>; readonly needsAction?: true };

/**
 * @param at UTC ISO-8601 ms: our clock
 * @see SPEC R6.6, R6.7, R6.11; QUALITY rows 77, 78, 124
 */
export function decideRefund(refund: Refund, snapshot: RefundSnapshot, at: string): RefundDecision {
  const { gatewayTransactionId } = snapshot;
  if (gatewayTransactionId !== undefined && gatewayTransactionId !== refund.gatewayTransactionId)
    return { kind: 'contradiction', why: 'other_money' };
  if (!sameMoney(snapshot.amount, refund.amountRequested)) return { kind: 'contradiction', why: 'amount' };
  const isOther = isOfOther(refund, snapshot);
  if (isOther && !(snapshot.state === 'succeeded' && refund.status !== 'SUCCESS'))
    return { kind: 'contradiction', why: 'other_refund' };
  const numbered = snapshot.gatewayRefundId !== undefined && { gatewayRefundId: snapshot.gatewayRefundId };
  switch (snapshot.state) {
    case 'succeeded':
      // Words overtake each other: what has failed since is not made good by one from before.
      if (!isOther && isNoLater(snapshot.at, refund.status === 'FAILED' ? refund.failedAt : undefined))
        return { kind: 'none', why: 'stale' };
      return move(refund, 'SUCCESS', {
        ...numbered,
        amountRefunded: snapshot.amount,
        refundedAt: snapshot.at ?? at,
      });
    case 'failed': {
      const { channelCode: channelErrorCode } = snapshot;
      // An old word, told late: what went since is not called back by it.
      if (isBefore(snapshot.at, refund.refundedAt)) return { kind: 'none', why: 'stale' };
      // That a call was refused does not say that what went by another came back.
      if (snapshot.isRefusal && refund.status === 'SUCCESS') return { kind: 'none', why: 'stale' };
      return move(refund, 'FAILED', {
        ...numbered,
        errorCode: 'REFUND_DECLINED',
        channelErrorCode,
        ...(!snapshot.isRefusal && { failedAt: snapshot.at ?? at }),
      });
    }
    case 'processing':
      if (!isOpen(refund)) return { kind: 'none', why: 'stale' };
      // It goes on, or has its number now: by that it is known whatever becomes of ours at the provider.
      return (refund.needsAction && !snapshot.isInconclusive) ||
        (numbered && refund.gatewayRefundId === undefined)
        ? { kind: 'change', change: { ...numbered, status: 'PROCESSING' } }
        : move(refund, 'PROCESSING', { ...numbered });
    case 'needs_action': {
      if (!isOpen(refund)) return { kind: 'none', why: 'stale' };
      if (refund.needsAction?.reason === snapshot.reason) return { kind: 'none', why: 'duplicate' };
      const needsAction = { reason: snapshot.reason, since: at };
      const change = { ...numbered, status: 'PROCESSING', needsAction } as const;
      return {
        kind: 'change',
        change: { ...change, channelErrorCode: snapshot.channelCode },
        needsAction: true,
      };
    }
  }
}

/**
 * Under our number stands a refund that is not the one we know. That it went is believed where ours has not: the payer has
 * that money. All else that is said of it says nothing of ours.
 */
function isOfOther({ gatewayRefundId: known }: Refund, { gatewayRefundId: told }: RefundSnapshot): boolean {
  return known !== undefined && told !== undefined && known !== told;
}

/** UTC ISO-8601 ms, by whole seconds: our clock may stand for one, and not every channel tells more of the other. */
function isBefore(said: string | undefined, than: string | undefined): boolean {
  const second = (time: string) => time.slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return said !== undefined && than !== undefined && second(said) < second(than);
}

/** UTC ISO-8601 ms; a word without a time is of now */
function isNoLater(said: string | undefined, than: string | undefined): boolean {
  return said !== undefined && than !== undefined && said <= than;
}

function move(refund: Refund, status: RefundStatus, change: Partial<Refund>): RefundDecision {
  if (refund.status === status) return { kind: 'none', why: 'duplicate' };
  if (!refundEdge(refund.status, status)) return { kind: 'none', why: 'stale' };
  return { kind: 'change', change: { ...change, status } };
}

/**
 * What a payment's sums and its status are, once a refund of its own money has gone from one status to another.
 * `before` is absent for one that is new.
 * @see SPEC R6.2, R6.10
 */
export function sumsAfter(
  payment: Payment,
  before: Pick<Refund, 'status'> | undefined,
  after: Pick<Refund, 'status' | 'amountRequested'>,
): Pick<Payment, 'status' | 'amountRefunded' | 'amountReserved'> {
  const { amountRequested: amount } = after;
  const held = Number(isOpen(after)) - Number(before !== undefined && isOpen(before));
  const gone = Number(after.status === 'SUCCESS') - Number(before?.status === 'SUCCESS');
  const amountReserved = shifted(reserved(payment), held, amount);
  const amountRefunded = shifted(refunded(payment), gone, amount);
  const { status, amountPaid } = payment;
  return {
    amountReserved,
    amountRefunded,
    status: gone === 0 || !amountPaid ? status : statusBy(amountRefunded, amountPaid),
  };
}

function shifted(sum: Money, by: number, amount: Money): Money {
  if (by === 0) return sum;
  return by > 0 ? addMoney(sum, amount) : subtractMoney(sum, amount);
}

function statusBy(refunded: Money, paid: Money): PaymentStatus {
  if (refunded.minor <= 0) return 'PAID_SUCCESS';
  return compareMoney(refunded, paid) < 0 ? 'REFUND_PARTIAL' : 'REFUND_FULL';
}
