// Notices of WeChat Pay for the tests of its reader, and how the reader takes them.
import { CallbackRefused, type Callback } from '../../lib/gateways/gateway.ts';
import { weChatPay } from '../../lib/gateways/wechat-pay/index.ts';
import type { WeChatPayConfig } from '../../lib/gateways/wechat-pay/config.ts';
import { noon, setting } from '../contract/bench.ts';
import {
  apiV3Key,
  byPublicKey,
  listed,
  notice,
  paidOrder,
  signedHeaders,
  type Signing,
} from '../contract/wechat-pay-side.ts';
import { both, order } from './wechat-answering.ts';

/** Whom readers called: nobody, if all is well. */
export const called: unknown[] = [];

export function readerAt(
  now: number,
  secrets: object = { api_v3_key: apiV3Key },
  config: WeChatPayConfig = both,
) {
  return weChatPay.reader(
    { ...config, ...setting },
    { now: () => now, fetch: (url) => Promise.reject(new Error(`called ${called.push(url)}`)) },
    { secrets, platformKeys: {} },
  );
}

export const reader = readerAt(noon);
export const paid = paidOrder(order, 880, noon);
export const genuine = JSON.stringify(notice(paid));

/** Signed by the public key, now, unless told otherwise. */
export function posted(text: string, change: Partial<Signing> = {}): Callback {
  return { body: Buffer.from(text), headers: listed(signedHeaders(text, { ...byPublicKey, ...change })) };
}

/** @returns the notification, or the reason of its refusal */
export function read(callback: Callback, by = reader): unknown {
  try {
    return by.readNotification(callback).notification;
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}
