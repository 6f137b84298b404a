// What the merchant may ask for: an order to be placed, told, or closed, and the platform certificates.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791874
import { seal } from './aead.ts';
import { beijingTime } from './beijing.ts';
import type { Obstacle, Order, Prepay } from './orders.ts';
import { noContent, ok, paramError, refusal, type Reply } from './replies.ts';
import type { Seller } from './seller.ts';
import { otherMerchant, readTerms, type Product } from './terms.ts';
import { told } from './told.ts';

export interface Placing {
  readonly now: number;
  /** where the pages for payers live, `http://127.0.0.1:<port>` */
  readonly origin: string;
}

/** @returns the answer, and what the payer opens if there is something */
export function place(
  { merchant, orders }: Seller,
  product: Product,
  body: unknown,
  { now, origin }: Placing,
): { reply: Reply; prepay?: Prepay } {
  const terms = readTerms(product, body, merchant.account, now);
  if ('refused' in terms) return { reply: terms.refused };
  const prepay = orders.place(terms);
  if (!('refused' in prepay)) return { reply: ok(opening(product, prepay, origin)), prepay };
  const placed = orders.find(terms.outTradeNo);
  return { reply: refused(prepay.refused, placed?.terms.totalFen === terms.totalFen) };
}

/** @param by the merchant's number, or WeChat Pay's own of a paid order */
export function query(
  { merchant, orders }: Seller,
  by: { readonly outTradeNo: string } | { readonly transactionId: string },
  mchid: string | null,
): Reply {
  if (mchid === null) return paramError('/query/mchid', '不能为空');
  if (mchid !== merchant.account.mchid) return otherMerchant;
  const order = 'outTradeNo' in by ? orders.find(by.outTradeNo) : orders.findPaid(by.transactionId);
  return order ? ok(told(order, merchant.account)) : refusal('ORDER_NOT_EXIST');
}

export function close({ merchant, orders }: Seller, outTradeNo: string, body: unknown): Reply {
  const { mchid } = (body ?? {}) as { mchid?: unknown };
  if (typeof mchid !== 'string') return paramError('/mchid', '不能为空');
  if (mchid !== merchant.account.mchid) return otherMerchant;
  const order = orders.find(outTradeNo);
  if (!order) return refusal('ORDER_NOT_EXIST');
  return orders.close(order) ? noContent : ended(order);
}

/** Merchants with a public key alone have no certificates to fetch. */
export function certificates({ merchant }: Seller): Reply {
  if (merchant.certificates.length === 0) {
    return refusal('RESOURCE_NOT_EXISTS', '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥');
  }
  const data = merchant.certificates.map(({ serial, from, until, pem }) => ({
    serial_no: serial,
    effective_time: beijingTime(from),
    expire_time: beijingTime(until),
    encrypt_certificate: seal(pem, merchant.apiV3Key, 'certificate'),
  }));
  return ok({ data });
}

function opening(product: Product, { id, code }: Prepay, origin: string): object {
  switch (product) {
    case 'native':
      return { code_url: `weixin://wxpay/bizpayurl?pr=${code}` };
    case 'h5':
      return { h5_url: `${origin}/wechat-pay/checkmweb?prepay_id=${id}&package=${id.slice(6, 16)}` };
    case 'jsapi':
    case 'app':
      return { prepay_id: id };
  }
}

/** Another sum and another word are told apart: both codes occur for a number that is used already. */
function refused(obstacle: Obstacle, sameSum: boolean): Reply {
  switch (obstacle) {
    case 'paid':
      return refusal('ORDERPAID');
    case 'closed':
      return refusal('ORDER_CLOSED');
    case 'other_terms':
      return sameSum ? refusal('INVALID_REQUEST', '201 商户订单号重复') : refusal('OUT_TRADE_NO_USED');
    case 'expired':
      return paramError('/time_expire', '早于当前时间');
  }
}

function ended({ status }: Order): Reply {
  return refusal(status === 'SUCCESS' ? 'ORDERPAID' : 'ORDER_CLOSED');
}
