// Certificates out of PEM, and the way from one of them to a root.
import { X509Certificate, type KeyObject } from 'node:crypto';
import { KeyRefused, strong } from '../crypto.ts';

/** In the order of the text. */
export type Certificates = readonly [X509Certificate, ...X509Certificate[]];

/**
 * Those that are signed with RSA: others, as SM2, are passed over, since OpenSSL may not know them.
 * @param text PEM: nothing but certificates, and one of RSA at least; the first has a key as good as `readPublicKey` asks for
 * @throws KeyRefused
 */
export function readCertificates(text: string): Certificates {
  const blocks = /-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
  if (text.replaceAll(blocks, '').trim() !== '')
    throw new KeyRefused('there is something other than complete PEM certificates');
  const ders = [...text.matchAll(blocks)].map(([, body = '']) => Buffer.from(body, 'base64'));
  const [first, ...others] = ders.filter(isSignedWithRsa).map(certificate);
  if (!first) throw new KeyRefused('there is no certificate that is signed with RSA');
  strong(keyOf(first));
  return [first, ...others];
}

/**
 * From a certificate to one of `roots`, by names and signatures; what lies between must be an authority. Time is not looked
 * at.
 * @returns undefined where no way leads there
 */
export function chainOf(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): Certificates | undefined {
  const root = roots.find((each) => isIssuedBy(leaf, each));
  if (root) return [leaf, root];
  for (const issuer of between) {
    if (!issuer.ca || !isIssuedBy(leaf, issuer)) continue;
    const rest = chainOf(
      issuer,
      between.filter((each) => each !== issuer),
      roots,
    );
    if (rest) return [leaf, ...rest];
  }
  return undefined;
}

function isIssuedBy(subject: X509Certificate, issuer: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(strong(keyOf(issuer)));
}

function certificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new KeyRefused('a certificate cannot be read');
  }
}

function keyOf(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey;
  } catch {
    throw new KeyRefused('the key of a certificate cannot be read');
  }
}

/** 1.2.840.113549.1.1, under which all of RSA is */
const rsa = Buffer.from('2a864886f70d0101', 'hex');

/** A certificate is three things: what is signed, the algorithm, the signature. */
function isSignedWithRsa(der: Buffer): boolean {
  const signed = element(der, element(der, 0).start);
  const algorithm = element(der, signed.end);
  const { start } = element(der, algorithm.start);
  return der.subarray(start, start + rsa.length).equals(rsa);
}

/** Where the content of the DER element at this place begins and ends. */
function element(der: Buffer, at: number): { readonly start: number; readonly end: number } {
  const short = der[at + 1] ?? 0x80;
  const more = short < 0x80 ? 0 : short - 0x80;
  const start = at + 2 + more;
  if (start > der.length || more > 4 || short === 0x80) throw new KeyRefused('a certificate cannot be read');
  const end = start + (more === 0 ? short : der.readUIntBE(at + 2, more));
  if (end > der.length) throw new KeyRefused('a certificate cannot be read');
  return { start, end };
}
