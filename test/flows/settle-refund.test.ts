import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { money } from '../../lib/domain/money.ts';
import type { RefundSnapshot } from '../../lib/domain/refund.ts';
import { beginRun, renewRefund } from '../../lib/store/refund-work.ts';
import { startDatabase, type Database } from '../store/database.ts';
import {
  aCallback,
  callbacksOf,
  eventNames,
  failed,
  madeRefund,
  paidOne,
  paymentNow,
  refundNow,
  say,
  succeeded,
} from './refunding.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const one = async (minor?: number) => {
  const payment = await paidOne(database);
  return { payment, refund: await madeRefund(database, payment, minor === undefined ? {} : { minor }) };
};
const born = ['payment.created', 'payment.paid', 'refund.created'];
const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });

describe('a refund that succeeded', () => {
  it('in part: refund and payment say so, each with its event', async () => {
    const { payment, refund } = await one();
    const word = succeeded(refund, { gatewayRefundId: 'r1', at: '2026-11-22T09:00:00.000Z' });
    expect(await say(database, word)).toMatchObject({ kind: 'moved', why: 'SUCCESS' });
    expect(await refundNow(database, refund)).toMatchObject({
      ...{ status: 'SUCCESS', amountRefunded: minor(300), gatewayRefundId: 'r1' },
      refundedAt: '2026-11-22T09:00:00.000Z',
    });
    expect(await paymentNow(database, payment)).toMatchObject({
      ...{ status: 'REFUND_PARTIAL', amountRefunded: minor(300), amountReserved: minor(0) },
      version: payment.version + 3,
    });
    const told = ['refund.succeeded', 'payment.partially_refunded'];
    expect(await eventNames(database, payment)).toEqual([...born, ...told]);
  });

  it('whole: nothing is left', async () => {
    const { payment, refund } = await one(880);
    await say(database, succeeded(refund));
    expect(await paymentNow(database, payment)).toMatchObject({
      status: 'REFUND_FULL',
      amountRefunded: minor(880),
    });
  });

  it('is applied once under ten at the same time, and its callback kept once', async () => {
    const { payment, refund } = await one();
    const saying = () => say(database, succeeded(refund), { callback: aCallback('a') });
    const settled = await Promise.all(Array.from({ length: 10 }, saying));
    expect(settled.filter(({ kind }) => kind === 'moved')).toHaveLength(1);
    expect(settled.filter(({ kind }) => kind === 'unchanged')).toHaveLength(9);
    expect(await saying()).toMatchObject({ kind: 'unchanged', why: 'duplicate' });
    expect((await paymentNow(database, payment)).amountRefunded).toEqual(minor(300));
    expect(await callbacksOf(database, payment)).toBe(1);
  });

  it('beside others at once: each counts once', async () => {
    const payment = await paidOne(database);
    const refunds = [];
    for (let i = 0; i < 5; i++) refunds.push(await madeRefund(database, payment, { minor: 100 + i }));
    await Promise.all(refunds.map((each) => say(database, succeeded(each))));
    expect(await paymentNow(database, payment)).toMatchObject({
      ...{ amountRefunded: minor(510), amountReserved: minor(0), status: 'REFUND_PARTIAL' },
    });
  });

  it('and came back: the amount may be refunded again, and the old word of success is not believed twice', async () => {
    const { payment, refund } = await one(880);
    const went = succeeded(refund, { at: '2026-11-22T09:00:00.000Z' });
    await say(database, went, { callback: aCallback('b') });
    const back = failed(refund, { at: '2026-11-25T09:00:00.000Z' });
    expect(await say(database, back)).toMatchObject({ kind: 'moved', why: 'FAILED' });
    expect(await paymentNow(database, payment)).toMatchObject({
      status: 'PAID_SUCCESS',
      amountRefunded: minor(0),
    });
    const names = await eventNames(database, payment);
    expect(names.slice(-2)).toEqual(['refund.reversed', 'payment.refund_reversed']);
    expect((await refundNow(database, refund)).amountRefunded).toBeUndefined();
    expect(await say(database, went, { callback: aCallback('c') })).toMatchObject({ why: 'stale' });
    expect((await paymentNow(database, payment)).status).toBe('PAID_SUCCESS');
    expect((await madeRefund(database, payment, { minor: 880 })).status).toBe('PENDING');
  });

  it('is not undone by a failure of before', async () => {
    const { payment, refund } = await one();
    await say(database, succeeded(refund, { at: '2026-11-22T09:00:00.000Z' }));
    const before = await paymentNow(database, payment);
    const word = failed(refund, { at: '2026-11-22T08:59:59.999Z' });
    for (const callback of [aCallback('d'), aCallback('d'), aCallback('e')])
      expect(await say(database, word, { callback })).toMatchObject({ kind: 'unchanged', why: 'stale' });
    expect(await paymentNow(database, payment)).toEqual(before);
    expect(await callbacksOf(database, payment)).toBe(2);
  });
});

describe('a refund that was refused', () => {
  it('releases what it held', async () => {
    const { payment, refund } = await one();
    await say(database, failed(refund));
    expect(await refundNow(database, refund)).toMatchObject({ status: 'FAILED', channelErrorCode: 'NO' });
    expect(await paymentNow(database, payment)).toMatchObject({
      status: 'PAID_SUCCESS',
      amountReserved: minor(0),
    });
    expect(await eventNames(database, payment)).toEqual([...born, 'refund.failed']);
  });

  it('and had been made after all counts, even if what it held has been given again', async () => {
    const { payment, refund } = await one(880);
    await say(database, failed(refund));
    await madeRefund(database, payment, { minor: 880 });
    expect(await say(database, succeeded(refund))).toMatchObject({ kind: 'moved', why: 'SUCCESS' });
    const now = await refundNow(database, refund);
    expect(now.errorCode ?? now.channelErrorCode).toBeUndefined();
    expect(await paymentNow(database, payment)).toMatchObject({
      ...{ status: 'REFUND_FULL', amountRefunded: minor(880), amountReserved: minor(880) },
    });
  });
});

describe('a refund that waits for a person', () => {
  it('keeps what it holds, is told once for each reason, and goes on', async () => {
    const { payment, refund } = await one();
    const waits = (reason: string) =>
      ({ ...succeeded(refund), state: 'needs_action', reason, channelCode: 'X' }) as RefundSnapshot;
    for (const reason of ['abnormal', 'abnormal', 'insufficient_balance']) await say(database, waits(reason));
    expect(await refundNow(database, refund)).toMatchObject({
      ...{ status: 'PROCESSING', needsAction: { reason: 'insufficient_balance' } },
    });
    expect((await paymentNow(database, payment)).amountReserved).toEqual(minor(300));
    expect(await eventNames(database, payment)).toEqual([
      ...born,
      'refund.needs_action',
      'refund.needs_action',
    ]);
    await say(database, succeeded(refund));
    expect((await refundNow(database, refund)).needsAction).toBeUndefined();
  });
});

describe('a word that does not fit', () => {
  it.each([
    ['another amount', { amount: money(299, 'CNY') }, 'amount'],
    ['another currency', { amount: money(300, 'USD') }, 'amount'],
    ['other money', { gatewayTransactionId: 'gw-other' }, 'other_money'],
  ] as const)('%s: kept once, and nothing is applied', async (_, changes, why) => {
    const { payment, refund } = await one();
    const before = [await paymentNow(database, payment), await refundNow(database, refund)];
    const saying = () => say(database, succeeded(refund, changes), { callback: aCallback('f') });
    for (const settled of [await saying(), await saying()])
      expect(settled).toMatchObject({ kind: 'contradicts', why });
    expect([await paymentNow(database, payment), await refundNow(database, refund)]).toEqual(before);
    expect(await callbacksOf(database, payment)).toBe(1);
  });

  it('about nobody’s refund, nobody’s payment, or through another channel touches nothing', async () => {
    const { payment, refund } = await one();
    const nobody = refundIdOf(payment.transactionId, 9);
    expect(await say(database, succeeded({ ...refund, refundId: nobody }))).toMatchObject({
      why: 'no_such_refund',
    });
    const elsewhere = refundIdOf('pay_01h455vb4pex5vsknk084sn02q', 0);
    expect(await say(database, succeeded({ ...refund, refundId: elsewhere }))).toMatchObject({
      why: 'no_such_payment',
    });
    expect(await say(database, succeeded(refund), { channelCode: 'STRIPE' })).toMatchObject({
      why: 'other_channel',
    });
    expect(await refundNow(database, refund)).toEqual(refund);
  });
});

describe('what is done meanwhile', () => {
  it('a workflow that began and a generation that rose stay as they are', async () => {
    const { refund } = await one();
    const tables = database.tables();
    const until = '2026-11-22T10:00:00.000Z';
    await Promise.all([
      say(database, { ...succeeded(refund), state: 'processing' }),
      beginRun(tables, refund, until),
      renewRefund(tables, refund),
    ]);
    const now = await refundNow(database, refund);
    expect(now).toMatchObject({ status: 'PROCESSING', run: 2 });
    expect([undefined, 1]).toContain(now.generation);
  });
});
