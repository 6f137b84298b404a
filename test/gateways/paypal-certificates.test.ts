// Whose certificate proves a webhook: made out for webhooks, valid, and led to a root that is trusted.
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CertificateFacts } from '../../local/gateways/x509.ts';
import { trustedRoots } from '../../lib/gateways/paypal/certificates.ts';
import { newPair, type Pair } from '../contract/alipay-side.ts';
import { noon } from '../contract/bench.ts';
import {
  leafName,
  leafOf,
  newAuthority,
  rootName,
  span,
  webhookName,
  worlds,
} from '../contract/paypal-side.ts';
import { callbackOf, good, newHouse } from './paypal-proving.ts';

const { authority, hand, id } = worlds.ours;
const day = 86_400_000;

let house: ReturnType<typeof newHouse>;
beforeEach(() => {
  house = newHouse();
});

const served = (pem: string, change?: object, by?: Pair) =>
  house.isRead(
    house.reader(() => new Response(pem), change),
    callbackOf(by && { by }),
  );

/** The same certificate with another key in it, which nobody signed for. */
function rekeyed(pem: string, from: Pair, to: Pair): string {
  const spki = ({ publicPem }: Pair) =>
    createPublicKey(publicPem).export({ type: 'spki', format: 'der' }).toString('hex');
  const der = new X509Certificate(pem).raw.toString('hex').replace(spki(from), spki(to));
  return new X509Certificate(Buffer.from(der, 'hex')).toString();
}

describe('the certificate', () => {
  const other = newAuthority();
  const change = (facts: Partial<CertificateFacts>) => leafOf(hand, authority, facts) + authority.middlePem;
  const bare = leafOf(hand, authority);

  test.each([
    ['with the one between', good],
    ['with the root, too', good + authority.rootPem],
    ['with one that has nothing to do with it', bare + other.middlePem + authority.middlePem],
    ['with CRLF', good.replaceAll('\n', '\r\n')],
  ])('%s is one', async (_, pem) => {
    expect(await served(pem)).toBe(true);
  });

  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const short = { publicPem: publicKey, privatePem: privateKey };
  test.each([
    ['without the one between', bare],
    ['after the one between', authority.middlePem + bare],
    ['of another authority', leafOf(hand, other) + other.middlePem],
    ['of another authority, with its root', leafOf(hand, other) + other.middlePem + other.rootPem],
    ['of itself', change({ issuer: leafName(webhookName), issuerPrivatePem: hand.privatePem })],
    ['of another of PayPal’s names', change({ subject: leafName('api.sandbox.paypal.com') })],
    ['of production', change({ subject: leafName('messageverificationcerts.paypal.com') })],
    ['of a longer name', change({ subject: leafName(`${webhookName}.evil.com`) })],
    ['of a name with something before it', change({ subject: leafName(`x.${webhookName}`) })],
    [
      'of a name inside another',
      change({
        subject: [
          ['O', `PayPal\nCN=${webhookName}`],
          ['CN', 'evil.com'],
        ],
      }),
    ],
    [
      'of two names',
      change({
        subject: [
          ['CN', 'evil.com'],
          ['CN', webhookName],
        ],
      }),
    ],
    ['of no name', change({ subject: [['O', webhookName]] })],
    ['that is an authority’s', change({ isAuthority: true })],
    [
      'that issued by the leaf',
      leafOf(newPair(), authority, { issuer: leafName(webhookName), issuerPrivatePem: hand.privatePem }) +
        good,
    ],
    ['that is over', change({ until: noon - 1_000 })],
    ['that is not valid yet', change({ from: noon + 1_000 })],
    ['of a name that did not sign it', change({ issuer: leafName('x') })],
    ['with a key', good + hand.publicPem],
    ['with something else', `${good}x`],
    ['cut', good.slice(0, -40)],
  ])('%s is none', async (_, pem) => {
    expect(await served(pem)).toBe(false);
  });

  test('with a key of 1024 bits is none', async () => {
    expect(await served(leafOf(hand, authority) + authority.middlePem, {}, hand)).toBe(true);
    expect(await served(leafOf(short, authority) + authority.middlePem, {}, short)).toBe(false);
  });

  test('with a key that its authority never saw is none', async () => {
    const thief = newPair();
    expect(await served(rekeyed(bare, hand, thief) + authority.middlePem, {}, thief)).toBe(false);
  });

  test('must be valid when it was sent and now', async () => {
    const reader = house.reader(() => new Response(change({ from: noon - day, until: noon + day })));
    expect(await house.isRead(reader)).toBe(true);
    expect(await house.isRead(reader, callbackOf({ at: noon - 2 * day }))).toBe(false);
    house.at = noon + 2 * day;
    expect(await house.isRead(reader)).toBe(false);
  });

  test.each([
    ['not valid yet', { ...span, from: noon + 1_000 }],
    ['over', { ...span, until: noon - 1_000 }],
  ])('an authority between that is %s proves nothing', async (_, valid) => {
    const late = newAuthority(valid);
    const config = { root_certificate_platform: late.rootPem };
    expect(await served(leafOf(hand, late) + late.middlePem, config)).toBe(false);
  });

  test('an authority that is over proves nothing either', async () => {
    house.at = span.until + 1_000;
    expect(
      await house.isRead(
        house.reader(() => new Response(change({ until: house.at + day }))),
        callbackOf({ at: house.at }),
      ),
    ).toBe(false);
  });

  test.each(['production', 'sandbox'] as const)(
    'in %s the configured root is not looked at',
    async (environment) => {
      const home = { production: 'https://api.paypal.com', sandbox: 'https://api.sandbox.paypal.com' }[
        environment
      ];
      const named = callbackOf({ url: `${home}/v1/notifications/certs/${id}` });
      const subject = leafName(
        environment === 'production' ? 'messageverificationcerts.paypal.com' : webhookName,
      );
      const reader = house.reader(() => new Response(change({ subject })), { environment });
      expect(await house.isRead(reader, named)).toBe(false);
      expect(house.asked).toHaveLength(1);
    },
  );

  test('at home without a root nobody is trusted', async () => {
    expect(await served(good, { root_certificate_platform: undefined })).toBe(false);
  });

  test('elsewhere the public roots are', () => {
    expect(trustedRoots('production', authority.rootPem)).toHaveLength(rootCertificates.length);
    expect(trustedRoots('sandbox', undefined).some(({ subject }) => subject.includes('DigiCert'))).toBe(true);
    expect(trustedRoots('local', authority.rootPem).map(({ subject }) => subject)).toEqual([
      rootName.map(([attribute, value]) => `${attribute}=${value}`).join('\n'),
    ]);
  });
});
