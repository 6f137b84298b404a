// Where certificates for webhooks are fetched, and when: from PayPal alone, once, and never because a stranger says so.
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ChannelEnvironment } from '../../lib/gateways/provider.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { isOwn } from '../../lib/gateways/paypal/keys.ts';
import { noon } from '../contract/bench.ts';
import { worlds } from '../contract/paypal-side.ts';
import { callbackOf, good, newHouse, url, type Serve } from './paypal-proving.ts';

const { id } = worlds.ours;
const day = 86_400_000;

let house: ReturnType<typeof newHouse>;
beforeEach(() => {
  house = newHouse();
});

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
    const reader = house.reader(() => new Response(good), sandbox);
    expect(await house.isRead(reader, callbackOf({ url: address }))).toBe(false);
    expect(house.asked).toEqual([]);
  });

  test('at home it is below the endpoint', async () => {
    for (const address of [
      `http://127.0.0.1:4000${path}`,
      `http://127.0.0.1:4001/paypal${path}`,
      `http://localhost:4000/paypal${path}`,
      `https://api.sandbox.paypal.com${path}`,
    ])
      expect(
        await house.isRead(
          house.reader(() => new Response(good), home),
          callbackOf({ url: address }),
        ),
      ).toBe(false);
    expect(house.asked).toEqual([]);
    const own = callbackOf({ url: `http://127.0.0.1:4000/paypal${path}` });
    expect(
      await house.isRead(
        house.reader(() => new Response(good), home),
        own,
      ),
    ).toBe(true);
  });
});

describe('what is fetched', () => {
  test('is fetched once, without following, and kept', async () => {
    const reader = house.reader((_, init) => {
      expect(init).toMatchObject({ method: 'GET', redirect: 'manual' });
      return new Response(good);
    });
    expect(await house.isRead(reader)).toBe(true);
    house.at += day;
    expect(await house.isRead(reader, callbackOf({ at: house.at }))).toBe(true);
    expect(house.asked).toEqual([url]);
  });

  test('is fetched once for callbacks at one time', async () => {
    const reader = house.reader(() => new Response(good));
    expect(await Promise.all([house.isRead(reader), house.isRead(reader), house.isRead(reader)])).toEqual([
      true,
      true,
      true,
    ]);
    expect(house.asked).toHaveLength(1);
  });

  test('is not read before it is fetched', () => {
    expect(() => house.reader(() => new Response(good)).readNotification(callbackOf())).toThrow(
      /could be had/,
    );
  });

  const bad: readonly (readonly [string, Serve])[] = [
    ['a redirect', () => new Response(good, { status: 302, headers: { location: 'https://evil.com' } })],
    ['no such certificate', () => new Response(good, { status: 404 })],
    ['a failure', () => new Response(good, { status: 500 })],
    ['nobody there', () => Promise.reject(new TypeError('fetch failed'))],
    ['more than 64 KB', () => new Response(good + '\n'.repeat(64 * 1024))],
    ['ten megabytes', () => new Response('x'.repeat(10 * 1024 * 1024))],
    ['nothing', () => new Response('')],
    ['a page', () => new Response('<h1>Hello</h1>')],
  ];

  test.each(bad)('%s: not authentic, and not house.asked for again within a minute', async (_, serve) => {
    const reader = house.reader(serve);
    expect(await house.isRead(reader)).toBe(false);
    house.at = noon + 59_999;
    expect(await house.isRead(reader)).toBe(false);
    expect(house.asked).toHaveLength(1);
    house.at = noon + 60_000;
    expect(await house.isRead(reader)).toBe(false);
    expect(house.asked).toHaveLength(2);
  });

  test('waits three seconds at most', async () => {
    const started = Date.now();
    const reader = house.reader(
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
    const reader = house.reader((address) => new Response(address === url ? good : ''));
    expect(await house.isRead(reader)).toBe(true);
    for (let n = 0; n < 400; n++) await house.isRead(reader, callbackOf({ url: `${url}${n}` }));
    const before = house.asked.length;
    expect(await house.isRead(reader)).toBe(true);
    expect(house.asked).toHaveLength(before);
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
      await house.isRead(
        house.reader(() => new Response(good)),
        { body: bytes, headers: without },
      ),
    ).toBe(false);
    expect(house.asked).toEqual([]);
  });
});
