// Tenpay's certificate authority of this machine: certifies merchants and WeChat Pay itself, for five years.
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { Ports } from '../ports.ts';
import { certificatePem, type Name } from '../x509.ts';

export interface Certificate {
  readonly pem: string;
  /** 40 hexadecimal digits in capitals */
  readonly serial: string;
  /** ms since 1970 UTC, as is `until` */
  readonly from: number;
  readonly until: number;
}

export interface Authority {
  /** @param subject its most specific part. Valid from a day before the clock's time. */
  issue(subject: string, publicPem: string): Certificate;
}

const day = 86_400_000;
const root: Name = [
  ['C', 'CN'],
  ['O', 'Tenpay.com of this machine'],
  ['OU', 'Tenpay.com CA Center'],
  ['CN', 'Tenpay.com Root CA'],
];

export function openAuthority(clock: Pick<Ports, 'now'>): Authority {
  const { privateKey: issuerPrivatePem } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    issue(commonName, publicPem) {
      const from = Math.floor(clock.now() / 1000) * 1000 - day;
      const until = from + 5 * 365 * day;
      const subject: Name = [...root.slice(0, 2), ['CN', commonName]];
      const facts = { subject, publicPem, issuer: root, issuerPrivatePem, from, until, serialBytes: 20 };
      const pem = certificatePem(facts);
      return { pem, serial: new X509Certificate(pem).serialNumber, from, until };
    },
  };
}
