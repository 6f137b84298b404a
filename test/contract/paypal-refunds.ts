// PayPal's refunds before the contract suite. Ours are found in their order; its callbacks are hints.
import { formatAmount } from '../../lib/domain/money.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import type { Sent } from './bench.ts';
import { another, connected, gatewayOrderId, posted, said, troubles, type Answer } from './paypal-seat.ts';
import { account, captureOf, eventOf, failureOf, orderOf, refundOf } from './paypal-side.ts';
import type { RefundBench, RefundMood, RefundSays } from './refund-bench.ts';

function gatewayTransactionId(transactionId: string): string {
  return `3C${transactionId.slice(-15).toUpperCase()}`;
}

const statuses: Partial<Record<RefundMood, string>> = { processing: 'PENDING', failed: 'FAILED' };
/** moods in which there is none */
const none: readonly RefundMood[] = ['not_found', 'refused', 'insufficient_balance', 'misconfigured'];

function refundIn(mood: RefundMood, order: RefundOrder, now: number): Record<string, unknown> {
  const { refundId, transactionId, amount } = order;
  return refundOf({
    capture: gatewayTransactionId(transactionId),
    refund: mood === 'other_order' ? `${refundId.slice(0, -2)}zz` : refundId,
    value: formatAmount(amount),
    status: statuses[mood] ?? 'COMPLETED',
    at: now,
  });
}

/** The order of the payment, with what went back of it. */
function orderIn(mood: RefundMood, order: RefundOrder, now: number): Record<string, unknown> {
  const { transactionId, total } = order;
  const facts = {
    id: gatewayOrderId(transactionId),
    order: mood === 'other_order' ? `${transactionId.slice(0, -4)}zzzz` : transactionId,
    value: formatAmount(total),
    status: 'COMPLETED',
  };
  const [unit] = orderOf(facts)['purchase_units'] as [object];
  const capture = { ...captureOf(facts), id: gatewayTransactionId(transactionId) };
  const refunds = none.includes(mood) ? {} : { refunds: [refundIn(mood, order, now)] };
  return { ...orderOf(facts), purchase_units: [{ ...unit, payments: { captures: [capture], ...refunds } }] };
}

function answer(mood: RefundMood, order: RefundOrder, now: number, isSent: boolean): Answer {
  const issue = (name: string) => said(422, failureOf('UNPROCESSABLE_ENTITY', name));
  const refusals: Partial<Record<RefundMood, Answer>> = {
    refused: issue('REFUND_TIME_LIMIT_EXCEEDED'),
    insufficient_balance: issue('REFUND_FAILED_INSUFFICIENT_FUNDS'),
    misconfigured: said(403, failureOf('NOT_AUTHORIZED', 'PERMISSION_DENIED')),
  };
  const well = isSent ? said(201, refundIn(mood, order, now)) : said(200, orderIn(mood, order, now));
  const answers: Partial<Record<RefundMood, Answer>> = { ...troubles(well), ...(isSent && refusals) };
  return answers[mood] ?? well;
}

interface Asked {
  readonly custom_id: string;
  readonly amount: { readonly value: string };
}

function callback(says: RefundSays) {
  const { transactionId, refundId: refund, amount, at, merchant } = says;
  const payee = merchant === 'another' ? another.merchant_id : account.merchant_id;
  const capture = gatewayTransactionId(transactionId);
  const refunded = {
    ...refundOf({ capture, refund, value: formatAmount(amount), at }),
    payer: { email_address: 'shop@business.example', merchant_id: payee },
  };
  return posted(JSON.stringify(eventOf('PAYMENT.CAPTURE.REFUNDED', refunded)), says);
}

export const payPalRefunds: RefundBench = {
  never: { needs_action: 'what PayPal took on waits for banks alone' },
  neverQueried: {},
  gatewayTransactionId,
  connect(mood, now, order) {
    const sent: Sent[] = [];
    const gateway = connected(mood, now, (_, business) => {
      const asked = business as Asked | undefined;
      sent.push({ order: asked?.custom_id, amount: asked?.amount.value, business });
      return answer(mood, order, now, business !== undefined);
    });
    return { gateway, sent };
  },
  callback,
};
