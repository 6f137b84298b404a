// What the API answers, as schemas: the documents, the typed client and the tests read them. The views do not, so that
// no function carries them.
import * as z from 'zod';
import { errors, type ErrorCode } from '../domain/errors.ts';
import { currencyCodes } from '../domain/money.ts';
import {
  transitions,
  type AnomalyKind,
  type PaymentEventName,
  type PaymentStatus,
} from '../domain/payment.ts';

const names = <Name extends string>(table: Readonly<Record<Name, unknown>>) =>
  z.enum(Object.keys(table) as [Name, ...Name[]]);

export const errorCode = names<ErrorCode>(errors).meta({ id: 'ErrorCode' });
export const status = names<PaymentStatus>(transitions).meta({ id: 'PaymentStatus' });

const anomalyKind = names<AnomalyKind>({
  PAID_AFTER_CLOSE: true,
  DUPLICATE_PAID: true,
  OVERPAID: true,
  UNDERPAID: true,
  WRONG_PAYEE: true,
  CURRENCY_MISMATCH: true,
  GATEWAY_ID_REUSED: true,
} satisfies Record<AnomalyKind, true>).meta({ id: 'AnomalyKind' });

const edges = Object.values(transitions).flatMap((to) => Object.values(to));

/** Every name that an event of a payment can have, each once. */
export const eventNames: readonly PaymentEventName[] = [
  ...new Set<PaymentEventName>(['payment.created', ...edges, 'payment.anomaly_found']),
];

const transactionId = z.string().regex(/^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
const amount = z.string().regex(/^(0|[1-9][0-9]*)(\.[0-9]+)?$/);
const currency = z.enum(currencyCodes as [string, ...string[]]).meta({ id: 'Currency' });
const instant = z.iso.datetime({ precision: 3 });
const version = z.int().min(1);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const anomaly = z
  .strictObject({
    kind: anomalyKind,
    found_at: instant,
    amount,
    currency,
    gateway_transaction_id: z.string(),
  })
  .meta({ id: 'Anomaly' });

const payee = z
  .strictObject({ merchant_id: z.string().optional(), app_id: z.string().optional() })
  .meta({ id: 'Payee' });

const channelAmounts = z
  .strictObject({ payer_total: amount.optional(), merchant_received: amount.optional() })
  .meta({ id: 'ChannelAmounts' });

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
  subject: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
  status,
  version,
  gateway_transaction_id: z.string().optional(),
  payment_instrument: z.string().optional(),
  error_code: errorCode.optional(),
  channel_error_code: z.string().optional(),
  anomaly: anomaly.optional(),
  created_at: instant,
  updated_at: instant,
  expires_at: instant,
  paid_at: instant.optional(),
  closed_at: instant.optional(),
});

const prepayInfo = z
  .strictObject({ kind: z.literal('qr_code'), qr_code: z.string() })
  .meta({ id: 'PrepayInfo' });

/** The transaction of the API. @see SPEC R3.1, R3.2 */
export const payment = facts
  .extend({ error_message: z.string().optional(), prepay_info: prepayInfo.optional() })
  .meta({ id: 'Payment' });

/** @see SPEC R3.8 */
export const paymentList = z
  .strictObject({ items: z.array(payment), next_cursor: z.string().nullable() })
  .meta({ id: 'PaymentList' });

/** Some facts, as they were before or are since; `null` = was not there. */
const change = z
  .strictObject(
    Object.fromEntries(
      Object.entries(facts.shape).map(([name, field]) => [
        name,
        (field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : field).nullable().optional(),
      ]),
    ),
  )
  .meta({ id: 'PaymentChange' });

const timelineEvent = z
  .strictObject({
    version,
    name: z.enum(eventNames as [PaymentEventName, ...PaymentEventName[]]).meta({ id: 'EventName' }),
    at: instant,
    actor: z.string(),
    reason: z.string(),
    before: change,
    after: change,
    hash: digest,
  })
  .meta({ id: 'TimelineEvent' });

/** @see DESIGN 13.3 */
export const timeline = z.strictObject({ events: z.array(timelineEvent) }).meta({ id: 'Timeline' });

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
