// Where one merchant wants to hear of what, and what there was to hear.
// @see https://developer.paypal.com/docs/api/webhooks/v1/
import type { Event } from './events.ts';
import { newId } from './ids.ts';

export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** names, or `*` for all */
  readonly eventTypes: readonly string[];
}

const most = 10;

export class Webhooks {
  readonly #firstId: string;
  readonly #announce: (event: Event, webhook: Webhook) => void;
  readonly #registered: Webhook[] = [];
  readonly #events: Event[] = [];

  /** @param firstId what the first registration is called. `announce` sends one event to one address. */
  constructor(firstId: string, announce: (event: Event, webhook: Webhook) => void) {
    this.#firstId = firstId;
    this.#announce = announce;
  }

  register(
    url: string,
    eventTypes: readonly string[],
  ): Webhook | 'WEBHOOK_URL_ALREADY_EXISTS' | 'WEBHOOK_NUMBER_LIMIT_EXCEEDED' {
    if (this.#registered.some((each) => each.url === url)) return 'WEBHOOK_URL_ALREADY_EXISTS';
    if (this.#registered.length >= most) return 'WEBHOOK_NUMBER_LIMIT_EXCEEDED';
    const webhook = { id: this.#registered.length === 0 ? this.#firstId : newId(), url, eventTypes };
    this.#registered.push(webhook);
    return webhook;
  }

  get registered(): readonly Webhook[] {
    return this.#registered;
  }

  /** Events are kept whether anybody listens or not; the last comes last. */
  get events(): readonly Event[] {
    return this.#events;
  }

  /** To whom it may concern. */
  publish(event: Event): void {
    this.#events.push(event);
    this.send(event);
  }

  /** @param ids to these alone */
  send(event: Event, ids?: readonly string[]): void {
    for (const webhook of this.#registered) {
      const { eventTypes, id } = webhook;
      const wants = eventTypes.includes('*') || eventTypes.includes(event.type);
      if (wants && (ids?.includes(id) ?? true)) this.#announce(event, webhook);
    }
  }
}
