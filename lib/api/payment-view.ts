// A payment as the world outside sees it: in answers, in published events and in the timeline, from one table of fields.
import { errors, type ErrorCode } from '../domain/errors.ts';
import { formatAmount, type Money } from '../domain/money.ts';
import type { Anomaly, ChannelAmounts, Resolution } from '../domain/anomaly.ts';
import { isPaid, isUnderReview, type Payee, type Payment, type PaymentFacts } from '../domain/payment.ts';
import { refundable } from '../domain/refund-settlement.ts';

type Formatter = (value: never) => unknown;

const asIs: Formatter = (value: unknown) => value;
const amount: Formatter = (value: Money) => formatAmount(value);

const fields = {
  transactionId: ['transaction_id', asIs],
  application: ['application', asIs],
  businessOrderId: ['business_order_id', asIs],
  businessOrderType: ['business_order_type', asIs],
  userId: ['user_id', asIs],
  paymentChannel: ['payment_channel', asIs],
  paymentMethod: ['payment_method', asIs],
  payee: ['payee', payee],
  amountRequested: ['amount_requested', amount],
  amountPaid: ['amount_paid', amount],
  channelAmounts: ['channel_amounts', channelAmounts],
  amountRefunded: ['amount_refunded', amount],
  amountReserved: ['amount_reserved', amount],
  subject: ['subject', asIs],
  metadata: ['metadata', asIs],
  status: ['status', asIs],
  version: ['version', asIs],
  gatewayOrderId: ['gateway_order_id', asIs],
  gatewayTransactionId: ['gateway_transaction_id', asIs],
  paymentInstrument: ['payment_instrument', asIs],
  errorCode: ['error_code', asIs],
  channelErrorCode: ['channel_error_code', asIs],
  anomaly: ['anomaly', anomaly],
  otherAnomalies: ['other_anomalies', (all: readonly Anomaly[]) => all.map(anomaly)],
  createdAt: ['created_at', asIs],
  updatedAt: ['updated_at', asIs],
  expiresAt: ['expires_at', asIs],
  paidAt: ['paid_at', asIs],
  closedAt: ['closed_at', asIs],
  closeRequestedAt: ['close_requested_at', asIs],
  captureBegunAt: ['capture_begun_at', asIs],
  captures: ['captures', asIs],
  captureDeclines: ['capture_declines', asIs],
  supersededBy: ['superseded_by', asIs],
  returnUrl: ['return_url', asIs],
} as const satisfies Record<keyof PaymentFacts, readonly [string, Formatter]>;

/** A value as it is outside; `null` = was not there. */
export type Told = Partial<Record<keyof PaymentFacts, unknown>>;

/** Amounts become decimal text in `currency`, names snake_case; what is absent stays absent. */
export function factsView(facts: Told): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [key, [name, format]] of Object.entries(fields)) {
    const value = facts[key as keyof PaymentFacts];
    if (value !== undefined)
      view[name] = value === null ? null : (format as (value: unknown) => unknown)(value);
  }
  const requested = facts.amountRequested as Money | null | undefined;
  if (requested) view['currency'] = requested.currency;
  if (isWhole(facts) && isPaid(facts.status)) view['refundable_amount'] = formatAmount(refundable(facts));
  return view;
}

/** All facts of a payment, and not some that changed. */
function isWhole(facts: Told): facts is Told & Payment {
  const { status, amountPaid, amountRequested } = facts;
  return [status, amountPaid, amountRequested].every((fact) => fact !== undefined && fact !== null);
}

/** The transaction of the API; the means to pay only while it can be paid. @see SPEC R3.2, DESIGN 13.3 */
export function paymentView(payment: Payment, language: 'en' | 'zh'): Record<string, unknown> {
  const code = payment.errorCode as ErrorCode | undefined;
  return {
    ...factsView(payment),
    ...(code && payment.status === 'PAID_FAILED' && { error_message: errors[code][language] }),
    ...(isPayable(payment) && { prepay_info: payment.prepayInfo }),
  };
}

/** Nobody is to be led to pay what somebody wants closed, or what money has come for already. */
function isPayable(payment: Payment): boolean {
  return (
    payment.status === 'PENDING_PAYMENT' && payment.closeRequestedAt === undefined && !isUnderReview(payment)
  );
}

function payee(value: Payee): object {
  return {
    ...(value.merchantId !== undefined && { merchant_id: value.merchantId }),
    ...(value.appId !== undefined && { app_id: value.appId }),
  };
}

function channelAmounts(value: ChannelAmounts): object {
  return {
    ...(value.payerTotal && { payer_total: formatAmount(value.payerTotal) }),
    ...(value.merchantReceived && { merchant_received: formatAmount(value.merchantReceived) }),
  };
}

function anomaly(value: Anomaly): object {
  return {
    kind: value.kind,
    found_at: value.foundAt,
    amount: formatAmount(value.amount),
    currency: value.amount.currency,
    paid_at: value.paidAt,
    gateway_transaction_id: value.gatewayTransactionId,
    ...(value.channelAmounts && { channel_amounts: channelAmounts(value.channelAmounts) }),
    ...(value.paymentInstrument !== undefined && { payment_instrument: value.paymentInstrument }),
    ...(value.refusedRefundId !== undefined && { refused_refund_id: value.refusedRefundId }),
    ...(value.resolution && { resolution: resolutionView(value.resolution) }),
  };
}

function resolutionView({ refundId, ...resolution }: Resolution): object {
  return { ...resolution, ...(refundId !== undefined && { refund_id: refundId }) };
}
