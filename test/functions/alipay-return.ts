// What Alipay sends back with a payer's browser, and what it says of that trade when it is asked.
import {
  account,
  answer,
  beijing,
  platform,
  signed,
  signedText,
  type Fields,
  type Pair,
} from '../contract/alipay-side.ts';

/** Alipay's answer to a query. */
export type Says = (business: { out_trade_no: string }) => Response;

export function says(trade_status: string, more: object = {}): Says {
  return ({ out_trade_no }) => {
    const trade = { out_trade_no, trade_no: tradeNo(out_trade_no), total_amount: '8.80', trade_status };
    const node = { code: '10000', msg: 'Success', ...trade, buyer_logon_id: 'a*', ...more };
    return new Response(answer('alipay.trade.query', node));
  };
}

/** Alipay's own number: one trade, one number. */
const tradeNo = (order: string) =>
  `20261120${Array.from(order.slice(-8), (letter) => letter.charCodeAt(0) + 100).join('')}`;

export const paid = () => says('TRADE_SUCCESS', { send_pay_date: beijing(Date.now()) });

/** As Alipay signs what the browser carries back. */
export function returned(order: string, changes: Fields = {}, by: Pair = platform): Fields {
  const fields = {
    app_id: account.app_id,
    auth_app_id: account.app_id,
    charset: 'utf-8',
    method: 'alipay.trade.page.pay.return',
    out_trade_no: order,
    seller_id: account.merchant_id,
    timestamp: beijing(Date.now()),
    total_amount: '8.80',
    trade_no: tradeNo(order),
    version: '1.0',
    ...changes,
  };
  return { ...fields, sign_type: 'RSA2', sign: signed(signedText(fields), by) };
}

export const encoded = (fields: Fields) => new URLSearchParams(fields).toString();
