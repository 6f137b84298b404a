// A refund of 3.00 USD out of 10.99, and PayPal's answers about it.
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundOrder, RefundQuery } from '../../lib/domain/refund.ts';
import { noon } from '../contract/bench.ts';
import { captureId, captureOf, failureOf, refundOf, type RefundFacts } from '../contract/paypal-side.ts';
import {
  connected,
  gatewayOrderId,
  numbers,
  options,
  order,
  said,
  transactionId,
  type Said,
} from './paypal-answering.ts';

export const refundId = refundIdOf(transactionId, 7);
export const gatewayRefundId = '1JU08902781691411';
const currency = 'USD';
export const query: RefundQuery & { readonly refundId: typeof refundId } = {
  ...numbers,
  refundId,
  gatewayTransactionId: captureId,
  currency,
};
export const ordered: RefundOrder = {
  ...query,
  amount: { minor: 300, currency },
  total: { minor: 1099, currency },
  reason: '不想要了\n/ not wanted 🙂',
};
/** It was sent once, who knows when. */
export const again: RefundOrder = { ...ordered, submittedAt: new Date(noon - 3_600_000).toISOString() };

export const aRefund = (change: Partial<RefundFacts> = {}): Record<string, unknown> =>
  refundOf({ capture: captureId, refund: refundId, value: '3.00', ...change });

/** The order with what went back of it. */
export const orderWith = (
  refunds: unknown,
  captured = 'COMPLETED',
  capture = {},
): Record<string, unknown> => {
  const [unit] = order()['purchase_units'] as [object];
  const captures = [
    { ...captureOf({ id: gatewayOrderId, order: transactionId, value: '10.99', captured }), ...capture },
  ];
  return {
    ...order({ status: 'COMPLETED' }),
    purchase_units: [{ ...unit, payments: { captures, ...(refunds !== undefined && { refunds }) } }],
  };
};

export const made = (...refunds: object[]): Said => said(200, orderWith(refunds, 'PARTIALLY_REFUNDED'));
export const notMade: Said = said(200, orderWith(undefined));
export const issue = (name: string): Said => said(422, failureOf('UNPROCESSABLE_ENTITY', name));

export function refunding(what: RefundOrder, ...answers: Said[]) {
  const { gateway, sent } = connected(answers);
  const outcome = gateway.refund?.(what, options);
  return { outcome, sent, calls: async () => (await outcome, sent.map(({ method }) => method)) };
}

export const refundAsked = (what: RefundQuery, ...answers: Said[]) => {
  const { gateway, sent } = connected(answers);
  return { outcome: gateway.queryRefund?.(what, options), sent };
};
