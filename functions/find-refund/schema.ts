// What may come in to find a refund by the caller's own number.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const findRefundQuery = z.strictObject({
  business_refund_id: fields.businessOrderId,
  /** whose number; operators only */
  application: z.string().optional(),
});

export type FindRefundQuery = z.infer<typeof findRefundQuery>;
