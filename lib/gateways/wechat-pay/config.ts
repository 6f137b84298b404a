// What a WeChat Pay channel is configured with, and what it keeps secret. WeChat Pay proves itself by its public key, by
// platform certificates, or by both while it changes from these to that.
import * as z from 'zod';
import { readPrivateKey, readPublicKey } from '../crypto.ts';
import { readCertificates } from './certificates.ts';

const key = (read: (text: string) => unknown, longest = 8192) =>
  z
    .string()
    .max(longest)
    .superRefine((text, context) => {
      const message = refusalOf(() => read(text));
      if (message !== undefined)
        context.addIssue({ code: 'custom', message, params: { code: 'KEY_INVALID' } });
    });

/** Whether a certificate is valid now is seen when it is used: here is no clock. */
export const configSchema = z
  .strictObject({
    /** mchid */
    merchant_id: z.string().regex(/^\d{8,32}$/, 'must be the digits of the merchant id (mchid)'),
    app_id: z
      .string()
      .regex(/^wx[0-9A-Za-z]{16}$/, 'must be the application id: wx and 16 letters or digits'),
    merchant_certificate_serial: z
      .string()
      .regex(/^[0-9A-F]{40}$/, 'must be 40 hexadecimal digits in upper case')
      .describe('The serial number of the merchant’s own API certificate. Requests name it.'),
    public_key_platform: key(readPublicKey)
      .optional()
      .describe('WeChat Pay’s public key, PEM: proves its answers and callbacks.'),
    public_key_id_platform: z
      .string()
      .regex(/^PUB_KEY_ID_\d{1,53}$/, 'must be PUB_KEY_ID_ and digits')
      .optional()
      .describe('How WeChat Pay calls that key. Requests ask for answers that are signed with it.'),
    certificate_platform: key(readCertificates, 32_768)
      .optional()
      .describe(
        'WeChat Pay’s platform certificates, PEM, for merchants who have them: each proves its answers and callbacks for as long as it is valid.',
      ),
  })
  .superRefine((config, context) => {
    for (const [name, message] of missing(config))
      context.addIssue({ code: 'custom', path: [name], message });
  });

export const secretsSchema = z.strictObject({
  /** of the API certificate: it signs requests */
  private_key_merchant: key(readPrivateKey),
  /** opens what callbacks carry; it signs nothing and moves nothing */
  api_v3_key: z.string().regex(/^[\x21-\x7e]{32}$/, 'must be the 32 characters of the APIv3 key'),
});

export type WeChatPayConfig = z.infer<typeof configSchema>;
export type WeChatPaySecrets = z.infer<typeof secretsSchema>;

type Platform = 'public_key_platform' | 'public_key_id_platform' | 'certificate_platform';

function missing(
  config: Readonly<Partial<Record<Platform, string>>>,
): (readonly [name: Platform, message: string])[] {
  const hasKey = config.public_key_platform !== undefined;
  const hasId = config.public_key_id_platform !== undefined;
  if (hasKey && !hasId) return [['public_key_id_platform', 'is missing: public_key_platform needs its id']];
  if (hasId && !hasKey) return [['public_key_platform', 'is missing: public_key_id_platform is its id']];
  if (hasKey || config.certificate_platform !== undefined) return [];
  const message = 'is missing; or public_key_platform and public_key_id_platform, as new merchants have them';
  return [['certificate_platform', message]];
}

/** @returns what is wrong with a key, or undefined */
function refusalOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'the key cannot be read';
  }
}
