// Where an account wants its events, and the secrets that they are signed with.
// @see https://docs.stripe.com/api/webhook_endpoints/object
import type { Ports } from '../ports.ts';
import type { Account } from './account.ts';
import { newId } from './ids.ts';

export const apiVersion = '2026-10-28.endive';

/** What a merchant subscribes to who only wants to know of money. */
export const usualEvents = [
  ...['payment_intent.succeeded', 'payment_intent.payment_failed', 'payment_intent.processing'],
  ...['payment_intent.requires_action', 'payment_intent.canceled'],
  ...['checkout.session.completed', 'checkout.session.expired'],
  ...['checkout.session.async_payment_succeeded', 'checkout.session.async_payment_failed'],
  ...['charge.refunded', 'refund.created', 'refund.updated', 'refund.failed'],
] as const;

interface Secret {
  /** `whsec_…`; all of it is the key */
  readonly text: string;
  /** ms since 1970 UTC */
  until: number;
}

export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly enabledEvents: readonly string[];
  readonly description: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly livemode: boolean;
  /** seconds since 1970 UTC */
  readonly created: number;
  /** the newest comes first */
  readonly secrets: Secret[];
}

type Wanted = Pick<Endpoint, 'url' | 'enabledEvents' | 'description' | 'metadata'>;

export class Endpoints {
  readonly #byId = new Map<string, Endpoint>();
  readonly #clock: Pick<Ports, 'now'>;
  readonly #account: Account;

  constructor(clock: Pick<Ports, 'now'>, account: Account) {
    this.#clock = clock;
    this.#account = account;
  }

  register(wanted: Wanted): Endpoint {
    const endpoint: Endpoint = {
      ...wanted,
      id: newId('we_1', 23),
      livemode: this.#account.livemode,
      created: Math.floor(this.#clock.now() / 1000),
      secrets: [newSecret()],
    };
    this.#byId.set(endpoint.id, endpoint);
    return endpoint;
  }

  /** of the mode that the account is in */
  find(id: string): Endpoint | undefined {
    return this.all().find((each) => each.id === id);
  }

  /** newest first */
  all(): readonly Endpoint[] {
    return [...this.#byId.values()].filter(({ livemode }) => livemode === this.#account.livemode).reverse();
  }

  remove({ id }: Endpoint): void {
    this.#byId.delete(id);
  }

  /** @param keptMs how long both secrets sign from now on. @returns the new one */
  roll({ secrets }: Endpoint, keptMs: number): string {
    const fresh = newSecret();
    const [last] = secrets;
    if (last) last.until = this.#clock.now() + keptMs;
    secrets.unshift(fresh);
    return fresh.text;
  }

  /** that have subscribed to such an event */
  wanting(type: string): readonly Endpoint[] {
    return this.all().filter(({ enabledEvents: types }) => types.includes('*') || types.includes(type));
  }
}

/** The secrets that sign at that time, in ms since 1970 UTC; the newest comes first. */
export function signingSecrets({ secrets }: Endpoint, now: number): readonly string[] {
  return secrets.filter(({ until }) => until > now).map(({ text }) => text);
}

/** @param shows the secret is shown once, to who registers it */
export function toldEndpoint(endpoint: Endpoint, shows: boolean): object {
  const { id, url, enabledEvents, description, metadata, livemode, created, secrets } = endpoint;
  return {
    ...{ id, object: 'webhook_endpoint', api_version: apiVersion, application: null, created },
    ...{ description: description ?? null, enabled_events: enabledEvents, livemode, metadata },
    ...(shows ? { secret: secrets[0]?.text } : {}),
    ...{ status: 'enabled', url },
  };
}

function newSecret(): Secret {
  return { text: newId('whsec_', 32), until: Infinity };
}
