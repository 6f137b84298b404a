// Asking WeChat Pay what became of an order, and to end one.
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import type { CallOptions, Closing, Outcome, PaymentQuery } from '../gateway.ts';
import { call, type Answered, type Client } from './client.ts';
import { paidSnapshot } from './snapshot.ts';
import { isNoOrder, refusal, tradeState } from './status.ts';

/** @see https://pay.weixin.qq.com/doc/v3/merchant/4013070356 */
export async function queryPayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const path = `${pathOf(transactionId)}?mchid=${client.config.merchant_id}`;
  const answer = await call(client, { method: 'GET', path }, transactionId, options);
  if (answer.kind !== 'answered') return answer;
  if (isNoOrder(answer)) return { kind: 'ok', value: { state: 'not_found', transactionId } };
  return answer.status === 200 ? told(client, answer, transactionId) : refusal(answer);
}

/**
 * An order that is closed already declines: the call closed nothing, and a query says whether it was paid before.
 * @see https://pay.weixin.qq.com/doc/v3/merchant/4013070360
 */
export async function closePayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<Closing>> {
  const body = { mchid: client.config.merchant_id };
  const path = `${pathOf(transactionId)}/close`;
  const answer = await call(client, { method: 'POST', path, body }, transactionId, options);
  if (answer.kind !== 'answered') return answer;
  if (isNoOrder(answer)) return { kind: 'ok', value: 'not_found' };
  return answer.status === 204 ? { kind: 'ok', value: 'closed' } : refusal(answer);
}

function pathOf(transactionId: PaymentQuery['transactionId']): string {
  return `/v3/pay/transactions/out-trade-no/${encodeURIComponent(transactionId)}`;
}

function told(
  { config }: Client,
  { node }: Answered,
  transactionId: PaymentQuery['transactionId'],
): Outcome<PaymentSnapshot> {
  const { out_trade_no: order, mchid, appid } = node;
  if (order !== transactionId || mchid !== config.merchant_id || appid !== config.app_id)
    return { kind: 'unknown', reason: 'other_order' };
  const status = node['trade_state'];
  const state = typeof status === 'string' ? tradeState(status) : undefined;
  if (state === undefined) return { kind: 'unknown', reason: 'unlisted_code', cause: 'trade_state' };
  if (state !== 'paid') return { kind: 'ok', value: { state, transactionId } };
  const value = paidSnapshot(node, transactionId, config);
  return value ? { kind: 'ok', value } : { kind: 'unknown', reason: 'unreadable' };
}
