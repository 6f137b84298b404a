// Alipay's certificate authority of this machine, and how Alipay numbers a certificate.
// @see https://opendocs.alipay.com/common/057k53
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { Ports } from '../ports.ts';
import { certificatePem, type Name } from '../x509.ts';
import { newPair } from './rsa2.ts';

export interface Certificate {
  readonly pem: string;
  /** SN */
  readonly serial: string;
}

export interface Authority {
  /** roots one after another: some RSA, one not */
  readonly rootsPem: string;
  /** SN of the bundle */
  readonly rootSerial: string;
  issue(commonName: string, publicPem: string): Certificate;
}

const year = 365 * 86_400_000;
const organization: Name = [
  ['C', 'CN'],
  ['O', 'Ant Financial of this machine'],
  ['OU', 'Certification Authority'],
];
const rootName: Name = [...organization, ['CN', 'Ant Financial Certification Authority R1']];
const ecName: Name = [...organization, ['CN', 'Ant Financial Certification Authority E1']];

/**
 * The RSA root stands twice in the bundle, as it was and renewed; the other root has an elliptic key, as Alipay's SM2 root.
 * What is issued is valid from a day before the clock's time, for five years.
 */
export async function openAuthority(clock: Pick<Ports, 'now'>): Promise<Authority> {
  const rsa = await newPair();
  const ec = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const issue = (
    subject: Name,
    publicPem: string,
    issuer: Name,
    issuerPrivatePem: string,
    isRoot = false,
  ) => {
    const from = clock.now() - 86_400_000;
    const until = from + (isRoot ? 20 : 5) * year;
    return certificatePem({ subject, publicPem, issuer, issuerPrivatePem, from, until, isAuthority: isRoot });
  };
  const ecRoot = issue(ecName, ec.publicKey, ecName, ec.privateKey, true);
  const rsaRoots = [1, 2].map(() => issue(rootName, rsa.publicPem, rootName, rsa.privatePem, true));
  return {
    rootsPem: [ecRoot, ...rsaRoots].join(''),
    rootSerial: rsaRoots.map(serialOf).join('_'),
    issue(commonName, publicPem) {
      const subject: Name = [
        ['C', 'CN'],
        ['O', 'A shop of this machine'],
        ['CN', commonName],
      ];
      const pem = issue(subject, publicPem, rootName, rsa.privatePem);
      return { pem, serial: serialOf(pem) };
    },
  };
}

/** SN: MD5 (hex) of the issuer, its most specific part first, and the serial number in decimal. */
export function serialOf(pem: string): string {
  const { issuer, serialNumber } = new X509Certificate(pem);
  const name = issuer.split('\n').reverse().join(',');
  return createHash('md5')
    .update(`${name}${BigInt(`0x${serialNumber}`)}`)
    .digest('hex');
}
