// WeChat Pay APIv3, for merchants who are connected directly: its ways to pay, proved by its public key or its certificates.
import { randomBytes } from 'node:crypto';
import type { IdSource } from '../../domain/ids.ts';
import { fingerprint } from '../crypto.ts';
import type { CallOptions, GatewayPorts, Provider } from '../gateway.ts';
import type { Client } from './client.ts';
import { configSchema, secretsSchema, type WeChatPayConfig, type WeChatPaySecrets } from './config.ts';
import { keyRing } from './keys.ts';
import { notificationReader } from './notifications.ts';
import { closePayment, queryPayment } from './payments.ts';
import { fetchPlatformKeys } from './platform-certificates.ts';
import { expiryLead, methods, prepay } from './products.ts';

export const weChatPay: Provider<WeChatPayConfig, WeChatPaySecrets> = {
  name: 'wechat-pay',
  methods,
  sync: {
    tiers: [
      { until: 120, every: 60 },
      { until: 3600, every: 300 },
      { until: 86_400, every: 900 },
      { until: Infinity, every: 3600 },
    ],
    lead: expiryLead,
    // Whoever had begun to pay may still enter the password.
    grace: 60,
    limit: 86_400,
  },
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
  fingerprints: (secrets) =>
    Object.fromEntries(Object.entries(secrets).map(([name, text]) => [name, fingerprint(text)])),
  reader: notificationReader,
  connect(config, { signer, secrets, platformKeys }, ports: GatewayPorts & Partial<Chance>) {
    if (!signer) throw new Error('WeChat Pay needs the merchant’s key to sign with. Nothing was sent.');
    const client: Client = {
      config,
      endpoint: config.endpoint,
      ring: keyRing(config, platformKeys),
      signer,
      ports,
      randomBytes: ports.randomBytes ?? randomBytes,
    };
    return {
      ...notificationReader(config, ports, { secrets, platformKeys }),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
      closePayment: (query, options) => closePayment(client, query, options),
      // Who is proved to by the public key alone is handed out no certificates.
      ...(config.certificate_platform !== undefined && {
        fetchPlatformKeys: (options: CallOptions) => fetchPlatformKeys(client, secrets.api_v3_key, options),
      }),
    };
  },
};

type Chance = Pick<IdSource, 'randomBytes'>;
