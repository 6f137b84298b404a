// An order as queries and notifications tell it.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4013070356
import { beijingTime } from './beijing.ts';
import { buyer } from './buyer.ts';
import type { Account } from './merchant.ts';
import type { Order, Paid } from './orders.ts';
import { products } from './terms.ts';

const words = {
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  NOTPAY: '订单未支付',
  CLOSED: '订单已关闭',
} as const;

/** What is not known of an unpaid order is left out or empty, as it comes. */
export function told({ terms, status, paid, isRefunded }: Order, { appid, mchid }: Account): object {
  const state = isRefunded ? 'REFUND' : status;
  const common = {
    appid,
    mchid,
    out_trade_no: terms.outTradeNo,
    trade_state: state,
    trade_state_desc: words[state],
    ...(terms.attach === undefined ? {} : { attach: terms.attach }),
  };
  if (paid)
    return { ...common, ...payment(terms.openid, paid), trade_type: products[terms.product].tradeType };
  return {
    ...common,
    bank_type: '',
    success_time: '',
    amount: { total: terms.totalFen, currency: 'CNY', payer_currency: 'CNY' },
    promotion_detail: [],
  };
}

function payment(openid: string | undefined, { transactionId, at, totalFen, couponFen }: Paid): object {
  return {
    transaction_id: transactionId,
    bank_type: 'OTHERS',
    success_time: beijingTime(at),
    payer: { openid: openid ?? buyer.openid },
    amount: {
      total: totalFen,
      payer_total: totalFen - couponFen,
      currency: 'CNY',
      payer_currency: 'CNY',
    },
    promotion_detail: couponFen === 0 ? [] : [coupon(couponFen)],
  };
}

function coupon(fen: number): object {
  return {
    coupon_id: '109519',
    name: '单品惠-6',
    scope: 'GLOBAL',
    type: 'CASH',
    amount: fen,
    stock_id: '931386',
    wechatpay_contribute: fen,
    merchant_contribute: 0,
    other_contribute: 0,
    currency: 'CNY',
  };
}
