// The same order asked for again: while it is being made, after a crash, after a lost answer, by many at once.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaymentError } from '../../lib/domain/errors.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { qr, type Script } from './channel.ts';
import { codeOf, crash, lost, notFound, shopOf } from './shop.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const shop = (script: Script) => shopOf(database, script);

describe('an order that has its payment', () => {
  it('has the same one for the same facts, without another call', async () => {
    const { ask, calls } = shop({ prepay: [() => qr] });
    const first = await ask();
    const second = await ask({ subject: 'green tea' });
    expect(second).toEqual({ kind: 'live', payment: first.payment });
    expect(calls).toEqual(['prepay']);
  });

  it('refuses another amount or currency', async () => {
    const { ask, calls } = shop({ prepay: [() => qr] });
    await ask();
    expect(await codeOf(ask({ amount: '8.81' }))).toBe('ORDER_MISMATCH');
    expect(await codeOf(ask({ amount: '880', currency: 'JPY' }))).toBe('ORDER_MISMATCH');
    expect(calls).toEqual(['prepay']);
  });

  it('is another order for another application', async () => {
    const { ask } = shop({ prepay: [() => qr] });
    const [ours, theirs] = [await ask(), await ask({ amount: '9.00' }, 'other')];
    expect(theirs.kind).toBe('created');
    expect(theirs.payment.transactionId).not.toBe(ours.payment.transactionId);
  });

  it('is not charged again once it is paid', async () => {
    const { ask, calls, clock } = shop({ prepay: [() => qr] });
    const { payment } = await ask();
    await settlePayment(
      { tables: database.tables(), ports: clock },
      {
        channelCode: 'ALIPAY',
        snapshot: {
          state: 'paid',
          transactionId: payment.transactionId,
          gatewayTransactionId: 'gw-again',
          amount: payment.amountRequested,
          paidAt: '2026-11-22T08:01:00.000Z',
          payee: payment.payee,
        },
        cause: { actor: 'channel:ALIPAY', reason: 'callback' },
        policy: {},
      },
    );
    for (const changes of [{}, { amount: '9.00' }])
      expect(await codeOf(ask(changes))).toBe('ORDER_ALREADY_PAID');
    expect(calls).toEqual(['prepay']);
  });
});

describe('a payment that got stuck while it was made', () => {
  it('after a crash is nobody’s for as long as somebody may be speaking to the gateway', async () => {
    const { ask, calls, clock, prepays } = shop({ prepay: [crash, () => qr], query: [notFound] });
    await expect(ask()).rejects.toThrow('the function was killed');
    clock.time += 24_999;
    expect(await codeOf(ask())).toBe('CREATE_IN_PROGRESS');
    expect(await codeOf(ask({ amount: '9.00' }))).toBe('ORDER_MISMATCH');
    clock.time += 1;
    const { kind, payment } = await ask();
    expect(kind).toBe('created');
    expect(payment).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
    expect(prepays[1]).toEqual(prepays[0]);
    expect(prepays[1]?.transactionId).toBe(payment.transactionId);
  });

  it('after a lost answer is asked about first, then made again with the same number', async () => {
    const { ask, calls, clock, prepays } = shop({ prepay: [lost, () => qr], query: [notFound] });
    const first = await ask();
    expect(first).toMatchObject({ kind: 'unknown', retryAfter: 2 });
    expect(await codeOf(ask())).toBe('CREATE_IN_PROGRESS');
    clock.time += 2_000;
    expect((await ask()).payment.transactionId).toBe(first.payment.transactionId);
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
    expect(prepays[1]).toEqual(prepays[0]);
  });

  it('stays unknown while the gateway cannot even be asked', async () => {
    const { ask, calls, clock } = shop({
      prepay: [lost],
      query: [() => ({ kind: 'unknown', reason: 'connection' })],
    });
    await ask();
    clock.time += 2_000;
    expect(await ask()).toMatchObject({
      kind: 'unknown',
      reason: 'connection',
      payment: { status: 'PENDING_CREATE' },
    });
    expect(calls).toEqual(['prepay', 'query']);
  });

  it('and was paid meanwhile is paid', async () => {
    const { ask, calls, clock } = shop({
      prepay: [lost],
      query: [
        ({ transactionId }) => ({
          kind: 'ok',
          value: {
            state: 'paid',
            transactionId,
            gatewayTransactionId: 'gw-stuck',
            amount: { minor: 880, currency: 'CNY' },
            paidAt: '2026-11-22T08:01:00.000Z',
            payee: {},
          },
        }),
      ],
    });
    await ask();
    clock.time += 2_000;
    for (let times = 1; times <= 2; times++) expect(await codeOf(ask())).toBe('ORDER_ALREADY_PAID');
    expect(calls).toEqual(['prepay', 'query']);
  });

  it('is finished by one of twenty who find it', async () => {
    const { ask, calls, clock } = shop({ prepay: [lost, () => qr], query: [notFound] });
    await ask();
    clock.time += 2_000;
    const found = await Promise.all(Array.from({ length: 20 }, () => codeOf(ask())));
    expect(found.filter((each) => each === 'created')).toHaveLength(1);
    expect(found.filter((each) => !['created', 'live', 'CREATE_IN_PROGRESS'].includes(each))).toEqual([]);
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
  });
});

describe('fifty at once', () => {
  it('make one payment, by one call', async () => {
    const { ask, calls } = shop({ prepay: [() => qr] });
    const asked = await Promise.all(
      Array.from({ length: 50 }, () =>
        ask().catch((error: unknown) =>
          error instanceof PaymentError ? error.code : Promise.reject(error as Error),
        ),
      ),
    );
    const made = asked.filter((each) => typeof each !== 'string');
    expect(made.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    const ids = new Set(made.map(({ payment }) => payment.transactionId));
    expect(ids.size).toBe(1);
    expect(calls).toEqual(['prepay']);
    for (const id of ids) expect(await listEvents(database.tables(), id)).toHaveLength(2);
    expect(
      asked.filter((each) => typeof each === 'string').every((code) => code === 'CREATE_IN_PROGRESS'),
    ).toBe(true);
  });
});
