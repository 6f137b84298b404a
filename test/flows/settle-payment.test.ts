import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment, PaymentStatus } from '../../lib/domain/payment.ts';
import { settlePayment, type Settled, type Word } from '../../lib/flows/settle-payment.ts';
import type { KeptCallback } from '../../lib/store/callbacks.ts';
import { listEvents } from '../../lib/store/events.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { changePayment, createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { callbacksOf } from './refunding.ts';

let database: Database;
let settle: (word: Word) => Promise<Settled>;
beforeAll(async () => {
  database = await startDatabase();
  settle = (word) => settlePayment({ tables: database.tables(), ports: ports() }, word);
});
afterAll(() => database.stop());

const cause = { actor: 'channel:ALIPAY', reason: 'callback' };

/** A payment as the table holds it, brought to its status by the usual ways. */
async function stored(
  status: PaymentStatus = 'PENDING_PAYMENT',
  changes: Partial<Payment> = {},
): Promise<Payment> {
  const tables = database.tables();
  const made = aPayment(changes);
  const held = await getOrderLock(tables, made);
  const by = held && (await getPayment(tables, held.live));
  const lastEventHash = await createPayment(tables, made, cause, held && by && { held, stored: by }, 0);
  if (lastEventHash === undefined) throw new Error('the order is taken');
  if (status === 'PENDING_CREATE') return made;
  const after: Payment = { ...made, status, version: 2 };
  await changePayment(tables, { payment: made, lastEventHash }, after, cause);
  return after;
}

async function now(payment: Payment): Promise<Payment> {
  const found = await getPayment(database.tables(), payment.transactionId);
  if (!found) throw new Error('gone');
  return found.payment;
}

async function eventNames(payment: Payment): Promise<string[]> {
  return (await listEvents(database.tables(), payment.transactionId)).map(({ name }) => name);
}

function callbackOf(payment: Payment, digest: string): KeptCallback {
  const { transactionId } = payment;
  return { transactionId, digest, receivedAt: at, keyVersion: 'k1', headers: {}, bodyBase64: 'YQ==' };
}

function paying(payment: Payment, changes: Parameters<typeof paidFor>[1] = {}): Word {
  return { channelCode: 'ALIPAY', snapshot: paidFor(payment, changes), cause, policy: {} };
}

const keptCallbacks = (payment: Payment) => callbacksOf(database, payment);

describe('money as asked for', () => {
  it.each(['PENDING_CREATE', 'PENDING_PAYMENT'] as const)('makes %s paid, and its order', async (status) => {
    const payment = await stored(status);
    const word = paying(payment, { paymentInstrument: 'alipay_balance' });
    expect(await settle(word)).toMatchObject({ kind: 'moved', why: 'PAID_SUCCESS' });
    expect(await now(payment)).toMatchObject({
      status: 'PAID_SUCCESS',
      amountPaid: payment.amountRequested,
      paidAt: '2026-11-22T08:01:00.000Z',
      paymentInstrument: 'alipay_balance',
      version: payment.version + 1,
    });
    expect((await getOrderLock(database.tables(), payment))?.paidBy).toBe(payment.transactionId);
  });

  it('is applied once under ten at the same time, and again later', async () => {
    const payment = await stored();
    const word = { ...paying(payment), callback: callbackOf(payment, 'a'.repeat(64)) };
    const settled = await Promise.all(Array.from({ length: 10 }, () => settle(word)));
    expect(settled.filter(({ kind }) => kind === 'moved')).toHaveLength(1);
    expect(settled.filter((each) => each.kind === 'unchanged' && each.why === 'duplicate')).toHaveLength(9);
    expect(await settle(word)).toMatchObject({ kind: 'unchanged', why: 'duplicate' });
    expect(await eventNames(payment)).toEqual(['payment.created', 'payment.pending', 'payment.paid']);
    expect(await keptCallbacks(payment)).toBe(1);
  });

  it('by query and callback at once is one change', async () => {
    const payment = await stored();
    const word = paying(payment);
    await Promise.all([settle(word), settle({ ...word, callback: callbackOf(payment, 'b'.repeat(64)) })]);
    expect((await now(payment)).version).toBe(3);
  });
});

describe('money that contradicts our row', () => {
  it.each([
    ['UNDERPAID', { amount: { minor: 1, currency: 'CNY' } }],
    ['OVERPAID', { amount: { minor: 88_000, currency: 'CNY' } }],
    ['CURRENCY_MISMATCH', { amount: { minor: 880, currency: 'JPY' } }],
    ['WRONG_PAYEE', { payee: { merchantId: '2088000000000000' } }],
  ] as const)('%s is told once and moves nothing', async (kind, changes) => {
    const payment = await stored();
    const word = { ...paying(payment, changes), callback: callbackOf(payment, 'c'.repeat(64)) };
    expect(await settle(word)).toMatchObject({ kind: 'anomaly', why: kind });
    expect(await settle(word)).toMatchObject({ kind: 'unchanged', why: 'duplicate' });
    const after = await now(payment);
    expect(after).toMatchObject({ status: 'PENDING_PAYMENT', version: 3, anomaly: { kind } });
    expect(after.amountPaid).toBeUndefined();
    expect((await eventNames(payment)).at(-1)).toBe('payment.anomaly_found');
    expect(await eventNames(payment)).toHaveLength(3);
    expect(await keptCallbacks(payment)).toBe(1);
    expect((await getOrderLock(database.tables(), payment))?.paidBy).toBeUndefined();
    const corrected = paying(payment, { ...changes, amount: { minor: 3, currency: 'CNY' } });
    const other = { ...corrected, callback: callbackOf(payment, 'd'.repeat(64)) };
    for (let times = 1; times <= 2; times++)
      expect(await settle(other)).toMatchObject({ kind: 'unchanged', why: 'stale' });
    expect([await now(payment), await keptCallbacks(payment)]).toEqual([after, 2]);
  });

  it('does not hinder the right money that comes after it', async () => {
    const payment = await stored();
    await settle(
      paying(payment, { amount: { minor: 1, currency: 'CNY' }, gatewayTransactionId: 'gw-wrong' }),
    );
    expect(await settle(paying(payment))).toMatchObject({ kind: 'moved' });
    expect(await now(payment)).toMatchObject({ status: 'PAID_SUCCESS', anomaly: { kind: 'UNDERPAID' } });
  });

  it('told by two words in turn is told once for each of them', async () => {
    const payment = await stored();
    const one = paying(payment, {
      amount: { minor: 1, currency: 'CNY' },
      gatewayTransactionId: 'gw-in-turn-1',
    });
    const two = paying(payment, {
      amount: { minor: 2, currency: 'CNY' },
      gatewayTransactionId: 'gw-in-turn-2',
    });
    const words = [
      { ...one, callback: callbackOf(payment, '1'.repeat(64)) },
      { ...two, callback: callbackOf(payment, '2'.repeat(64)) },
    ];
    for (const word of [...words, ...words]) await settle(word);
    expect(await eventNames(payment)).toHaveLength(4);
  });
});

describe('a gateway’s id', () => {
  it.each([880, 1])('with %d fen is one payment’s for ever: a second is GATEWAY_ID_REUSED', async (minor) => {
    const [first, second] = [await stored(), await stored()];
    const gatewayTransactionId = `gw-reused-${minor}`;
    await settle(paying(first, { gatewayTransactionId, amount: { minor, currency: 'CNY' } }));
    const word = paying(second, { gatewayTransactionId });
    expect(await settle(word)).toMatchObject({ kind: 'anomaly', why: 'GATEWAY_ID_REUSED' });
    expect(await settle(word)).toMatchObject({ kind: 'unchanged', why: 'duplicate' });
    expect(await now(second)).toMatchObject({ status: 'PENDING_PAYMENT', version: 3 });
    expect((await getOrderLock(database.tables(), second))?.paidBy).toBeUndefined();
    expect(await settle(paying(second, { gatewayTransactionId: `gw-own-${minor}` }))).toMatchObject({
      kind: 'moved',
    });
  });

  it('pays one of two that claim it at the same time', async () => {
    const rivals = [await stored(), await stored()];
    const settled = await Promise.all(
      rivals.map((each) => settle(paying(each, { gatewayTransactionId: 'gw-raced' }))),
    );
    expect(settled.map(({ kind }) => kind).sort()).toEqual(['anomaly', 'moved']);
  });
});

describe('two payments of one order', () => {
  it('both paid: the second is DUPLICATE_PAID', async () => {
    const first = await stored();
    // The order's lock does not allow it: the row is written past all conditions.
    const second = aPayment({ businessOrderId: first.businessOrderId });
    const elsewhere = { ...second, businessOrderId: `${first.businessOrderId}-x` };
    await createPayment(database.tables(), elsewhere, cause, undefined, 0);
    const row = await getPayment(database.tables(), second.transactionId);
    await database.tables().client.send(
      new PutCommand({
        TableName: 'payments',
        Item: { pk: second.transactionId, sk: 'PAYMENT', ...second, lastEventHash: row?.lastEventHash },
      }),
    );
    const settled = await Promise.all([settle(paying(first)), settle(paying(second))]);
    expect(settled.map(({ kind }) => kind).sort()).toEqual(['anomaly', 'moved']);
    const late = settled.find(({ kind }) => kind === 'anomaly');
    expect(late).toMatchObject({ why: 'DUPLICATE_PAID' });
    const [one, two] = [await now(first), await now(second)];
    expect([one, two].filter(({ status }) => status === 'PAID_SUCCESS')).toHaveLength(1);
  });

  it('the first failed, the second paid: money on the first is one too many', async () => {
    const first = await stored('PAID_FAILED');
    const second = await stored('PENDING_PAYMENT', { businessOrderId: first.businessOrderId });
    expect(await settle(paying(second))).toMatchObject({ kind: 'moved' });
    expect(await settle(paying(first))).toMatchObject({ kind: 'anomaly', why: 'DUPLICATE_PAID' });
    expect((await now(first)).status).toBe('PAID_FAILED');
    expect((await getOrderLock(database.tables(), first))?.paidBy).toBe(second.transactionId);
  });
});

describe('a word of another kind', () => {
  it('through another channel, or about no payment of ours, touches nothing', async () => {
    const payment = await stored();
    expect(await settle({ ...paying(payment), channelCode: 'ALIPAY_HK' })).toEqual({
      kind: 'nothing_of_ours',
      why: 'other_channel',
    });
    expect(await settle(paying(aPayment()))).toMatchObject({ kind: 'nothing_of_ours' });
    expect(await now(payment)).toEqual(payment);
  });

  it('of closing closes what waits, and is only kept where money has come', async () => {
    const waiting = await stored();
    const closing = (payment: Payment, digest: string): Word => ({
      channelCode: 'ALIPAY',
      snapshot: { state: 'closed', transactionId: payment.transactionId },
      cause,
      policy: {},
      callback: callbackOf(payment, digest),
    });
    expect(await settle(closing(waiting, 'e'.repeat(64)))).toMatchObject({ kind: 'moved', why: 'CLOSED' });
    expect(await now(waiting)).toMatchObject({ status: 'CLOSED', closedAt: at });

    const paid = await stored();
    await settle(paying(paid));
    const before = await now(paid);
    for (const digest of ['e', 'e', 'f'])
      expect(await settle(closing(paid, digest.repeat(64)))).toMatchObject({ why: 'stale' });
    expect(await now(paid)).toEqual(before);
    expect(await keptCallbacks(paid)).toBe(2);
  });

  it('of waiting, or of not knowing, changes nothing', async () => {
    const payment = await stored();
    for (const state of ['pending', 'not_found'] as const) {
      const snapshot = { state, transactionId: payment.transactionId };
      const word = { channelCode: 'ALIPAY', snapshot, cause, policy: {} };
      expect(await settle(word)).toMatchObject({ why: 'undecided' });
    }
    expect(await now(payment)).toEqual(payment);
  });
});
