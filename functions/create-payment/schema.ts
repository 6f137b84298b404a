// What may come in to make a payment.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const createPaymentBody = z.strictObject({
  business_order_id: fields.businessOrderId,
  business_order_type: fields.businessOrderType.optional(),
  user_id: fields.userId.optional(),
  payment_channel: fields.channelCode,
  payment_method: fields.paymentMethod,
  amount: fields.amount,
  currency: fields.currency,
  subject: fields.freeText(1000),
  return_url: fields.returnUrl.optional(),
  expires_at: fields.utc.optional(),
  metadata: fields.metadata.optional(),
});

export type CreatePaymentBody = z.infer<typeof createPaymentBody>;
