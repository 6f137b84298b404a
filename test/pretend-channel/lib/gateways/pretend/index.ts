// Pretend Pay: the smallest provider that the contract allows. It proves itself by secrets that both sides share.
import { usualTiers } from '../../domain/due.ts';
import { fingerprints } from '../crypto.ts';
import type { Provider } from '../provider.ts';
import type { Client } from './client.ts';
import { configSchema, secretsSchema, type PretendConfig, type PretendSecrets } from './config.ts';
import { notificationReader } from './notifications.ts';
import { closePayment, queryPayment } from './payments.ts';
import { expiryLead, methods, prepay } from './products.ts';

export const pretend: Provider<PretendConfig, PretendSecrets> = {
  name: 'pretend',
  methods,
  sync: { tiers: usualTiers, lead: expiryLead, grace: 60, limit: 86_400 },
  readerSecrets: ['callback_secret'],
  endpoints: { production: 'https://pretend.invalid', sandbox: 'https://sandbox.pretend.invalid' },
  configSchema,
  secretsSchema,
  payee: (config) => ({ merchantId: config.merchant_id }),
  fingerprints,
  reader: notificationReader,
  connect(config, { secrets, platformKeys }, ports) {
    const client: Client = { config, endpoint: config.endpoint, secret: secrets.call_secret, ports };
    return {
      ...notificationReader(config, ports, { secrets, platformKeys }),
      prepay: (request, options) => prepay(client, request, options),
      queryPayment: (query, options) => queryPayment(client, query, options),
      closePayment: (query, options) => closePayment(client, query, options),
    };
  },
};
