// What a merchant asks for when it creates an order, and what PayPal would not take of it.
// @see https://developer.paypal.com/docs/api/orders/v2/#orders_create
import * as z from 'zod';
import type { Money } from './money.ts';
import { refusal, type Detail, type Issue, type Reply } from './replies.ts';
import { refusedSums } from './sums.ts';

export interface Terms {
  readonly amount: Money;
  readonly referenceId: string;
  readonly customId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly description: string | undefined;
  readonly softDescriptor: string | undefined;
  /** as they came, for the representation */
  readonly breakdown: object | undefined;
  readonly items: readonly object[] | undefined;
  readonly returnUrl: string | undefined;
  readonly cancelUrl: string | undefined;
  readonly brandName: string | undefined;
  readonly userAction: 'PAY_NOW' | 'CONTINUE';
  /** whether the order says who pays; only then it waits for the payer's action at once */
  readonly hasSource: boolean;
}

export const moneySchema = z.strictObject({
  currency_code: z.string().regex(/^[A-Z]{3}$/),
  value: z
    .string()
    .max(32)
    .regex(/^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$/),
});
const address = z.url({ protocol: /^https?$/ }).max(4000);
const text = (longest: number) => z.string().min(1).max(longest);

const breakdown = z.strictObject({
  item_total: moneySchema.optional(),
  shipping: moneySchema.optional(),
  handling: moneySchema.optional(),
  tax_total: moneySchema.optional(),
  insurance: moneySchema.optional(),
  shipping_discount: moneySchema.optional(),
  discount: moneySchema.optional(),
});
const item = z.strictObject({
  name: text(127),
  quantity: z.string().regex(/^[1-9][0-9]{0,9}$/),
  unit_amount: moneySchema,
  description: z.string().max(2048).optional(),
  sku: z.string().max(127).optional(),
  category: z.enum(['DIGITAL_GOODS', 'PHYSICAL_GOODS', 'DONATION']).optional(),
});
const unit = z.strictObject({
  reference_id: text(256).optional(),
  custom_id: text(127).optional(),
  invoice_id: text(127).optional(),
  description: text(127).optional(),
  soft_descriptor: text(22).optional(),
  amount: moneySchema.extend({ breakdown: breakdown.optional() }),
  items: z.array(item).optional(),
  payee: z.strictObject({ merchant_id: text(13) }).optional(),
});
const context = z.strictObject({
  return_url: address.optional(),
  cancel_url: address.optional(),
  brand_name: text(127).optional(),
  locale: text(10).optional(),
  landing_page: z.enum(['LOGIN', 'GUEST_CHECKOUT', 'NO_PREFERENCE']).optional(),
  user_action: z.enum(['PAY_NOW', 'CONTINUE']).optional(),
  shipping_preference: z.enum(['GET_FROM_FILE', 'NO_SHIPPING', 'SET_PROVIDED_ADDRESS']).optional(),
  payment_method_selected: z.literal('PAYPAL').optional(),
  payment_method_preference: z.enum(['UNRESTRICTED', 'IMMEDIATE_PAYMENT_REQUIRED']).optional(),
});
const order = z.strictObject({
  intent: z.literal('CAPTURE'),
  purchase_units: z.array(unit).min(1).max(1),
  payment_source: z
    .strictObject({
      paypal: z.strictObject({ email_address: z.email().optional(), experience_context: context.optional() }),
    })
    .optional(),
  /** older than `experience_context`, and still taken */
  application_context: context.optional(),
});

export type Unit = z.infer<typeof unit>;

/** @param merchantId the payee's. @returns the terms, or why there is no order */
export function readTerms(body: unknown, merchantId: string): Terms | { refused: Reply } {
  const read = order.safeParse(body);
  if (!read.success) return { refused: refusal(detailsOf(read.error.issues, body)) };
  const { purchase_units: units, payment_source: source, application_context: older } = read.data;
  const [asked] = units as [Unit];
  const amount = refusedSums(asked);
  if ('issue' in amount) return { refused: refusal([amount]) };
  if (asked.payee && asked.payee.merchant_id !== merchantId)
    return { refused: refusal([{ issue: 'PAYEE_ACCOUNT_INVALID' }]) };
  const shown = source?.paypal.experience_context ?? older;
  return {
    amount,
    referenceId: asked.reference_id ?? 'default',
    customId: asked.custom_id,
    invoiceId: asked.invoice_id,
    description: asked.description,
    softDescriptor: asked.soft_descriptor,
    breakdown: asked.amount.breakdown,
    items: asked.items,
    returnUrl: shown?.return_url,
    cancelUrl: shown?.cancel_url,
    brandName: shown?.brand_name,
    userAction: shown?.user_action ?? 'CONTINUE',
    hasSource: source !== undefined,
  };
}

/** Why a body is none, in PayPal's words. */
export function detailsOf(found: readonly z.core.$ZodIssue[], body: unknown): [Detail, ...Detail[]] {
  const details = found.flatMap((issue): Detail[] => {
    if (issue.code !== 'unrecognized_keys') return [detailOf(issue, body)];
    return issue.keys.map((key) => ({ issue: 'UNSUPPORTED_FIELD', field: pathOf([...issue.path, key]) }));
  });
  const [first = { issue: 'MALFORMED_REQUEST_JSON' as const }, ...more] = details;
  return [first, ...more];
}

function detailOf(issue: z.core.$ZodIssue, body: unknown): Detail {
  const value = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], body);
  return {
    issue: value === undefined ? 'MISSING_REQUIRED_PARAMETER' : wordFor(issue),
    field: pathOf(issue.path),
    ...(typeof value === 'string' ? { value } : {}),
  };
}

function wordFor(issue: z.core.$ZodIssue): Issue {
  if (issue.code === 'too_small')
    return issue.origin === 'array' ? 'INVALID_ARRAY_MIN_ITEMS' : 'INVALID_STRING_MIN_LENGTH';
  if (issue.code === 'too_big')
    return issue.origin === 'array' ? 'INVALID_ARRAY_MAX_ITEMS' : 'INVALID_STRING_MAX_LENGTH';
  return issue.code === 'invalid_value' ? 'INVALID_PARAMETER_VALUE' : 'INVALID_PARAMETER_SYNTAX';
}

function pathOf(path: readonly PropertyKey[]): string {
  return `/${path.map(String).join('/')}`;
}
