// The contracts of published events: a schema per event, and the page that lists them.
import {
  publishedEvent,
  publishedEventNames,
  requiredFacts,
  schemaVersion,
} from '../../lib/api/published-event.ts';
import { code, made, page, table } from './markdown.ts';
import { jsonSchema } from './schemas.ts';
import { word } from './words.ts';

const when: Readonly<Record<(typeof publishedEventNames)[number], string>> = {
  'payment.created': 'A payment was written down; the channel has not been asked yet.',
  'payment.pending': 'The channel gave the means to pay: the payer can pay now.',
  'payment.paid': 'The channel confirmed the whole amount: deliver.',
  'payment.failed': 'The channel declined the payment. No money moved.',
  'payment.closed': 'The channel closed the payment unpaid, or a person did. It is not to be paid any more.',
  'payment.partially_refunded': 'A part of the money has gone back.',
  'payment.refunded': 'All of the money has gone back. The order stays paid: it is not collected again.',
  'payment.refund_reversed':
    'Money that had gone back was returned to the merchant: it can be refunded again.',
  'refund.created': 'A refund was written down and its amount reserved; the channel has not been asked yet.',
  'refund.processing':
    'The channel is asked, and has not said the last word; told again once its number of the refund is known, and when it goes on after `needs_action`.',
  'refund.succeeded': 'The channel confirmed it: the money is on its way to the payer.',
  'refund.failed': 'The channel refused it. No money went back; the amount can be refunded again.',
  'refund.reversed':
    'The payer’s bank sent the money back: the amount can be refunded again, perhaps another way.',
  'refund.needs_action':
    'It cannot go on before a person has done something (see `needs_action`). The amount stays reserved.',
  'refund.handover': 'A BALANCE or OFFLINE refund: its owner is to carry it out, and to say so.',
  'payment.close_requested':
    'The payment is to be closed, and the channel cannot confirm that yet. Money that comes from now on is late.',
  'payment.capture_begun': 'The payer agreed, and the money is being taken. Not paid yet: do not deliver.',
  'payment.capture_declined':
    'What the payer chose to pay with was refused. No money moved; the payer may choose another.',
  'payment.paid_late': 'Late money was accepted for a payment that was over: deliver, if you still can.',
  'payment.anomaly_found': 'Money came late, twice or wrong. It is held; the status stays. Do not deliver.',
  'payment.anomaly_resolved': 'Somebody decided about that money, and the status stays.',
};

/** File name → JSON Schema of the event's `detail`. */
export function eventSchemas(): Record<string, object> {
  return Object.fromEntries(
    publishedEventNames.map((name) => [
      `${name}.schema.json`,
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:payments:event:${name}:${schemaVersion}`,
        title: name,
        description: when[name],
        ...jsonSchema(publishedEvent(name), 'answer'),
      },
    ]),
  );
}

export function eventsPage(): string {
  const rows = publishedEventNames.map((name) => [
    `[${code(name)}](${name}.schema.json)`,
    when[name],
    requiredFacts(name).map(code).join(', ') || '—',
  ]);
  const fields = (['id', 'version', 'occurred_at', 'data'] as const).map((name) => [code(name), word(name)]);
  return page(
    '# Events',
    made,
    'On the EventBridge bus `payments-<stage>`, with source `payments` and the event’s name as detail type. `detail` holds:',
    table(['field', 'what it is'], fields),
    table(['event', 'when', '`data` always has also'], rows),
    '**At least once, in no promised order.** Remember `id` and drop what you have seen; for one payment, let the highest `version` stand. An event holds all facts, so a later one replaces an earlier one.',
    `**Versions.** A schema’s \`$id\` ends in its version, now ${schemaVersion}. Fields may be added without a new version: ignore what you do not know. Whatever else would break a reader gets a new version.`,
    '`samples/<function>.<case>.json` are Lambda events as AWS sends them, one file per function and case; the tests feed each to its handler. `{{…}}` stands for what a test fills in: keys, signatures and ids are made at run time.',
  );
}
