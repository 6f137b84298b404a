// Both things that Stripe calls a payment before it is one: an intent, which our page confirms, and a session of its own
// checkout, which makes an intent when the payer comes.
// @see https://docs.stripe.com/api/payment_intents/object · https://docs.stripe.com/api/checkout/sessions/object
import type { Json } from '../../domain/canonical-json.ts';
import { isTransactionId, type TransactionId } from '../../domain/ids.ts';
import { isNode, type Node } from './json.ts';
import { intentState, sessionState, type State } from './status.ts';

export interface Kind {
  /** what Stripe calls it */
  readonly object: 'payment_intent' | 'checkout.session';
  readonly path: string;
  /** of its number */
  readonly form: RegExp;
  /** the end of the path that closes it */
  readonly closing: 'cancel' | 'expire';
  /** what a query has to bring along: the charge says when, and by what means, it was paid */
  readonly expand: string;
  /** where our number stands in it */
  readonly reference: (order: Node) => Json | undefined;
  readonly state: (order: Node) => State | undefined;
  /** on the wire: what is asked for, and what was taken */
  readonly total: (order: Node) => Json | undefined;
  readonly taken: (order: Node) => Json | undefined;
  /** its number, or all of it */
  readonly intent: (order: Node) => Json | undefined;
}

/** What marks the intents that sessions make: their sessions tell of them. */
export const bySession = 'checkout_session';

export function isBySession({ metadata }: Node): boolean {
  return isNode(metadata) && metadata['by'] === bySession;
}

export const intents: Kind = {
  object: 'payment_intent',
  path: '/v1/payment_intents',
  form: /^pi_[A-Za-z0-9]{6,60}$/,
  closing: 'cancel',
  expand: 'latest_charge',
  reference: (order) =>
    isNode(order['metadata']) && !isBySession(order) ? order['metadata']['transaction_id'] : undefined,
  state: ({ status }) => intentState(status),
  total: ({ amount }) => amount,
  taken: ({ amount_received: taken }) => taken,
  intent: (order) => order,
};

export const sessions: Kind = {
  object: 'checkout.session',
  path: '/v1/checkout/sessions',
  form: /^cs_(live|test)_[A-Za-z0-9]{6,200}$/,
  closing: 'expire',
  expand: 'payment_intent.latest_charge',
  // The metadata may be edited by hand, this may not.
  reference: ({ client_reference_id: reference }) => reference,
  state: ({ status, payment_status: payment, payment_intent: intent }) =>
    sessionState(status, payment, isNode(intent) ? intent['status'] : undefined),
  total: ({ amount_total: total }) => total,
  taken: ({ amount_total: total }) => total,
  intent: ({ payment_intent: intent }) => intent,
};

/**
 * @param gatewayOrderId as its prepay gave it
 * @throws Error for what no prepay of this provider ever gave
 */
export function kindOf(gatewayOrderId: string): Kind {
  const found = [intents, sessions].find(({ form }) => form.test(gatewayOrderId));
  if (!found) throw new Error('This is no number of an order at Stripe. Nothing was sent.');
  return found;
}

/** @returns undefined where it is not one of ours: the account may be shared */
export function transactionOf(kind: Kind, order: Node): TransactionId | undefined {
  const reference = kind.reference(order);
  return typeof reference === 'string' && isTransactionId(reference) ? reference : undefined;
}

/** @returns undefined where it is not of its form */
export function orderIdOf({ form }: Kind, { id }: Node): string | undefined {
  return typeof id === 'string' && form.test(id) ? id : undefined;
}
