// WeChat on the payer's phone: checks the second signature of what a page or an app of the shop hands to it.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012365340
import { Refused } from '../http.ts';
import type { Prepay } from './orders.ts';
import { lines, verify } from './rsa.ts';
import type { Seller } from './seller.ts';

export type Parameters = Readonly<Record<string, string>>;

/** A purchase that is open on the phone. */
export interface Opened {
  readonly seller: Seller;
  readonly prepay: Prepay;
}

/** Who calls, and how its parameters are named. */
const callers = {
  jsapi: {
    names: ['appId', 'timeStamp', 'nonceStr', 'package', 'signType', 'paySign'],
    fixed: { signType: 'RSA' },
    idIn: 'package',
    signature: 'paySign',
    signed: ['appId', 'timeStamp', 'nonceStr', 'package'],
    appid: 'appId',
  },
  app: {
    names: ['appid', 'partnerid', 'prepayid', 'package', 'noncestr', 'timestamp', 'sign'],
    fixed: { package: 'Sign=WXPay' },
    idIn: 'prepayid',
    signature: 'sign',
    signed: ['appid', 'timestamp', 'noncestr', 'prepayid'],
    appid: 'appid',
  },
} as const;
export type Caller = keyof typeof callers;

/** @throws Refused (404, 422) when WeChat would not open the purchase */
export function open(caller: Caller, given: Parameters, sellers: readonly Seller[]): Opened {
  const { names, fixed, idIn, signature, signed, appid } = callers[caller];
  const missing = names.find((name) => !given[name]);
  if (missing !== undefined) throw refused(`${missing} is missing`);
  const wrong = Object.entries(fixed).find(([name, value]) => given[name] !== value);
  if (wrong) throw refused(`${wrong[0]} has to be ${wrong[1]}`);
  const id = (given[idIn] ?? '').replace(/^prepay_id=/, '');
  const opened = find(sellers, { id });
  if (!opened) throw unknownId();
  const { merchant } = opened.seller;
  if (given[appid] !== merchant.account.appid) throw refused(`${appid} is not the one of the order`);
  if (caller === 'app' && given['partnerid'] !== merchant.account.mchid)
    throw refused('partnerid is not the merchant of the order');
  if (opened.prepay.order.terms.product !== caller)
    throw refused('the order was placed for another way to pay');
  const message = lines(...signed.map((name) => given[name] ?? ''));
  const isGenuine = merchant.keys().some((key) => verify(message, given[signature] ?? '', key));
  if (!isGenuine) throw refused(`${signature} does not fit (支付验证签名失败)`);
  return opened;
}

export function find(
  sellers: readonly Seller[],
  key: { readonly id: string } | { readonly code: string },
): Opened | undefined {
  for (const seller of sellers) {
    const prepay = seller.orders.prepayOf(key);
    if (prepay) return { seller, prepay };
  }
  return undefined;
}

function refused(why: string): Refused {
  return new Refused(422, `WeChat does not open the purchase: ${why}. No money moved.`);
}

function unknownId(): Refused {
  return new Refused(
    404,
    'WeChat Pay never gave out this prepay_id. No money moved. Take the parameters of a transaction made here.',
  );
}
