// RSA2 = RSASSA-PKCS1-v1_5 over SHA-256, base64. Written for this side alone: it judges the service's own signatures.
import { createSign, createVerify, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Fields } from './form.ts';

export interface KeyPair {
  /** PKCS#8 */
  readonly privatePem: string;
  /** SubjectPublicKeyInfo */
  readonly publicPem: string;
}

/** What is signed of a set of fields: empty ones and `without` dropped, sorted by name, `name=value` joined by `&`. */
export function signedText(fields: Fields, without: readonly string[]): string {
  return fields
    .filter(([name, value]) => value !== '' && !without.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export function sign(text: string, privatePem: string): string {
  return createSign('RSA-SHA256').update(text, 'utf8').sign(privatePem, 'base64');
}

/** Only the canonical base64 of 256 bytes counts as a signature. */
export function verify(text: string, signature: string, publicPem: string): boolean {
  if (!/^[A-Za-z0-9+/]{342}==$/.test(signature)) return false;
  return createVerify('RSA-SHA256').update(text, 'utf8').verify(publicPem, signature, 'base64');
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
