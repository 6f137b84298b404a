// Which of Stripe's events tell what, as tables. A type that is not listed is never taken for its neighbour.
// @see https://docs.stripe.com/api/events/types
import { lastRefusal } from './declines.ts';
import type { Node } from './json.ts';
import { intents, sessions, type Kind } from './orders.ts';
import type { State } from './status.ts';

/** Its session holds no more than the number of its intent: that this is open again is told by the event's name. */
export const failedLater = 'checkout.session.async_payment_failed';

/** Events that settle something: of which kind of order, and how it must stand by them. */
const settling: Readonly<Record<string, readonly [kind: Kind, state: State]>> = {
  'payment_intent.succeeded': [intents, 'paid'],
  'payment_intent.canceled': [intents, 'closed'],
  'checkout.session.completed': [sessions, 'paid'],
  'checkout.session.async_payment_succeeded': [sessions, 'paid'],
  [failedLater]: [sessions, 'closed'],
  'checkout.session.expired': [sessions, 'closed'],
};

export const settlingTypes = Object.keys(settling);

/** Events that bring a refund as it stands. They come in any order. */
export const refundTypes: readonly string[] = [
  'refund.created',
  'refund.updated',
  'refund.failed',
  // what older endpoints are told in the place of refund.updated
  'charge.refund.updated',
];

/** Events that change nothing, and why not. */
const quiet: Readonly<Record<string, string>> = {
  'payment_intent.created': 'nobody has paid yet',
  'payment_intent.requires_action': 'the payer has something to do yet',
  'payment_intent.processing': 'the money is on its way',
  // Its intent tells of what becomes of a charge.
  'charge.pending': 'the intent tells of its charges',
  'charge.succeeded': 'the intent tells of its charges',
  'charge.captured': 'the intent tells of its charges',
  'charge.failed': 'the intent tells of its charges',
  'charge.updated': 'the intent tells of its charges',
  // It knows only how much has gone back of a charge in all.
  'charge.refunded': 'the refund tells of itself',
};

export function settles(type: string): readonly [kind: Kind, state: State] | undefined {
  return Object.hasOwn(settling, type) ? settling[type] : undefined;
}

/** @returns why nothing follows from it */
export function changesNothing(type: string, object: Node): string | undefined {
  if (type === 'payment_intent.payment_failed')
    return `this means to pay was refused (${lastRefusal(object)}); the payer may take another`;
  return Object.hasOwn(quiet, type) ? quiet[type] : undefined;
}

/** Money goes back, or somebody wants it back through his bank: that is never nobody's business. */
export function isOfMoneyBack(type: string): boolean {
  return ['charge.dispute.', 'charge.refund.', 'refund.'].some((beginning) => type.startsWith(beginning));
}
