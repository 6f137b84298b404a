// SHA256 with RSA (PKCS#1 v1.5), base64. Written for this side alone: it judges the service's own signatures.
import { createPublicKey, createSign, createVerify, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { Refused } from '../http.ts';

export interface KeyPair {
  /** PKCS#8 */
  readonly privatePem: string;
  /** SubjectPublicKeyInfo */
  readonly publicPem: string;
}

export function sign(text: string, privatePem: string): string {
  return createSign('RSA-SHA256').update(text, 'utf8').sign(privatePem, 'base64');
}

/** Only the canonical base64 of 256 bytes counts as a signature. */
export function verify(text: string, signature: string, publicPem: string): boolean {
  if (!/^[A-Za-z0-9+/]{342}==$/.test(signature)) return false;
  return createVerify('RSA-SHA256').update(text, 'utf8').verify(publicPem, signature, 'base64');
}

/** Each line is ended, the last one too. */
export function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/** RSA-2048: 0.05–0.3 s */
export async function newPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privatePem: privateKey, publicPem: publicKey };
}

/** @returns the key as SubjectPublicKeyInfo PEM. @throws Refused (422) for what is not RSA of 2048 bits */
export function rsa2048(pem: string): string {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === 2048)
      return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    // Not a key at all is refused in the same words.
  }
  throw new Refused(
    422,
    'WeChat Pay certifies an RSA public key of 2048 bits in PEM. Nothing was registered.',
  );
}
