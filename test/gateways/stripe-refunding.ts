// Refunds that Stripe is asked for, and what it says of them.
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundOrder, RefundQuery } from '../../lib/domain/refund.ts';
import { error, intentId, refund, type Fields } from '../contract/stripe-side.ts';
import { answering, options, order, said, type Said } from './stripe-answering.ts';

export const refundId = refundIdOf(order, 0);
export const wanted: RefundOrder = {
  transactionId: order,
  refundId,
  gatewayTransactionId: intentId,
  currency: 'USD',
  amount: { minor: 300, currency: 'USD' },
  total: { minor: 880, currency: 'USD' },
  reason: 'not wanted',
};
export const again = { submittedAt: '2026-11-20T06:00:00.000Z' };
export const replayed = { 'idempotent-replayed': 'true' };
export const made = (change: Fields = {}) => refund(refundId, 300, 'usd', change);
export const list = (data: readonly object[], has_more = false) =>
  said(200, { object: 'list', url: '/v1/refunds', has_more, data });
export const no = (status: number, type: string, code?: string, headers: Said['headers'] = {}) =>
  said(status, error(type, code), headers);
export const stored = no(500, 'api_error', undefined, replayed);
export const nothingLeft = no(400, 'invalid_request_error', 'charge_already_refunded');
export const others = [
  refund(refundIdOf(order, 1), 300, 'usd', { id: 're_3AnotherOfTests' }),
  refund(undefined, 300, 'usd', { id: 're_3OfTheConsole' }),
];

export const refunded = (change: Partial<RefundOrder>, ...answers: readonly Said[]) => {
  const { gateway, sent } = answering(...answers);
  return { sent, outcome: gateway.refund?.({ ...wanted, ...change }, options) };
};
export const asked = (change: Partial<RefundQuery>, ...answers: readonly Said[]) => {
  const { gateway, sent } = answering(...answers);
  return { sent, outcome: gateway.queryRefund?.({ ...wanted, ...change }, options) };
};
export const calls = (sent: readonly { method: string; path: string }[]) =>
  sent.map(({ method, path }) => `${method} ${path}`);
export const listed = `GET /v1/refunds?payment_intent=${intentId}&limit=20`;
