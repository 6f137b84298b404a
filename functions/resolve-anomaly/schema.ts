// What may come in to decide about late or wrong money.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';

export const resolveAnomalyBody = z.strictObject({
  action: z.enum(['accept', 'refund', 'dismiss']),
  /** of the payment as it was read: nobody decides about money that they have not seen */
  version: z.int().min(1),
  /** stands in the timeline */
  reason: fields.freeText(500),
});
