// The signed parameters with which a payer's browser comes back to the shop. They say nothing of the trade's status.
// @see https://opendocs.alipay.com/open/270/105901
import type { Account, Signers } from './application.ts';
import { beijingTime } from './beijing.ts';
import { writeForm, type Fields } from './form.ts';
import type { OrderMethod } from './request.ts';
import { sign, signedText } from './rsa2.ts';
import type { Trade } from './trades.ts';
import { yuan } from './yuan.ts';

/** @returns `returnUrl` with Alipay's parameters behind its own, which are not signed */
export function returnAddress(
  returnUrl: string,
  method: OrderMethod,
  trade: Trade,
  seller: { readonly account: Account; readonly signers: Signers },
  now: number,
): string {
  const { appId, sellerId } = seller.account;
  const { certificateSerial, platform } = seller.signers;
  const facts: Fields = [
    ['charset', 'utf-8'],
    ['out_trade_no', trade.terms.outTradeNo],
    ['method', `${method}.return`],
    ['total_amount', yuan(trade.totalFen)],
    ['trade_no', trade.tradeNo],
    ['auth_app_id', appId],
    ['version', '1.0'],
    ['app_id', appId],
    ['seller_id', sellerId],
    ['timestamp', beijingTime(now)],
    ...(certificateSerial === undefined ? [] : [['alipay_cert_sn', certificateSerial] as const]),
  ];
  const signature = sign(signedText(facts, []), platform.privatePem);
  const parameters = writeForm([...facts, ['sign_type', 'RSA2'], ['sign', signature]]);
  const address = new URL(returnUrl);
  address.search = address.search === '' ? parameters : `${address.search}&${parameters}`;
  return address.href;
}
