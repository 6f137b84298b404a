// What may be asked of Stripe, call by call, in the names of API version 2026-10-28.endive.
// @see https://docs.stripe.com/api/payment_intents/create
// @see https://docs.stripe.com/api/checkout/sessions/create
import * as z from 'zod';
import { invalid } from './errors.ts';
import { isCurrency, leastText, objection } from './money.ts';
import { email, flag, listOf, metadata, text, url, whole } from './params.ts';

const currency = text(64).transform((code) => code.toLowerCase());
const expand = listOf(z.string()).default([]);
const id = text(255);
const automatic = z.strictObject({
  enabled: flag,
  allow_redirects: z.enum(['always', 'never']).default('always'),
});
const methodTypes = listOf(text(64)).optional();
const common = {
  description: text(1000).optional(),
  metadata,
  receipt_email: email.optional(),
  statement_descriptor_suffix: text(22).optional(),
  capture_method: z.enum(['automatic', 'automatic_async']).default('automatic_async'),
};

export const newIntent = z.strictObject({
  amount: whole,
  currency,
  automatic_payment_methods: automatic.optional(),
  allowed_payment_method_types: methodTypes,
  ...common,
  confirm: flag.default(false),
  payment_method: id.optional(),
  return_url: url.optional(),
  expand,
});

export const confirmation = z.strictObject({
  payment_method: id.optional(),
  return_url: url.optional(),
  client_secret: id.optional(),
  receipt_email: email.optional(),
  use_stripe_sdk: flag.optional(),
  expand,
});

export const cancellation = z.strictObject({
  cancellation_reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned']).optional(),
  expand,
});

export const reading = z.strictObject({ client_secret: id.optional(), expand });

const priceData = z.strictObject({
  currency,
  unit_amount: whole,
  product_data: z.strictObject({
    name: text(5000),
    description: text(5000).optional(),
    images: listOf(url).optional(),
    metadata,
  }),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
});

export const newSession = z.strictObject({
  mode: z.enum(['payment']),
  line_items: listOf(z.strictObject({ price_data: priceData, quantity: whole })),
  success_url: url,
  cancel_url: url.optional(),
  client_reference_id: text(200).optional(),
  customer_email: email.optional(),
  expires_at: whole.optional(),
  locale: text(16).optional(),
  submit_type: z.enum(['auto', 'book', 'donate', 'pay']).optional(),
  ui_mode: z.enum(['hosted_page']).optional(),
  allowed_payment_method_types: methodTypes,
  metadata,
  payment_intent_data: z.strictObject(common).optional(),
  expand,
});

const range = z.strictObject({
  gt: whole.optional(),
  gte: whole.optional(),
  lt: whole.optional(),
  lte: whole.optional(),
});
const page = {
  limit: whole.default(10),
  starting_after: id.optional(),
  ending_before: id.optional(),
  expand,
};
const period = { created: z.union([range, whole.transform((at) => ({ gte: at, lte: at }))]).optional() };

export const listed = z.strictObject({ ...page, ...period });
export const listedSessions = z.strictObject({
  ...{ ...page, ...period },
  payment_intent: id.optional(),
  status: z.enum(['open', 'complete', 'expired']).optional(),
});
export const listedEvents = z.strictObject({
  ...{ ...page, ...period },
  type: text(255).optional(),
  types: listOf(text(255)).optional(),
  delivery_success: flag.optional(),
});
export const newRefund = z.strictObject({
  payment_intent: id.optional(),
  charge: id.optional(),
  amount: whole.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata,
  expand,
});
export const listedRefunds = z.strictObject({
  ...{ ...page, ...period },
  payment_intent: id.optional(),
  charge: id.optional(),
});
export const listedEndpoints = z.strictObject(page);

export const newEndpoint = z.strictObject({
  url,
  enabled_events: listOf(text(255)),
  description: text(5000).optional(),
  api_version: text(64).optional(),
  metadata,
  expand,
});

export type NewIntent = z.output<typeof newIntent>;
export type NewSession = z.output<typeof newSession>;
export type Page = z.output<typeof listed>;

/** What an intent is for; the amount in minor units. */
export type IntentTerms = Omit<NewIntent, 'confirm' | 'payment_method' | 'return_url' | 'expand'>;

/** @param minor minor units. @throws ApiError (400) */
export function requireAmount(minor: number, code: string, param: string): void {
  if (!isCurrency(code)) throw invalid(undefined, `Invalid currency: ${code}`, 'currency');
  if (minor < 1)
    throw invalid('parameter_invalid_integer', 'This value must be greater than or equal to 1.', param);
  const why = objection(minor, code);
  if (why === 'too_small') {
    throw invalid('amount_too_small', `Amount must be at least ${leastText(code)} ${code}`, param);
  }
  if (why === 'too_large') throw invalid('amount_too_large', 'Amount must be no more than 99999999', param);
  if (why === 'uneven')
    throw invalid(undefined, `The last digits of an amount in ${code} have to be 0.`, param);
}
