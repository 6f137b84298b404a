// What may come in to refund a payment.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const createRefundBody = z.strictObject({
  original_transaction_id: z.string(),
  business_refund_id: fields.businessOrderId,
  amount: fields.amount,
  /** that of the payment */
  currency: fields.currency.optional(),
  reason: fields.freeText(200).optional(),
  refund_method: z.enum(['ORIGINAL', 'BALANCE', 'OFFLINE']).default('ORIGINAL'),
});

export type CreateRefundBody = z.infer<typeof createRefundBody>;
