// What WeChat Pay's notices carry sealed: only the one form is opened, only what is ours and plain is believed.
// @see QUALITY 3.6
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { noon } from '../contract/bench.ts';
import { notice, sealed } from '../contract/wechat-pay-side.ts';
import { order } from './wechat-answering.ts';
import { genuine, paid, posted, read, reader, readerAt } from './wechat-notices.ts';

const isPaid = expect.objectContaining({ kind: 'payment' }) as unknown;

describe('118: the sealed part has one form', () => {
  const text = JSON.stringify(paid);
  const of = (resource: object) =>
    posted(JSON.stringify({ ...notice(paid), resource: { original_type: 'transaction', ...resource } }));
  const whole = sealed(text);
  const bytes = Buffer.from(String(whole['ciphertext']), 'base64');

  test.each([
    ['another algorithm', { ...whole, algorithm: 'AEAD_SM4_GCM' }],
    ['a nonce of 11', { ...whole, nonce: '12345678901' }],
    ['a nonce of 16', sealed(text, { nonce: '1234567890123456' })],
    ['a tag of 4 bytes', { ...whole, ciphertext: bytes.subarray(0, 4).toString('base64') }],
    ['nothing but a tag', { ...whole, ciphertext: bytes.subarray(-16).toString('base64') }],
    ['other base64', { ...whole, ciphertext: `${String(whole['ciphertext'])}\n` }],
    ['associated data that is none', { ...whole, associated_data: 1 }],
    ['no ciphertext', { ...whole, ciphertext: undefined }],
    ['sealed text that is no JSON', sealed('<xml/>')],
    ['sealed text that is no object', sealed('[]')],
    ['a key twice in the sealed text', sealed(text.replace('{', '{"appid":"x",'))],
  ])('%s', (_, resource) => {
    expect(read(of(resource))).toBe('unreadable');
  });

  test.each(['', null, undefined, 'transaction'])('associated data %p is genuine', (associated) => {
    expect(read(of(sealed(text, { associated })))).toEqual(isPaid);
  });

  test('but it must be that which was sealed with it', () => {
    expect(read(of({ ...whole, associated_data: '' }))).toBe('not_opened');
  });
});

test('119: a right signature around what our APIv3 key does not open, and the words say so', () => {
  const stale = posted(JSON.stringify(notice(paid, { sealing: { key: 'k'.repeat(32) } })));
  expect(read(stale)).toBe('not_opened');
  expect(() => reader.readNotification(stale)).toThrow(/api_v3_key/);
});

test('without the APIv3 key nothing is refused: it is to be sent again', () => {
  const bare = readerAt(noon, {});
  expect(() => bare.readNotification(posted(genuine))).toThrow(/api_v3_key/);
  expect(() => bare.readNotification(posted(genuine))).not.toThrow(CallbackRefused);
});

test.each([
  { mchid: '1900000110' },
  { appid: 'wx0000000000000000' },
  { appid: undefined },
  { out_trade_no: 'P01' },
])('120: not ours: %j', (change) => {
  expect(read(posted(JSON.stringify(notice({ ...paid, ...change }))))).toBe('foreign');
});

test.each([
  ['TRANSACTION.SUCCESS', { trade_state: 'CLOSED' }],
  ['TRANSACTION.SUCCESS', { trade_state: 'REFUND' }],
  ['TRANSACTION.SUCCESS', { trade_state: 1 }],
  ['TRANSACTION.CLOSED', {}],
  ['REFUND.SUCCESS', { appid: undefined, refund_status: 'SUCCESS' }],
  ['REFUND.WONDERFUL', { appid: undefined, refund_status: 'SUCCESS' }],
])('122: %s of %j is told, not guessed', (type, change) => {
  const told = read(posted(JSON.stringify(notice({ ...paid, ...change }, { type }))));
  expect(told).toMatchObject({
    kind: 'unrecognised',
    noticeId: 'EV-2026112014070800',
    transactionId: order,
    what: expect.stringContaining(type) as unknown,
  });
});

test('122: nor is anything but an order under the name of one', () => {
  const other = posted(JSON.stringify(notice(paid, { kind: 'refund' })));
  expect(read(other)).toMatchObject({ kind: 'unrecognised' });
  const foreign = posted(JSON.stringify(notice({ mchid: '1900000110' }, { type: 'REFUND.SUCCESS' })));
  expect(read(foreign)).toBe('foreign');
});

test('123: XML is not read, signed or not', () => {
  const xml = '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><xml><appid>&y;</appid></xml>';
  expect(read(posted(xml))).toBe('unreadable');
  expect(read({ body: Buffer.from(xml), headers: {} })).toBe('not_authentic');
});

test.each([
  { success_time: '2026-02-30T10:00:00+08:00' },
  { success_time: '' },
  { transaction_id: '' },
  { amount: { total: 8.8, currency: 'CNY' } },
  { amount: { total: '880', currency: 'CNY' } },
  { amount: { total: -1, currency: 'CNY' } },
  { amount: { total: 0, currency: 'CNY' } },
])('money without its facts is not read: %j', (change) => {
  expect(read(posted(JSON.stringify(notice({ ...paid, ...change }))))).toBe('unreadable');
});

test('money in a currency that is not ours to know is kept and told', () => {
  const amount = { total: 880, currency: 'XXX' };
  expect(read(posted(JSON.stringify(notice({ ...paid, amount }))))).toMatchObject({
    kind: 'unrecognised',
    what: 'TRANSACTION.SUCCESS in currency XXX',
    transactionId: order,
  });
});

test.each([{ payer_total: 1.5 }, { payer_total: null }, { payer_total: '' }, { payer_currency: 'XXX' }])(
  'what the payer gave is information: without it the order is paid no less: %j',
  (change) => {
    const amount = { total: 880, payer_total: 880, currency: 'CNY', payer_currency: 'CNY', ...change };
    const told = read(posted(JSON.stringify(notice({ ...paid, amount })))) as { snapshot: object };
    expect(told.snapshot).toMatchObject({ state: 'paid', amount: { minor: 880, currency: 'CNY' } });
    expect(told.snapshot).not.toHaveProperty('channelAmounts');
  },
);

test('of a kind that we do not know, and silent about whose it is: kept, where our key opened it', () => {
  const silent = posted(JSON.stringify(notice({ stock_id: '1' }, { type: 'COUPON.USE', kind: 'coupon' })));
  expect(read(silent)).toMatchObject({ kind: 'unrecognised', what: 'event_type COUPON.USE' });
});

test('any JSON that is truly signed is read or refused in words of ours', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (envelope, content) => {
      const texts = [envelope, JSON.stringify({ ...notice(paid), resource: sealed(content) })];
      for (const text of texts) expect(read(posted(text))).not.toEqual(isPaid);
    }),
    { numRuns: 60 },
  );
});

test('in any order of its keys and with anything beside them a genuine notice reads the same', () => {
  const shuffled = fc.shuffledSubarray(Object.entries(paid), { minLength: Object.keys(paid).length });
  const more = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,9}$/), fc.jsonValue());
  fc.assert(
    fc.property(shuffled, more, (entries, beside) => {
      const content = { ...beside, ...Object.fromEntries(entries) };
      expect(read(posted(JSON.stringify({ ...beside, ...notice(content) })))).toEqual(read(posted(genuine)));
    }),
    { numRuns: 60 },
  );
});
