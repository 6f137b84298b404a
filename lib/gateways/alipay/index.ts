// Alipay: its ways to pay, proved by RSA2.
import { usualTiers } from '../../domain/due.ts';
import { fingerprints } from '../crypto.ts';
import type { Provider } from '../provider.ts';
import { refundRules } from '../refund-rules.ts';
import type { Client } from './client.ts';
import { configSchema, secretsSchema, type AlipayConfig, type AlipaySecrets } from './config.ts';
import { certificateParameters, platformKey } from './keys.ts';
import { notificationReader } from './notifications.ts';
import { closePayment, queryPayment } from './payments.ts';
import { expiryLead, methods, prepay } from './products.ts';
import { queryRefund, refund } from './refunds.ts';

export const alipay: Provider<AlipayConfig, AlipaySecrets> = {
  name: 'alipay',
  methods,
  sync: {
    tiers: usualTiers,
    lead: expiryLead,
    grace: 60,
    limit: 86_400,
  },
  // By contract usually 12 months.
  refunds: refundRules.alipay,
  signingSecret: 'private_key_merchant',
  endpoints: {
    production: 'https://openapi.alipay.com/gateway.do',
    sandbox: 'https://openapi-sandbox.dl.alipaydev.com/gateway.do',
  },
  configSchema,
  secretsSchema,
  payee: (config) => ({ merchantId: config.merchant_id, appId: config.app_id }),
  fingerprints,
  reader: notificationReader,
  connect(config, { signer }, ports) {
    if (!signer) throw new Error('Alipay needs the merchant’s key to sign with. Nothing was sent.');
    const { endpoint } = config;
    const client: Client = {
      config,
      endpoint,
      platform: platformKey(config),
      certificates: certificateParameters(config),
      signer,
      ports,
    };
    return {
      ...notificationReader(config, ports),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
      closePayment: (query, options) => closePayment(client, query, options),
      refund: (order, options) => refund(client, order, options),
      queryRefund: (query, options) => queryRefund(client, query, options),
    };
  },
};
