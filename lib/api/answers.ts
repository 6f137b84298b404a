// What the API answers, as schemas: the documents, the typed client and the tests read them. The views do not, so that
// no function carries them.
import * as z from 'zod';
import { anomalyKinds } from '../domain/anomaly.ts';
import { transitions } from '../domain/payment.ts';
import { refundTransitions, type EventName } from '../domain/refund.ts';
import {
  amount,
  currency,
  digest,
  errorCode,
  instant,
  refundId,
  someOf,
  status,
  transactionId,
  version,
} from './parts.ts';
import { refundFacts } from './refund-answers.ts';

export { errorCode, status };

const anomalyKind = z.enum(anomalyKinds).meta({ id: 'AnomalyKind' });

const edges = Object.values(transitions).flatMap((to) => Object.values(to));
const refundEdges = Object.values(refundTransitions).flatMap((to) => Object.values(to));

/** Every name that an event of a payment, or of its refunds, can have, each once. */
export const eventNames: readonly EventName[] = [
  ...new Set<EventName>([
    'payment.created',
    ...edges,
    'payment.close_requested',
    'payment.capture_begun',
    'payment.capture_declined',
    'payment.anomaly_found',
    'payment.anomaly_resolved',
    'refund.created',
    ...refundEdges,
    'refund.needs_action',
    'refund.handover',
  ]),
];

const payee = z
  .strictObject({ merchant_id: z.string().optional(), app_id: z.string().optional() })
  .meta({ id: 'Payee' });

const channelAmounts = z
  .strictObject({ payer_total: amount.optional(), merchant_received: amount.optional() })
  .meta({ id: 'ChannelAmounts' });

const resolution = z
  .strictObject({
    action: z.enum(['accept', 'refund', 'dismiss']),
    refund_id: refundId.optional(),
    by: z.string(),
    reason: z.string(),
    at: instant,
    version,
  })
  .meta({ id: 'Resolution' });

const anomaly = z
  .strictObject({
    kind: anomalyKind,
    found_at: instant,
    amount,
    currency,
    paid_at: instant,
    gateway_transaction_id: z.string(),
    channel_amounts: channelAmounts.optional(),
    payment_instrument: z.string().optional(),
    refused_refund_id: refundId.optional(),
    resolution: resolution.optional(),
  })
  .meta({ id: 'Anomaly' });

/** What published events, timeline and answers say of a payment: all but the means to pay. */
export const facts = z.strictObject({
  transaction_id: transactionId,
  application: z.string(),
  business_order_id: z.string(),
  business_order_type: z.string().optional(),
  user_id: z.string().optional(),
  payment_channel: z.string(),
  payment_method: z.string(),
  payee,
  amount_requested: amount,
  currency,
  amount_paid: amount.optional(),
  channel_amounts: channelAmounts.optional(),
  amount_refunded: amount.optional(),
  amount_reserved: amount.optional(),
  refundable_amount: amount.optional(),
  subject: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
  status,
  version,
  gateway_order_id: z.string().optional(),
  gateway_transaction_id: z.string().optional(),
  payment_instrument: z.string().optional(),
  error_code: errorCode.optional(),
  channel_error_code: z.string().optional(),
  anomaly: anomaly.optional(),
  other_anomalies: z.array(anomaly).optional(),
  created_at: instant,
  updated_at: instant,
  expires_at: instant,
  paid_at: instant.optional(),
  closed_at: instant.optional(),
  close_requested_at: instant.optional(),
  capture_begun_at: instant.optional(),
  captures: z.int().min(1).optional(),
  capture_declines: z.int().min(1).optional(),
  superseded_by: transactionId.optional(),
  return_url: z.string().optional(),
});

const prepayInfo = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('qr_code'), qr_code: z.string() }),
    z.strictObject({ kind: z.literal('redirect_url'), url: z.string() }),
    z.strictObject({ kind: z.literal('app_parameters'), parameters: z.record(z.string(), z.string()) }),
    z.strictObject({ kind: z.literal('jsapi_parameters'), parameters: z.record(z.string(), z.string()) }),
    z.strictObject({
      kind: z.literal('client_secret'),
      client_secret: z.string(),
      publishable_key: z.string(),
    }),
  ])
  .meta({ id: 'PrepayInfo' });

/** The transaction of the API. @see SPEC R3.1, R3.2 */
export const payment = facts
  .extend({ error_message: z.string().optional(), prepay_info: prepayInfo.optional() })
  .meta({ id: 'Payment' });

/** @see SPEC R3.8 */
export const paymentList = z
  .strictObject({ items: z.array(payment), next_cursor: z.string().nullable() })
  .meta({ id: 'PaymentList' });

const change = someOf(facts).meta({ id: 'PaymentChange' });
const refundChange = someOf(refundFacts).meta({ id: 'RefundChange' });

const timelineEvent = z
  .strictObject({
    version,
    name: z.enum(eventNames as [EventName, ...EventName[]]).meta({ id: 'EventName' }),
    at: instant,
    actor: z.string(),
    reason: z.string(),
    before: change,
    after: change,
    refund: z.strictObject({ refund_id: refundId, before: refundChange, after: refundChange }).optional(),
    hash: digest,
  })
  .meta({ id: 'TimelineEvent' });

/** @see DESIGN 13.3 */
export const timeline = z.strictObject({ events: z.array(timelineEvent) }).meta({ id: 'Timeline' });

const quarantined = z
  .strictObject({
    channel_code: z.string(),
    digest,
    received_at: instant,
    reason: z.enum(['no_such_payment', 'other_channel', 'other_order', 'unrecognised']),
    transaction_id: z.string().optional(),
    what: z.string(),
    facts: z.strictObject({
      state: z
        .enum(['not_found', 'pending', 'closed', 'paid', 'processing', 'succeeded', 'failed', 'needs_action'])
        .optional(),
      refund_id: refundId.optional(),
      gateway_refund_id: z.string().optional(),
      gateway_order_id: z.string().optional(),
      amount: amount.optional(),
      currency: currency.optional(),
      paid_at: instant.optional(),
      gateway_transaction_id: z.string().optional(),
      notice_id: z.string().optional(),
    }),
    headers: z.record(z.string(), z.array(z.string())),
    body_base64: z.string(),
  })
  .meta({ id: 'QuarantinedCallback' });

/** @see SPEC R3.12, R7.6 */
export const quarantine = z
  .strictObject({ items: z.array(quarantined), next_cursor: z.string().nullable() })
  .meta({ id: 'Quarantine' });

const keyName = z.string().describe('Its name, as the stage declares it.');

/** @param config the adapter's own public fields. @see SPEC R11.1 */
export const channel = (config: z.ZodObject) =>
  z.strictObject({
    channel_code: z.string(),
    provider: z.string(),
    environment: z.enum(['production', 'sandbox', 'local']),
    gateway_url: z.string().optional(),
    ...config.shape,
    callback_url_payment: z.string(),
    callback_source_policy: z.enum(['off', 'monitor', 'enforce']),
    callback_source_ranges: z.array(z.string()),
    is_active: z.boolean(),
    anomaly_policy: z.partialRecord(anomalyKind, z.enum(['hold', 'accept', 'auto_refund'])),
    signing_key: z.strictObject({ name: keyName, public_key: z.string() }).optional(),
    signing_keys: z.array(z.strictObject({ name: keyName, public_key: z.string().optional() })).optional(),
    secret_fingerprints: z.record(z.string(), z.string()),
    version,
    updated_at: instant,
    updated_by: z.string(),
  });

/** RFC 9457; API Gateway's own refusals leave out `instance`. @see SPEC R3.5 */
export const problem = z
  .strictObject({
    type: z.string().regex(/^urn:payments:error:[A-Z_]+$/),
    title: z.string(),
    status: z.int().min(400).max(599).describe('The status of HTTP.'),
    detail: z.string(),
    instance: z.string().optional(),
    code: errorCode,
    retryable: z.boolean(),
    outcome: z.enum(['not_attempted', 'declined', 'unknown']),
    request_id: z.string(),
    transaction_id: transactionId.optional(),
    param: z.string().optional(),
    errors: z.array(z.strictObject({ code: errorCode, param: z.string() })).optional(),
    channel: z
      .strictObject({ code: z.string().describe('The channel’s own code.'), message: z.string() })
      .optional(),
  })
  .meta({ id: 'Problem' });
