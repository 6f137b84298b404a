// All webhooks on their way. CHECKOUT.ORDER.COMPLETED goes beside the others: what can be sent again is the money's own news.
import { Deliveries, type Delivery } from '../deliveries.ts';
import type { AnyCallbackFault, Faults } from '../faults.ts';
import type { Ports } from '../ports.ts';
import { eventTypes, type Event } from './events.ts';
import { manners, noticeOf, type Post } from './notice.ts';
import type { Webhook } from './webhooks.ts';

export class Outbox {
  readonly #news: Deliveries<AnyCallbackFault>;
  readonly #aside: Deliveries<AnyCallbackFault>;
  readonly #post: Post;

  constructor(ports: Ports, faults: Faults, post: Post) {
    this.#news = new Deliveries(ports, faults, manners);
    this.#aside = new Deliveries(ports, faults, manners);
    this.#post = post;
  }

  announce(event: Event, webhook: Webhook): void {
    const isAside = event.type === eventTypes.completed[0];
    (isAside ? this.#aside : this.#news).announce(noticeOf(event, webhook, this.#post));
  }

  made(transactionId?: string): readonly Delivery[] {
    const all = [...this.#news.made(transactionId), ...this.#aside.made(transactionId)];
    return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  /** Once, beside the schedule. @returns whether there was a webhook to send again */
  resend(transactionId: string): Promise<boolean> {
    return this.#news.resend(transactionId);
  }

  /** Resolves when no delivery is under way; those that wait for their time do not count. */
  async idle(): Promise<void> {
    await Promise.all([this.#news.idle(), this.#aside.idle()]);
  }

  stop(): void {
    this.#news.stop();
    this.#aside.stop();
  }
}
