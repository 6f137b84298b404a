// What may come in to list the payments of an order.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const listPaymentsQuery = z.strictObject({
  business_order_id: fields.businessOrderId,
  business_order_type: fields.businessOrderType.optional(),
  /** whose order; operators only */
  application: z.string().optional(),
  cursor: z.string().optional(),
  limit: fields.limit.default(20),
});

export type ListPaymentsQuery = z.infer<typeof listPaymentsQuery>;
