// The same order asked for another way: the earlier payment makes room first, or the new one is not made.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import { getOrderLock, leaseClosing } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { paidFor } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { qr, type Answer, type Script } from './channel.ts';
import { codeOf, lost, notFound, shopOf } from './shop.ts';
import type { PaymentSnapshot } from '../../lib/domain/settlement.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const shop = (script: Script) => shopOf(database, script);
const otherWay = { payment_method: 'alipay_page' };
const closed = () => ({ kind: 'ok', value: 'closed' }) as const;
const refused = () => ({ kind: 'declined', code: 'refused', channelCode: 'ACQ.X', message: '' }) as const;
const state =
  (is: 'pending' | 'closed'): Answer<PaymentSnapshot> =>
  ({ transactionId }) => ({ kind: 'ok', value: { state: is, transactionId } });

const now = async ({ transactionId }: Payment) =>
  (await getPayment(database.tables(), transactionId))?.payment;
const events = async ({ transactionId }: Payment) =>
  (await listEvents(database.tables(), transactionId)).map(({ name }) => name);

describe('an earlier payment that its channel does not know yet', () => {
  it('is superseded: both changes in one transaction, and the order has the new one', async () => {
    const { ask, calls } = shop({ prepay: [() => qr, () => qr], query: [notFound] });
    const first = await ask();
    const second = await ask(otherWay);
    expect(second).toMatchObject({
      kind: 'created',
      payment: { status: 'PENDING_PAYMENT', paymentMethod: 'alipay_page' },
    });
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
    const earlier = await now(first.payment);
    expect(earlier).toMatchObject({
      status: 'PENDING_PAYMENT',
      supersededBy: second.payment.transactionId,
      closeRequestedAt: '2026-11-22T08:00:00.000Z',
    });
    expect(earlier?.dueAt).toBeDefined();
    expect(await events(first.payment)).toEqual([
      'payment.created',
      'payment.pending',
      'payment.close_requested',
    ]);
    const lock = await getOrderLock(database.tables(), first.payment);
    expect(lock).toMatchObject({
      live: second.payment.transactionId,
      all: [first.payment.transactionId, second.payment.transactionId],
    });
    expect(lock?.closingUntil).toBeUndefined();
  });

  it('and then is paid: late money, a duplicate once the new one has paid the order', async () => {
    const { ask, clock } = shop({ prepay: [() => qr, () => qr], query: [notFound] });
    const first = await ask();
    const second = await ask(otherWay);
    const settle = (payment: Payment) =>
      settlePayment(
        { tables: database.tables(), ports: clock },
        {
          channelCode: 'ALIPAY',
          snapshot: paidFor(payment, { paidAt: '2026-11-22T08:00:30.000Z' }),
          cause: { actor: 'channel:ALIPAY', reason: 'callback' },
          policy: {},
        },
      );
    expect(await settle(first.payment)).toMatchObject({ kind: 'anomaly', why: 'PAID_AFTER_CLOSE' });
    expect(await settle(second.payment)).toMatchObject({ kind: 'moved' });
    expect((await getOrderLock(database.tables(), first.payment))?.paidBy).toBe(second.payment.transactionId);

    const others = shop({ prepay: [() => qr, () => qr], query: [notFound] });
    const third = await others.ask();
    const fourth = await others.ask(otherWay);
    const both = await Promise.all([settle(fourth.payment), settle(third.payment)]);
    expect(both[0]).toMatchObject({ kind: 'moved' });
    expect(['DUPLICATE_PAID', 'PAID_AFTER_CLOSE']).toContain((both[1] as { why: string }).why);
    expect((await getOrderLock(database.tables(), third.payment))?.paidBy).toBe(fourth.payment.transactionId);
  });

  it('gives way and gives way again: the payer may go back and forth', async () => {
    const { ask } = shop({ prepay: [() => qr], query: [notFound] });
    const ids = [await ask(), await ask(otherWay), await ask(), await ask(otherWay)].map(
      ({ payment }) => payment.transactionId,
    );
    expect(new Set(ids).size).toBe(4);
  });

  it('is superseded once, when many ask for the other way at once', async () => {
    const { ask, prepays } = shop({ prepay: [() => qr], query: [notFound] });
    await ask();
    const asked = await Promise.all(Array.from({ length: 20 }, () => codeOf(ask(otherWay))));
    expect(asked.filter((code) => code === 'created')).toHaveLength(1);
    for (const code of asked)
      expect(['created', 'live', 'STATE_CONFLICT', 'CREATE_IN_PROGRESS']).toContain(code);
    expect(new Set(prepays.map(({ transactionId }) => transactionId)).size).toBe(2);
  });
});

describe('an earlier payment that its channel knows', () => {
  it('is closed there first', async () => {
    const { ask, calls } = shop({ prepay: [() => qr], query: [state('pending')], close: [closed] });
    const first = await ask();
    expect((await ask(otherWay)).kind).toBe('created');
    expect(calls).toEqual(['prepay', 'query', 'close', 'prepay']);
    expect(await now(first.payment)).toMatchObject({ status: 'CLOSED' });
  });

  it('is paid, as it turns out: it is settled, and nothing new is made', async () => {
    const paid: Answer<PaymentSnapshot> = ({ transactionId }) => ({
      kind: 'ok',
      value: { ...paidFor({ transactionId } as Payment), ...found },
    });
    const found = { amount: { minor: 880, currency: 'CNY' }, payee: {} } as const;
    const { ask, calls } = shop({ prepay: [() => qr], query: [paid] });
    const first = await ask();
    expect(await codeOf(ask(otherWay))).toBe('ORDER_ALREADY_PAID');
    expect(await now(first.payment)).toMatchObject({ status: 'PAID_SUCCESS' });
    expect(calls).toEqual(['prepay', 'query']);
  });

  it('is paid in the moment of its closing: the refusal is looked into', async () => {
    const paid: Answer<PaymentSnapshot> = ({ transactionId }) => ({
      kind: 'ok',
      value: { ...paidFor({ transactionId } as Payment), amount: { minor: 880, currency: 'CNY' }, payee: {} },
    });
    const { ask, calls } = shop({ prepay: [() => qr], query: [state('pending'), paid], close: [refused] });
    const first = await ask();
    expect(await codeOf(ask(otherWay))).toBe('ORDER_ALREADY_PAID');
    expect(calls).toEqual(['prepay', 'query', 'close', 'query']);
    expect(await now(first.payment)).toMatchObject({ status: 'PAID_SUCCESS' });
  });

  it.each([
    ['the question is not answered', { query: [lost] }],
    ['the closing is not answered', { query: [state('pending')], close: [lost] }],
    ['the closing is refused, and nobody has paid', { query: [state('pending')], close: [refused] }],
  ])('holds its order while %s, and stays payable', async (_, answers) => {
    const { ask, prepays } = shop({ prepay: [() => qr], ...answers });
    const first = await ask();
    expect(await codeOf(ask(otherWay))).toBe('STATE_CONFLICT');
    expect(await now(first.payment)).toEqual(first.payment);
    expect((await ask()).kind).toBe('live');
    expect(prepays).toHaveLength(1);
  });
});

describe('while somebody is closing the earlier payment', () => {
  it('nothing is shown and nothing is made; once they are gone without a word, it goes on', async () => {
    const { ask, clock } = shop({ prepay: [() => qr], query: [notFound] });
    const { payment } = await ask();
    const tables = database.tables();
    const held = await getOrderLock(tables, payment);
    if (!held) throw new Error('no lock');
    expect(await leaseClosing(tables, payment, held, clock.time + 25_000)).toBe(true);
    expect(await leaseClosing(tables, payment, held, clock.time + 25_000)).toBe(false);
    expect(await codeOf(ask())).toBe('STATE_CONFLICT');
    expect(await codeOf(ask(otherWay))).toBe('STATE_CONFLICT');
    clock.time += 25_000;
    expect((await ask()).kind).toBe('live');
    expect((await ask(otherWay)).kind).toBe('created');
  });

  it('a payment whose creation got stuck is not finished, and afterwards is', async () => {
    const { ask, clock, calls } = shop({ prepay: [lost, () => qr], query: [notFound] });
    const { payment } = await ask();
    clock.time += 30_000;
    const tables = database.tables();
    const held = await getOrderLock(tables, payment);
    if (!held) throw new Error('no lock');
    expect(await leaseClosing(tables, payment, held, clock.time + 10_000)).toBe(true);
    expect(await codeOf(ask())).toBe('STATE_CONFLICT');
    clock.time += 10_000;
    expect((await ask()).kind).toBe('created');
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
  });
});

describe('what is wanted', () => {
  it('is judged before the earlier payment is touched', async () => {
    const { ask, calls } = shop({ prepay: [() => qr] });
    const { payment } = await ask();
    const asked = ask({ ...otherWay, return_url: 'https://elsewhere.example/' });
    expect(await codeOf(asked)).toBe('RETURN_URL_NOT_ALLOWED');
    expect(await now(payment)).toEqual(payment);
    expect(calls).toEqual(['prepay']);
  });

  it('with another amount stays another order', async () => {
    const { ask } = shop({ prepay: [() => qr] });
    await ask();
    expect(await codeOf(ask({ ...otherWay, amount: '9.00' }))).toBe('ORDER_MISMATCH');
  });
});
