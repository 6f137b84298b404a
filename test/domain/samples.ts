// Payments and channels' words for tests: one of each, to be changed where a test is about something.
import { newTransactionId, type IdSource } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { PaidSnapshot } from '../../lib/domain/settlement.ts';
import { randomBytes } from 'node:crypto';

export const at = '2026-11-22T08:00:00.000Z';

const source: IdSource = { now: () => Date.parse(at), randomBytes: (n) => randomBytes(n) };

export function aPayment(changes: Partial<Payment> = {}): Payment {
  const transactionId = newTransactionId(source);
  return {
    transactionId,
    application: 'shop',
    businessOrderId: `order-${transactionId.slice(4)}`,
    paymentChannel: 'ALIPAY',
    paymentMethod: 'alipay_qr',
    payee: { merchantId: '2088102146225135', appId: '2021000000000001' },
    amountRequested: { minor: 880, currency: 'CNY' },
    subject: 'tea',
    status: 'PENDING_CREATE',
    version: 1,
    createdAt: at,
    updatedAt: at,
    expiresAt: '2026-11-22T08:15:00.000Z',
    ...changes,
  };
}

/** What the channel says when exactly what was asked for has been paid. */
export function paidFor(payment: Payment, changes: Partial<PaidSnapshot> = {}): PaidSnapshot {
  return {
    state: 'paid',
    transactionId: payment.transactionId,
    gatewayTransactionId: `gw-${payment.transactionId.slice(4)}`,
    amount: payment.amountRequested,
    paidAt: '2026-11-22T08:01:00.000Z',
    payee: payment.payee,
    ...changes,
  };
}
