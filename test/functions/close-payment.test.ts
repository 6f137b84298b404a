// The story of closing a payment, against a gateway that does as it is told, on the real database.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closePayment } from '../../functions/close-payment/close-payment.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { PaymentSnapshot } from '../../lib/domain/settlement.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { paidFor } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { qr, type Answer, type Script } from './channel.ts';
import { codeOf, lost, notFound, shopOf } from './shop.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const closed = () => ({ kind: 'ok', value: 'closed' }) as const;
const refused = () => ({ kind: 'declined', code: 'refused', channelCode: 'ACQ.X', message: '' }) as const;
const state =
  (is: 'pending' | 'closed'): Answer<PaymentSnapshot> =>
  ({ transactionId }) => ({ kind: 'ok', value: { state: is, transactionId } });

/** An order with one payment, which is then closed as often as one likes. */
function shop(script: Script) {
  const made = shopOf(database, script);
  const { channel, clock } = made;
  const tables = database.tables({ ports: clock });
  const close = ({ transactionId }: Payment, application = 'shop') =>
    closePayment(
      { channel, tables, ports: clock },
      { id: transactionId, caller: { application }, reason: 'sold out', deadline: clock.time + 20_000 },
    );
  const word = (payment: Payment, paidAt: string) =>
    settlePayment(
      { tables, ports: clock },
      {
        channelCode: 'ALIPAY',
        snapshot: paidFor(payment, { paidAt }),
        cause: { actor: 'channel:ALIPAY', reason: 'callback' },
        policy: {},
      },
    );
  const now = async ({ transactionId }: Payment) => (await getPayment(tables, transactionId))?.payment;
  return { ...made, close, word, now };
}

const outcome = async (asked: Promise<{ kind: string }>) =>
  asked.then(
    ({ kind }) => kind,
    (error: unknown) => {
      if (error instanceof PaymentError) return error.code;
      throw error;
    },
  );

const names = async ({ transactionId }: Payment) =>
  (await listEvents(database.tables(), transactionId)).map(({ name }) => name);

describe('a payment that waits at its channel', () => {
  it('is closed there, then here; closing it again is the same', async () => {
    const { ask, close, calls } = shop({ prepay: [() => qr], query: [state('pending')], close: [closed] });
    const { payment } = await ask();
    expect(await close(payment)).toMatchObject({
      kind: 'closed',
      payment: { status: 'CLOSED', closedAt: '2026-11-22T08:00:00.000Z' },
    });
    expect(await outcome(close(payment))).toBe('closed');
    expect(calls).toEqual(['prepay', 'query', 'close']);
    const [, , last] = await listEvents(database.tables(), payment.transactionId);
    expect(last).toMatchObject({ name: 'payment.closed', actor: 'channel:ALIPAY', reason: 'sold out' });
    expect((await getOrderLock(database.tables(), payment))?.closingUntil).toBeUndefined();
    expect(last?.after).not.toHaveProperty('dueAt');
  });

  it('and is closed by its channel already, is closed here', async () => {
    const { ask, close, calls } = shop({ prepay: [() => qr], query: [state('closed')] });
    expect(await outcome(close((await ask()).payment))).toBe('closed');
    expect(calls).toEqual(['prepay', 'query']);
  });

  it('frees its order for a new payment', async () => {
    const { ask, close } = shop({ prepay: [() => qr], query: [state('pending')], close: [closed] });
    const { payment } = await ask();
    await close(payment);
    expect((await ask()).payment.transactionId).not.toBe(payment.transactionId);
  });
});

describe('a payment that was paid', () => {
  const paid: Answer<PaymentSnapshot> = ({ transactionId }) => ({
    kind: 'ok',
    value: { ...paidFor({ transactionId } as Payment), amount: { minor: 880, currency: 'CNY' }, payee: {} },
  });

  it('before anybody knew of it here, is settled and not closed', async () => {
    const { ask, close, now, calls } = shop({ prepay: [() => qr], query: [paid] });
    const { payment } = await ask();
    expect(await outcome(close(payment))).toBe('ORDER_ALREADY_PAID');
    expect(await now(payment)).toMatchObject({ status: 'PAID_SUCCESS' });
    expect(await outcome(close(payment))).toBe('ORDER_ALREADY_PAID');
    expect(calls).toEqual(['prepay', 'query']);
  });

  it('between the question and the closing, is settled by the second question', async () => {
    const { ask, close, now } = shop({
      prepay: [() => qr],
      query: [state('pending'), paid],
      close: [refused],
    });
    const { payment } = await ask();
    expect(await outcome(close(payment))).toBe('ORDER_ALREADY_PAID');
    expect(await now(payment)).toMatchObject({ status: 'PAID_SUCCESS' });
    expect(await now(payment)).not.toHaveProperty('anomaly');
  });

  it('by a callback while the channel is being asked, stays paid', async () => {
    const asked: ((query: { transactionId: Payment['transactionId'] }) => Promise<void>)[] = [];
    const made = shop({
      prepay: [() => qr],
      query: [state('pending')],
      close: [
        async (query) => {
          await asked[0]?.(query);
          return closed();
        },
      ],
    });
    const { payment } = await made.ask();
    asked.push(async () => {
      await made.word(payment, '2026-11-22T08:00:00.000Z');
    });
    expect(await outcome(made.close(payment))).toBe('ORDER_ALREADY_PAID');
    expect(await made.now(payment)).toMatchObject({ status: 'PAID_SUCCESS' });
    expect(await names(payment)).toEqual(['payment.created', 'payment.pending', 'payment.paid']);
  });
});

describe('a closing that the channel cannot confirm', () => {
  it.each([
    ['it does not know the payment yet', { query: [notFound] }],
    ['it does not answer', { query: [lost] }],
    ['it does not answer the closing', { query: [state('pending')], close: [lost] }],
    ['it refuses, and nobody has paid', { query: [state('pending')], close: [refused] }],
  ])('because %s, is a wish that stands, once', async (_, answers) => {
    const { ask, close, now, clock } = shop({ prepay: [() => qr], ...answers });
    const { payment } = await ask();
    expect(await close(payment)).toMatchObject({
      kind: 'requested',
      payment: { status: 'PENDING_PAYMENT', version: 3, closeRequestedAt: '2026-11-22T08:00:00.000Z' },
    });
    clock.time += 30_000;
    expect(await outcome(close(payment))).toBe('requested');
    const kept = await now(payment);
    expect(kept).toMatchObject({ version: 3, closeRequestedAt: '2026-11-22T08:00:00.000Z' });
    expect(kept?.dueAt).toBeDefined();
    expect(await names(payment)).toEqual(['payment.created', 'payment.pending', 'payment.close_requested']);
  });

  it('makes money since then late, and money before it not', async () => {
    for (const [paidAt, kind] of [
      ['2026-11-22T08:00:20.000Z', 'anomaly'],
      ['2026-11-22T07:59:40.000Z', 'moved'],
    ] as const) {
      const { ask, close, word } = shop({ prepay: [() => qr], query: [notFound] });
      const { payment } = await ask();
      await close(payment);
      expect(await word(payment, paidAt)).toMatchObject({ kind });
    }
  });

  it('is confirmed by asking again once its time is over', async () => {
    const { ask, close, clock } = shop({ prepay: [() => qr], query: [notFound] });
    const { payment } = await ask();
    await close(payment);
    clock.time += 900_000 + 60_001;
    expect(await outcome(close(payment))).toBe('closed');
  });

  it('lets the order be paid by a new payment, which takes its place', async () => {
    const { ask, close, now } = shop({ prepay: [() => qr], query: [notFound] });
    const { payment } = await ask();
    await close(payment);
    const second = await ask();
    expect(second).toMatchObject({ kind: 'created' });
    expect(await now(payment)).toMatchObject({ supersededBy: second.payment.transactionId });
  });
});

describe('a payment in somebody else’s hands', () => {
  it('is not closed while it is being made, and is afterwards', async () => {
    const { ask, close, clock, calls, order } = shop({
      prepay: [() => Promise.reject(new Error('the function was killed'))],
      query: [notFound],
    });
    await ask().catch(() => undefined);
    const lock = await getOrderLock(database.tables(), order);
    const found = lock && (await getPayment(database.tables(), lock.live));
    if (!found) throw new Error('nothing was made');
    expect(await outcome(close(found.payment))).toBe('STATE_CONFLICT');
    expect(calls).toEqual(['prepay']);
    clock.time += 25_001;
    expect(await close(found.payment)).toMatchObject({
      kind: 'requested',
      payment: { status: 'PENDING_CREATE', closeRequestedAt: '2026-11-22T08:00:25.001Z' },
    });
  });

  it('is closed by one, when many want it closed at once, and shown to nobody meanwhile', async () => {
    const { ask, close, calls } = shop({ prepay: [() => qr], query: [state('pending')], close: [closed] });
    const { payment } = await ask();
    const all = await Promise.all([
      ...Array.from({ length: 10 }, () => outcome(close(payment))),
      codeOf(ask({ amount: '8.80' })),
    ]);
    expect(all.filter((each) => each === 'closed').length).toBeGreaterThanOrEqual(1);
    for (const each of all) expect(['closed', 'STATE_CONFLICT', 'live', 'created']).toContain(each);
    expect(calls.filter((each) => each === 'close')).toHaveLength(1);
  });

  it('of another application is not there', async () => {
    const { ask, close, calls } = shop({ prepay: [() => qr] });
    expect(await outcome(close((await ask()).payment, 'other'))).toBe('NOT_FOUND');
    expect(calls).toEqual(['prepay']);
  });
});
