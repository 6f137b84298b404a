// What an Alipay channel is configured with, in public-key mode or in certificate mode, and what it keeps secret.
import * as z from 'zod';
import { readPrivateKey, readPublicKey } from '../crypto.ts';
import { platformChain } from './certificates.ts';
import { readCertificates } from './x509.ts';

const key = (read: (text: string) => unknown, longest = 8192) =>
  z
    .string()
    .max(longest)
    .superRefine((text, context) => {
      const message = refusalOf(() => read(text));
      if (message !== undefined) context.addIssue(keyInvalid(message));
    });

const certificate = (description: string) =>
  key(readCertificates, 16_384).optional().describe(`Certificate mode: ${description}`);

const certificates = ['app_certificate', 'certificate_platform', 'root_certificate_platform'] as const;

/** One of two modes, whole. Whether a certificate is valid now is seen when it is used: here is no clock. */
export const configSchema = z
  .strictObject({
    /** the seller's PID */
    merchant_id: z
      .string()
      .regex(/^2088\d{12}$/, 'must be the 16-digit PID of the merchant, which begins with 2088'),
    app_id: z.string().regex(/^\d{10,32}$/, 'must be the digits of the application id'),
    /** Alipay's, not the application's own: it proves answers and callbacks */
    public_key_platform: key(readPublicKey).optional(),
    app_certificate: certificate('the application’s own certificate, PEM. Requests name it.'),
    certificate_platform: certificate(
      'the provider’s certificate, PEM, followed by those between it and its root, if there are any: proves its answers and callbacks for as long as it is valid.',
    ),
    root_certificate_platform: certificate(
      'the provider’s root certificates, PEM. Requests name them, and certificate_platform must lead to one of them.',
    ),
  })
  .superRefine((config, context) => {
    for (const [name, message] of wrongMode(config))
      context.addIssue({ code: 'custom', path: [name], message });
    const { certificate_platform: platform, root_certificate_platform: roots } = config;
    if (context.issues.length > 0 || platform === undefined || roots === undefined) return;
    const message = refusalOf(() => platformChain(platform, roots));
    if (message !== undefined) context.addIssue({ ...keyInvalid(message), path: ['certificate_platform'] });
  });

export const secretsSchema = z.strictObject({
  /** the application's: it signs requests */
  private_key_merchant: key(readPrivateKey),
});

export type AlipayConfig = z.infer<typeof configSchema>;
export type AlipaySecrets = z.infer<typeof secretsSchema>;

type Given = Readonly<Partial<Record<'public_key_platform' | (typeof certificates)[number], string>>>;

function wrongMode(config: Given): (readonly [name: string, message: string])[] {
  const missing = certificates.filter((name) => config[name] === undefined);
  const isBare = config.public_key_platform !== undefined;
  if (isBare && missing.length < certificates.length)
    return [['public_key_platform', 'must be left out where certificates are given, or they where it is']];
  if (isBare) return [];
  if (missing.length === certificates.length)
    return [['public_key_platform', `is missing; in certificate mode it is ${certificates.join(', ')}`]];
  return missing.map((name) => [
    name,
    `is missing: in certificate mode it goes with ${certificates.join(', ')}`,
  ]);
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

function keyInvalid(message: string) {
  return { code: 'custom', message, params: { code: 'KEY_INVALID' } } as const;
}
