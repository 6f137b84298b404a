// What happened at an account: kept for thirty days, and told to those who subscribed.
// @see https://docs.stripe.com/api/events/object
import type { Deliveries } from '../deliveries.ts';
import type { About, AnyCallbackFault } from '../faults.ts';
import type { Ports } from '../ports.ts';
import type { Account } from './account.ts';
import { apiVersion, type Endpoint, type Endpoints } from './endpoints.ts';
import { newId } from './ids.ts';
import type { Cause } from './intent.ts';
import { noticeOf } from './notice.ts';

/** The object is as it was then. */
export interface Event {
  readonly id: string;
  readonly type: string;
  /** seconds since 1970 UTC */
  readonly created: number;
  readonly livemode: boolean;
  readonly transactionId: string;
  readonly about: About;
  readonly object: object;
  readonly cause: Cause;
  /** who it was to be told to */
  readonly endpoints: readonly Endpoint[];
}

interface Opening {
  readonly clock: Pick<Ports, 'now'>;
  readonly account: Account;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries<AnyCallbackFault>;
}

/** seconds */
const kept = 30 * 24 * 3600;

export class Events {
  readonly #events: Event[] = [];
  readonly #opening: Opening;

  constructor(opening: Opening) {
    this.#opening = opening;
  }

  /** @param facts about payments unless said */
  add(facts: Pick<Event, 'type' | 'object' | 'transactionId' | 'cause'> & { readonly about?: About }): void {
    const { clock, account, endpoints, deliveries } = this.#opening;
    const event: Event = {
      about: 'payment',
      ...facts,
      id: newId(facts.type.startsWith('checkout') ? 'evt_1' : 'evt_3', 23),
      ...{ created: this.#seconds(), livemode: account.livemode },
      endpoints: endpoints.wanting(facts.type),
    };
    this.#events.push(event);
    for (const endpoint of event.endpoints) {
      const body = (stands: number) => toldEvent(event, stands);
      deliveries.announce(noticeOf({ event, endpoint, body, clock }));
    }
  }

  find(id: string): Event | undefined {
    return this.all().find((each) => each.id === id);
  }

  /** of the mode that the account is in, newest first */
  all(): readonly Event[] {
    const { livemode } = this.#opening.account;
    const since = this.#seconds() - kept;
    return this.#events.filter((each) => each.livemode === livemode && each.created > since).reverse();
  }

  /** How many of those who were to be told have not taken it yet. */
  pending({ id, transactionId, endpoints }: Event): number {
    const made = this.#opening.deliveries.made(transactionId);
    const has = ({ url }: Endpoint) =>
      made.some((each) => each.notify_id === id && each.url === url && each.accepted);
    return endpoints.filter((endpoint) => !has(endpoint)).length;
  }

  told(event: Event): object {
    return toldEvent(event, this.pending(event));
  }

  #seconds(): number {
    return Math.floor(this.#opening.clock.now() / 1000);
  }
}

/** @param pending how many have not taken it yet */
function toldEvent({ id, created, object, livemode, cause, type }: Event, pending: number): object {
  return {
    ...{ id, object: 'event', api_version: apiVersion, created, data: { object }, livemode },
    pending_webhooks: pending,
    request: { id: cause.requestId, idempotency_key: cause.idempotencyKey },
    type,
  };
}
