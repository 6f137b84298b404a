// Stripe: cards and their wallets in our own page, or Stripe's checkout, for merchants who are connected directly.
import { usualTiers } from '../../domain/due.ts';
import { fingerprints } from '../crypto.ts';
import type { Provider } from '../provider.ts';
import { refundRules } from '../refund-rules.ts';
import type { Client } from './client.ts';
import {
  checkWorld,
  configSchema,
  isLive,
  secretsSchema,
  type StripeConfig,
  type StripeSecrets,
} from './config.ts';
import { notificationReader } from './notifications.ts';
import { closePayment, queryPayment } from './payments.ts';
import { queryRefund, refund } from './refunds.ts';
import { listUndelivered } from './undelivered.ts';
import { expiryLead, methods, prepay } from './products.ts';

/** One address for both worlds: the key says which is meant. */
const endpoint = 'https://api.stripe.com';

export const stripe: Provider<StripeConfig, StripeSecrets> = {
  name: 'stripe',
  methods,
  sync: {
    tiers: usualTiers,
    lead: expiryLead,
    // Whoever had begun to pay may still be asked by the bank.
    grace: 60,
    limit: 86_400,
  },
  // Stripe states no end for cards; their banks do not take refunds of payments much older than this. Nor does it state how
  // many there may be: each may have to be looked for among all of them.
  refunds: refundRules.stripe,
  readerSecrets: ['webhook_secret', 'webhook_secret_previous'],
  endpoints: { production: endpoint, sandbox: endpoint },
  configSchema,
  secretsSchema,
  payee: (config) => ({ merchantId: config.account_id }),
  fingerprints,
  reader: notificationReader,
  connect(config, { secrets }, ports) {
    const { publishable_key } = config;
    const { secret_key } = secrets;
    checkWorld({ publishable_key, secret_key }, config.environment);
    const client: Client = {
      config,
      endpoint: config.endpoint,
      secretKey: secret_key,
      livemode: isLive(config.environment),
      ports,
    };
    return {
      ...notificationReader(config, ports, { secrets }),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
      closePayment: (query, options) => closePayment(client, query, options),
      refund: (order, options) => refund(client, order, options),
      queryRefund: (query, options) => queryRefund(client, query, options),
      listUndelivered: (since, options, after) => listUndelivered(client, config, since, options, after),
    };
  },
};
