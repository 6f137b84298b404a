// A refund as the world outside sees it: in answers and in published events, from one table of fields.
import { errors, type ErrorCode } from '../domain/errors.ts';
import { formatAmount, type Money } from '../domain/money.ts';
import type { NeedsAction, Refund, RefundFacts } from '../domain/refund.ts';

type Confirmation = NonNullable<Refund['confirmation']>;

type Formatter = (value: never) => unknown;

const asIs: Formatter = (value: unknown) => value;
const amount: Formatter = (value: Money) => formatAmount(value);

const fields = {
  refundId: ['refund_id', asIs],
  originalTransactionId: ['original_transaction_id', asIs],
  application: ['application', asIs],
  businessOrderId: ['business_order_id', asIs],
  businessOrderType: ['business_order_type', asIs],
  businessRefundId: ['business_refund_id', asIs],
  origin: ['origin', asIs],
  refundMethod: ['refund_method', asIs],
  amountRequested: ['amount_requested', amount],
  amountRefunded: ['amount_refunded', amount],
  reason: ['reason', asIs],
  status: ['status', asIs],
  needsAction: ['needs_action', ({ reason, since }: NeedsAction) => ({ reason, since })],
  gatewayTransactionId: ['gateway_transaction_id', asIs],
  gatewayRefundId: ['gateway_refund_id', asIs],
  confirmation: ['confirmation', ({ by, reference }: Confirmation) => ({ by, reference })],
  errorCode: ['error_code', asIs],
  channelErrorCode: ['channel_error_code', asIs],
  createdAt: ['created_at', asIs],
  updatedAt: ['updated_at', asIs],
  submittedAt: ['submitted_at', asIs],
  refundedAt: ['refunded_at', asIs],
} as const satisfies Record<keyof RefundFacts, readonly [string, Formatter]>;

/** Amounts become decimal text in `currency`, names snake_case; what is absent stays absent. */
export function refundFactsView(facts: Partial<Record<keyof RefundFacts, unknown>>): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [key, [name, format]] of Object.entries(fields)) {
    const value = facts[key as keyof RefundFacts];
    if (value !== undefined)
      view[name] = value === null ? null : (format as (value: unknown) => unknown)(value);
  }
  const requested = facts.amountRequested as Money | null | undefined;
  if (requested) view['currency'] = requested.currency;
  return view;
}

/** The refund of the API. @see SPEC R3.2, R3.11 */
export function refundView(refund: Refund, language: 'en' | 'zh'): Record<string, unknown> {
  const code = refund.errorCode as ErrorCode | undefined;
  return {
    ...refundFactsView(refund),
    ...(code && refund.status === 'FAILED' && { error_message: errors[code][language] }),
  };
}
