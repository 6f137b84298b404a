// Asking Alipay what became of a trade, and to end one.
import type { PaymentSnapshot } from '../../domain/settlement.ts';
import type { CallOptions, Closing, Outcome, PaymentQuery } from '../gateway.ts';
import { call, isSuccess, type Client } from './client.ts';
import type { Node } from './signature.ts';
import { paidSnapshot, readYuan } from './snapshot.ts';
import { isNoTrade, refusal, refusalToClose, tradeState } from './status.ts';

/**
 * A trade that does not exist is no news: Alipay makes it when the payer scans the code or enters the cashier.
 * @see https://opendocs.alipay.com/open/02ekfh
 */
export async function queryPayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<PaymentSnapshot>> {
  const business = { out_trade_no: transactionId, query_options: ['fund_bill_list'] };
  const answer = await call(client, { method: 'alipay.trade.query', business }, options);
  if (answer.kind !== 'answered') return answer;
  if (isNoTrade(answer)) return { kind: 'ok', value: { state: 'not_found', transactionId } };
  if (!isSuccess(answer)) return refusal(answer);
  return told(answer.node, transactionId);
}

/**
 * Closes, and never cancels: a cancel (撤销) that comes just after the payer gives the money back.
 * @see https://opendocs.alipay.com/open/02o6e7
 */
export async function closePayment(
  client: Client,
  { transactionId }: PaymentQuery,
  options: CallOptions,
): Promise<Outcome<Closing>> {
  const business = { out_trade_no: transactionId };
  const answer = await call(client, { method: 'alipay.trade.close', business }, options);
  if (answer.kind !== 'answered') return answer;
  if (isNoTrade(answer)) return { kind: 'ok', value: 'not_found' };
  return isSuccess(answer) ? { kind: 'ok', value: 'closed' } : refusalToClose(answer);
}

function told(node: Node, transactionId: PaymentQuery['transactionId']): Outcome<PaymentSnapshot> {
  const status = node['trade_status'];
  const state = typeof status === 'string' ? tradeState(status) : undefined;
  if (state === 'pending') return { kind: 'ok', value: { state, transactionId } };
  if (state === 'closed' && !wasPaid(node)) return { kind: 'ok', value: { state, transactionId } };
  if (state !== 'paid' && state !== 'closed')
    return { kind: 'unknown', reason: 'unlisted_code', cause: 'trade_status' };
  const value = paidSnapshot({
    transactionId,
    tradeNo: node['trade_no'],
    total: node['total_amount'],
    currency: node['trans_currency'],
    paidAt: node['send_pay_date'],
    // Of a trade that was closed by its refund, these are no longer what they were when it was paid.
    payerTotal: state === 'paid' ? node['buyer_pay_amount'] : undefined,
    merchantReceived: state === 'paid' ? node['receipt_amount'] : undefined,
    funds: node['fund_bill_list'],
    // The answer does not name the payee.
    payee: {},
  });
  return value ? { kind: 'ok', value } : { kind: 'unknown', reason: 'unreadable' };
}

/** A trade that was refunded in full is called closed, too, but its order was paid. */
function wasPaid(node: Node): boolean {
  return Object.entries(node).some(
    ([name, value]) =>
      (name === 'send_pay_date' || name.includes('refund')) && value !== '' && readYuan(value)?.minor !== 0,
  );
}
