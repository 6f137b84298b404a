// Certificate mode: the name that Alipay gives a certificate, and the way from its own to a root that is trusted.
// @see https://opendocs.alipay.com/common/056zub
import { createHash, type X509Certificate } from 'node:crypto';
import { KeyRefused } from '../crypto.ts';
import { chainOf, readCertificates, type Certificates } from './x509.ts';

/**
 * Of a PEM text that begins with the certificate that is meant.
 * @throws KeyRefused
 */
export function serialOf(text: string): string {
  return serial(readCertificates(text)[0]);
}

/**
 * Of a bundle: the serials of its RSA certificates, joined by `_`.
 * @throws KeyRefused
 */
export function rootSerialOf(text: string): string {
  return readCertificates(text).map(serial).join('_');
}

/**
 * @param text Alipay's certificate, and after it those between it and the root, if any
 * @param roots PEM
 * @returns from Alipay's certificate to the root
 * @throws KeyRefused
 */
export function platformChain(text: string, roots: string): Certificates {
  const [leaf, ...between] = readCertificates(text);
  if (leaf.ca)
    throw new KeyRefused('the first certificate is of an authority; the provider’s own must come first');
  const chain = chainOf(leaf, between, readCertificates(roots));
  if (chain) return chain;
  throw new KeyRefused('the certificate does not lead to one of root_certificate_platform');
}

/** MD5 is Alipay's choice of a name, and proves nothing here. */
function serial({ issuer, serialNumber }: X509Certificate): string {
  const name = issuer.split('\n').reverse().join(',');
  return createHash('md5')
    .update(`${name}${BigInt(`0x${serialNumber}`)}`)
    .digest('hex');
}
