// The certificates that PayPal signs webhooks with: from PEM to a chain that ends at a root that is trusted.
// @see https://developer.paypal.com/api/rest/webhooks/rest/
import { X509Certificate, type KeyObject } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { ChannelEnvironment } from '../provider.ts';
import { KeyRefused, strong } from '../crypto.ts';

/** Instants are ms since 1970 UTC, both still within: those of the whole chain. */
export interface WebhookKey {
  /** hex, upper case: the certificate's serial number */
  readonly serial: string;
  readonly key: KeyObject;
  readonly from: number;
  readonly until: number;
}

/** Whom a certificate must be made out to. Others of PayPal's are genuine, too, and sign other things. */
const names: Readonly<Record<ChannelEnvironment, string>> = {
  production: 'messageverificationcerts.paypal.com',
  sandbox: 'messageverificationcerts.sandbox.paypal.com',
  local: 'messageverificationcerts.sandbox.paypal.com',
};

/** certificates, from leaf to root */
const longestChain = 5;

/**
 * @param text PEM: nothing but complete certificates, one at least
 * @throws KeyRefused
 */
export function readCertificates(text: string): readonly X509Certificate[] {
  const blocks = /-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
  if (text.replaceAll(blocks, '').trim() !== '')
    throw new KeyRefused('there is something other than complete PEM certificates');
  const found = (text.match(blocks) ?? []).map(parsed);
  if (found.length === 0) throw new KeyRefused('there is no PEM certificate');
  return found;
}

/**
 * @param text the certificate that signs, and after it those between it and its root
 * @throws KeyRefused when it is not for webhooks, or does not lead to a root. Whether it is valid now is seen when it is used.
 */
export function readWebhookKey(
  text: string,
  environment: ChannelEnvironment,
  roots: readonly X509Certificate[],
): WebhookKey {
  const [leaf, ...between] = readCertificates(text);
  if (!leaf || leaf.ca || commonName(leaf) !== names[environment])
    throw new KeyRefused(`the certificate is not made out to ${names[environment]}`);
  const chain = chainOf(leaf, between, roots, longestChain);
  if (!chain) throw new KeyRefused('the certificate does not lead to a trusted root');
  return {
    serial: leaf.serialNumber,
    key: strong(keyOf(leaf)),
    from: Math.max(...chain.map(({ validFrom }) => Date.parse(validFrom))),
    until: Math.min(...chain.map(({ validTo }) => Date.parse(validTo))),
  };
}

/**
 * Whom the channels of an environment trust.
 * @param bundle PEM, for `local` alone; without it nobody is trusted there
 * @throws KeyRefused
 */
export function trustedRoots(
  environment: ChannelEnvironment,
  bundle: string | undefined,
): readonly X509Certificate[] {
  if (environment !== 'local') return (publicRoots ??= rootCertificates.map(parsed));
  return bundle === undefined ? [] : readCertificates(bundle);
}

/** Read once, and only by who proves webhooks: it takes some 20 ms. */
let publicRoots: readonly X509Certificate[] | undefined;

/** By names and signatures; what lies between must be an authority. @returns undefined where no way leads to a root */
function chainOf(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  most: number,
): readonly X509Certificate[] | undefined {
  const root = roots.find((each) => isIssuedBy(leaf, each));
  if (root) return [leaf, root];
  if (most <= 2) return undefined;
  for (const issuer of between) {
    if (!isIssuedBy(leaf, issuer)) continue;
    const others = between.filter((each) => each !== issuer);
    const rest = chainOf(issuer, others, roots, most - 1);
    if (rest) return [leaf, ...rest];
  }
  return undefined;
}

function isIssuedBy(subject: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(strong(keyOf(issuer)));
}

/** @returns undefined where there is none, or more than one */
function commonName(certificate: X509Certificate): string | undefined {
  const name: unknown = certificate.toLegacyObject().subject.CN;
  return typeof name === 'string' ? name : undefined;
}

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
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
