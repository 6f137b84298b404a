// 3.4 and 3.5 Genuine words that do not fit what we hold: taken, kept, told, and never believed against our own row.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { form, gbkForm, notice, paidFields, stranger, type Fields } from '../../contract/alipay-side.ts';
import { anId } from '../../contract/bench.ts';
import { accepted, made, noticeFor, now, seen, told } from '../play.ts';
import { post } from '../post.ts';
import type { Scene } from '../row.ts';
import type { Answer, World } from '../world.ts';

const root = join(import.meta.dirname, '../../..');

/** What becomes of a fresh payment of 8.80 by each of these words. */
const becomes = (rows: readonly number[], what: string, says: Fields, expected: object): Scene => ({
  rows,
  what,
  play: async (world) => {
    const { transaction_id: id } = await made(world);
    expect(await told(world, id, says)).toMatchObject(expected);
  },
});

const pending = { status: 'PENDING_PAYMENT' };
const paid = { status: 'PAID_SUCCESS', amount_paid: '8.80' };
const held = (kind: string) => ({ ...pending, anomaly: { kind } });
const unpaid = { gmt_payment: '' };

const unheardOf: readonly Fields[] = [
  { notify_type: 'trade_weather_sync' },
  { trade_status: 'TRADE_WONDERFUL' },
];

const keptRows = async (world: World, id: string) =>
  Object.values(await world.rows())
    .flat()
    .filter(({ pk, sk }) => pk === id && String(sk).startsWith('CALLBACK#'));

function noSecretIsCompared(): Promise<void> {
  const files = globSync('{lib,functions}/**/*.ts', { cwd: root });
  expect(files.length).toBeGreaterThan(50);
  const using = (words: RegExp) => files.filter((file) => words.test(readFileSync(join(root, file), 'utf8')));
  // One provider shares a secret with us: what proves its callbacks is compared in constant time.
  const sharing = ['lib/gateways/stripe/signature.ts'];
  expect(using(/createHmac/)).toEqual(sharing);
  expect(using(/timingSafeEqual/)).toEqual(sharing);
  expect(using(/createVerify/)).toEqual([]);
  expect(using(/\bverify\('sha256'/)).toEqual(['lib/gateways/crypto.ts']);
  return Promise.resolve();
}

export const settlingScenes: readonly Scene[] = [
  becomes([69], 'less was paid: held', { total_amount: '8.79' }, held('UNDERPAID')),
  becomes([69], 'more was paid: held', { total_amount: '9999.00' }, held('OVERPAID')),
  becomes([69, 108], '8.8 is 8.80', { total_amount: '8.8' }, paid),
  becomes(
    [70],
    'the same number of another currency: held',
    { trans_currency: 'USD' },
    held('CURRENCY_MISMATCH'),
  ),
  becomes([70], 'the same number of the same currency', { trans_currency: 'CNY' }, paid),
  becomes([102], 'one more field, signed: ignored', { new_field: 'a=b & c' }, paid),
  becomes([105], 'TRADE_SUCCESS', {}, paid),
  becomes([105], 'TRADE_FINISHED', { trade_status: 'TRADE_FINISHED' }, paid),
  becomes([105], 'TRADE_CLOSED', { trade_status: 'TRADE_CLOSED', ...unpaid }, { status: 'CLOSED' }),
  becomes([105], 'WAIT_BUYER_PAY', { trade_status: 'WAIT_BUYER_PAY', ...unpaid }, { ...pending, version: 2 }),
  becomes(
    [107],
    'coupons: the total counts',
    { buyer_pay_amount: '5.00', receipt_amount: '8.00' },
    {
      ...paid,
      channel_amounts: { payer_total: '5.00', merchant_received: '8.00' },
    },
  ),
  ...unheardOf.map((says): Scene => ({
    rows: [79],
    what: `${Object.values(says).join()}: kept and told, nothing is guessed`,
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      expect(await told(world, id, says)).toMatchObject({ ...pending, version: 2 });
      expect(await keptRows(world, id)).toHaveLength(1);
    },
  })),
  {
    rows: [73],
    what: 'paid a second time under another number: held beside the first',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const first = await told(world, id);
      const second = await told(world, id);
      expect(second).toMatchObject({ ...paid, anomaly: { kind: 'DUPLICATE_PAID' } });
      expect(second['gateway_transaction_id']).toBe(first['gateway_transaction_id']);
    },
  },
  {
    rows: [74],
    what: 'one number of the gateway for two of our orders: the second is not paid',
    play: async (world) => {
      const [one, other] = [await made(world), await made(world)];
      const { trade_no = '' } = await noticeFor(world, one.transaction_id);
      expect(await told(world, one.transaction_id, { trade_no })).toMatchObject(paid);
      expect(await told(world, other.transaction_id, { trade_no })).toMatchObject(held('GATEWAY_ID_REUSED'));
    },
  },
  {
    rows: [75],
    what: 'money for an order that is closed: told, not lost',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      await told(world, id, { trade_status: 'TRADE_CLOSED', ...unpaid });
      const late = await told(world, id);
      expect(late).toMatchObject({ status: 'CLOSED', anomaly: { kind: 'PAID_AFTER_CLOSE', amount: '8.80' } });
    },
  },
  {
    rows: [76],
    what: '"closed" after it was paid: paid it stays',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const before = await told(world, id);
      expect(await told(world, id, { trade_status: 'TRADE_CLOSED', ...unpaid })).toEqual(before);
    },
  },
  {
    rows: [81, 82, 84, 98, 99, 100],
    what: 'genuine bytes under odd wrappings are genuine: type, case of names, query, order of fields, GBK',
    play: async (world) => {
      const wrapped = [
        (body: Buffer) => ({ body, sent: { headers: [['content-type', 'application/json']] as const } }),
        (body: Buffer) => ({ body, sent: { headers: [] } }),
        (body: Buffer) => ({ body, sent: { headers: [['CONTENT-TYPE', 'text/html']] as const } }),
        (body: Buffer) => ({ body, sent: { query: 'channel=stripe&total_amount=0.01' } }),
        (body: Buffer) => ({ body: Buffer.from(body.toString().split('&').reverse().join('&')), sent: {} }),
        (body: Buffer) => ({ body, sent: { path: '/payments/callbacks/ALIPAY' } }),
      ];
      for (const wrap of wrapped) {
        const { transaction_id: id } = await made(world);
        const { body, sent } = wrap(form(await noticeFor(world, id)));
        await accepted(world, body, sent);
        expect(await seen(world, id)).toMatchObject(paid);
      }
      const { transaction_id: id } = await made(world);
      const fields = { ...paidFields(id, '8.80', await now(world)), trade_no: '3'.repeat(28) };
      await accepted(world, gbkForm(fields));
      expect(await seen(world, id)).toMatchObject(paid);
    },
  },
  {
    rows: [88, 89],
    what: 'a forger learns nothing: known and unknown numbers, almost right and quite wrong signatures, one answer',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const before = await world.stateHash();
      const bare = ({ status, text, headers }: Answer) => {
        return [status, text, { ...headers, date: '', 'x-amzn-requestid': '' }];
      };
      const genuine = await noticeFor(world, id);
      const [first = '', end = ''] = [genuine['sign']?.[0], genuine['sign']?.at(-3)];
      const other = (letter: string) => (letter === 'A' ? 'Q' : 'A');
      const sign = genuine['sign'] ?? '';
      const forged: Fields[] = [
        notice(paidFields(id, '8.80', await now(world)), stranger),
        notice(paidFields(anId(), '8.80', await now(world)), stranger),
        { ...genuine, sign: other(first) + sign.slice(1) },
        { ...genuine, sign: `${sign.slice(0, -4)}${other(sign.at(-4) ?? '')}${end}==` },
      ];
      const answers = [];
      for (const fields of forged) answers.push(bare(await world.send(post(form(fields)))));
      expect(answers[0]?.[0]).toBe(401);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await world.stateHash()).toBe(before);
    },
  },
  {
    rows: [89],
    what: 'there is nothing to time: our code compares no secret; one function judges signatures, by a public key',
    play: noSecretIsCompared,
  },
  {
    rows: [63],
    what: 'every fiftieth single-bit flip of a paid notice: refused, or what we know already',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const notice = await noticeFor(world, id);
      await accepted(world, notice);
      const before = await world.stateHash();
      const body = form(notice);
      for (let at = 0; at < body.length * 8; at += 50) {
        const flipped = Buffer.from(body);
        flipped.writeUInt8(flipped.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
        const { status } = await world.send(post(flipped));
        expect([200, 400, 401]).toContain(status);
      }
      await world.settled();
      expect(await world.stateHash()).toBe(before);
    },
  },
];
