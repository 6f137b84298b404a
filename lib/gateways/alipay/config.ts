// What an Alipay channel is configured with (public-key mode), and what it keeps secret.
import * as z from 'zod';
import { readPrivateKey, readPublicKey } from '../crypto.ts';

const key = (read: (text: string) => unknown) =>
  z
    .string()
    .max(8192)
    .superRefine((text, context) => {
      try {
        read(text);
      } catch (error) {
        const message = error instanceof Error ? error.message : 'the key cannot be read';
        context.addIssue({ code: 'custom', message, params: { code: 'KEY_INVALID' } });
      }
    });

export const configSchema = z.strictObject({
  /** the seller's PID */
  merchant_id: z
    .string()
    .regex(/^2088\d{12}$/, 'must be the 16-digit PID of the merchant, which begins with 2088'),
  app_id: z.string().regex(/^\d{10,32}$/, 'must be the digits of the application id'),
  /** Alipay's, not the application's own: it proves answers and callbacks */
  public_key_platform: key(readPublicKey),
});

export const secretsSchema = z.strictObject({
  /** the application's: it signs requests */
  private_key_merchant: key(readPrivateKey),
});

export type AlipayConfig = z.infer<typeof configSchema>;
export type AlipaySecrets = z.infer<typeof secretsSchema>;
