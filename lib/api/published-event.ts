// Events as subscribers may rely on them: one schema per event that this build tells, for the documents and the tests.
import * as z from 'zod';
import { transitions, type PaymentEventName, type PaymentStatus } from '../domain/payment.ts';
import {
  refundTransitions,
  type EventName,
  type RefundEventName,
  type RefundStatus,
} from '../domain/refund.ts';
import { eventNames, facts } from './answers.ts';
import { refundFacts } from './refund-answers.ts';

type Fact = keyof typeof facts.shape;
type RefundFact = keyof typeof refundFacts.shape;

/** The events of payments that are told today, and the facts that each can be relied on to have. */
const ofPayments = {
  'payment.created': [],
  'payment.pending': [],
  'payment.paid': ['amount_paid', 'gateway_transaction_id', 'paid_at'],
  'payment.failed': ['error_code', 'channel_error_code'],
  'payment.closed': ['closed_at'],
  'payment.paid_late': ['amount_paid', 'gateway_transaction_id', 'paid_at', 'anomaly'],
  'payment.partially_refunded': ['amount_paid', 'amount_refunded', 'refundable_amount'],
  'payment.refunded': ['amount_paid', 'amount_refunded', 'refundable_amount'],
  'payment.refund_reversed': ['amount_paid', 'amount_refunded', 'refundable_amount'],
  'payment.close_requested': ['close_requested_at'],
  'payment.capture_begun': ['capture_begun_at', 'gateway_order_id'],
  'payment.capture_declined': ['capture_declines', 'gateway_order_id'],
  'payment.anomaly_found': ['anomaly'],
  'payment.anomaly_resolved': ['anomaly'],
} as const satisfies Record<PaymentEventName, readonly Fact[]>;

const ofRefunds = {
  'refund.created': [],
  'refund.processing': ['submitted_at'],
  'refund.succeeded': ['amount_refunded', 'refunded_at'],
  'refund.failed': ['error_code', 'channel_error_code'],
  'refund.reversed': ['error_code', 'channel_error_code'],
  'refund.needs_action': ['needs_action', 'channel_error_code'],
  'refund.handover': [],
} as const satisfies Record<RefundEventName, readonly RefundFact[]>;

export type PublishedEventName = EventName;

export const publishedEventNames: readonly PublishedEventName[] = eventNames;

/** Rises when a subscriber could no longer read what it reads today; a new field does not raise it. */
export const schemaVersion = 1;

export function isRefundEvent(name: EventName): name is RefundEventName {
  return name in ofRefunds;
}

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

/** The statuses in which an event of that name leaves a refund. */
export function refundStatusesAfter(name: RefundEventName): readonly RefundStatus[] {
  if (name === 'refund.created') return ['PENDING', 'PROCESSING'];
  if (name === 'refund.needs_action') return ['PROCESSING'];
  if (name === 'refund.handover') return ['PENDING'];
  const edges = Object.values(refundTransitions).flatMap((to) => Object.entries(to));
  return [...new Set(edges.filter(([, edge]) => edge === name).map(([to]) => to as RefundStatus))];
}

export function requiredFacts(name: PublishedEventName): readonly string[] {
  return isRefundEvent(name) ? ofRefunds[name] : ofPayments[name];
}

/** `detail` of an event of that name. @see SPEC R9.1, DESIGN 13.5 */
export function publishedEvent(name: PublishedEventName) {
  return z.strictObject({
    id: z.string().regex(/^pay_[0-7][0-9a-hjkmnp-tv-z]{25}\/[1-9][0-9]*$/),
    version: z.int().min(1),
    occurred_at: z.iso.datetime({ precision: 3 }),
    data: isRefundEvent(name) ? ofRefund(name) : ofPayment(name),
  });
}

function ofPayment(name: PaymentEventName): z.ZodObject {
  const required = Object.fromEntries(
    ofPayments[name].map((fact) => [fact, z.nonoptional(facts.shape[fact])]),
  );
  const status = z.enum(statusesAfter(name) as [PaymentStatus, ...PaymentStatus[]]);
  return facts.extend({ ...required, status });
}

function ofRefund(name: RefundEventName): z.ZodObject {
  const required = Object.fromEntries(
    ofRefunds[name].map((fact) => [fact, z.nonoptional(refundFacts.shape[fact])]),
  );
  const status = z.enum(refundStatusesAfter(name) as [RefundStatus, ...RefundStatus[]]);
  return refundFacts.extend({ ...required, status });
}
