// GET /payments/transactions/{transaction_id}/timeline
import { factsView } from '../../lib/api/payment-view.ts';
import { refundFactsView } from '../../lib/api/refund-view.ts';
import { readablePayment } from '../../lib/flows/readable-payment.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { listEvents, type PaymentEvent } from '../../lib/store/events.ts';
import { documentClient } from '../../lib/store/table.ts';

const tables = { client: documentClient(), payments: env('PAYMENTS_TABLE'), events: env('EVENTS_TABLE') };

export const handler = api('read', async ({ path, caller }) => {
  const payment = await readablePayment(tables, path['transaction_id'] ?? '', caller);
  const events = await listEvents(tables, payment.transactionId);
  return { status: 200, body: { events: events.map(told) } };
});

/** What changed, before and after; the first event has all facts. @see DESIGN 13.3 */
function told(event: PaymentEvent): object {
  const { version, name, at, actor, reason, hash, refund } = event;
  return {
    version,
    name,
    at,
    actor,
    reason,
    before: factsView(event.before),
    after: factsView(now(event.before, event.after)),
    ...(refund && {
      refund: {
        refund_id: refund.after.refundId,
        before: refundFactsView(refund.before),
        after: refundFactsView(now(refund.before, refund.after)),
      },
    }),
    hash,
  };
}

function now<Facts extends object>(
  before: Partial<Record<keyof Facts, unknown>>,
  after: Facts,
): Partial<Record<keyof Facts, unknown>> {
  const changed = Object.keys(before) as (keyof Facts)[];
  if (changed.length === 0) return after;
  // `null` = is there no more.
  const facts = changed.map((key) => [key, after[key] ?? null] as const);
  return Object.fromEntries(facts) as Partial<Record<keyof Facts, unknown>>;
}
