// A refund that the merchant made at the provider's console, as it is first written down here.
import { refundIdOf } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import type { Refund, RefundSnapshot } from '../domain/refund.ts';

/** Nobody here sends it: it is found due at once, and only asked for. @see SPEC R6.8 */
export function externalRefund(
  payment: Payment,
  { amount }: RefundSnapshot,
  gatewayRefundId: string,
  gatewayTransactionId: string,
  at: string,
): Refund {
  const { transactionId, application, businessOrderId, businessOrderType } = payment;
  return {
    refundId: refundIdOf(transactionId, payment.refunds ?? 0),
    originalTransactionId: transactionId,
    application,
    businessOrderId,
    ...(businessOrderType !== undefined && { businessOrderType }),
    ...{ origin: 'EXTERNAL', refundMethod: 'ORIGINAL', gatewayTransactionId, gatewayRefundId },
    amountRequested: amount,
    status: 'PROCESSING',
    ...{ createdAt: at, updatedAt: at, submittedAt: at, run: 0, dueAt: at },
  };
}
