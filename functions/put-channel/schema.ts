// What may come in to configure a channel: what all channels have, and what the provider's adapter asks for.
import { isIP } from 'node:net';
import * as z from 'zod';
import { anomalyKinds } from '../../lib/domain/anomaly.ts';
import type { Provider } from '../../lib/gateways/provider.ts';

const url = (secure: boolean) =>
  z.string().refine((text) => isUrl(text, secure), secure ? 'is not an https URL' : 'is not a URL');

function isUrl(text: string, secure: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  const schemes = secure ? ['https:'] : ['https:', 'http:'];
  return schemes.includes(protocol) && username === '' && password === '' && !/[?#]/.test(text);
}

function isRange(text: string): boolean {
  const [network = '', bits = '', ...rest] = text.split('/');
  const widest = { 0: -1, 4: 32, 6: 128 }[isIP(network)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= widest;
}

const way = z.enum(['hold', 'accept', 'auto_refund']);

/** Of each kind of late or wrong money: wait for a person, take it for the payment, or give it back. */
const anomalyPolicy = z
  .strictObject(Object.fromEntries(anomalyKinds.map((kind) => [kind, way.optional()])))
  .describe('A kind that is not named is held; PAID_AFTER_CLOSE and DUPLICATE_PAID go back.');

/** What is optional and left out stays as it was. `local` exists on the local machine only. */
function common(local: boolean) {
  return {
    provider: z.string().optional(),
    environment: z.enum(local ? ['production', 'sandbox', 'local'] : ['production', 'sandbox']),
    gateway_url: local ? url(false).optional() : z.never('is for local channels only').optional(),
    callback_url_payment: url(!local),
    callback_source_policy: z.enum(['off', 'monitor', 'enforce']).optional(),
    callback_source_ranges: z.array(z.string().refine(isRange, 'is not a CIDR range')).max(64).optional(),
    anomaly_policy: anomalyPolicy.optional(),
    signing_key: z
      .string()
      .nullable()
      .optional()
      .describe('The name of a key of this channel in KMS; null goes back to a private key that is sent.'),
    is_active: z.boolean(),
  };
}

/** Secrets may be left out: the ones that are there stay. */
export function putChannelBody(provider: Provider, local: boolean) {
  return z.strictObject({
    ...common(local),
    ...provider.configSchema.shape,
    ...provider.secretsSchema.partial().shape,
  });
}
