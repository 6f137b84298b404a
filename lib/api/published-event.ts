// Events as subscribers may rely on them: one schema per event that this build tells, for the documents and the tests.
import * as z from 'zod';
import { transitions, type PaymentEventName, type PaymentStatus } from '../domain/payment.ts';
import { eventNames, facts } from './answers.ts';

type Fact = keyof typeof facts.shape;

/** The events that are told today, and the facts that each can be relied on to have. */
const always = {
  'payment.created': [],
  'payment.pending': [],
  'payment.paid': ['amount_paid', 'gateway_transaction_id', 'paid_at'],
  'payment.failed': ['error_code', 'channel_error_code'],
  'payment.closed': ['closed_at'],
  'payment.paid_late': ['amount_paid', 'gateway_transaction_id', 'paid_at', 'anomaly'],
  'payment.close_requested': ['close_requested_at'],
  'payment.capture_begun': ['capture_begun_at', 'gateway_order_id'],
  'payment.capture_declined': ['capture_declines', 'gateway_order_id'],
  'payment.anomaly_found': ['anomaly'],
  'payment.anomaly_resolved': ['anomaly'],
} as const satisfies Partial<Record<PaymentEventName, readonly Fact[]>>;

export type PublishedEventName = keyof typeof always;

export const publishedEventNames = eventNames.filter((name): name is PublishedEventName => name in always);

/** Rises when a subscriber could no longer read what it reads today; a new field does not raise it. */
export const schemaVersion = 1;

/** The statuses in which an event of that name leaves a payment. */
export function statusesAfter(name: PaymentEventName): readonly PaymentStatus[] {
  if (name === 'payment.created') return ['PENDING_CREATE'];
  if (name === 'payment.close_requested') return ['PENDING_CREATE', 'PENDING_PAYMENT'];
  if (name === 'payment.capture_begun' || name === 'payment.capture_declined') return ['PENDING_PAYMENT'];
  if (name === 'payment.anomaly_found' || name === 'payment.anomaly_resolved')
    return Object.keys(transitions) as PaymentStatus[];
  const edges = Object.values(transitions).flatMap((to) => Object.entries(to));
  return [...new Set(edges.filter(([, edge]) => edge === name).map(([to]) => to as PaymentStatus))];
}

export function requiredFacts(name: PublishedEventName): readonly Fact[] {
  return always[name];
}

/** `detail` of an event of that name. @see SPEC R9.1, DESIGN 13.5 */
export function publishedEvent(name: PublishedEventName) {
  const required = Object.fromEntries(always[name].map((fact) => [fact, z.nonoptional(facts.shape[fact])]));
  return z.strictObject({
    id: z.string().regex(/^pay_[0-7][0-9a-hjkmnp-tv-z]{25}\/[1-9][0-9]*$/),
    version: z.int().min(1),
    occurred_at: z.iso.datetime({ precision: 3 }),
    data: facts.extend({
      ...required,
      status: z.enum(statusesAfter(name) as [PaymentStatus, ...PaymentStatus[]]),
    }),
  });
}
