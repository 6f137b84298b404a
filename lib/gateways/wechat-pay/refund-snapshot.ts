// How a refund stands, from an answer or from a notification: both bring nearly the same object.
import type { Json } from '../../domain/canonical-json.ts';
import { isRefundId, isTransactionId, paymentOf, type RefundId } from '../../domain/ids.ts';
import type { RefundSnapshot } from '../../domain/refund.ts';
import { fromRfc3339 } from './beijing.ts';
import { isNode, type Node } from './json.ts';
import type { RefundState } from './refund-status.ts';
import { readFen } from './snapshot.ts';

/**
 * @param refund already known to be of this merchant
 * @returns undefined when a fact about the money is missing or not of its form; without `refundId` where somebody refunded
 * at the console, under a number that is not ours
 */
export function refundSnapshot(refund: Node, state: RefundState): RefundSnapshot | undefined {
  const { refund_id: theirs, transaction_id: paid, out_trade_no: order, amount: amounts } = refund;
  if (!isNumber(theirs) || !isNumber(paid) || !isNode(amounts)) return undefined;
  const amount = readFen(amounts['refund'], amounts['currency']);
  if (typeof order !== 'string' || !isTransactionId(order) || !amount || amount.minor === 0) return undefined;
  const when = instant(state === 'succeeded' ? refund['success_time'] : refund['create_time']);
  if (!when) return undefined;
  const refundId = ownNumber(refund);
  const facts = {
    ...(refundId !== undefined && { refundId }),
    gatewayRefundId: theirs,
    transactionId: order,
    gatewayTransactionId: paid,
    amount,
    // When it was closed or went astray is not told: only when it was asked for.
    ...((state === 'succeeded' || state === 'processing') && when),
  };
  if (state === 'failed') return { ...facts, state, channelCode: 'CLOSED' };
  if (state === 'needs_action') return { ...facts, state, reason: 'abnormal', channelCode: 'ABNORMAL' };
  return { ...facts, state };
}

/** Our own number says of which payment it is; a console takes any text. */
function ownNumber({ out_refund_no: number, out_trade_no: order }: Node): RefundId | undefined {
  if (typeof number !== 'string' || !isRefundId(number)) return undefined;
  return paymentOf(number) === order ? number : undefined;
}

function isNumber(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z]{6,32}$/.test(value);
}

/** What is not known yet is left out, or empty. @returns UTC ISO-8601 ms; undefined for what is no instant */
function instant(value: Json | undefined): { readonly at?: string } | undefined {
  if (value === undefined || value === null || value === '') return {};
  const at = typeof value === 'string' ? fromRfc3339(value) : undefined;
  return at === undefined ? undefined : { at: new Date(at).toISOString() };
}
