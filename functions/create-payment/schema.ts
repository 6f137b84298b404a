// What may come in to make a payment.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';
import { PaymentError } from '../../lib/domain/errors.ts';

/** A channel to be paid by `payment_method`, or by a method of its own. */
const preferred = z.union([
  fields.channelCode,
  z.strictObject({ payment_channel: fields.channelCode, payment_method: fields.paymentMethod }),
]);

export const createPaymentBody = z.strictObject({
  business_order_id: fields.businessOrderId,
  business_order_type: fields.businessOrderType.optional(),
  user_id: fields.userId.optional(),
  payment_channel: fields.channelCode.optional(),
  channel_preference: z.array(preferred).min(1, 'is empty').max(5, 'has more than 5 entries').optional(),
  payment_method: fields.paymentMethod.optional(),
  amount: fields.amount,
  currency: fields.currency,
  subject: fields.freeText(1000),
  return_url: fields.returnUrl.optional(),
  openid: fields.openid.optional(),
  client_ip: fields.clientIp.optional(),
  expires_at: fields.utc.optional(),
  metadata: fields.metadata.optional(),
});

export type CreatePaymentBody = z.infer<typeof createPaymentBody>;

/** A channel's code, and the method to pay by there. */
export interface Way {
  readonly channel: string;
  readonly method: string;
}

/**
 * The ways to pay that are wanted, the first one first.
 * @throws PaymentError INVALID_REQUEST when it is not one channel or a list of them, or a method is missing
 * @see SPEC R3.1, R4.8
 */
export function waysOf(body: CreatePaymentBody): readonly Way[] {
  const { payment_channel: one, channel_preference: several, payment_method: method } = body;
  if (one !== undefined && several !== undefined)
    throw wrong('channel_preference', 'goes without payment_channel');
  if (one === undefined && several === undefined)
    throw wrong('payment_channel', 'or channel_preference is needed');
  return (several ?? [one ?? '']).map((each) => {
    if (typeof each !== 'string') return { channel: each.payment_channel, method: each.payment_method };
    if (method === undefined) throw wrong('payment_method', `is needed for channel ${each}`);
    return { channel: each, method };
  });
}

function wrong(param: string, what: string): PaymentError {
  return new PaymentError('INVALID_REQUEST', { param, detail: `${param} ${what}.` });
}
