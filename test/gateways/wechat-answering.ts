// A connected WeChat Pay gateway whose other side says what a test wants said.
import { randomBytes } from 'node:crypto';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { PlatformKeys } from '../../lib/domain/platform-keys.ts';
import type { Signer } from '../../lib/gateways/gateway.ts';
import type { WeChatPayConfig } from '../../lib/gateways/wechat-pay/config.ts';
import { weChatPay } from '../../lib/gateways/wechat-pay/index.ts';
import { anId, noon } from '../contract/bench.ts';
import {
  account,
  apiV3Key,
  byPublicKey,
  certificate,
  merchant,
  platform,
  publicKeyId,
  signedHeaders,
  type Headers,
} from '../contract/wechat-pay-side.ts';

export const order = anId();
export const options = { deadline: noon + 5_000 };
export const publicKey: WeChatPayConfig = {
  ...account,
  public_key_platform: platform.publicPem,
  public_key_id_platform: publicKeyId,
};
/** While the merchant changes from certificates to the public key. */
export const both: WeChatPayConfig = { ...publicKey, certificate_platform: certificate };
export const onlyCertificates: WeChatPayConfig = { ...account, certificate_platform: certificate };

export interface Said {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export interface Request {
  readonly method: string;
  /** path and query as they were sent */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Signed by the public key, now. */
export function said(status: number, body: object | string): Said {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, body: text, headers: signedHeaders(text, byPublicKey) };
}

export interface Setting {
  readonly config?: WeChatPayConfig;
  readonly now?: number;
  readonly signer?: Signer;
  readonly platformKeys?: PlatformKeys;
  readonly endpoint?: string;
}

const held = pemSigner('v1', merchant.privatePem);

/** A gateway whose provider answers every call so, and what it was sent. */
export function answering(answer: Said | (() => Said), setting: Setting = {}) {
  const { config = publicKey, now = noon, signer = held, platformKeys = {} } = setting;
  const sent: Request[] = [];
  const fetch = (url: unknown, init?: RequestInit) => {
    const { pathname, search } = new URL(String(url));
    sent.push({
      method: init?.method ?? '',
      path: pathname + search,
      headers: init?.headers as Headers,
      body: (init?.body ?? '') as string,
    });
    const { status, body, headers } = typeof answer === 'function' ? answer() : answer;
    return Promise.resolve(new Response(status === 204 ? null : body, { status, headers }));
  };
  const gateway = weChatPay.connect(
    { ...config, environment: 'sandbox', endpoint: setting.endpoint ?? 'https://wx.example' },
    { secrets: { private_key_merchant: '', api_v3_key: apiV3Key }, signer, platformKeys },
    { fetch, now: () => now, randomBytes },
  );
  return { sent, gateway };
}

export const request = {
  transactionId: order,
  method: 'wechat_native',
  amount: { minor: 880, currency: 'CNY' as const },
  subject: '咖啡 `大` & cake',
  expiresAt: '2026-11-20T06:22:08.500Z',
  callbackUrl: 'https://pay.example.com/payments/callbacks/WECHAT_PAY',
  returnUrl: 'https://pay.example.com/payments/returns/WECHAT_PAY',
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', clientIp: '203.0.113.9' },
};
const ofOrder = { transactionId: order, currency: 'CNY' } as const;

const deadline = ({ now = noon }: Setting = {}) => ({ deadline: now + 5_000 });

export const prepaid = (answer: Said, setting?: Setting) =>
  answering(answer, setting).gateway.prepay(request, deadline(setting));
export const asked = (answer: Said, setting?: Setting) =>
  answering(answer, setting).gateway.queryPayment(ofOrder, deadline(setting));
export const closed = (answer: Said, setting?: Setting) =>
  answering(answer, setting).gateway.closePayment(ofOrder, deadline(setting));
