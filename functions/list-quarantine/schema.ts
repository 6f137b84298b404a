// What may come in to list the callbacks that belong to no payment.
import * as z from 'zod';
import * as fields from '../../lib/api/fields.ts';
import { rule } from '../../lib/api/validation.ts';

/** A time and a digest: longer or empty keys the table would refuse as a fault of ours. */
const cursor = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z\/[0-9a-f]{64}$/;

export const listQuarantineQuery = z.strictObject({
  channel_code: fields.channelCode,
  cursor: z
    .string()
    .check(rule((text) => cursor.test(text), 'CURSOR_INVALID'))
    .optional(),
  limit: fields.limit.default(20),
});
