// What a notification of a payment says, and how each planted fault makes it lie.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791882
import type { Account } from './merchant.ts';
import type { Fault, News, Said } from './notice.ts';
import type { Order } from './orders.ts';
import { told } from './told.ts';

interface Plain {
  readonly out_trade_no: string;
  readonly amount: { readonly total: number; readonly payer_total: number };
}

export function paymentNews(order: Order, account: Account): News {
  const plain = told(order, account) as Plain;
  const said: Said = { eventType: 'TRANSACTION.SUCCESS', kind: 'transaction', summary: '支付成功', plain };
  return {
    about: 'payment',
    transactionId: order.terms.outTradeNo,
    url: order.terms.notifyUrl,
    said,
    lie: (fault) => lie(fault, plain, said),
  };
}

function lie(fault: Fault, plain: Plain, said: Said): Said | undefined {
  const { amount, out_trade_no: number } = plain;
  switch (fault) {
    case 'wrong_amount': {
      const other = { total: amount.total + 100, payer_total: amount.payer_total + 100 };
      return { ...said, plain: { ...plain, amount: { ...amount, ...other } } };
    }
    case 'wrong_currency':
      return { ...said, plain: { ...plain, amount: { ...amount, currency: 'USD', payer_currency: 'USD' } } };
    case 'wrong_merchant':
      return { ...said, plain: { ...plain, mchid: '1900009999', appid: 'wx0000000000009999' } };
    case 'unknown_type':
      return { ...said, eventType: 'TRANSACTION.WEATHER' };
    case 'unknown_number': {
      const tail = number.endsWith('0000') ? '1111' : '0000';
      return { ...said, plain: { ...plain, out_trade_no: number.slice(0, -4) + tail } };
    }
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
