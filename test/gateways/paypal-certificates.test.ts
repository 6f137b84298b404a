// Whose certificate proves a webhook: fetched from PayPal alone, made out for webhooks, led to a root that is trusted.
import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CertificateFacts } from '../../local/gateways/x509.ts';
import type { Callback, ChannelEnvironment, NotificationReader } from '../../lib/gateways/gateway.ts';
import { trustedRoots } from '../../lib/gateways/paypal/certificates.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { isOwn } from '../../lib/gateways/paypal/keys.ts';
import { newPair } from '../contract/alipay-side.ts';
import { noon, setting } from '../contract/bench.ts';
import {
  account,
  certificateUrl,
  eventOf,
  leafName,
  leafOf,
  newAuthority,
  rootName,
  span,
  transmitted,
  webhookName,
  worlds,
} from '../contract/paypal-side.ts';

const { authority, hand, id } = worlds.ours;
const url = certificateUrl(worlds.ours);
const good = leafOf(hand, authority) + authority.middlePem;
const body = JSON.stringify(eventOf('CUSTOMER.DISPUTE.CREATED', {}));
const callbackOf = (more: Parameters<typeof transmitted>[1] = {}): Callback => ({
  body: Buffer.from(body),
  headers: transmitted(body, more),
});
const day = 86_400_000;

let asked: string[];
let at = noon;
beforeEach(() => {
  asked = [];
  at = noon;
});

type Serve = (address: string, init?: RequestInit) => Response | Promise<Response>;

function readerOf(serve: Serve, change: object = {}): NotificationReader {
  const fetch: typeof globalThis.fetch = (input, init) => {
    asked.push(String(input instanceof Request ? input.url : input));
    return Promise.resolve(serve(asked.at(-1) ?? '', init));
  };
  const config = { ...account, ...setting, root_certificate_platform: authority.rootPem, ...change };
  return payPal.reader(config, { now: () => at, fetch }, { secrets: {}, platformKeys: {} });
}

async function isRead(reader: NotificationReader, callback = callbackOf()): Promise<boolean> {
  await reader.fetchProof?.(callback, { deadline: at + 5_000 });
  try {
    return reader.readNotification(callback).notification.kind === 'unrecognised';
  } catch (error) {
    expect(error).toMatchObject({ name: 'CallbackRefused', reason: 'not_authentic' });
    return false;
  }
}
const served = (pem: string, change?: object) => isRead(readerOf(() => new Response(pem), change));

describe('the address', () => {
  const sandbox = { environment: 'sandbox', endpoint: payPal.endpoints.sandbox } as const;
  const home = { environment: 'local', endpoint: 'http://127.0.0.1:4000/paypal' } as const;

  test.each([
    ['production', `https://api.paypal.com/v1/notifications/certs/${id}`],
    ['sandbox', `https://api.sandbox.paypal.com/v1/notifications/certs/${id}`],
    ['local', `http://127.0.0.1:4000/paypal/v1/notifications/certs/${id}`],
  ] as const)('of %s is one', (environment, address) => {
    const all: ChannelEnvironment[] = ['production', 'sandbox', 'local'];
    const { endpoint } = home;
    for (const each of all)
      expect(isOwn(address, { environment: each, endpoint })).toBe(each === environment);
  });

  const path = `/v1/notifications/certs/${id}`;
  const others = [
    `http://api.sandbox.paypal.com${path}`,
    `https://api.paypal.com${path}`,
    `https://api-m.sandbox.paypal.com${path}`,
    `https://evilpaypal.com${path}`,
    `https://api.sandbox.paypal.com.evil.com${path}`,
    `https://api.sandbox.paypal.com@evil.com${path}`,
    `https://user:word@api.sandbox.paypal.com${path}`,
    `https://api.sandbox.paypal.com:443${path}`,
    `https://api.sandbox.paypal.com:8443${path}`,
    `https://ａpi.sandbox.paypal.com${path}`,
    `https://API.SANDBOX.PAYPAL.COM${path}`,
    `https://127.0.0.1${path}`,
    `https://[::1]${path}`,
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'data:application/x-pem-file,x',
    `//api.sandbox.paypal.com${path}`,
    ` https://api.sandbox.paypal.com${path}`,
    `https:\\\\api.sandbox.paypal.com${path}`,
    `https://api.sandbox.paypal.com${path}?x=1`,
    `https://api.sandbox.paypal.com${path}#x`,
    `https://api.sandbox.paypal.com${path}/`,
    `https://api.sandbox.paypal.com${path}/../../x`,
    `https://api.sandbox.paypal.com${path}%2e`,
    `https://api.sandbox.paypal.com${path}\n`,
    'https://api.sandbox.paypal.com/v1/notifications/certs/',
    'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-',
    'https://api.sandbox.paypal.com/v1/notifications/certs/../certs/CERT-1',
    'https://api.sandbox.paypal.com//v1/notifications/certs/CERT-1',
    'https://api.sandbox.paypal.com/v1/oauth2/token',
    '',
  ];

  test.each(others)('%j is not PayPal’s: nobody is called', async (address) => {
    const reader = readerOf(() => new Response(good), sandbox);
    expect(await isRead(reader, callbackOf({ url: address }))).toBe(false);
    expect(asked).toEqual([]);
  });

  test('at home it is below the endpoint', async () => {
    for (const address of [
      `http://127.0.0.1:4000${path}`,
      `http://127.0.0.1:4001/paypal${path}`,
      `http://localhost:4000/paypal${path}`,
      `https://api.sandbox.paypal.com${path}`,
    ])
      expect(
        await isRead(
          readerOf(() => new Response(good), home),
          callbackOf({ url: address }),
        ),
      ).toBe(false);
    expect(asked).toEqual([]);
    const own = callbackOf({ url: `http://127.0.0.1:4000/paypal${path}` });
    expect(
      await isRead(
        readerOf(() => new Response(good), home),
        own,
      ),
    ).toBe(true);
  });
});

describe('what is fetched', () => {
  test('is fetched once, without following, and kept', async () => {
    const reader = readerOf((_, init) => {
      expect(init).toMatchObject({ method: 'GET', redirect: 'manual' });
      return new Response(good);
    });
    expect(await isRead(reader)).toBe(true);
    at += day;
    expect(await isRead(reader, callbackOf({ at }))).toBe(true);
    expect(asked).toEqual([url]);
  });

  test('is fetched once for callbacks at one time', async () => {
    const reader = readerOf(() => new Response(good));
    expect(await Promise.all([isRead(reader), isRead(reader), isRead(reader)])).toEqual([true, true, true]);
    expect(asked).toHaveLength(1);
  });

  test('is not read before it is fetched', () => {
    expect(() => readerOf(() => new Response(good)).readNotification(callbackOf())).toThrow(/could be had/);
  });

  const bad: readonly (readonly [string, Serve])[] = [
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.com' } })],
    ['no such certificate', () => new Response('', { status: 404 })],
    ['a failure', () => new Response('', { status: 500 })],
    ['nobody there', () => Promise.reject(new TypeError('fetch failed'))],
    ['more than 64 KB', () => new Response(good + '\n'.repeat(64 * 1024))],
    ['ten megabytes', () => new Response('x'.repeat(10 * 1024 * 1024))],
    ['nothing', () => new Response('')],
    ['a page', () => new Response('<h1>Hello</h1>')],
  ];

  test.each(bad)('%s: not authentic, and not asked for again within a minute', async (_, serve) => {
    const reader = readerOf(serve);
    expect(await isRead(reader)).toBe(false);
    at = noon + 59_999;
    expect(await isRead(reader)).toBe(false);
    expect(asked).toHaveLength(1);
    at = noon + 60_000;
    expect(await isRead(reader)).toBe(false);
    expect(asked).toHaveLength(2);
  });

  test('waits three seconds at most', async () => {
    const started = Date.now();
    const reader = readerOf(
      (_, init) =>
        new Promise<Response>((__, reject) => {
          init?.signal?.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    );
    await reader.fetchProof?.(callbackOf(), { deadline: noon + 60_000 });
    expect(Date.now() - started).toBeLessThan(4_500);
  });

  test('whatever strangers name, what is proved stays', async () => {
    const reader = readerOf((address) => new Response(address === url ? good : ''));
    expect(await isRead(reader)).toBe(true);
    for (let n = 0; n < 400; n++) await isRead(reader, callbackOf({ url: `${url}${n}` }));
    const before = asked.length;
    expect(await isRead(reader)).toBe(true);
    expect(asked).toHaveLength(before);
  });

  test.each([
    'PAYPAL-AUTH-ALGO',
    'PAYPAL-TRANSMISSION-ID',
    'PAYPAL-TRANSMISSION-TIME',
    'PAYPAL-TRANSMISSION-SIG',
  ])('nobody is called for a callback without %s', async (name) => {
    const { body: bytes, headers } = callbackOf();
    const without = { ...headers, [name.toLowerCase()]: [] };
    expect(
      await isRead(
        readerOf(() => new Response(good)),
        { body: bytes, headers: without },
      ),
    ).toBe(false);
    expect(asked).toEqual([]);
  });
});

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
    ['with a key of 1024 bits', leafOf(short, authority) + authority.middlePem],
    ['with a key', good + hand.publicPem],
    ['with something else', `${good}x`],
    ['cut', good.slice(0, -40)],
  ])('%s is none', async (_, pem) => {
    expect(await served(pem)).toBe(false);
  });

  test('must be valid when it was sent and now', async () => {
    const reader = readerOf(() => new Response(change({ from: noon - day, until: noon + day })));
    expect(await isRead(reader)).toBe(true);
    expect(await isRead(reader, callbackOf({ at: noon - 2 * day }))).toBe(false);
    at = noon + 2 * day;
    expect(await isRead(reader)).toBe(false);
  });

  test('an authority that is over proves nothing either', async () => {
    at = span.until + 1_000;
    expect(
      await isRead(
        readerOf(() => new Response(change({ until: at + day }))),
        callbackOf({ at }),
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
      const reader = readerOf(() => new Response(change({ subject })), { environment });
      expect(await isRead(reader, named)).toBe(false);
      expect(asked).toHaveLength(1);
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
