// What a notification of a refund says, and how each planted fault makes it lie.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791865
import type { Fault, News, Said } from './notice.ts';
import { refundNoticed } from './refund-told.ts';
import type { Refund, RefundStatus } from './refunds.ts';

const words: Readonly<Record<RefundStatus, string>> = {
  SUCCESS: '退款成功',
  ABNORMAL: '退款异常',
  CLOSED: '退款关闭',
  PROCESSING: '退款处理中',
};

/** @returns undefined where there is no address to tell it to */
export function refundNews(refund: Refund, mchid: string): News | undefined {
  const { terms, order, status } = refund;
  if (terms.notifyUrl === undefined) return undefined;
  const said: Said = {
    eventType: `REFUND.${status}`,
    kind: 'refund',
    summary: words[status],
    plain: refundNoticed(refund, mchid),
  };
  return {
    about: 'refund',
    transactionId: order.terms.outTradeNo,
    url: terms.notifyUrl,
    said,
    lie: (fault) => lie(fault, refund, mchid, said),
  };
}

function lie(fault: Fault, refund: Refund, mchid: string, said: Said): Said | undefined {
  const plain = refundNoticed(refund, mchid);
  const { amount } = plain;
  switch (fault) {
    case 'wrong_amount': {
      const other = { refund: amount.refund + 100, payer_refund: amount.payer_refund + 100 };
      return { ...said, plain: { ...plain, amount: { ...amount, ...other } } };
    }
    case 'wrong_currency':
      return { ...said, plain: { ...plain, amount: { ...amount, currency: 'USD' } } };
    case 'wrong_merchant':
      return { ...said, plain: { ...plain, mchid: '1900009999' } };
    case 'unknown_type':
      return { ...said, eventType: 'REFUND.WEATHER' };
    case 'unknown_number':
      return { ...said, plain: { ...plain, ...otherNumbers(plain.out_trade_no, plain.out_refund_no) } };
    case 'lost':
    case 'duplicated':
    case 'delayed':
    case 'early':
    case 'tampered':
    case 'wrong_key':
    case 'stale':
    case 'signtest':
      return undefined;
  }
}

/** Of another order; where the refund's number has the order's in it, it goes along. */
function otherNumbers(order: string, refund: string): object {
  const tail = order.endsWith('0000') ? '1111' : '0000';
  const own = order.slice(4);
  return {
    out_trade_no: order.slice(0, -4) + tail,
    out_refund_no: refund.replace(own, own.slice(0, -4) + tail),
  };
}
