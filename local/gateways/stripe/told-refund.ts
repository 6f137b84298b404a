// A refund as Stripe tells it. Amounts in minor units, times in seconds since 1970 UTC.
// @see https://docs.stripe.com/api/refunds/object
import type { Refund } from './refund.ts';
import { blanks } from './told.ts';

export function toldRefund(refund: Refund): object {
  const { charge, status, pendingReason, failureReason, failureBalanceTransaction } = refund;
  return {
    ...unused,
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: refund.balanceTransaction ?? null,
    charge: charge.id,
    created: refund.created,
    currency: charge.intent.terms.currency,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    ...(failureBalanceTransaction && { failure_balance_transaction: failureBalanceTransaction }),
    ...(failureReason && { failure_reason: failureReason }),
    metadata: refund.metadata,
    payment_intent: charge.intent.id,
    payment_method: charge.method.id,
    ...(pendingReason && { pending_reason: pendingReason }),
    reason: refund.reason ?? null,
    status,
  };
}

const unused = blanks('customer customer_account receipt_number source_transfer_reversal transfer_reversal');
