// WeChat Pay APIv3, for merchants who are connected directly: its ways to pay, proved by its public key or its certificates.
import { usualTiers } from '../../domain/due.ts';
import { fingerprints } from '../crypto.ts';
import type { CallOptions } from '../gateway.ts';
import type { Provider } from '../provider.ts';
import { refundRules } from '../refund-rules.ts';
import type { Client } from './client.ts';
import { configSchema, secretsSchema, type WeChatPayConfig, type WeChatPaySecrets } from './config.ts';
import { keyRing } from './keys.ts';
import { notificationReader } from './notifications.ts';
import { closePayment, queryPayment } from './payments.ts';
import { fetchPlatformKeys } from './platform-certificates.ts';
import { expiryLead, methods, prepay } from './products.ts';
import { queryRefund, refund } from './refunds.ts';

export const weChatPay: Provider<WeChatPayConfig, WeChatPaySecrets> = {
  name: 'wechat-pay',
  methods,
  sync: {
    tiers: usualTiers,
    lead: expiryLead,
    // Whoever had begun to pay may still enter the password.
    grace: 60,
    limit: 86_400,
  },
  // Within a year; of one order no more than fifty, and a minute from one to the next.
  refunds: refundRules['wechat-pay'],
  signingSecret: 'private_key_merchant',
  readerSecrets: ['api_v3_key'],
  endpoints: {
    production: 'https://api.mch.weixin.qq.com',
    // There is none: a channel that is meant to play must not take money.
    sandbox: 'https://wechat-pay-has-no-sandbox.invalid',
  },
  configSchema,
  secretsSchema,
  payee: (config) => ({ merchantId: config.merchant_id, appId: config.app_id }),
  fingerprints,
  reader: notificationReader,
  connect(config, { signer, secrets, platformKeys }, ports) {
    if (!signer) throw new Error('WeChat Pay needs the merchant’s key to sign with. Nothing was sent.');
    const client: Client = {
      config,
      endpoint: config.endpoint,
      ring: keyRing(config, platformKeys),
      signer,
      ports,
    };
    return {
      ...notificationReader(config, ports, { secrets, platformKeys }),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
      closePayment: (query, options) => closePayment(client, query, options),
      refund: (order, options) => refund(client, order, options),
      queryRefund: (query, options) => queryRefund(client, query, options),
      // Who is proved to by the public key alone is handed out no certificates.
      ...(config.certificate_platform !== undefined && {
        fetchPlatformKeys: (options: CallOptions) => fetchPlatformKeys(client, secrets.api_v3_key, options),
      }),
    };
  },
};
