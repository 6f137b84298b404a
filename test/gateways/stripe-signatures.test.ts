// The proof of Stripe's callbacks, byte by byte. Numbers are the rows of QUALITY 3.4 and 3.7.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint } from '../../lib/gateways/crypto.ts';
import { CallbackRefused, type Callback } from '../../lib/gateways/gateway.ts';
import { noon } from '../contract/bench.ts';
import {
  posted,
  seconds,
  sharedSecret,
  signature,
  strangerSecret,
  v1,
  webhookSecret,
} from '../contract/stripe-side.ts';
import { genuine, kindOf, read, readerOf } from './stripe-notices.ts';

const time = String(seconds(noon));
const good = v1(webhookSecret, time, genuine);

describe('the signature', () => {
  const header = (text: string) => read(posted(genuine, text));

  test.each([
    [`t=${time},v1=${good}`],
    [`v1=${good},t=${time}`],
    [`t=${time},v1=${'0'.repeat(64)},v1=${good}`],
    [`t=${time},v0=whatever,v1=${good}`],
    [`t=${time},v1=${good}${',v0=0'.repeat(8)}`],
  ])('is genuine: %s', (text) => {
    expect(header(text)).toMatchObject({ kind: 'payment' });
  });

  // 125
  test.each([
    [`t=${time},v0=${good}`, 'not_authentic'],
    [`t=${time},v1=${good.toUpperCase()}`, 'malformed'],
    [`t=${time},v1=${good.slice(1)}`, 'malformed'],
    [`t=${time},v1=${good}0`, 'malformed'],
    [`t=${time},v1=${good},v1=zz`, 'malformed'],
    [`t=${time}${`,v1=${good}`.repeat(10)}`, 'malformed'],
    [`t=${time}${`,v1=${good}`.repeat(10_000)}`, 'malformed'],
    [`v1=${good}`, 'malformed'],
    [`t=${time},t=${time},v1=${good}`, 'malformed'],
    [`t=${time}0,v1=${good}`, 'malformed'],
    [`t=+${time.slice(1)},v1=${good}`, 'malformed'],
    [`t=${time}, v1=${good}`, 'malformed'],
    [` t=${time},v1=${good}`, 'malformed'],
    [`t=${time},v1=${good},`, 'malformed'],
    [`t=${time};v1=${good}`, 'malformed'],
    ['', 'malformed'],
  ])('is none: %s', (text, reason) => {
    expect(header(text)).toBe(reason);
  });

  // 82
  test('stands once', () => {
    const body = Buffer.from(genuine);
    const value = signature(genuine);
    expect(read({ body, headers: { 'stripe-signature': [value, value] } })).toBe('malformed');
    expect(read({ body, headers: { 'stripe-signature': [] } })).toBe('not_authentic');
    expect(read({ body, headers: {} })).toBe('not_authentic');
  });

  test.each([
    [-300, 'payment'],
    [300, 'payment'],
    [-301, 'not_authentic'],
    [301, 'not_authentic'],
    [315_360_000, 'not_authentic'],
  ])('of %i s from now: %s', (away, expected) => {
    const told = read(posted(genuine, signature(genuine, webhookSecret, noon + away * 1000)));
    expect(kindOf(told)).toBe(expected);
  });

  // 126
  test.each(['', 'undefined', 'null', webhookSecret.slice('whsec_'.length), sharedSecret, strangerSecret])(
    'with the key %j: not authentic',
    (key) => {
      expect(header(`t=${time},v1=${v1(key, time, genuine)}`)).toBe('not_authentic');
    },
  );

  // 94
  test.each([
    {},
    { webhook_secret: '' },
    { webhook_secret: undefined },
    { webhook_secret_previous: webhookSecret },
    { webhook_secret: webhookSecret, webhook_secret_previous: '' },
  ])('without its secret the channel is at fault, not the callback: %j', (secrets) => {
    const by = readerOf(secrets);
    for (const callback of [posted(genuine), posted(genuine, `t=${time},v1=${v1('', time, genuine)}`)])
      expect(() => by.readNotification(callback)).toThrow(/proved by webhook_secret/);
    expect(() => by.readNotification(posted(genuine))).not.toThrow(CallbackRefused);
  });

  // 127
  test('two secrets while one is rolled, and each is named', () => {
    const rolling = readerOf({ webhook_secret: webhookSecret, webhook_secret_previous: sharedSecret });
    const version = (callback: Callback) => rolling.readNotification(callback).keyVersion;
    expect(version(posted(genuine))).toBe(fingerprint(webhookSecret));
    expect(version(posted(genuine, signature(genuine, sharedSecret)))).toBe(fingerprint(sharedSecret));
    const both = `t=${time},v1=${v1(sharedSecret, time, genuine)},v1=${good}`;
    expect(version(posted(genuine, both))).toBe(fingerprint(webhookSecret));
    expect(read(posted(genuine, signature(genuine, strangerSecret)), rolling)).toBe('not_authentic');
  });

  // 63
  test('every single-bit flip of the header is refused', () => {
    const bytes = Buffer.from(signature(genuine));
    for (let at = 0; at < bytes.length * 8; at++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      expect(['malformed', 'not_authentic']).toContain(header(flipped.toString('latin1')));
    }
  });
});

describe('the bytes', () => {
  test.each([
    ['a byte order mark', `\ufeff${genuine}`],
    ['a name that stands twice', genuine.replace('"type"', '"livemode":false,"type"')],
    ['something behind it', `${genuine}{}`],
    ['a list', `[${genuine}]`],
    ['no event', '{}'],
    ['no livemode', genuine.replaceAll('"livemode":false', '"livemode":"false"')],
    ['half of it', genuine.slice(0, -1)],
  ])('%s, and a right signature: unreadable', (_, text) => {
    expect(read(posted(text))).toBe('unreadable');
  });

  test('an invalid byte is no replacement character', () => {
    const at = genuine.indexOf('coffee');
    const bytes = Buffer.concat([
      Buffer.from(genuine.slice(0, at)),
      Buffer.from([0xff]),
      Buffer.from(genuine.slice(at)),
    ]);
    expect(read(posted(bytes))).toBe('unreadable');
  });

  test('whatever is signed is read, or refused in words of ours', () => {
    const wrapped = fc.json().map((text) => `{"id":"e","type":"t","livemode":false,"data":${text}}`);
    fc.assert(
      fc.property(fc.oneof(fc.json(), wrapped), (text) => {
        expect(['unreadable', 'ignored', 'unrecognised']).toContain(kindOf(read(posted(text))));
      }),
    );
  });
});
