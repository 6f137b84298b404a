// A connected Alipay gateway whose other side says what a test wants said.
import { randomBytes } from 'node:crypto';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import type { AlipayConfig } from '../../lib/gateways/alipay/config.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import { anId, noon } from '../contract/bench.ts';
import { account, answer, merchant, platform, type Fields } from '../contract/alipay-side.ts';

export const order = anId();
const signer = pemSigner('v1', merchant.privatePem);
export const options = { deadline: noon + 5_000 };
export const bareKey: AlipayConfig = { ...account, public_key_platform: platform.publicPem };

/** A gateway whose provider answers every call so, and what it was sent. */
export function answering(body: (method: string) => string, config = bareKey, now = noon) {
  const sent: { system: Fields; business: Fields }[] = [];
  const fetch = (url: unknown, init?: RequestInit) => {
    const system = Object.fromEntries(new URL(String(url)).searchParams);
    const business = new URLSearchParams(init?.body as string).get('biz_content') ?? '';
    sent.push({ system, business: JSON.parse(business) as Fields });
    return Promise.resolve(new Response(body(system['method'] ?? '')));
  };
  const secrets = { private_key_merchant: merchant.privatePem };
  const endpoint = 'https://a.example/gateway.do';
  const gateway = alipay.connect(
    { ...config, environment: 'sandbox', endpoint },
    { secrets, signer, platformKeys: {} },
    { fetch, now: () => now, randomBytes },
  );
  return { sent, gateway };
}

export const request = {
  transactionId: order,
  method: 'alipay_qr',
  amount: { minor: 880, currency: 'CNY' as const },
  subject: '咖啡 & cake = 1/2 <b>',
  expiresAt: '2026-11-20T06:22:08.500Z',
  callbackUrl: 'https://pay.example.com/payments/callbacks/ALIPAY',
  returnUrl: 'https://pay.example.com/payments/returns/ALIPAY',
};
const gatewayTold = (node: object) =>
  answering((method) => answer(method, { out_trade_no: order, ...node })).gateway;
const ofOrder = { transactionId: order, currency: 'CNY' } as const;

export const prepaid = (node: object) => gatewayTold(node).prepay(request, options);
export const asked = (node: object) => gatewayTold(node).queryPayment(ofOrder, options);
export const closed = (node: object) => gatewayTold(node).closePayment(ofOrder, options);
