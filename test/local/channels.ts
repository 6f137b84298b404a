// The channels of a booted machine: what an order through each of them says, which keys it has in KMS, and how it is put anew.
import { generateKeyPairSync } from 'node:crypto';
import { provider as adapterOf } from '../../lib/gateways/registry.ts';
import type { Machine } from '../../local/machine.ts';
import { signedFetch } from '../../local/signed-fetch.ts';
import { benches } from '../contract/benches.ts';

export interface LocalChannel {
  readonly code: string;
  readonly provider: string;
  /** for the body of a create */
  readonly order: {
    readonly payment_channel: string;
    readonly payment_method: string;
    readonly currency: string;
  };
  /** ARNs */
  readonly signingKeys: readonly string[];
}

/** As the template tells them to a function that reads the public halves of their keys. */
export function channelsOf({ functions }: Pick<Machine, 'functions'>): readonly LocalChannel[] {
  const { environment } = functions.byOperation.get('get-channel')?.fn.spec ?? {};
  const declared = JSON.parse(environment?.['CHANNELS'] ?? '[]') as Declared[];
  return declared.map(({ code, provider, signing_keys = {} }) => ({
    code,
    provider,
    order: { payment_channel: code, ...simplest(provider) },
    signingKeys: Object.values(signing_keys),
  }));
}

/** The first method that asks nothing of the payer. */
function simplest(provider: string): { payment_method: string; currency: string } {
  const [payment_method = '', rule] =
    Object.entries(adapterOf(provider).methods).find(([, { requires }]) => !requires) ?? [];
  return { payment_method, currency: Object.keys(rule?.amounts ?? {})[0] ?? '' };
}

interface Declared {
  readonly code: string;
  readonly provider: string;
  readonly signing_keys?: Readonly<Record<string, string>>;
}

/** Shown by GET, and not part of what is put. */
const shownAlone = new Set([
  ...['channel_code', 'signing_key', 'signing_keys', 'secret_fingerprints'],
  ...['version', 'updated_at', 'updated_by'],
]);

function newPem(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function openConfigurer(machine: Machine) {
  const operator = signedFetch(machine.credentials.people.operator, machine.region);

  async function look(code: string): Promise<Record<string, unknown>> {
    const shown = (await (await operator(`${machine.api}/channels/${code}`)).json()) as object;
    return Object.fromEntries(Object.entries(shown).filter(([name]) => !shownAlone.has(name)));
  }

  const put = (code: string, configuration: object): Promise<Response> =>
    operator(`${machine.api}/channels/${code}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(configuration),
    });

  return {
    /** Puts a channel again, with its key in KMS or sent, and with secrets that fit nothing. */
    configure: async (code: string, key: 'kms' | 'pem'): Promise<Response> => {
      const now = await look(code);
      const name = String(now['provider']);
      const { signingSecret } = adapterOf(name);
      const secrets = Object.entries(benches[name]?.secrets ?? {}).filter(([each]) => each !== signingSecret);
      return put(code, {
        ...now,
        ...Object.fromEntries(secrets),
        ...(signingSecret !== undefined &&
          (key === 'kms' ? { signing_key: 'v1' } : { signing_key: null, [signingSecret]: newPem() })),
      });
    },
    /** The keys that were fetched for a channel are given up: those of another environment prove nothing. */
    forgetKeys: async (code: string): Promise<void> => {
      const { gateway_url, ...now } = await look(code);
      const away = await put(code, { ...now, environment: 'sandbox' });
      const back = await put(code, { ...now, gateway_url });
      if (!away.ok || !back.ok) throw new Error(`${code} was not put: ${away.status}, ${back.status}.`);
    },
  };
}
