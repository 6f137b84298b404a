// A small provider as no real one is: its callbacks are sealed with a secret that readers need, and signed with keys that it
// hands out and changes.
import {
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  hash,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import * as z from 'zod';
import type { PlatformKey, PlatformKeys } from '../../lib/domain/platform-keys.ts';
import {
  CallbackRefused,
  type Callback,
  type CallOptions,
  type GatewayPorts,
  type Outcome,
} from '../../lib/gateways/gateway.ts';
import type { Proofs, Provider } from '../../lib/gateways/provider.ts';
import { providers } from '../../lib/gateways/registry.ts';

interface Config {
  readonly merchant_id: string;
}
interface Secrets {
  readonly private_key_merchant: string;
  readonly api_key: string;
}

const acknowledgements = { accepted: 200, refused: 400 } as const;

function readerOf(_: Config, { now }: GatewayPorts, { secrets, platformKeys }: Proofs<Secrets>) {
  return {
    readNotification: ({ body, headers }: Callback) => {
      const serial = headers['serial']?.[0] ?? '';
      const key = Object.hasOwn(platformKeys, serial) ? platformKeys[serial] : undefined;
      const at = new Date(now()).toISOString();
      const signature = Buffer.from(headers['signature']?.[0] ?? '', 'base64');
      if (
        !key ||
        at < key.validFrom ||
        at >= key.validUntil ||
        !verify('sha256', body, key.publicKey, signature)
      )
        throw new CallbackRefused('not_authentic', 'no key of ours proves it');
      return {
        notification: { kind: 'ignored' as const, reason: opened(body, secrets.api_key ?? '') },
        keyVersion: serial,
      };
    },
    acknowledge: (verdict: 'accepted' | 'refused') => ({
      status: acknowledgements[verdict],
      contentType: 'text/plain',
      body: verdict,
    }),
  };
}

/** What the gateway hands out when it is asked: for the test to say. */
export const asked: { answer: (call: CallOptions) => Promise<Outcome<PlatformKeys>> } = {
  answer: () => Promise.reject(new Error('nobody was to be asked')),
};

export const pretend: Provider<Config, Secrets> = {
  name: 'pretend',
  methods: {},
  sync: { tiers: [{ until: Infinity, every: 60 }], grace: 60, limit: 86_400, lead: 60 },
  signingSecret: 'private_key_merchant',
  readerSecrets: ['api_key'],
  endpoints: { production: 'https://pretend.invalid', sandbox: 'https://sandbox.pretend.invalid' },
  configSchema: z.strictObject({ merchant_id: z.string() }),
  secretsSchema: z.strictObject({ private_key_merchant: z.string(), api_key: z.string().length(32) }),
  payee: ({ merchant_id: merchantId }) => ({ merchantId }),
  fingerprints: (secrets) =>
    Object.fromEntries(Object.keys(secrets).map((name) => [name, `sha256:${hash('sha256', name)}`])),
  reader: readerOf,
  connect: (config, { secrets, platformKeys }, ports) => ({
    ...readerOf(config, ports, { secrets, platformKeys }),
    prepay: never,
    queryPayment: never,
    closePayment: never,
    fetchPlatformKeys: (call) => asked.answer(call),
  }),
};

const never = () => Promise.reject(new Error('no money was to be moved'));

/** In this process alone. */
export function registerPretend(): void {
  Object.assign(providers, { pretend });
}

/** A key of the provider with its private half, valid in that time (ms since 1970 UTC). */
export function aPlatformKey(serial: string, from: number, until: number) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key: PlatformKey = {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    validFrom: new Date(from).toISOString(),
    validUntil: new Date(until).toISOString(),
  };
  return {
    serial,
    keys: { [serial]: key },
    callback: (text: string, apiKey: string): Callback => {
      const body = sealed(text, apiKey);
      const signature = sign('sha256', body, privateKey).toString('base64');
      return { body, headers: { serial: [serial], signature: [signature] } };
    },
  };
}

function sealed(text: string, apiKey: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', apiKey, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function opened(body: Uint8Array, apiKey: string): string {
  const bytes = Buffer.from(body);
  const cipher = createDecipheriv('aes-256-gcm', apiKey, bytes.subarray(0, 12));
  cipher.setAuthTag(bytes.subarray(-16));
  return cipher.update(bytes.subarray(12, -16)).toString() + cipher.final().toString();
}
