// RSA keys and signatures, strict about form: what Node would quietly accept (a private key as a public one, 512 bits,
// junk inside base64) is refused here.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Signer } from './gateway.ts';

/** A key that must not be used. The message says why, and never holds the key. */
export class KeyRefused extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'KeyRefused';
  }
}

/** PEM's names: SPKI or PKCS#1, PKCS#8 or PKCS#1. */
const labels = {
  public: ['PUBLIC KEY', 'RSA PUBLIC KEY'],
  private: ['PRIVATE KEY', 'RSA PRIVATE KEY'],
} as const;

type Kind = keyof typeof labels;
type Label = (typeof labels)[Kind][number];

interface KeyText {
  readonly label: Label;
  readonly der: Buffer;
}

/**
 * @param text an RSA public key of at least 2048 bits: PEM (SPKI or PKCS#1), or the bare base64 of either, as
 * consoles hand out
 * @throws KeyRefused
 */
export function readPublicKey(text: string): KeyObject {
  return strong(readKey(text, 'public'));
}

/**
 * @param text an RSA private key of at least 2048 bits: PEM (PKCS#8 or PKCS#1, not encrypted), or the bare base64 of either
 * @throws KeyRefused
 */
export function readPrivateKey(text: string): KeyObject {
  return strong(readKey(text, 'private'));
}

/**
 * A signer whose key is in memory; it is parsed here, once.
 * @param text as for `readPrivateKey`
 * @throws KeyRefused
 */
export function pemSigner(keyId: string, text: string): Signer {
  const key = readPrivateKey(text);
  return { keyId, sign: (bytes) => Promise.resolve(sign('sha256', bytes, key)) };
}

/** Whether the text is the one base64 spelling of a signature as long as the key. */
export function isSignature(key: KeyObject, text: string): boolean {
  const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  if (text.length !== Math.ceil(size / 3) * 4) return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === size && bytes.toString('base64') === text;
}

/** RSASSA-PKCS1-v1_5 over SHA-256. A signature in any but its one base64 form is false. */
export function verifyRsaSha256(key: KeyObject, bytes: Uint8Array, signature: string): boolean {
  return isSignature(key, signature) && verify('sha256', bytes, key, Buffer.from(signature, 'base64'));
}

/** A short public mark of a text, for people to compare: `sha256:` and 16 hex digits. */
export function fingerprint(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** The marks of all secrets, each under its own name. */
export function fingerprints(secrets: object): Readonly<Record<string, string>> {
  const marks = Object.entries(secrets).map(([name, text]) => [name, fingerprint(String(text))]);
  return Object.fromEntries(marks) as Record<string, string>;
}

function readKey(text: string, kind: Kind): KeyObject {
  if (text.trim() === '') throw new KeyRefused('the key is empty');
  if (/[^\x20-\x7e\r\n\t]/.test(text))
    throw new KeyRefused('the key holds a byte order mark or other characters that are not of a key');
  const found = text.includes('-----') ? [readPem(text.trim())] : bare(text, kind);
  if (found.some((each) => isOfTheOtherKind(each, kind))) throw wrongKind(kind);
  const key = found.map(parsed).find((parse) => parse !== undefined);
  if (!key) throw new KeyRefused(`this is not an RSA ${kind} key`);
  return key;
}

function wrongKind(wanted: Kind): KeyRefused {
  return new KeyRefused(
    wanted === 'public'
      ? 'this is a private key; a public key belongs here'
      : 'this is a public key; a private key belongs here',
  );
}

function readPem(pem: string): KeyText {
  const match = /^-----BEGIN ([A-Z ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----$/.exec(pem);
  const [, label = '', body = ''] = match ?? [];
  switch (label) {
    case 'PUBLIC KEY':
    case 'RSA PUBLIC KEY':
    case 'PRIVATE KEY':
    case 'RSA PRIVATE KEY':
      return { label, der: base64(body) };
    case '':
      throw new KeyRefused('the PEM text is not one complete block');
    default:
      throw new KeyRefused(
        'the PEM block is not a plain key: a certificate or an encrypted key cannot be used',
      );
  }
}

function bare(text: string, kind: Kind): KeyText[] {
  const der = base64(text);
  return labels[kind].map((label) => ({ label, der }));
}

function base64(text: string): Buffer {
  const compact = text.replaceAll(/\s/g, '');
  const der = Buffer.from(compact, 'base64');
  if (der.toString('base64') !== compact) throw new KeyRefused('the key is neither PEM nor base64');
  return der;
}

/** By label or by content: OpenSSL would make a public key of a private one, and nobody would notice. */
function isOfTheOtherKind({ label, der }: KeyText, kind: Kind): boolean {
  const mine: readonly Label[] = labels[kind];
  if (!mine.includes(label)) return true;
  return kind === 'public'
    ? labels.private.some((other) => parsed({ label: other, der }))
    : parsed({ label: 'PUBLIC KEY', der }) !== undefined;
}

function parsed({ label, der: key }: KeyText): KeyObject | undefined {
  try {
    switch (label) {
      case 'PUBLIC KEY':
        return createPublicKey({ key, format: 'der', type: 'spki' });
      case 'RSA PUBLIC KEY':
        return createPublicKey({ key, format: 'der', type: 'pkcs1' });
      case 'PRIVATE KEY':
        return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      case 'RSA PRIVATE KEY':
        return createPrivateKey({ key, format: 'der', type: 'pkcs1' });
    }
  } catch {
    // The reason of OpenSSL helps nobody; the caller says what was expected.
    return undefined;
  }
}

/**
 * @returns the key, if it is of RSA, has 2048 bits or more and the exponent 65537
 * @throws KeyRefused
 */
export function strong(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') throw new KeyRefused('the key is not an RSA key');
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < 2048) throw new KeyRefused(`the key has ${modulusLength} bits; 2048 are the least`);
  if (publicExponent !== 65537n) throw new KeyRefused('the key has an exponent other than 65537');
  return key;
}
