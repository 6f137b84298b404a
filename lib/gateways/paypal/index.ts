// PayPal, by its orders: the payer agrees there, and the money is taken by a call of ours.
import { fingerprints } from '../crypto.ts';
import type { Provider } from '../provider.ts';
import type { Client } from './client.ts';
import { configSchema, secretsSchema, type PayPalConfig, type PayPalSecrets } from './config.ts';
import { notificationReader } from './notifications.ts';
import { capturePayment, closePayment, queryPayment } from './payments.ts';
import { methods, prepay } from './products.ts';
import { refundRules } from '../refund-rules.ts';
import { queryRefund, refund } from './refunds.ts';
import { tokenSource } from './token.ts';

export const payPal: Provider<PayPalConfig, PayPalSecrets> = {
  name: 'paypal',
  methods,
  sync: {
    // Close together until an approval that was not captured is given back.
    tiers: [
      { until: 600, every: 60 },
      { until: 10_800, every: 300 },
      { until: 86_400, every: 900 },
      { until: Infinity, every: 3600 },
    ],
    // PayPal's order outlives ours: it ends because it is not captured.
    lead: 0,
    grace: 60,
    limit: 86_400,
  },
  refunds: refundRules.paypal,
  endpoints: {
    production: 'https://api-m.paypal.com',
    sandbox: 'https://api-m.sandbox.paypal.com',
  },
  configSchema,
  secretsSchema,
  payee: (config) => ({ merchantId: config.merchant_id }),
  fingerprints,
  reader: notificationReader,
  connect(config, { secrets }, ports) {
    const { endpoint, client_id: clientId } = config;
    const credentials = { endpoint, clientId, clientSecret: secrets.client_secret };
    const client: Client = { config, tokens: tokenSource(credentials, ports), ports };
    return {
      ...notificationReader(config, ports),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
      closePayment: (query, options) => closePayment(client, query, options),
      capturePayment: (query, options) => capturePayment(client, query, options),
      refund: (order, options) => refund(client, order, options),
      queryRefund: (query, options) => queryRefund(client, query, options),
    };
  },
};
