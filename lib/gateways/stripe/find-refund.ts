// Looks for a refund among all those of its payment: that it is nowhere in the list proves that it was not made.
// @see https://docs.stripe.com/api/refunds/list
import type { RefundQuery } from '../../domain/refund.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import type { Client } from './client.ts';
import type { Node } from './json.ts';
import { readList } from './lists.ts';
import { refundIdIn } from './refund-snapshot.ts';

type Found =
  | { readonly kind: 'found'; readonly refund: Node }
  | { readonly kind: 'absent' }
  | Extract<Outcome<never>, { kind: 'unknown' | 'retry_later' }>;

/** Twice as many as we make: those of the console and those that failed stand there too. */
const mostPages = 40;

export async function findRefund(
  client: Client,
  { refundId, gatewayRefundId, gatewayTransactionId }: RefundQuery,
  options: CallOptions,
): Promise<Found> {
  // Stripe's number stays; ours anybody may take off at the console, or put on another.
  const isKnown = (refund: Node) => gatewayRefundId !== undefined && refund['id'] === gatewayRefundId;
  const isNamed = (refund: Node) => refundId !== undefined && refundIdIn(refund) === refundId;
  const path = `/v1/refunds?payment_intent=${gatewayTransactionId}`;
  const listed = await readList(
    client,
    path,
    mostPages,
    options,
    gatewayRefundId === undefined ? isNamed : isKnown,
  );
  if (listed.kind !== 'ok') return listed;
  const { nodes, isComplete } = listed.value;
  if (!nodes.every((refund) => isOf(refund, gatewayTransactionId)))
    return { kind: 'unknown', reason: 'other_order' };
  const refund = nodes.find(isKnown) ?? nodes.find(isNamed);
  if (refund) return { kind: 'found', refund };
  if (isComplete) return { kind: 'absent' };
  return { kind: 'unknown', reason: 'unlisted_code', channelCode: 'too_many_refunds' };
}

/** Whose money it is; of which world it is, a refund does not say. */
export function isOf(refund: Node, gatewayTransactionId: string): boolean {
  return refund['object'] === 'refund' && refund['payment_intent'] === gatewayTransactionId;
}
