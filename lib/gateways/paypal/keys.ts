// Certificates for webhooks, fetched from PayPal alone, and kept.
import type { CallOptions, ReaderPorts } from '../gateway.ts';
import type { ChannelEnvironment, Setting } from '../provider.ts';
import { KeyRefused } from '../crypto.ts';
import { send } from '../http.ts';
import { readWebhookKey, trustedRoots, type WebhookKey } from './certificates.ts';
import type { PayPalConfig } from './config.ts';

export interface KeyRing {
  /** @param address as a callback names it. @returns undefined where it was not fetched, or is no good */
  find(address: string): WebhookKey | undefined;
  /** Fetches what is not known yet, if it is PayPal's own address. Never throws. */
  fetch(address: string, call: CallOptions): Promise<void>;
}

/** ms */
const patience = 3_000;
/** bytes */
const longest = 64 * 1024;
/** ms that what could not be had is not asked for again */
const failureLifetime = 60_000;
/** PayPal has a few at a time; strangers can name any number, and fill nothing but the list of failures. */
const mostKeys = 16;
const mostFailures = 256;

export function keyRing(config: PayPalConfig & Setting, ports: ReaderPorts): KeyRing {
  const keys = new Map<string, WebhookKey>();
  /** until when, ms since 1970 UTC */
  const failures = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();

  async function fetched(address: string, call: CallOptions): Promise<void> {
    const key = await fetchKey(address, config, ports, call);
    if (key) keep(keys, address, key, mostKeys);
    else keep(failures, address, ports.now() + failureLifetime, mostFailures);
  }

  return {
    find: (address) => keys.get(address),
    async fetch(address, call) {
      if (keys.has(address) || !isOwn(address, config)) return;
      if (ports.now() < (failures.get(address) ?? 0)) return;
      const running = underWay.get(address) ?? fetched(address, call);
      underWay.set(address, running);
      await running.finally(() => underWay.delete(address));
    },
  };
}

const hosts: Readonly<Record<Exclude<ChannelEnvironment, 'local'>, string>> = {
  production: 'https://api.paypal.com',
  sandbox: 'https://api.sandbox.paypal.com',
};

/** The whole text is compared: there is no room for a user, a port, a query, or another spelling of the host. */
export function isOwn(address: string, { environment, endpoint }: Setting): boolean {
  const home = environment === 'local' ? endpoint.replace(/\/$/, '') : hosts[environment];
  const start = `${home}/v1/notifications/certs/`;
  return address.startsWith(start) && /^CERT-[A-Za-z0-9-]{1,128}$/.test(address.slice(start.length));
}

async function fetchKey(
  address: string,
  { environment, root_certificate_platform: bundle }: PayPalConfig & Setting,
  ports: ReaderPorts,
  { deadline }: CallOptions,
): Promise<WebhookKey | undefined> {
  const result = await send(
    ports,
    { method: 'GET', url: new URL(address), headers: { 'user-agent': 'payment-service' } },
    { deadline: Math.min(deadline, ports.now() + patience) },
  );
  if (result.kind === 'failed' || result.status !== 200 || result.body.length > longest) return undefined;
  try {
    const text = Buffer.from(result.body).toString('latin1');
    return readWebhookKey(text, environment, trustedRoots(environment, bundle));
  } catch (error) {
    if (error instanceof KeyRefused) return undefined;
    throw error;
  }
}

/** The oldest makes room. */
function keep<T>(kept: Map<string, T>, address: string, value: T, most: number): void {
  kept.delete(address);
  const [oldest] = kept.keys();
  if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
  kept.set(address, value);
}
