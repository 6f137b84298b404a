// Giving money back by WeChat Pay, and asking what became of it.
import type { RefundId } from '../../domain/ids.ts';
import { sameMoney } from '../../domain/money.ts';
import type { NoSuchRefund, RefundOrder, RefundQuery, RefundSnapshot } from '../../domain/refund.ts';
import type { CallOptions, DeclineCode, Outcome } from '../gateway.ts';
import { call, type Answered, type Client } from './client.ts';
import { refundSnapshot } from './refund-snapshot.ts';
import { isNoRefund, queryRefusal, refundRefusal, refundState } from './refund-status.ts';
import { cleanText } from './text.ts';

type OwnQuery = RefundQuery & { readonly refundId: RefundId };

const path = '/v3/refund/domestic/refunds';
/** bytes */
const longestReason = 80;
/** ms. What was sent sooner may have been made, and not be found yet. */
const settling = 60_000;

/**
 * The number makes it one refund, for ever. Whoever sends a number again that was closed begins it anew, though: what may
 * have been sent before is looked for first.
 * @throws Error for what is not CNY
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791862
 */
export async function refund(
  client: Client,
  order: RefundOrder,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  if (order.amount.currency !== 'CNY' || order.total.currency !== 'CNY')
    throw new Error(`WeChat Pay gives back no ${order.amount.currency}. Nothing was sent.`);
  if (order.submittedAt !== undefined) {
    const found = await find(client, order, options);
    if (found.kind !== 'ok') return found;
    if (found.value.state !== 'not_found') return about(order, found.value);
  }
  const sent = await send(client, order, options);
  if (sent.kind !== 'declined') return sent;
  // The call was refused; an earlier one may have been the very reason.
  const found = await find(client, order, options);
  if (found.kind !== 'ok') return found;
  if (found.value.state !== 'not_found') return about(order, found.value);
  const { channelCode } = sent;
  return isForGood(sent.code) && isEarly(client, order)
    ? { kind: 'unknown', reason: 'unlisted_code', channelCode, cause: 'asked too soon' }
    : sent;
}

/** Not by what a person could mend: for that nothing is given up. */
function isForGood(code: DeclineCode): boolean {
  return code !== 'insufficient_balance' && code !== 'misconfigured';
}

/** Before the first time nothing was sent that could be found. */
function isEarly({ ports }: Client, { submittedAt }: RefundOrder): boolean {
  return submittedAt !== undefined && ports.now() - Date.parse(submittedAt) < settling;
}

async function send(
  client: Client,
  order: RefundOrder,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const { refundId, gatewayTransactionId, amount, total, callbackUrl } = order;
  const reason = cleanText(order.reason ?? '', longestReason);
  const body = {
    transaction_id: gatewayTransactionId,
    out_refund_no: refundId,
    ...(reason !== '' && { reason }),
    ...(callbackUrl !== undefined && { notify_url: callbackUrl }),
    amount: { refund: amount.minor, total: total.minor, currency: amount.currency },
  };
  const answer = await call(client, { method: 'POST', path, body }, order.transactionId, options);
  if (answer.kind !== 'answered') return answer;
  if (answer.status !== 200) return refundRefusal(answer);
  const told = read(answer, order);
  return told.kind === 'ok' ? about(order, told.value) : told;
}

/**
 * WeChat Pay finds refunds by the merchant's number alone. What was refunded at its console has a number that we were never
 * told: of these the notices bring all facts, each by itself, and nobody is asked.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4012791863
 */
export async function queryRefund(
  client: Client,
  query: RefundQuery,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot | NoSuchRefund>> {
  const { refundId } = query;
  if (refundId !== undefined) return find(client, { ...query, refundId }, options);
  const cause = 'WeChat Pay is asked by out_refund_no, which is not known of a refund made at its console';
  return { kind: 'unknown', reason: 'unlisted_code', cause };
}

async function find(
  client: Client,
  query: OwnQuery,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot | NoSuchRefund>> {
  const { refundId, transactionId, gatewayTransactionId } = query;
  const address = `${path}/${encodeURIComponent(refundId)}`;
  const answer = await call(client, { method: 'GET', path: address }, transactionId, options);
  if (answer.kind !== 'answered') return answer;
  if (isNoRefund(answer))
    return { kind: 'ok', value: { state: 'not_found', refundId, transactionId, gatewayTransactionId } };
  return answer.status === 200 ? read(answer, query) : queryRefusal(answer);
}

const other = { kind: 'unknown', reason: 'other_order' } as const;

function read({ node }: Answered, { refundId, ...asked }: OwnQuery): Outcome<RefundSnapshot> {
  const { out_refund_no, out_trade_no, transaction_id, status } = node;
  if (out_refund_no !== refundId || out_trade_no !== asked.transactionId) return other;
  if (transaction_id !== asked.gatewayTransactionId) return other;
  const state = typeof status === 'string' ? refundState(status) : undefined;
  if (state === undefined) return { kind: 'unknown', reason: 'unlisted_code', cause: 'status' };
  const value = refundSnapshot(node, state);
  if (!value) return { kind: 'unknown', reason: 'unreadable' };
  return value.amount.currency === asked.currency ? { kind: 'ok', value } : other;
}

/** Under our number there may lie no other amount. */
function about({ amount }: RefundOrder, value: RefundSnapshot): Outcome<RefundSnapshot> {
  return sameMoney(value.amount, amount) ? { kind: 'ok', value } : other;
}
