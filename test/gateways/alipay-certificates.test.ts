// Certificate mode as it is configured: what is taken, what is refused, and the names that Alipay gives certificates. Judge
// of the names: the official SDK.
import { generateKeyPairSync } from 'node:crypto';
import { AlipaySdk } from 'alipay-sdk';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificatePem } from '../../local/gateways/x509.ts';
import { configSchema } from '../../lib/gateways/alipay/config.ts';
import { rootSerialOf, serialOf } from '../../lib/gateways/alipay/certificates.ts';
import { account, merchant, newPair, platform, stranger } from '../contract/alipay-side.ts';
import {
  byRoot,
  certificates,
  certified,
  certify,
  made,
  middle,
  middleName,
  middlePem,
  platformPem,
  root,
  rootName,
  rootPem,
} from '../contract/alipay-certificates.ts';

/** What the SDK makes of these three. */
function judged(app: string, ours: string, roots: string) {
  const { config } = new AlipaySdk({
    ...{ appId: account.app_id, privateKey: merchant.privatePem, keyType: 'PKCS8' },
    ...{ appCertContent: app, alipayPublicCertContent: ours, alipayRootCertContent: roots },
  });
  return [config.appCertSn, config.alipayCertSn, config.alipayRootCertSn];
}

const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = {
  publicPem: elliptic.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  privatePem: elliptic.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};
const ellipticPem = certify(pem, { issuer: rootName, issuerPrivatePem: pem.privatePem, subject: rootName });

/** As SM2 looks: its curve, and its signatures, under numbers that OpenSSL need not know. */
function sm2(text: string): string {
  const der = Buffer.from(text.replaceAll(/-----.*-----|\s/g, ''), 'base64').toString('hex');
  const swapped = der
    .replaceAll('06082a8648ce3d040302', '06082a811ccf55018375')
    .replaceAll('06082a8648ce3d030107', '06082a811ccf5501822d');
  expect(swapped).not.toBe(der);
  const lines =
    Buffer.from(swapped, 'hex')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

describe('serials', () => {
  test('are those of the SDK', () => {
    expect([serialOf(certified.app_certificate), serialOf(platformPem), rootSerialOf(rootPem)]).toEqual(
      judged(certified.app_certificate, platformPem, rootPem),
    );
    expect(serialOf(certificates.certificate_platform)).toBe(serialOf(platformPem));
  });

  test('whatever the issuer is called and whatever the number', () => {
    const word = fc.stringMatching(
      /^[A-Za-z\u4e00-\u9fff][A-Za-z0-9 .()\u4e00-\u9fff-]{0,20}[a-z\u4e00-\u9fff]$/,
    );
    fc.assert(
      fc.property(word, word, word, (o, ou, cn) => {
        const issuer = [
          ['C', 'CN'],
          ['O', o],
          ['OU', ou],
          ['CN', cn],
        ] as const;
        const text = certify(platform, { issuer });
        expect([serialOf(text), rootSerialOf(text)]).toEqual(judged(text, text, text).slice(1));
      }),
      { numRuns: 40 },
    );
  });

  test('of a bundle: those of RSA, joined; SM2 and its like are passed over', () => {
    const [more, bundle] = [certify(root, { ...byRoot, subject: rootName }), [sm2(ellipticPem), rootPem]];
    const whole = [...bundle, ellipticPem, more].join('\n');
    expect(rootSerialOf(whole)).toBe(`${rootSerialOf(rootPem)}_${rootSerialOf(more)}`);
    expect(rootSerialOf(whole)).toBe(judged(platformPem, platformPem, whole)[2]);
    expect(configSchema.safeParse({ ...certified, root_certificate_platform: whole }).success).toBe(true);
  });
});

/** Each complaint: whose it is, and what it says. */
function complaints(config: object): string[] {
  const { error } = configSchema.safeParse(config);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}
const configured = (change: Partial<Record<string, string | undefined>>) =>
  complaints(JSON.parse(JSON.stringify({ ...certified, ...change })) as object);

describe('one mode, whole', () => {
  const public_key_platform = platform.publicPem;

  test('either is taken', () => {
    expect(configured({})).toEqual([]);
    expect(complaints({ ...account, public_key_platform })).toEqual([]);
  });

  test('none: both ways are told', () => {
    expect(complaints(account)).toEqual([
      'public_key_platform: is missing; in certificate mode it is app_certificate, certificate_platform, root_certificate_platform',
    ]);
  });

  test.each(Object.keys(certificates))('without %s: it is named', (name) => {
    expect(configured({ [name]: undefined })).toEqual([expect.stringMatching(`^${name}: is missing`)]);
    const alone = { ...account, [name]: certified[name as keyof typeof certificates] };
    expect(complaints(alone)).toHaveLength(2);
    expect(complaints({ ...alone, public_key_platform })).toEqual([
      expect.stringMatching(/^public_key_platform: must be left out/),
    ]);
  });

  test('both at once', () => {
    expect(configured({ public_key_platform })).toEqual([
      expect.stringMatching(/^public_key_platform: must be left out/),
    ]);
  });
});

describe('a certificate that is none', () => {
  const small = () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    return {
      privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    };
  };
  const bent = (text: string, at: number) => {
    const der = Buffer.from(text.replaceAll(/-----.*-----|\s/g, ''), 'base64');
    return `-----BEGIN CERTIFICATE-----\n${der.subarray(0, at).toString('base64')}\n-----END CERTIFICATE-----`;
  };

  test.each([
    ['nothing', '', 'no certificate that is signed with RSA'],
    ['a public key', platform.publicPem, 'something other than complete PEM certificates'],
    ['a private key', merchant.privatePem, 'something other than complete PEM certificates'],
    ['a private key beside it', platformPem + merchant.privatePem, 'something other'],
    ['half a block', platformPem.slice(0, 400), 'something other'],
    ['cut short', bent(platformPem, 300), 'cannot be read'],
    ['cut to the first letter', bent(platformPem, 1), 'cannot be read'],
    ['of SM2 alone', sm2(ellipticPem), 'no certificate that is signed with RSA'],
    ['for 1024 bits', certify(small()), 'the key has 1024 bits'],
    ['for another kind of key', certify(pem), 'not an RSA key'],
  ])('%s', (_, text, why) => {
    for (const name of Object.keys(certificates)) {
      const found = configured({ [name]: text });
      expect(found).toEqual([expect.stringMatching(`^${name}: .*${why}`)]);
      expect(found.join()).not.toContain(merchant.privatePem.split('\n')[1]);
    }
  });

  test('cut at any length it is refused, and never in other words', () => {
    const der = Buffer.from(platformPem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
    for (let at = 1; at < der.length; at++)
      expect(configured({ app_certificate: bent(platformPem, at) })).toHaveLength(1);
  });
});

describe('the way to the root', () => {
  const astray = ['certificate_platform: the certificate does not lead to one of root_certificate_platform'];
  const other = newPair();
  const byOther = { issuer: rootName, issuerPrivatePem: other.privatePem };

  test.each([
    ['through the authority', platformPem + middlePem, rootPem],
    ['straight', certify(platform, byRoot), rootPem],
    ['to the authority, which is trusted itself', platformPem, middlePem],
    ['past a stranger in the file', platformPem + certify(stranger) + middlePem, rootPem],
    ['to one of several', platformPem + middlePem, ellipticPem + middlePem + rootPem],
  ])('%s', (_, certificate_platform, root_certificate_platform) => {
    expect(configured({ certificate_platform, root_certificate_platform })).toEqual([]);
  });

  test.each([
    ['the authority is missing', platformPem, rootPem],
    [
      'another root of the same name',
      platformPem + middlePem,
      certify(other, { ...byOther, subject: rootName }),
    ],
    [
      'an authority of that name that the root did not make',
      platformPem + certify(middle, { ...byOther, subject: middleName, isAuthority: true }),
      rootPem,
    ],
    [
      'the one between is no authority',
      platformPem + certify(middle, { ...byRoot, subject: middleName }),
      rootPem,
    ],
    [
      'signed by nobody of that name',
      certify(platform, { issuerPrivatePem: other.privatePem }) + middlePem,
      rootPem,
    ],
  ])('%s: refused', (_, certificate_platform, root_certificate_platform) => {
    expect(configured({ certificate_platform, root_certificate_platform })).toEqual(astray);
  });

  test.each([
    ['the authority first', middlePem + platformPem],
    ['the root', rootPem],
  ])('%s: refused', (_, certificate_platform) => {
    expect(configured({ certificate_platform })).toEqual([
      'certificate_platform: the first certificate is of an authority; the provider’s own must come first',
    ]);
  });

  test('authorities that vouch for one another lead nowhere', () => {
    const pair = newPair();
    const name = [['CN', 'Test Loop']] as const;
    const loop = [
      certificatePem({
        ...{ subject: middleName, publicPem: middle.publicPem, issuer: name },
        issuerPrivatePem: pair.privatePem,
        from: made,
        until: made + 1000,
        isAuthority: true,
      }),
      certify(pair, { subject: name, isAuthority: true }),
    ];
    expect(configured({ certificate_platform: platformPem + loop.join('') })).toEqual(astray);
  });
});
