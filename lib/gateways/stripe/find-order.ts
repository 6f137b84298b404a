// Looks for an order whose making Stripe answered with a break-down: that something is nowhere in the list proves that it
// was not made.
// @see https://docs.stripe.com/api/payment_intents/list · https://docs.stripe.com/api/checkout/sessions/list
import { createdAt, type TransactionId } from '../../domain/ids.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import type { Client } from './client.ts';
import type { Node } from './json.ts';
import { readList, unproved } from './lists.ts';
import { transactionOf, type Kind } from './orders.ts';

type Found =
  | { readonly kind: 'found'; readonly order: Node }
  | { readonly kind: 'absent' }
  | Extract<Outcome<never>, { kind: 'unknown' }>;

/** A shop that makes more orders than these hold while one of its calls breaks down learns nothing: that is `unknown`. */
const mostPages = 20;

/** s. How much earlier than ours Stripe's clock may be. */
const clocks = 300;

export async function findOrder(
  client: Client,
  kind: Kind,
  transactionId: TransactionId,
  options: CallOptions,
): Promise<Found> {
  const since = Math.floor(createdAt(transactionId) / 1000) - clocks;
  const isIt = (order: Node) => transactionOf(kind, order) === transactionId;
  const listed = await readList(client, `${kind.path}?created[gte]=${since}`, mostPages, options, isIt);
  if (listed.kind !== 'ok') return unproved(listed);
  const order = listed.value.nodes.find(isIt);
  if (order) return { kind: 'found', order };
  if (listed.value.isComplete) return { kind: 'absent' };
  return { kind: 'unknown', reason: 'unlisted_code', channelCode: 'too_many_orders' };
}
