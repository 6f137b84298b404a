// How a notification is sealed and signed, and how planted faults spoil one.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012075420
import { randomInt } from 'node:crypto';
import type { Manners, Notice } from '../deliveries.ts';
import type { About, AnyCallbackFault } from '../faults.ts';
import type { Ports } from '../ports.ts';
import { seal } from './aead.ts';
import { beijingDigits, beijingTime } from './beijing.ts';
import type { Merchant } from './merchant.ts';
import { proof } from './wire.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** What a notice of WeChat Pay can have. */
export type Fault = Exclude<AnyCallbackFault, 'other_mode'>;

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

/** What is told, before it is sealed. */
export interface Said {
  readonly eventType: string;
  /** both the resource's `original_type` and what is sealed along */
  readonly kind: 'transaction' | 'refund';
  readonly summary: string;
  readonly plain: object;
}

export interface News {
  readonly about: About;
  /** the merchant's number of the order */
  readonly transactionId: string;
  readonly url: string;
  readonly said: Said;
  /** What a genuinely signed, but wrong notice says otherwise; undefined where it says the truth. */
  lie(fault: Fault): Said | undefined;
}

/** The body is made once; time, nonce and signature are new in each delivery. */
export function noticeOf(
  { about, transactionId, url, said, ...news }: News,
  merchant: Merchant,
  strangerPem: () => string,
  clock: Pick<Ports, 'now'>,
): Notice<Fault> {
  const now = clock.now();
  const facts: Facts = {
    id: `EV-${beijingDigits(now)}${String(randomInt(10 ** 8)).padStart(8, '0')}`,
    createdAt: beijingTime(now),
    key: merchant.apiV3Key,
  };
  const body = written(facts, said);
  return {
    ...{ about, transactionId, url },
    id: facts.id,
    write(fault) {
      const lying = fault === undefined ? undefined : news.lie(fault);
      const signed = lying ? written(facts, lying) : body;
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

/** Slashes are escaped: who writes the JSON anew before the check has other bytes. */
function written({ id, createdAt, key }: Facts, { eventType, kind, summary, plain }: Said): string {
  const resource = { original_type: kind, ...seal(JSON.stringify(plain), key, kind) };
  const notice = {
    ...{ id, create_time: createdAt, resource_type: 'encrypt-resource' },
    ...{ event_type: eventType, summary, resource },
  };
  return JSON.stringify(notice).replaceAll('/', '\\/');
}

function tampered(body: string): string {
  return body.replace(/"ciphertext":"(.)/, (_found, first) => `"ciphertext":"${first === 'A' ? 'B' : 'A'}`);
}
