// The certificates that local/gateways/x509.ts writes, judged by Node's and OpenSSL's readers.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate, type KeyPairKeyObjectResult } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificatePem, type CertificateFacts, type Name } from '../../../local/gateways/x509.ts';

interface Keys {
  readonly publicPem: string;
  readonly privatePem: string;
}

function pems({ publicKey, privateKey }: KeyPairKeyObjectResult): Keys {
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
const newRsa = () => pems(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const [rsa, leafKeys] = [newRsa(), newRsa()];
const ec = pems(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

const [from, until] = [Date.parse('2026-11-20T02:10:00.000Z'), Date.parse('2031-11-20T02:10:00.000Z')];
const rootName: Name = [
  ['C', 'CN'],
  ['O', '根证书'],
  ['OU', 'Certification Authority'],
  ['CN', 'Root of this machine'],
];
const leafName: Name = [['CN', 'shop.example']];

const root = ({ publicPem, privatePem }: Keys) =>
  certificatePem({
    ...{ subject: rootName, issuer: rootName, publicPem, issuerPrivatePem: privatePem },
    ...{ from, until, isAuthority: true },
  });
const leaf = (issuer: Keys, change: Partial<CertificateFacts> = {}) =>
  certificatePem({
    ...{ subject: leafName, issuer: rootName, publicPem: leafKeys.publicPem },
    ...{ issuerPrivatePem: issuer.privatePem, from, until, ...change },
  });

describe.each([
  ['RSA', rsa],
  ['an elliptic key', ec],
])('a root with %s', (_kind, keys) => {
  test('signs itself and a leaf, and no other root’s key does', () => {
    const [above, below] = [new X509Certificate(root(keys)), new X509Certificate(leaf(keys))];
    expect(above.ca && above.checkIssued(above) && above.verify(above.publicKey)).toBe(true);
    expect(below.checkIssued(above) && below.verify(above.publicKey)).toBe(true);
    expect(below.ca).toBe(false);
    expect(below.issuer).toBe('C=CN\nO=根证书\nOU=Certification Authority\nCN=Root of this machine');
    expect(below.subject).toBe('CN=shop.example');
    expect(below.publicKey.export({ type: 'spki', format: 'pem' })).toBe(leafKeys.publicPem);
    const stranger = new X509Certificate(root(keys === rsa ? ec : rsa));
    expect(below.verify(stranger.publicKey)).toBe(false);
  });

  test('convinces OpenSSL, where it is installed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'x509-'));
    const file = (name: string, pem: string) => {
      writeFileSync(join(folder, name), pem);
      return join(folder, name);
    };
    try {
      const [above, below] = [file('root.pem', root(keys)), file('leaf.pem', leaf(keys))];
      const at = String(from / 1000 + 60);
      const words = ['verify', '-x509_strict', '-attime', at, '-CAfile', above, below];
      expect([`${below}: OK\n`, 'not installed']).toContain(openssl(words));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('is valid exactly as long as was said, before and after 2050', () => {
  const seconds = fc.integer({ min: Date.UTC(2000, 0) / 1000, max: Date.UTC(2120, 0) / 1000 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 1, max: 3_000_000_000 }), (first, span) => {
      const said = { from: first * 1000, until: (first + span) * 1000 };
      const { validFrom, validTo } = new X509Certificate(leaf(rsa, said));
      return Date.parse(validFrom) === said.from && Date.parse(validTo) === said.until;
    }),
    { numRuns: 40 },
  );
});

test('carries any name up to a certificate of many kilobytes, and a new serial number each time', () => {
  const word = fc.string({
    unit: fc.constantFrom(...Array.from('abcXYZ019支付宝')),
    minLength: 1,
    maxLength: 2000,
  });
  const seen = new Set<string>();
  fc.assert(
    fc.property(word, (text) => {
      const certificate = new X509Certificate(leaf(rsa, { subject: [['CN', text]] }));
      expect(seen).not.toContain(certificate.serialNumber);
      seen.add(certificate.serialNumber);
      return certificate.subject === `CN=${text}` && /^[4-7][0-9A-F]{31}$/.test(certificate.serialNumber);
    }),
    { numRuns: 40 },
  );
});

/** What it wrote, errors and all. */
function openssl(words: string[]): string {
  const { stdout, stderr, error } = spawnSync('openssl', words, { encoding: 'utf8', timeout: 20_000 });
  return String(error).includes('ENOENT') ? 'not installed' : stdout + stderr;
}
