// PayPal's certificates on this machine: an authority, and what signs webhooks under it.
// @see https://developer.paypal.com/api/rest/webhooks/rest/#verify-manually
import { generateKeyPair, generateKeyPairSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Ports } from '../ports.ts';
import { certificatePem, type Name } from '../x509.ts';

/** Who signs a webhook. */
export interface Hand {
  /** `CERT-…`, the last part of its address */
  readonly id: string;
  /** PKCS#8, RSA-2048 */
  readonly privatePem: string;
  /** the certificate that signs, then the one that issued it, as PayPal serves them */
  readonly chainPem: string;
}

export interface Certificates {
  /** the root to trust */
  readonly authorityPem: string;
  readonly sandbox: Hand;
  /** production's, under the same authority; made when it is needed first */
  live(): Hand;
  /** somebody else's, under an authority of the same name; made when it is needed first */
  stranger(): Hand;
  /** @param id the last part of an address */
  served(id: string): string | undefined;
}

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

interface Authority {
  readonly pem: string;
  readonly privatePem: string;
}

export const certificateNames = {
  sandbox: 'messageverificationcerts.sandbox.paypal.com',
  live: 'messageverificationcerts.paypal.com',
} as const;

const day = 86_400_000;
const root: Name = [
  ['C', 'US'],
  ['O', 'DigiCert Inc of this machine'],
  ['CN', 'Webhook Root CA of this machine'],
];
const organization: Name = [
  ['C', 'US'],
  ['O', 'PayPal, Inc. of this machine'],
];
const rsa = {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;

export async function openCertificates(clock: Pick<Ports, 'now'>): Promise<Certificates> {
  const [forRoot, forLeaf] = await Promise.all([newPair(), newPair()]);
  const from = Math.floor(clock.now() / 1000) * 1000 - 90 * day;
  const authority = authorityOf(forRoot, from);
  const sandbox = handOf(forLeaf, authority, certificateNames.sandbox, from);
  const hands = [sandbox];
  const late = (make: () => Hand) => {
    let made: Hand | undefined;
    return () => {
      if (!made) hands.push((made = make()));
      return made;
    };
  };
  return {
    ...{ authorityPem: authority.pem, sandbox },
    live: late(() => handOf(generateKeyPairSync('rsa', rsa), authority, certificateNames.live, from)),
    stranger: late(() => {
      const other = authorityOf(generateKeyPairSync('rsa', rsa), from);
      return handOf(generateKeyPairSync('rsa', rsa), other, certificateNames.sandbox, from);
    }),
    served: (id) => hands.find((hand) => hand.id === id)?.chainPem,
  };
}

function authorityOf({ publicKey: publicPem, privateKey: privatePem }: KeyPair, from: number): Authority {
  const facts = { subject: root, issuer: root, publicPem, issuerPrivatePem: privatePem };
  const pem = certificatePem({ ...facts, from, until: from + 20 * 365 * day, isAuthority: true });
  return { pem, privatePem };
}

/** Valid for five years, three months of which are over. */
function handOf(pair: KeyPair, authority: Authority, commonName: string, from: number): Hand {
  const subject: Name = [...organization, ['CN', commonName]];
  const until = from + 5 * 365 * day;
  const facts = { subject, issuer: root, publicPem: pair.publicKey, issuerPrivatePem: authority.privatePem };
  const parts = [1, 2, 3].map(() => randomBytes(4).toString('hex'));
  return {
    id: `CERT-${parts.join('-')}`,
    privatePem: pair.privateKey,
    chainPem: certificatePem({ ...facts, from, until }) + authority.pem,
  };
}

/** RSA-2048: 0.05–0.3 s */
async function newPair(): Promise<KeyPair> {
  return promisify(generateKeyPair)('rsa', rsa);
}
