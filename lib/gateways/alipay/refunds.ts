// Giving money back, and asking what became of it. Alipay keeps our number for ever: a repeat moves no money twice, and is
// how to find out what a query leaves open.
import { compareMoney, formatAmount, sameMoney, type Money } from '../../domain/money.ts';
import type {
  NoSuchRefund,
  RefundOrder,
  RefundQuery,
  RefundReference,
  RefundSnapshot,
} from '../../domain/refund.ts';
import type { CallOptions, Outcome } from '../gateway.ts';
import { fromBeijing } from './beijing.ts';
import { call, isSuccess, type Client } from './client.ts';
import { cleanSubject } from './products.ts';
import { fundChange, isOfRefund, refundState, refusalToRefund, refusalToTell } from './refund-status.ts';
import type { Node } from './signature.ts';
import { readYuan } from './snapshot.ts';
import { isNoTrade, type Refusal } from './status.ts';

type Unknown = Extract<Outcome<never>, { kind: 'unknown' }>;
type Declined = Extract<Refusal, { kind: 'declined' }>;
/** nothing of what became of the refund */
interface NotTold {
  readonly state: 'not_told';
  /** it is named: Alipay has heard of it */
  readonly isKnown: boolean;
  readonly amount?: Money | undefined;
}

/** ms. What a query says sooner after a refund may be old: Alipay asks for ten seconds. */
const settling = 60_000;

const other: Unknown = { kind: 'unknown', reason: 'other_order' };

/**
 * @throws Error for a currency other than CNY
 * @see https://opendocs.alipay.com/open/02ekfk
 */
export async function refund(
  client: Client,
  order: RefundOrder,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const { refundId, amount, reason = '' } = order;
  if (amount.currency !== 'CNY')
    throw new Error(`Alipay gives nothing back in ${amount.currency}. Nothing was sent.`);
  const cleaned = cleanSubject(reason, '');
  const business = {
    ...trade(order),
    out_request_no: refundId,
    refund_amount: formatAmount(amount),
    ...(cleaned !== '' && { refund_reason: cleaned }),
  };
  const answer = await call(client, { method: 'alipay.trade.refund', business }, options);
  if (answer.kind !== 'answered') return answer;
  if (isSuccess(answer)) return accepted(answer.node, order);
  const refusal = refusalToRefund(answer);
  return isForGood(refusal) ? unlessMade(client, order, refusal, options) : refusal;
}

/**
 * @throws Error for a refund without a number
 * @see https://opendocs.alipay.com/open/02ekfl
 */
export async function queryRefund(
  client: Client,
  query: RefundQuery,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot | NoSuchRefund>> {
  const asked = await ask(client, query, options);
  if (asked.kind !== 'ok') return asked;
  const { value } = asked;
  if (value.state !== 'not_told') return { kind: 'ok', value };
  const { amount } = value;
  if (amount)
    return { kind: 'ok', value: { state: 'processing', isInconclusive: true, ...reference(query), amount } };
  return { kind: 'unknown', reason: 'unlisted_code', channelCode: 'no_refund_status' };
}

async function ask(
  client: Client,
  query: RefundQuery,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot | NoSuchRefund | NotTold>> {
  const business = {
    ...trade(query),
    out_request_no: numberOf(query),
    query_options: ['gmt_refund_pay'],
  };
  const method = 'alipay.trade.fastpay.refund.query';
  const answer = await call(client, { method, business, maySayNothing: true }, options);
  if (answer.kind !== 'answered') return answer;
  if (isNoTrade(answer)) return { kind: 'ok', value: { state: 'not_found', ...reference(query) } };
  return isSuccess(answer) ? told(answer.node, query) : refusalToTell(answer);
}

/** Of two numbers Alipay goes by its own; the answer must name both. */
function trade({ transactionId, gatewayTransactionId }: RefundQuery) {
  return { out_trade_no: transactionId, trade_no: gatewayTransactionId };
}

/** Of a refund at the console, Alipay's number of it stands where ours would. */
function numberOf({ refundId, gatewayRefundId }: RefundReference): string {
  const number = refundId ?? gatewayRefundId;
  if (number === undefined)
    throw new Error('A refund without a number cannot be asked for. Nothing was sent.');
  return number;
}

function reference({ refundId, gatewayRefundId, transactionId, gatewayTransactionId }: RefundQuery) {
  return {
    ...(refundId !== undefined && { refundId }),
    ...(gatewayRefundId !== undefined && { gatewayRefundId }),
    transactionId,
    gatewayTransactionId,
  };
}

/** The answer does not name the refund; what it names must be able to hold it. */
function accepted(node: Node, order: RefundOrder): Outcome<RefundSnapshot> {
  const state = fundChange(node['fund_change']);
  if (!state) return { kind: 'unknown', reason: 'unlisted_code', cause: 'fund_change' };
  if (node['trade_no'] !== order.gatewayTransactionId) return other;
  const facts = { ...reference(order), amount: order.amount };
  if (state === 'processing') return { kind: 'ok', value: { state, ...facts } };
  const all = readYuan(node['refund_fee']);
  if (!all) return { kind: 'unknown', reason: 'unreadable', cause: 'refund_fee' };
  if (compareMoney(all, order.amount) < 0) return other;
  return { kind: 'ok', value: { state, ...facts, ...moment(node) } };
}

function told(node: Node, query: RefundQuery): Outcome<RefundSnapshot | NotTold> {
  const state = refundState(node['refund_status']);
  if (!state) return { kind: 'unknown', reason: 'unlisted_code', cause: 'refund_status' };
  const { out_trade_no: order, trade_no: tradeNo, out_request_no: number, refund_amount: amount } = node;
  const isBare = [order, tradeNo, number, amount].every((each) => each === undefined);
  if (state === 'not_told' && isBare) return { kind: 'ok', value: { state, isKnown: false } };
  if (order !== query.transactionId || tradeNo !== query.gatewayTransactionId || number !== numberOf(query))
    return other;
  const money = readYuan(amount);
  if (state === 'not_told') return { kind: 'ok', value: { state, isKnown: true, amount: money } };
  if (!money) return { kind: 'unknown', reason: 'unreadable', cause: 'refund_amount' };
  return { kind: 'ok', value: { state, ...reference(query), amount: money, ...moment(node) } };
}

/** When it was made, where that is said readably: no money hangs on it. */
function moment({ gmt_refund_pay: told }: Node): { readonly at?: string } {
  const at = typeof told === 'string' ? fromBeijing(told) : undefined;
  return at === undefined ? {} : { at: new Date(at).toISOString() };
}

/** Not by what a person could mend: for that nothing is given up. */
function isForGood(refusal: Refusal): refusal is Declined {
  if (refusal.kind !== 'declined') return false;
  return refusal.code !== 'insufficient_balance' && refusal.code !== 'misconfigured';
}

/** An earlier call may have taken what this one no longer found: the refund is asked for before its refusal is believed. */
async function unlessMade(
  client: Client,
  order: RefundOrder,
  refusal: Declined,
  options: CallOptions,
): Promise<Outcome<RefundSnapshot>> {
  const asked = await ask(client, order, options);
  if (asked.kind !== 'ok') return asked;
  const { value } = asked;
  const { channelCode } = refusal;
  if (value.state !== 'not_told' && value.state !== 'not_found')
    return sameMoney(value.amount, order.amount) ? { kind: 'ok', value } : { ...other, channelCode };
  // Under our number stands something else, of which nothing is told.
  if (refusal.code === 'duplicate_order') return { ...other, channelCode };
  const { submittedAt } = order;
  const isKnown = value.state === 'not_told' && value.isKnown;
  // An earlier call was taken up, and may still go.
  if (isKnown && submittedAt !== undefined && !isOfRefund(channelCode))
    return { kind: 'unknown', reason: 'unlisted_code', channelCode, cause: 'said of the trade' };
  const isEarly = submittedAt !== undefined && client.ports.now() - Date.parse(submittedAt) < settling;
  return isEarly
    ? { kind: 'unknown', reason: 'unlisted_code', channelCode, cause: 'asked too soon' }
    : refusal;
}
