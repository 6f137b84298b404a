// What a payer's browser brings back: it names a payment, and cannot be taken for news of one. Numbers are the rows of
// QUALITY 3.5.
import { AlipaySdk } from 'alipay-sdk';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { notificationReader } from '../../lib/gateways/alipay/notifications.ts';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { anId, noon } from '../contract/bench.ts';
import {
  account,
  beijing,
  form,
  gbkForm,
  merchant,
  notice,
  paidFields,
  platform,
  returnedFields,
  signedText,
  stranger,
  type Fields,
} from '../contract/alipay-side.ts';
import { bareKey } from './alipay-answering.ts';

const order = anId();
const genuine = returnedFields(order, noon);
const reader = notificationReader(bareKey, {
  now: () => noon,
  fetch: () => Promise.reject(new Error('nobody is called here')),
});

const sdk = new AlipaySdk({
  appId: account.app_id,
  privateKey: merchant.privatePem,
  keyType: 'PKCS8',
  alipayPublicKey: platform.publicPem,
});

function reading(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

const returned = (query: string) => reading(() => reader.readReturn?.(query).transactionId);
const posted = (body: Uint8Array) =>
  reading(() => reader.readNotification({ body, headers: {} }).notification);
const query = (fields: Fields, by = platform) => form(notice(fields, by)).toString();
const saying = (change: Fields) => returned(query({ ...genuine, ...change }));

describe('genuine', () => {
  test.each(['page', 'wap'] as const)('of %s.pay: the payment that it names', (product) => {
    expect(returned(query(returnedFields(order, noon, product)))).toBe(order);
  });

  test('what the SDK takes for genuine, and in GBK', () => {
    expect(sdk.checkNotifySignV2({ ...notice(genuine) })).toBe(true);
    expect(returned(gbkForm({ ...genuine, body: '茶' }).toString())).toBe(order);
  });

  test('escaped otherwise, in another order, with something more that is signed', () => {
    expect(returned(query(genuine).replaceAll('+', '%20'))).toBe(order);
    expect(returned(query(genuine).split('&').reverse().join('&'))).toBe(order);
    expect(saying({ buyer_open_id: 'x y', trade_no: '', total_amount: '' })).toBe(order);
  });
});

test('every single-bit flip is refused, or changes no decoded field', () => {
  const bytes = Buffer.from(query(genuine));
  const letters = (bytes.toString().match(/%[0-9A-F]{2}/g) ?? []).join('').replaceAll(/[^A-F]/g, '').length;
  const outcomes = new Map<unknown, number>();
  for (let at = 0; at < bytes.length * 8; at++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
    const read = returned(flipped.toString('latin1'));
    outcomes.set(read, (outcomes.get(read) ?? 0) + 1);
  }
  // The letters among the digits of %XX may be of either case.
  expect(outcomes.get(order)).toBe(letters);
  expect(new Set(outcomes.keys())).toEqual(new Set([order, 'malformed', 'not_authentic']));
});

describe('refused', () => {
  const text = query(genuine);

  test.each([
    ['nothing', '', 'malformed'],
    ['more than 8 KB', `${text}&x=${'a'.repeat(8 * 1024)}`, 'malformed'],
    ['98 a name twice', `${text}&out_trade_no=${anId()}`, 'malformed'],
    ['97 two signatures', `${text}&sign=AAAA`, 'malformed'],
    ['a broken escape', `${text}&x=%4`, 'malformed'],
    ['a question mark and all', `?${text}`, 'not_authentic'],
    ['letters of another alphabet', text.replace('8.80', '８.80'), 'malformed'],
    ['a letter whose low byte is the right one', text.replace('RSA2', 'RS\u0141' + '2'), 'malformed'],
    ['103 a parameter more', `${text}&x=1`, 'not_authentic'],
    ['96 sign_type=RSA', text.replace('RSA2', 'RSA'), 'not_authentic'],
    ['97 base64 of another kind', text.replace(/sign=..../, 'sign=%0A!..'), 'malformed'],
    ['no signature', text.replace(/&sign=[^&]*/, ''), 'not_authentic'],
    ['a stranger’s', query(genuine, stranger), 'not_authentic'],
  ])('%s: %s', (_, bent, reason) => {
    expect(returned(bent)).toBe(reason);
  });

  test.each([
    ['app_id', '2021009900000009', 'foreign'],
    ['seller_id', '2088900000000009', 'foreign'],
    ['out_trade_no', 'P01JDEMO', 'foreign'],
    ['method', 'alipay.trade.app.pay.return', 'unreadable'],
    ['method', '', 'unreadable'],
    ['version', '1.1', 'unreadable'],
    ['charset', 'big5', 'unreadable'],
    ['charset', '', 'unreadable'],
    ['seller_id', '', 'unreadable'],
    ['app_id', '', 'unreadable'],
    ['out_trade_no', '', 'unreadable'],
    ['timestamp', '2026-02-30 00:00:00', 'unreadable'],
    ['timestamp', '', 'unreadable'],
    ['total_amount', '1e2', 'unreadable'],
    ['trade_status', 'TRADE_SUCCESS', 'unreadable'],
    ['notify_id', 'x', 'unreadable'],
    ['notify_type', 'trade_status_sync', 'unreadable'],
    ['subject', 'a&out_trade_no=1', 'unreadable'],
    ['subject', 'a&timestamp=1', 'unreadable'],
  ])('%s=%s, signed: %s', (name, value, reason) => {
    expect(saying({ [name]: value })).toBe(reason);
  });

  test.each([
    [-48 * 60, true],
    [-48 * 60 - 1, false],
    [10, true],
    [11, false],
  ])('of %i minutes from now: accepted %p', (minutes, accepted) => {
    expect(saying({ timestamp: beijing(noon + minutes * 60_000) })).toBe(accepted ? order : 'not_authentic');
  });

  test('whatever comes is refused in words of ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webQueryParameters()), (bent) => {
        expect(['malformed', 'not_authentic']).toContain(returned(bent));
      }),
    );
  });
});

describe('109 one is not the other', () => {
  test.each(['page', 'wap'] as const)('a return of %s.pay, posted: malformed', (product) => {
    const fields = returnedFields(order, noon, product);
    expect(posted(form(notice(fields)))).toBe('malformed');
    expect(posted(Buffer.from(`${form(notice(fields)).toString()}&notify_type=`))).toBe('malformed');
    expect(posted(Buffer.from(`${form(notice(fields)).toString()}&notify_type=x`))).toBe('not_authentic');
  });

  test('a notice, brought by a browser: unreadable', () => {
    expect(returned(query(paidFields(order, '8.80', noon)))).toBe('unreadable');
  });

  test('a notice, cut again into the fields of a return, deceives the SDK and not us', () => {
    // The payer had a say in body and subject: they end as a return would go on.
    const method = 'alipay.trade.page.pay.return';
    const timestamp = beijing(noon);
    const body = `coffee&charset=utf-8&method=${method}&n=`;
    const whole = notice({
      ...paidFields(order, '8.80', noon),
      body,
      subject: `tea&timestamp=${timestamp}&tt=`,
    });
    const { sign = '', sign_type = '', ...said } = whole;
    const text = signedText(said);
    const between = (from: string, to: string) => text.slice(text.indexOf(from), text.indexOf(to));
    const kept = ['app_id', 'auth_app_id', 'charset', 'out_trade_no', 'point_amount', 'receipt_amount'];
    const recut: Fields = {
      ...Object.fromEntries(
        [...kept, 'seller_email', 'seller_id', 'version'].map((name) => [name, said[name] ?? '']),
      ),
      ...{ body: 'coffee', method, subject: 'tea', timestamp },
      n: between('&buyer_id', '&out_trade_no'),
      tt: between('&total_amount', '&version'),
    };
    expect(signedText(recut)).toBe(text);
    expect(sdk.checkNotifySignV2({ ...recut, sign, sign_type })).toBe(true);
    expect(returned(form({ ...recut, sign, sign_type }).toString())).toBe('unreadable');
  });
});
