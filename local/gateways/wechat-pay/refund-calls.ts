// What the merchant may ask for of refunds: that one be made, and how one stands.
import { refundTold } from './refund-told.ts';
import { readRefund } from './refund-terms.ts';
import { isPaid, type Refund, type RefundObstacle } from './refunds.ts';
import { ok, refusal, type Reply } from './replies.ts';
import type { Seller } from './seller.ts';

/** @returns the answer, and what is in process if something is */
export function giveBack(seller: Seller, body: unknown): { reply: Reply; refund?: Refund } {
  const asked = readRefund(body);
  if ('refused' in asked) return { reply: asked.refused };
  const { of, ...rest } = asked;
  const { orders, refunds, merchant } = seller;
  const order = 'transactionId' in of ? orders.findPaid(of.transactionId) : orders.find(of.outTradeNo);
  if (!order) return { reply: refusal('RESOURCE_NOT_EXISTS', '订单不存在') };
  if (!isPaid(order)) return { reply: refusal('INVALID_REQUEST', '订单状态错误，未支付') };
  const notifyUrl = rest.notifyUrl ?? merchant.callbackUrl;
  const refund = refunds.place(order, { ...rest, notifyUrl, by: 'merchant' });
  return 'refused' in refund ? { reply: refused(refund.refused) } : { reply: ok(refundTold(refund)), refund };
}

/** By the merchant's number alone. */
export function queryRefund({ refunds }: Seller, outRefundNo: string): Reply {
  const refund = refunds.find(outRefundNo);
  if (refund?.terms.outRefundNo !== outRefundNo) return refusal('RESOURCE_NOT_EXISTS', '退款单不存在');
  return ok(refundTold(refund));
}

function refused(obstacle: RefundObstacle): Reply {
  switch (obstacle) {
    case 'other_facts':
    case 'other_total':
      return refusal('INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试');
    case 'too_late':
      return refusal('INVALID_REQUEST', '订单已经超过可退款的最大期限（支付完成后一年）');
    case 'nothing_left':
      return refusal('INVALID_REQUEST', '订单已全额退款');
    case 'over_rest':
      return refusal('INVALID_REQUEST', '申请退款金额大于订单可退金额');
    case 'too_many':
      return refusal('INVALID_REQUEST', '部分退款次数超过50次');
    case 'too_soon':
      return refusal('FREQUENCY_LIMITED', '同一笔订单多次退款的请求需相隔1分钟');
    case 'not_enough':
      return refusal('NOT_ENOUGH');
  }
}
