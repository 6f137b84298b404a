// What a channel of Pretend Pay is configured with.
import * as z from 'zod';

export const configSchema = z.strictObject({
  merchant_id: z.string().regex(/^\d{4,16}$/, 'must be the digits of the merchant id'),
});
const secret = (what: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case')
    .describe(`${what} It goes in and never comes out.`);

/** Whoever can read callbacks must not be able to sign calls. */
export const secretsSchema = z.strictObject({
  call_secret: secret('What calls and their answers are signed with.'),
  callback_secret: secret('What callbacks are signed with.'),
});

export type PretendConfig = z.output<typeof configSchema>;
export type PretendSecrets = z.output<typeof secretsSchema>;
