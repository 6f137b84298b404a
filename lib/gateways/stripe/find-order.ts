// Looks for an order whose making Stripe answered with a break-down. Its lists are complete at once, its search is not: that
// something is nowhere in the list proves that it was not made.
// @see https://docs.stripe.com/api/payment_intents/list · https://docs.stripe.com/api/checkout/sessions/list
import { createdAt, type TransactionId } from '../../domain/ids.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import { call, type Client } from './client.ts';
import { isNode, type Node } from './json.ts';
import { orderIdOf, transactionOf, type Kind } from './orders.ts';

type Found =
  | { readonly kind: 'found'; readonly order: Node }
  | { readonly kind: 'absent' }
  | Extract<Outcome<never>, { kind: 'unknown' }>;

/** Orders of a page: what is read at once has a bound, in bytes and in names. */
const pageSize = 5;
/** A shop that makes more orders than that while one of its calls breaks down learns nothing: that is `unknown`. */
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
  const first = `${kind.path}?created[gte]=${since}&limit=${pageSize}`;
  let after: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const path = after === undefined ? first : `${first}&starting_after=${after}`;
    const answer = await call(client, { method: 'GET', path }, options);
    if (answer.kind === 'unknown') return answer;
    if (answer.kind === 'refused') return unsure(answer.code || answer.type);
    const list = readList(answer.node);
    if (!list) return { kind: 'unknown', reason: 'unreadable' };
    const order = list.orders.find((each) => transactionOf(kind, each) === transactionId);
    if (order) return { kind: 'found', order };
    if (!list.hasMore) return { kind: 'absent' };
    after = orderIdOf(kind, list.orders.at(-1) ?? {});
    if (after === undefined) return { kind: 'unknown', reason: 'unreadable' };
  }
  return unsure('too_many_orders');
}

function unsure(channelCode: string): Found {
  return { kind: 'unknown', reason: 'unlisted_code', channelCode };
}

function readList({ object, data, has_more: hasMore }: Node) {
  if (object !== 'list' || !Array.isArray(data) || typeof hasMore !== 'boolean') return undefined;
  const orders = data.filter(isNode);
  return orders.length === data.length ? { orders, hasMore } : undefined;
}
