// What a PayPal channel is configured with, and what it keeps secret.
import * as z from 'zod';
import { readCertificates } from './certificates.ts';

const certificates = z
  .string()
  .max(65_536)
  .superRefine((text, context) => {
    try {
      readCertificates(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'the certificates cannot be read';
      context.addIssue({ code: 'custom', message, params: { code: 'KEY_INVALID' } });
    }
  });

/** What both halves of the REST application's credentials look like. */
const credential = /^[A-Za-z0-9_-]{20,128}$/;

export const configSchema = z.strictObject({
  /** the payee */
  merchant_id: z
    .string()
    .regex(/^[A-Z0-9]{13}$/, 'must be the 13 capitals and digits of the PayPal account (merchant id)'),
  client_id: z
    .string()
    .regex(credential, 'must be the client id of the REST application')
    .describe('The client id of the REST application, of the same account as merchant_id.'),
  // Whatever signs for the simulator's WEBHOOK_ID cannot be configured: it is not of this form.
  webhook_id: z
    .string()
    .regex(/^[A-Za-z0-9]{10,50}$/, 'must be the letters and digits of the webhook’s id')
    .describe(
      'What PayPal calls the registration of our address for webhooks. It is a part of what PayPal signs: events for another registration prove nothing here.',
    ),
  root_certificate_platform: certificates
    .optional()
    .describe(
      'Only for channels of the environment local: the root certificates, PEM, that the certificates for webhooks lead to. Elsewhere it is not looked at: there the public roots are trusted that the runtime brings.',
    ),
});

export const secretsSchema = z.strictObject({
  client_secret: z
    .string()
    .regex(credential, 'must be the client secret of the REST application')
    .describe('The secret of the REST application. It goes in and never comes out.'),
});

export type PayPalConfig = z.infer<typeof configSchema>;
export type PayPalSecrets = z.infer<typeof secretsSchema>;
