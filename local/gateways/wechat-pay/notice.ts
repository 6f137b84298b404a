// What a notification says, and how each planted fault spoils one.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791882
import { randomInt } from 'node:crypto';
import type { Manners, Notice } from '../deliveries.ts';
import type { AnyCallbackFault } from '../faults.ts';
import type { Ports } from '../ports.ts';
import { seal } from './aead.ts';
import { beijingDigits, beijingTime } from './beijing.ts';
import type { Merchant } from './merchant.ts';
import type { Order } from './orders.ts';
import { told } from './told.ts';
import { proof } from './wire.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** ms from one delivery to the next: sixteen deliveries within 24 hours and 4 minutes */
const retryAfter = [
  ...[15 * second, 15 * second, 30 * second, 3 * minute, 10 * minute, 20 * minute],
  ...[30 * minute, 30 * minute, 30 * minute, 60 * minute],
  ...[3 * hour, 3 * hour, 3 * hour, 6 * hour, 6 * hour],
];

export const manners: Manners = {
  provider: 'wechat_pay',
  retryAfter,
  patience: 5_000,
  takes: (status) => status === 200 || status === 204,
};

/** A word of nobody's, under WeChat Pay's name; of real time long ago for `stale`. */
const longAgo = Date.parse('2016-01-01T00:00:00+08:00');
const probe = 'WECHATPAY/SIGNTEST/';

/** The body is made once; time, nonce and signature are new in each delivery. */
export function noticeOf(
  order: Order,
  merchant: Merchant,
  strangerPem: () => string,
  clock: Pick<Ports, 'now'>,
): Notice<AnyCallbackFault> {
  const now = clock.now();
  const facts: Facts = {
    id: `EV-${beijingDigits(now)}${String(randomInt(10 ** 8)).padStart(8, '0')}`,
    createdAt: beijingTime(now),
    key: merchant.apiV3Key,
  };
  const plain = told(order, merchant.account) as Plain;
  const body = written(facts, plain);
  return {
    transactionId: order.terms.outTradeNo,
    url: order.terms.notifyUrl,
    id: facts.id,
    write(fault) {
      const lying = fault === undefined ? undefined : lie(fault, plain);
      const signed = lying ? written(facts, lying.plain, lying.eventType) : body;
      const signer = merchant.signer() ?? merchant.publicKey;
      const hand = fault === 'wrong_key' ? { ...signer, privatePem: strangerPem() } : signer;
      const proved = proof(signed, hand, fault === 'stale' ? longAgo : clock.now());
      const sign = proved['Wechatpay-Signature'] ?? '';
      return {
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Mozilla/4.0',
          ...proved,
          ...(fault === 'signtest' ? { 'Wechatpay-Signature': probe + sign.slice(probe.length) } : {}),
        },
        body: fault === 'tampered' ? tampered(signed) : signed,
      };
    },
  };
}

interface Facts {
  readonly id: string;
  readonly createdAt: string;
  /** API v3 key */
  readonly key: string;
}

interface Plain {
  readonly out_trade_no: string;
  readonly amount: { readonly total: number; readonly payer_total: number };
}

/** Slashes are escaped: who writes the JSON anew before the check has other bytes. */
function written({ id, createdAt, key }: Facts, plain: object, eventType = 'TRANSACTION.SUCCESS'): string {
  const resource = { original_type: 'transaction', ...seal(JSON.stringify(plain), key, 'transaction') };
  const notice = {
    ...{ id, create_time: createdAt, resource_type: 'encrypt-resource' },
    ...{ event_type: eventType, summary: '支付成功', resource },
  };
  return JSON.stringify(notice).replaceAll('/', '\\/');
}

/** What a genuinely signed, but wrong notice says otherwise; undefined where it says the truth. */
function lie(fault: AnyCallbackFault, plain: Plain): { plain: object; eventType?: string } | undefined {
  const { amount, out_trade_no: number } = plain;
  switch (fault) {
    case 'wrong_amount': {
      const other = { total: amount.total + 100, payer_total: amount.payer_total + 100 };
      return { plain: { ...plain, amount: { ...amount, ...other } } };
    }
    case 'wrong_currency':
      return { plain: { ...plain, amount: { ...amount, currency: 'USD', payer_currency: 'USD' } } };
    case 'wrong_merchant':
      return { plain: { ...plain, mchid: '1900009999', appid: 'wx0000000000009999' } };
    case 'unknown_type':
      return { plain, eventType: 'TRANSACTION.WEATHER' };
    case 'unknown_number': {
      const tail = number.endsWith('0000') ? '1111' : '0000';
      return { plain: { ...plain, out_trade_no: number.slice(0, -4) + tail } };
    }
    case 'lost':
    case 'duplicated':
    case 'delayed':
    case 'early':
    case 'tampered':
    case 'wrong_key':
    case 'stale':
    case 'other_mode':
    case 'signtest':
      return undefined;
  }
}

function tampered(body: string): string {
  return body.replace(/"ciphertext":"(.)/, (_found, first) => `"ciphertext":"${first === 'A' ? 'B' : 'A'}`);
}
