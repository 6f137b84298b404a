// The notifications API: register an address, look through the events, have one sent again.
// @see https://developer.paypal.com/docs/api/webhooks/v1/
import * as z from 'zod';
import type { Asking } from './operations.ts';
import { ok, refusal, refused, type Reply } from './replies.ts';
import type { Webhook } from './webhooks.ts';

const registration = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2048),
  event_types: z.array(z.strictObject({ name: z.string().min(1) })).min(1),
});

export function registerWebhook({ seller, body, base }: Asking): Reply {
  const read = registration.safeParse(body);
  if (!read.success) {
    const path = read.error.issues[0]?.path ?? [];
    return refusal([{ issue: 'INVALID_PARAMETER_SYNTAX', field: `/${path.map(String).join('/')}` }]);
  }
  const names = read.data.event_types.map(({ name }) => name);
  const webhook = seller.webhooks.register(read.data.url, names);
  return typeof webhook === 'string' ? refused(webhook) : ok(toldWebhook(webhook, base), 201);
}

export function listWebhooks({ seller, base }: Asking): Reply {
  return ok({ webhooks: seller.webhooks.registered.map((each) => toldWebhook(each, base)) });
}

/** The newest first. @param query `page_size`, `event_type`, `transaction_id` (a number in the event), `start_time`, `end_time` */
export function listEvents({ seller }: Asking, query: URLSearchParams): Reply {
  const [type, number] = [query.get('event_type'), query.get('transaction_id')];
  const [from, until] = [momentOf(query.get('start_time')), momentOf(query.get('end_time'))];
  const size = Number(query.get('page_size') ?? 10);
  if (Number.isNaN(from ?? 0) || Number.isNaN(until ?? 0) || !Number.isInteger(size) || size < 1)
    return refused('INVALID_PARAMETER_SYNTAX');
  const found = seller.webhooks.events.filter(
    (event) =>
      (type === null || event.type === type) &&
      (number === null || event.numbers.includes(number)) &&
      event.at >= (from ?? 0) &&
      event.at <= (until ?? Infinity),
  );
  const events = found.toReversed().slice(0, size);
  return ok({ events: events.map(({ body }) => body), count: events.length });
}

export function retrieveEvent({ seller }: Asking, id: string): Reply {
  const event = seller.webhooks.events.find((each) => each.id === id);
  return event ? ok(event.body) : refused('INVALID_RESOURCE_ID');
}

export function resendEvent({ seller, body }: Asking, id: string): Reply {
  const event = seller.webhooks.events.find((each) => each.id === id);
  if (!event) return refused('INVALID_RESOURCE_ID');
  const { webhook_ids: ids } = (body ?? {}) as { webhook_ids?: unknown };
  seller.webhooks.send(event, Array.isArray(ids) ? ids.map(String) : undefined);
  return ok(event.body, 202);
}

function toldWebhook({ id, url, eventTypes }: Webhook, base: string): object {
  const self = { href: `${base}/v1/notifications/webhooks/${id}`, rel: 'self', method: 'GET' };
  return { id, url, event_types: eventTypes.map((name) => ({ name })), links: [self] };
}

/** NaN for what is no moment */
function momentOf(text: string | null): number | undefined {
  return text === null ? undefined : Date.parse(text);
}
