// What may come in to close a payment.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const closePaymentBody = z.strictObject({
  /** stands in the timeline */
  reason: fields.freeText(200).optional(),
});
