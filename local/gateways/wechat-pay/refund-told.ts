// A refund as answers tell it, and as notifications do: with fewer facts, and its state under another name.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791865
import { beijingTime } from './beijing.ts';
import type { Refund } from './refunds.ts';

export function refundTold(refund: Refund): object {
  const { terms, couponFen, at, status } = refund;
  return {
    ...common(refund),
    channel: 'ORIGINAL',
    create_time: beijingTime(at),
    status,
    funds_account: 'UNSETTLED',
    amount: {
      ...amounts(refund),
      settlement_total: refund.order.paid.totalFen,
      settlement_refund: terms.fen,
      discount_refund: couponFen,
      currency: 'CNY',
      refund_fee: 0,
    },
    promotion_detail: [],
  };
}

export interface NoticedRefund {
  readonly out_trade_no: string;
  readonly out_refund_no: string;
  readonly amount: { readonly refund: number; readonly payer_refund: number };
}

export function refundNoticed(refund: Refund, mchid: string): NoticedRefund {
  return { mchid, ...common(refund), refund_status: refund.status, amount: amounts(refund) } as NoticedRefund;
}

function common({ terms, order, refundId, successAt, status }: Refund) {
  return {
    refund_id: refundId,
    out_refund_no: terms.outRefundNo,
    transaction_id: order.paid.transactionId,
    out_trade_no: order.terms.outTradeNo,
    user_received_account: '支付用户零钱',
    ...(successAt === undefined || status !== 'SUCCESS' ? {} : { success_time: beijingTime(successAt) }),
  };
}

function amounts({ terms, order, couponFen }: Refund) {
  const { totalFen, couponFen: coupon } = order.paid;
  return {
    total: totalFen,
    refund: terms.fen,
    payer_total: totalFen - coupon,
    payer_refund: terms.fen - couponFen,
  };
}
