// A refund is written down: its amount is reserved, or the money that it is about is set aside, in the same transaction.
import type { RefundId } from '../domain/ids.ts';
import type { Money } from '../domain/money.ts';
import { isFinal, type Payment } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import type { Cause } from '../store/events.ts';
import type { StoredPayment } from '../store/payments.ts';
import { changeRefund, told, type Step } from '../store/refunds.ts';
import type { Tables } from '../store/table.ts';
import { paymentStep } from './refund-payment.ts';

export interface NewRefund extends Pick<Refund, 'origin' | 'refundMethod' | 'businessRefundId' | 'reason'> {
  readonly refundId: RefundId;
  readonly gatewayTransactionId: string;
  readonly amount: Money;
  /** application, or policy */
  readonly by: string;
  /** why, for ourselves, where it is not what was asked for: the refund's own reason is sent to the channel, and its payer reads it */
  readonly why?: string;
  /** The caller begins its workflow, as run 1; else status sync does. */
  readonly isBegun: boolean;
  /** UTC ISO-8601 ms, and the same in ms since 1970 */
  readonly at: string;
  readonly now: number;
}

/** ms. Its workflow is begun at once; if not, it is found due then. */
const patience = 60_000;
/** ms. Who refunds by other means has this long to say that he did. */
const handoverPatience = 24 * 60 * 60_000;

/** @returns nothing when the payment moved meanwhile, or the number was taken */
export async function newRefund(
  tables: Tables,
  stored: StoredPayment,
  made: NewRefund,
): Promise<{ readonly refund: Refund; readonly payment: Payment } | undefined> {
  const { payment } = stored;
  const refund = refundOf(payment, made);
  const { at, by, businessRefundId } = made;
  const cause: Cause = { actor: by, reason: made.why ?? made.reason ?? 'asked to refund' };
  const part = paymentStep(payment, undefined, refund, at, cause);
  const numbered = { ...part.sums, refunds: (payment.refunds ?? 0) + 1 };
  const steps: readonly Step[] = [
    { name: 'refund.created', payment: numbered, refund: { before: undefined, after: refund } },
    ...(refund.refundMethod === 'ORIGINAL'
      ? []
      : [{ name: 'refund.handover', payment: {}, refund: { before: refund, after: refund } } as const]),
    ...(part.order ? [decided(payment, at)] : []),
  ];
  const change = { stored, after: refund, steps, cause, at };
  const changed = await changeRefund(tables, change, {
    ...(businessRefundId !== undefined && { name: { application: by, businessRefundId } }),
    ...(part.order && { order: part.order }),
  });
  return changed === 'changed' ? { refund, payment: told(change).payment } : undefined;
}

/** Money that goes back leaves nothing to be paid by it. */
function decided({ status }: Payment, at: string): Step {
  return isFinal(status)
    ? { name: 'payment.anomaly_resolved', payment: {} }
    : { name: 'payment.closed', payment: { status: 'CLOSED', closedAt: at } };
}

function refundOf(payment: Payment, made: NewRefund): Refund {
  const { transactionId, application, businessOrderId, businessOrderType } = payment;
  const { refundId, gatewayTransactionId, origin, refundMethod, businessRefundId, reason } = made;
  const { amount, at, now, isBegun } = made;
  const isOurs = refundMethod === 'ORIGINAL';
  return {
    ...{ refundId, gatewayTransactionId, origin, refundMethod },
    ...(businessRefundId !== undefined && { businessRefundId }),
    ...(reason !== undefined && { reason }),
    originalTransactionId: transactionId,
    ...{ application, businessOrderId },
    ...(businessOrderType !== undefined && { businessOrderType }),
    amountRequested: amount,
    status: 'PENDING',
    ...{ createdAt: at, updatedAt: at },
    run: isOurs && isBegun ? 1 : 0,
    dueAt: dueFirst(isBegun, isOurs, now),
  };
}

function dueFirst(isBegun: boolean, isOurs: boolean, now: number): string {
  const wait = isOurs ? (isBegun ? patience : 0) : handoverPatience;
  return new Date(now + wait).toISOString();
}
