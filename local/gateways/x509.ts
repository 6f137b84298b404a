// Writes X.509 v3 certificates, which Node can only read. DER (X.690) by hand, as little as a leaf and a root need.
// @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** As it stands in the certificate: least specific part first, C to CN. */
export type Name = readonly (readonly [attribute: keyof typeof attributes, value: string])[];

export interface CertificateFacts {
  readonly subject: Name;
  /** SubjectPublicKeyInfo PEM */
  readonly publicPem: string;
  readonly issuer: Name;
  /** RSA or elliptic; its kind decides the signature's algorithm, over SHA-256 either way */
  readonly issuerPrivatePem: string;
  /** ms since 1970 UTC, both; written in whole seconds */
  readonly from: number;
  readonly until: number;
  /** may issue others */
  readonly isAuthority?: boolean;
  /** bytes of the serial number, at most 20; 16 without it */
  readonly serialBytes?: number;
}

const attributes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const;
const basicConstraints = '2.5.29.19';
const keyUsage = '2.5.29.15';
const subjectKeyIdentifier = '2.5.29.14';
const authorityKeyIdentifier = '2.5.29.35';
const rsaWithSha256 = '1.2.840.113549.1.1.11';
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/** @returns one certificate with a random serial number */
export function certificatePem(facts: CertificateFacts): string {
  const key = createPrivateKey(facts.issuerPrivatePem);
  const publicKey = spki(createPublicKey(facts.publicPem));
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? sequence(oid(rsaWithSha256), element(0x05))
      : sequence(oid(ecdsaWithSha256));
  const body = sequence(
    element(0xa0, element(0x02, Buffer.of(2))),
    element(0x02, serialNumber(facts.serialBytes ?? 16)),
    algorithm,
    name(facts.issuer),
    sequence(time(facts.from), time(facts.until)),
    name(facts.subject),
    publicKey,
    element(0xa3, extensions(facts.isAuthority ?? false, publicKey, spki(createPublicKey(key)))),
  );
  const der = sequence(body, algorithm, bits(0, sign('sha256', body, key)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), length(value.length), value]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.of(size);
  return size < 0x100 ? Buffer.of(0x81, size) : Buffer.of(0x82, size >> 8, size & 0xff);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return element(0x30, ...content);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Seven bits to a byte; all but the last have the eighth set. */
function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift(0x80 | (left & 0x7f));
  return bytes;
}

function name(parts: Name): Buffer {
  const written = parts.map(([attribute, value]) => {
    // Only a country has to be a PrintableString.
    const text = element(attribute === 'C' ? 0x13 : 0x0c, Buffer.from(value, 'utf8'));
    return element(0x31, sequence(oid(attributes[attribute]), text));
  });
  return sequence(...written);
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on. */
function time(at: number): Buffer {
  const text = `${new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return text < '2050' ? element(0x17, Buffer.from(text.slice(2))) : element(0x18, Buffer.from(text));
}

function bits(unused: number, content: Buffer): Buffer {
  return element(0x03, Buffer.of(unused), content);
}

function extensions(isAuthority: boolean, subject: Buffer, issuer: Buffer): Buffer {
  const yes = element(0x01, Buffer.of(0xff));
  const critical = (id: string, value: Buffer) => sequence(oid(id), yes, element(0x04, value));
  const further = (id: string, value: Buffer) => sequence(oid(id), element(0x04, value));
  return sequence(
    critical(basicConstraints, isAuthority ? sequence(yes) : sequence()),
    // keyCertSign and cRLSign, or digitalSignature
    critical(keyUsage, isAuthority ? bits(1, Buffer.of(0x06)) : bits(7, Buffer.of(0x80))),
    further(subjectKeyIdentifier, element(0x04, keyIdentifier(subject))),
    further(authorityKeyIdentifier, sequence(element(0x80, keyIdentifier(issuer)))),
  );
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

/** Positive, and of full length: neither a sign nor a leading zero can be lost on the way. */
function serialNumber(size: number): Buffer {
  const bytes = randomBytes(size);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}
