// What a channel of Pretend Pay is configured with.
import * as z from 'zod';

export const configSchema = z.strictObject({
  merchant_id: z.string().regex(/^\d{4,16}$/, 'must be the digits of the merchant id'),
});
export const secretsSchema = z.strictObject({
  shared_secret: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case')
    .describe('What both sides sign with. It goes in and never comes out.'),
});

export type PretendConfig = z.output<typeof configSchema>;
export type PretendSecrets = z.output<typeof secretsSchema>;
