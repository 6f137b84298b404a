// The story of publishing: every event row goes to the bus, in the order of the stream, at least once.
import { factsView } from '../../lib/api/payment-view.ts';
import { refundFactsView } from '../../lib/api/refund-view.ts';
import { busBatch, type BusEvent } from '../../lib/messaging/events.ts';
import type { PaymentEvent } from '../../lib/store/events.ts';

/**
 * @param put sends at most ten events and says of each whether the bus has it
 * @returns how many, from the front, are on the bus; the rest is to come again. What follows a failure may have been
 *   sent too: a subscriber knows an event by its id
 * @see SPEC R9.1
 */
export async function publishEvents(
  put: (events: readonly BusEvent[]) => Promise<boolean[]>,
  events: readonly PaymentEvent[],
): Promise<number> {
  for (let from = 0; from < events.length; from += busBatch) {
    const sent = await put(events.slice(from, from + busBatch).map(published));
    const failed = sent.indexOf(false);
    if (failed >= 0) return from + failed;
  }
  return events.length;
}

export function published(event: PaymentEvent): BusEvent {
  return {
    name: event.name,
    detail: {
      id: `${event.transactionId}/${event.version}`,
      version: event.version,
      occurred_at: event.at,
      data: event.refund ? refundFactsView(event.refund.after) : factsView(event.after),
    },
  };
}
