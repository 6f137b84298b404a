// How WeChat Pay's notices prove themselves, and what strangers, probes and mistakes look like beside them.
// @see QUALITY 3.6
import { describe, expect, test } from '@jest/globals';
import type { Callback } from '../../lib/gateways/gateway.ts';
import { noon } from '../contract/bench.ts';
import {
  account,
  apiV3Key,
  byCertificate,
  byPublicKey,
  notice,
  type Signing,
} from '../contract/wechat-pay-side.ts';
import { order, publicKey } from './wechat-answering.ts';
import { called, genuine, paid, posted, read, reader, readerAt } from './wechat-notices.ts';

const isPaid = expect.objectContaining({ kind: 'payment' }) as unknown;

/** A genuine notice whose headers were changed. */
const withHeaders = (change: Record<string, readonly string[]>): Callback => {
  const { body, headers } = posted(genuine);
  return { body, headers: { ...headers, ...change } };
};

test('it reads what was ordered, when it was paid and with what', () => {
  const amount = { total: 880, payer_total: 800, currency: 'CNY', payer_currency: 'CNY' };
  expect(reader.readNotification(posted(JSON.stringify(notice({ ...paid, amount }))))).toEqual({
    keyVersion: byPublicKey.serial,
    notification: {
      kind: 'payment',
      snapshot: {
        state: 'paid',
        transactionId: order,
        gatewayTransactionId: '4200000000202611200000000001',
        amount: { minor: 880, currency: 'CNY' },
        channelAmounts: { payerTotal: { minor: 800, currency: 'CNY' } },
        paidAt: '2026-11-20T06:07:08.000Z',
        payee: { merchantId: account.merchant_id, appId: account.app_id },
        paymentInstrument: 'debit_card',
      },
    },
  });
});

test('111: a signature test is refused as one, whatever else is right', () => {
  const { headers } = posted(genuine);
  const rest = String(headers['wechatpay-signature']).slice(19);
  expect(read(withHeaders({ 'wechatpay-signature': [`WECHATPAY/SIGNTEST/${rest}`] }))).toBe('probe');
});

describe('112: time', () => {
  test.each([-300, 300])('%p s away: read', (seconds) => {
    expect(read(posted(genuine, { at: noon + seconds * 1000 }))).toEqual(isPaid);
  });
  test.each([-301, 301])('%p s away: not authentic', (seconds) => {
    expect(read(posted(genuine, { at: noon + seconds * 1000 }))).toBe('not_authentic');
  });
  test.each(['0', String(noon), '1e9', '', ' 1763618828', '１７６３６１８８２８'])('%p', (text) => {
    expect(read(withHeaders({ 'wechatpay-timestamp': [text] }))).toBe('not_authentic');
  });
});

test.each(['PUB_KEY_ID_1', '__proto__', 'constructor', byCertificate.serial.toLowerCase(), 'A'.repeat(5120)])(
  '113: serial %s is nobody’s, and nobody is asked about it',
  (serial) => {
    expect(read(withHeaders({ 'wechatpay-serial': [serial] }))).toBe('not_authentic');
    expect(read(posted(genuine, { serial }))).toBe('not_authentic');
    expect(called).toEqual([]);
  },
);

test('114: during the switch both keys prove; a certificate does so within its time alone', () => {
  const year = 365 * 86_400_000;
  expect(read(posted(genuine))).toEqual(isPaid);
  expect(read(posted(genuine, byCertificate))).toEqual(isPaid);
  const later = (signing: Signing) =>
    read(posted(genuine, { ...signing, at: noon + year }), readerAt(noon + year));
  expect(later(byPublicKey)).toEqual(isPaid);
  expect(later(byCertificate)).toBe('not_authentic');
  // Each key has its own serial.
  expect(read(posted(genuine, { serial: byCertificate.serial }))).toBe('not_authentic');
});

test('115: the kind of signature may go unnamed, and may be no other', () => {
  expect(read(withHeaders({ 'wechatpay-signature-type': [] }))).toEqual(isPaid);
  for (const type of ['WECHATPAY2-SM2-WITH-SM3', 'wechatpay2-sha256-rsa2048', ''])
    expect(read(withHeaders({ 'wechatpay-signature-type': [type] }))).toBe('not_authentic');
});

test('116: no nonce that could move a line, and none of more than 64 characters', () => {
  for (const nonce of ['a\nb', 'a b', 'x'.repeat(65), 'é'])
    expect(read(posted(genuine, { nonce }))).toBe('malformed');
  expect(read(posted(genuine, { nonce: 'x'.repeat(64) }))).toEqual(isPaid);
});

test.each(['timestamp', 'nonce', 'serial', 'signature'])('wechatpay-%s: exactly once', (name) => {
  const { headers } = posted(genuine);
  const [value = ''] = headers[`wechatpay-${name}`] ?? [];
  expect(read(withHeaders({ [`wechatpay-${name}`]: [] }))).toBe('not_authentic');
  expect(read(withHeaders({ [`wechatpay-${name}`]: [value, value] }))).toBe('malformed');
  expect(read(withHeaders({ [`wechatpay-${name}`]: [`${value}, ${value}`] }))).not.toEqual(isPaid);
});

test('every single-bit flip of a signed header is refused', () => {
  const { body, headers } = posted(genuine);
  let flips = 0;
  for (const [name, [value = '']] of Object.entries(headers))
    for (let at = 0; at < value.length * 8; at++) {
      const bytes = Buffer.from(value, 'latin1');
      bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      const flipped = { ...headers, [name]: [bytes.toString('latin1')] };
      expect(['not_authentic', 'malformed']).toContain(read({ body, headers: flipped }));
      flips++;
    }
  expect(flips).toBeGreaterThan(3_000);
});

test('117: the same JSON in other bytes is not what was signed', () => {
  const { headers } = posted(genuine);
  const spaced = JSON.stringify(JSON.parse(genuine), null, 1);
  expect(read({ body: Buffer.from(spaced), headers })).toBe('not_authentic');
});

test('a reader is made of the public key alone, too', () => {
  const alone = readerAt(noon, { api_v3_key: apiV3Key }, publicKey);
  expect(read(posted(genuine), alone)).toEqual(isPaid);
  expect(read(posted(genuine, byCertificate), alone)).toBe('not_authentic');
});
