// How a refund stands, from an answer or from a callback: both bring the same object.
// @see https://docs.stripe.com/api/refunds/object
import type { Json } from '../../domain/canonical-json.ts';
import { isRefundId, paymentOf, type RefundId } from '../../domain/ids.ts';
import type { ActionReason, RefundSnapshot } from '../../domain/refund.ts';
import { fromWire } from './amounts.ts';
import { isNode, type Node } from './json.ts';
import { intents } from './orders.ts';
import { instant } from './snapshot.ts';
import { listed } from './status.ts';

type State = 'processing' | 'succeeded' | 'failed';

/** `status`. What was successful may still fail: the bank sent it back, and the money is the merchant's again. */
const states: Readonly<Record<string, State>> = {
  pending: 'processing',
  // The payer is asked for an account by Stripe: nothing that the merchant could do.
  requires_action: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

/** `pending_reason`, where it waits for a person: it goes on by itself once the balance is topped up. */
const waiting: Readonly<Record<string, ActionReason>> = { insufficient_funds: 'insufficient_balance' };

export type Standing =
  | { readonly state: 'processing' | 'succeeded' }
  | { readonly state: 'failed'; readonly channelCode: string }
  | { readonly state: 'needs_action'; readonly reason: ActionReason; readonly channelCode: string };

/** @returns undefined for a status that is not listed */
export function standing(refund: Node): Standing | undefined {
  const { status, pending_reason: waits, failure_reason: why } = refund;
  if (typeof status !== 'string') return undefined;
  const state = listed(states, status);
  if (state === 'failed') return { state, channelCode: isWord(why) ? why : status };
  if (status !== 'pending' || typeof waits !== 'string') return state && { state };
  const reason = listed(waiting, waits);
  return reason ? { state: 'needs_action', reason, channelCode: waits } : { state: 'processing' };
}

function isWord(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[a-z0-9_]{1,64}$/.test(value);
}

/** `re_…`; of means to pay other than cards it was once `pyr_…`. */
export const refundForm = /^(re|pyr)_[A-Za-z0-9]{6,60}$/;

/** @returns undefined where it is not one that we made */
export function refundIdIn({ metadata }: Node): RefundId | undefined {
  const name = isNode(metadata) ? metadata['refund_id'] : undefined;
  return typeof name === 'string' && isRefundId(name) ? name : undefined;
}

/**
 * @param since seconds since 1970 UTC: when it came to stand so; undefined where nothing tells
 * @returns undefined when a fact is missing or not of its form
 */
export function refundSnapshot(refund: Node, stands: Standing, since?: Json): RefundSnapshot | undefined {
  const { id, payment_intent: intent, currency } = refund;
  const amount = fromWire(refund['amount'], currency);
  if (typeof id !== 'string' || !refundForm.test(id)) return undefined;
  if (typeof intent !== 'string' || !intents.form.test(intent)) return undefined;
  if (!amount || amount.minor === 0) return undefined;
  const refundId = refundIdIn(refund);
  const at = instant(since);
  return {
    ...stands,
    ...(refundId && { refundId, transactionId: paymentOf(refundId) }),
    gatewayRefundId: id,
    gatewayTransactionId: intent,
    amount,
    ...(at !== undefined && { at }),
  };
}
