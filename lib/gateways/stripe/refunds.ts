// Giving money back, and asking how that stands.
// @see https://docs.stripe.com/api/refunds · https://docs.stripe.com/refunds
import { sameMoney } from '../../domain/money.ts';
import type { NoSuchRefund, RefundOrder, RefundQuery, RefundSnapshot } from '../../domain/refund.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import { toWire, unevenAmount } from './amounts.ts';
import { call, type Client, type Refused } from './client.ts';
import { findRefund, isOf } from './find-refund.ts';
import type { Node } from './json.ts';
import { unproved } from './lists.ts';
import { intents } from './orders.ts';
import { refundForm, refundIdIn, refundSnapshot, standing } from './refund-snapshot.ts';
import { isMissing, refundRefusal } from './status.ts';

const path = '/v1/refunds';

/**
 * Its key makes it one refund for a day. Whatever was sent before is looked for first: the key may be forgotten, and what is
 * kept under it is how the refund stood at first.
 * @throws Error for what is no number of Stripe's
 */
export async function refund(
  client: Client,
  order: RefundOrder,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  requireNumbers(order);
  const wire = toWire(order.amount);
  if (wire === undefined) return unevenAmount;
  if (order.submittedAt === undefined) return send(client, order, String(wire), options);
  const found = await findRefund(client, order, options);
  if (found.kind === 'absent') return send(client, order, String(wire), options);
  return found.kind === 'found' ? given(found.refund, order) : unproved(found);
}

async function send(
  client: Client,
  order: RefundOrder,
  amount: string,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const { refundId, transactionId, gatewayTransactionId, generation = 0 } = order;
  const fields = {
    payment_intent: gatewayTransactionId,
    amount,
    reason: 'requested_by_customer',
    'metadata[refund_id]': refundId,
    'metadata[transaction_id]': transactionId,
  };
  const key = `${refundId}-refund-${generation}`;
  const answer = await call(client, { method: 'POST', path, fields, key }, options);
  switch (answer.kind) {
    case 'unknown':
      return answer;
    case 'answered':
      return given(answer.node, order, answer.node['created']);
    case 'refused':
      return refused(client, order, answer, options);
  }
}

/**
 * A refusal is of this call alone: an earlier one, whose answer was lost, may be why nothing is left. What Stripe has kept
 * under the key, a break-down or a want of money, it will repeat for a day: another key may be used where it is proved that
 * there is no refund.
 * @see https://docs.stripe.com/api/idempotent_requests
 */
async function refused(
  client: Client,
  order: RefundOrder,
  answer: Refused,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const no = refundRefusal(answer);
  const isKept = answer.replayed && (answer.status >= 500 || isMendable(no));
  // Whoever may not refund may not look either. It is no last word: the amount stays reserved.
  if (!isKept && (no.kind !== 'declined' || no.code === 'misconfigured')) return no;
  const found = await findRefund(client, order, options);
  switch (found.kind) {
    case 'unknown':
    case 'retry_later':
      return unproved(found);
    case 'found':
      return given(found.refund, order);
    case 'absent': {
      const { code, type, message } = answer;
      return isKept ? { kind: 'retry_later', channelCode: code || type, message, renew: true } : no;
    }
  }
}

function isMendable(no: ReturnType<typeof refundRefusal>): boolean {
  return no.kind === 'declined' && (no.code === 'insufficient_balance' || no.code === 'misconfigured');
}

/** @throws Error for what is no number of Stripe's */
export async function queryRefund(
  client: Client,
  query: RefundQuery,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot | NoSuchRefund>> {
  requireNumbers(query);
  const { gatewayRefundId } = query;
  if (gatewayRefundId === undefined) return lookedFor(client, query, options);
  const answer = await call(client, { method: 'GET', path: `${path}/${gatewayRefundId}` }, options);
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'answered') return told(answer.node, query);
  // Another account has no such refund either: the list of the payment proves that it is ours.
  if (isMissing(answer)) return lookedFor(client, query, options);
  const no = refundRefusal(answer);
  // That we may not see it says nothing of it.
  return no.kind === 'declined'
    ? { kind: 'unknown', reason: 'unlisted_code', channelCode: no.channelCode }
    : no;
}

async function lookedFor(
  client: Client,
  query: RefundQuery,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot | NoSuchRefund>> {
  const found = await findRefund(client, query, options);
  if (found.kind === 'found') return told(found.refund, query);
  if (found.kind !== 'absent') return found;
  const { refundId, gatewayRefundId, transactionId, gatewayTransactionId } = query;
  const reference = { ...(refundId && { refundId }), ...(gatewayRefundId && { gatewayRefundId }) };
  return { kind: 'ok', value: { state: 'not_found', ...reference, transactionId, gatewayTransactionId } };
}

/** The refund that is answered has to be this one, and to give back what was to be given. */
function given(node: Node, order: RefundOrder, since?: Node[string]): Outcome<RefundSnapshot> {
  const outcome = told(node, order, since);
  if (outcome.kind === 'ok' && !sameMoney(outcome.value.amount, order.amount))
    return { kind: 'unknown', reason: 'other_order' };
  return outcome;
}

function told(node: Node, query: RefundQuery, since?: Node[string]): Outcome<RefundSnapshot> {
  if (!isAbout(node, query)) return { kind: 'unknown', reason: 'other_order' };
  const stands = standing(node);
  if (!stands) return { kind: 'unknown', reason: 'unlisted_code', cause: 'status' };
  const snapshot = refundSnapshot(node, stands, since);
  if (!snapshot) return { kind: 'unknown', reason: 'unreadable' };
  if (snapshot.amount.currency !== query.currency) return { kind: 'unknown', reason: 'other_order' };
  return { kind: 'ok', value: { ...snapshot, transactionId: query.transactionId } };
}

/** By Stripe's number, once it is known, it is ours also without our own; under another of ours it is not. */
function isAbout(node: Node, { refundId, gatewayRefundId, gatewayTransactionId }: RefundQuery): boolean {
  const isKnown = gatewayRefundId !== undefined && node['id'] === gatewayRefundId;
  const named = refundIdIn(node);
  return (
    isOf(node, gatewayTransactionId) &&
    (gatewayRefundId === undefined || isKnown) &&
    (refundId === undefined || named === refundId || (isKnown && named === undefined))
  );
}

function requireNumbers({ gatewayTransactionId, gatewayRefundId, refundId }: Partial<RefundQuery>): void {
  const isOurs = gatewayRefundId === undefined || refundForm.test(gatewayRefundId);
  if (!intents.form.test(gatewayTransactionId ?? '') || !isOurs)
    throw new Error('This is no number of a payment or a refund at Stripe. Nothing was sent.');
  if (refundId === undefined && gatewayRefundId === undefined)
    throw new Error('A refund is asked for by its number. Nothing was sent.');
}
