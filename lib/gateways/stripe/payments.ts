// Asking Stripe what became of an order, and to end one.
import { newUuid } from '../../domain/ids.ts';
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import type { CallOptions, Closing, Outcome, PaymentQuery } from '../gateway.ts';
import { call, type Client, type Refused } from './client.ts';
import type { Node } from './json.ts';
import { kindOf, type Kind } from './orders.ts';
import { snapshot } from './snapshot.ts';
import { refusal } from './status.ts';

/**
 * Without Stripe's number nobody was ever shown how to pay: whatever was made, no money can come by it. A number that it gave
 * does not vanish: where it is missing, another account or world was asked, and nothing is known of the money.
 * @see https://docs.stripe.com/api/payment_intents/retrieve · https://docs.stripe.com/api/checkout/sessions/retrieve
 */
export async function queryPayment(
  client: Client,
  query: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const { transactionId, gatewayOrderId } = query;
  if (gatewayOrderId === undefined) return { kind: 'ok', value: { state: 'not_found', transactionId } };
  const kind = kindOf(gatewayOrderId);
  const path = `${kind.path}/${gatewayOrderId}?expand[]=${kind.expand}`;
  const answer = await call(client, { method: 'GET', path }, options);
  if (answer.kind === 'unknown') return answer;
  return answer.kind === 'answered' ? told(client, kind, answer.node, query) : refusal(answer);
}

/**
 * A refusal is a stored answer like any other, and would be heard for a day under one key: each close has its own.
 * @see https://docs.stripe.com/api/payment_intents/cancel · https://docs.stripe.com/api/checkout/sessions/expire
 */
export async function closePayment(
  client: Client,
  query: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<Closing>> {
  const { transactionId, gatewayOrderId } = query;
  if (gatewayOrderId === undefined) return { kind: 'ok', value: 'not_found' };
  const kind = kindOf(gatewayOrderId);
  const path = `${kind.path}/${gatewayOrderId}/${kind.closing}`;
  const key = `${transactionId}-close-${newUuid(client.ports)}`;
  const answer = await call(client, { method: 'POST', path, fields: {}, key }, options);
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'refused') return refusalToClose(answer, gatewayOrderId);
  if (!isAbout(client, kind, answer.node, query)) return { kind: 'unknown', reason: 'other_order' };
  if (kind.state(answer.node) !== 'closed')
    return { kind: 'unknown', reason: 'unlisted_code', cause: 'status' };
  return { kind: 'ok', value: 'closed' };
}

/** The intent that the refusal brings says why: it was paid, or it is closed. */
function refusalToClose(answer: Refused, gatewayOrderId: string): Exclude<Outcome<never>, { kind: 'ok' }> {
  const no = refusal(answer);
  const { code, intent } = answer;
  if (no.kind !== 'declined' || code !== 'payment_intent_unexpected_state') return no;
  if (intent?.['id'] !== gatewayOrderId) return no;
  if (intent['status'] === 'succeeded') return { ...no, code: 'already_paid' };
  return intent['status'] === 'canceled' ? { ...no, code: 'already_closed' } : no;
}

function told(client: Client, kind: Kind, order: Node, query: PaymentQuery): Outcome<PaymentSnapshot> {
  const { transactionId } = query;
  if (!isAbout(client, kind, order, query)) return { kind: 'unknown', reason: 'other_order' };
  const state = kind.state(order);
  if (state === undefined) return { kind: 'unknown', reason: 'unlisted_code', cause: 'status' };
  const value = snapshot(kind, state, order, transactionId, client.config);
  return value ? { kind: 'ok', value } : { kind: 'unknown', reason: 'unreadable' };
}

/**
 * Stripe's own number binds. What else names the payment there may be edited by people, and hides no money.
 * @see QUALITY row 131
 */
function isAbout({ livemode }: Client, kind: Kind, order: Node, { gatewayOrderId }: PaymentQuery): boolean {
  return order['id'] === gatewayOrderId && order['object'] === kind.object && order['livemode'] === livemode;
}
