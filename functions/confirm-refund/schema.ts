// What may come in to say what became of a refund that was handed over.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const confirmRefundBody = z.strictObject({
  result: z.enum(['refunded', 'refused']),
  /** where the proof of it is found: a booking, a receipt */
  reference: fields.freeText(100),
});

export type ConfirmRefundBody = z.infer<typeof confirmRefundBody>;
