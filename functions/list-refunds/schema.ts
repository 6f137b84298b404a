// What may come in to list the refunds of a payment.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const listRefundsQuery = z.strictObject({
  cursor: z.string().optional(),
  limit: fields.limit.default(20),
});

export type ListRefundsQuery = z.infer<typeof listRefundsQuery>;
