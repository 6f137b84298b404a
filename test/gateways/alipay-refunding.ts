// A refund that Alipay is asked for, and what it may answer.
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import { answer } from '../contract/alipay-side.ts';
import { answering, options, order } from './alipay-answering.ts';

export const tradeNo = '2026112022001400000000000001';
export const refundId = refundIdOf(order, 3);
/** whose money it is */
export const payment = { transactionId: order, gatewayTransactionId: tradeNo };
export const wanted: RefundOrder = {
  ...payment,
  refundId,
  currency: 'CNY',
  amount: { minor: 300, currency: 'CNY' },
  total: { minor: 880, currency: 'CNY' },
};
export const trade = { out_trade_no: order, trade_no: tradeNo };
export const ok = { code: '10000', msg: 'Success' };
export const no = (subCode: string, code = '40004') => ({
  code,
  msg: 'no',
  sub_code: subCode,
  sub_msg: '不行',
});
export const given = { ...ok, ...trade, fund_change: 'Y', refund_fee: '5.00' };
export const made = {
  ...ok,
  ...trade,
  out_request_no: refundId,
  refund_amount: '3.00',
  total_amount: '8.80',
  refund_status: 'REFUND_SUCCESS',
};
export const facts = { ...payment, refundId, amount: wanted.amount };

/** A provider that answers so, to the refund and to the question about it. */
export function saying(toRefund: object, toQuery: object = ok) {
  return answering((method) => answer(method, method === 'alipay.trade.refund' ? toRefund : toQuery));
}
export const refunded = (toRefund: object, toQuery?: object, change: Partial<RefundOrder> = {}) =>
  saying(toRefund, toQuery).gateway.refund?.({ ...wanted, ...change }, options);
