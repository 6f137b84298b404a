// What the API answers and events say of refunds, as schemas.
import * as z from 'zod';
import { refundTransitions, type RefundStatus } from '../domain/refund.ts';
import { amount, currency, errorCode, instant, names, refundId, transactionId } from './parts.ts';

export const refundStatus = names<RefundStatus>(refundTransitions).meta({ id: 'RefundStatus' });

const needsAction = z
  .strictObject({ reason: z.enum(['insufficient_balance', 'abnormal', 'misconfigured']), since: instant })
  .meta({ id: 'NeedsAction' });

const confirmation = z
  .strictObject({ by: z.string(), reference: z.string() })
  .meta({ id: 'RefundConfirmation' });

/** What published events, timeline and answers say of a refund. */
export const refundFacts = z.strictObject({
  refund_id: refundId,
  original_transaction_id: transactionId,
  application: z.string(),
  business_order_id: z.string(),
  business_order_type: z.string().optional(),
  business_refund_id: z.string().optional(),
  origin: z.enum(['CALLER', 'OPERATOR', 'SYSTEM', 'EXTERNAL']),
  refund_method: z.enum(['ORIGINAL', 'BALANCE', 'OFFLINE']),
  amount_requested: amount,
  amount_refunded: amount.optional(),
  currency,
  reason: z.string().optional(),
  status: refundStatus,
  needs_action: needsAction.optional(),
  gateway_transaction_id: z.string(),
  gateway_refund_id: z.string().optional(),
  confirmation: confirmation.optional(),
  error_code: errorCode.optional(),
  channel_error_code: z.string().optional(),
  created_at: instant,
  updated_at: instant,
  submitted_at: instant.optional(),
  refunded_at: instant.optional(),
});

/** The refund of the API. @see SPEC R3.2 */
export const refund = refundFacts.extend({ error_message: z.string().optional() }).meta({ id: 'Refund' });

export const refundList = z
  .strictObject({ items: z.array(refund), next_cursor: z.string().nullable() })
  .meta({ id: 'RefundList' });
