// How a refund stands, from the refund as PayPal tells it: alone, or among the payments of its order.
// @see https://developer.paypal.com/docs/api/payments/v2/#definition-refund
import type { Json } from '../../domain/canonical-json.ts';
import { isRefundId, type RefundId } from '../../domain/ids.ts';
import type { Money } from '../../domain/money.ts';
import type { NoSuchRefund, RefundQuery, RefundReference, RefundSnapshot } from '../../domain/refund.ts';
import type { Outcome } from '../gateway.ts';
import { readMoney } from './amounts.ts';
import { isNode, nodes, readInstant, type Node } from './json.ts';
import { isPayPalId, unitOf, type OrderNumbers } from './snapshot.ts';
import { refundState } from './status.ts';

/** Our number of a refund. One of the console has its payment's numbers in their place, or none. */
export function refundNumber({ custom_id: custom, invoice_id: invoice }: Node): RefundId | undefined {
  const isOurs = (each: Json | undefined): each is RefundId => typeof each === 'string' && isRefundId(each);
  return [custom, invoice].find(isOurs);
}

/** @returns whose money went back: a refund says it by a link alone */
export function captureOf(refund: Node): string | undefined {
  const [link, ...more] = nodes(refund['links']).filter(({ rel }) => rel === 'up');
  const href = link?.['href'];
  if (more.length > 0 || typeof href !== 'string') return undefined;
  return /\/v2\/payments\/captures\/([A-Z0-9]{10,36})$/.exec(href)?.[1];
}

export function judgeRefund(refund: Node, query: RefundQuery): Outcome<RefundSnapshot> {
  const { id, status, update_time: updated, create_time: created } = refund;
  const amount = readMoney(refund['amount']);
  if (!isPayPalId(id) || !amount || amount.minor === 0) return { kind: 'unknown', reason: 'unreadable' };
  if (!isAsked(refund, query, amount)) return { kind: 'unknown', reason: 'other_order' };
  const state = refundState(status);
  if (typeof status !== 'string' || state === undefined)
    return { kind: 'unknown', reason: 'unlisted_code', cause: 'status of the refund' };
  const at = readInstant(updated ?? created);
  const refundId = refundNumber(refund);
  const facts = {
    ...referenceOf(query),
    ...(refundId !== undefined && { refundId }),
    gatewayRefundId: id,
    amount,
    ...(at !== undefined && { at: new Date(at).toISOString() }),
  };
  return {
    kind: 'ok',
    value: state === 'failed' ? { ...facts, state, channelCode: status } : { ...facts, state },
  };
}

function isAsked(
  refund: Node,
  { refundId, gatewayRefundId, gatewayTransactionId, currency }: RefundQuery,
  amount: Money,
): boolean {
  const { id } = refund;
  return (
    (gatewayRefundId === undefined || id === gatewayRefundId) &&
    (refundId === undefined || refundNumber(refund) === refundId) &&
    captureOf(refund) === gatewayTransactionId &&
    amount.currency === currency
  );
}

/**
 * Ours, among all refunds of its order.
 * @returns that there is none only from an order that shows the money itself, and nothing that is missing from its list
 */
export function refundIn(
  order: Node,
  query: RefundQuery & { readonly refundId: RefundId },
  numbers: OrderNumbers,
): Outcome<RefundSnapshot | NoSuchRefund> {
  const payments = unitOf(order, numbers)?.['payments'];
  if (!isNode(payments)) return { kind: 'unknown', reason: 'other_order' };
  const capture = nodes(payments['captures']).find(({ id }) => id === query.gatewayTransactionId);
  if (!capture) return { kind: 'unknown', reason: 'other_order' };
  const listed = payments['refunds'] ?? [];
  const refunds = nodes(listed);
  if (!Array.isArray(listed) || refunds.length !== listed.length || isShort(refunds, capture))
    return { kind: 'unknown', reason: 'unreadable', cause: 'refunds of the order' };
  const [own, ...more] = refunds.filter((each) => refundNumber(each) === query.refundId);
  if (more.length > 0) return { kind: 'unknown', reason: 'unreadable', cause: 'the order has it twice' };
  if (own) return judgeRefund(own, query);
  return { kind: 'ok', value: { ...referenceOf(query), state: 'not_found' } };
}

/** Something went back, and it is not there. */
function isShort(refunds: readonly Node[], { status }: Node): boolean {
  return refunds.length === 0 && (status === 'REFUNDED' || status === 'PARTIALLY_REFUNDED');
}

export function referenceOf(query: RefundQuery): RefundReference {
  const { refundId, gatewayRefundId, transactionId, gatewayTransactionId } = query;
  return {
    ...(refundId !== undefined && { refundId }),
    ...(gatewayRefundId !== undefined && { gatewayRefundId }),
    transactionId,
    gatewayTransactionId,
  };
}
