// Refunds and channels' words of them, to be changed where a test is about something.
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund, RefundSnapshot } from '../../lib/domain/refund.ts';
import { at } from './samples.ts';

export function aRefund(payment: Payment, changes: Partial<Refund> = {}): Refund {
  const { transactionId, application, businessOrderId, gatewayTransactionId, amountRequested } = payment;
  return {
    refundId: refundIdOf(transactionId, 0),
    originalTransactionId: transactionId,
    ...{ application, businessOrderId, origin: 'CALLER', refundMethod: 'ORIGINAL' },
    businessRefundId: `refund-${transactionId.slice(4)}`,
    gatewayTransactionId: gatewayTransactionId ?? `gw-${transactionId.slice(4)}`,
    amountRequested: { minor: 300, currency: amountRequested.currency },
    status: 'PENDING',
    run: 1,
    ...{ createdAt: at, updatedAt: at },
    ...changes,
  };
}

/** What the channel says of it. */
export function toldOf(refund: Refund, changes: Partial<RefundSnapshot> = {}): RefundSnapshot {
  const { refundId, amountRequested: amount } = refund;
  return { state: 'succeeded', refundId, amount, ...changes } as RefundSnapshot;
}
