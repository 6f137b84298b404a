// Alipay in public-key mode: QR payments, proved by RSA2.
import { fingerprint, readPublicKey } from '../crypto.ts';
import type { Provider } from '../gateway.ts';
import type { Client } from './client.ts';
import { configSchema, secretsSchema, type AlipayConfig, type AlipaySecrets } from './config.ts';
import { notificationReader } from './notifications.ts';
import { prepay, queryPayment } from './payments.ts';

export const alipay: Provider<AlipayConfig, AlipaySecrets> = {
  name: 'alipay',
  methods: {
    alipay_qr: {
      currencies: ['CNY'],
      minimum: '0.01',
      maximum: '100000000.00',
      // The code itself lives two hours at most.
      expiry: { default: 900, minimum: 120, maximum: 7200 },
    },
  },
  endpoints: {
    production: 'https://openapi.alipay.com/gateway.do',
    sandbox: 'https://openapi-sandbox.dl.alipaydev.com/gateway.do',
  },
  configSchema,
  secretsSchema,
  payee: (config) => ({ merchantId: config.merchant_id, appId: config.app_id }),
  fingerprints: (secrets) => ({ private_key_merchant: fingerprint(secrets.private_key_merchant) }),
  reader: notificationReader,
  connect(config, { signer }, ports) {
    if (!signer) throw new Error('Alipay needs the merchant’s key to sign with. Nothing was sent.');
    const { endpoint } = config;
    const client: Client = {
      config,
      endpoint,
      key: readPublicKey(config.public_key_platform),
      signer,
      ports,
    };
    return {
      ...notificationReader(config, ports),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
    };
  },
};
