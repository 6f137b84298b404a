// The story of a refund's beginning, on the real database.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { listRefunds } from '../../lib/store/refunds.ts';
import { documentClient, type Tables } from '../../lib/store/table.ts';
import { eventNames, failed, paidOne, paymentNow, say } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { cancelled, loseAnswers } from '../store/faults.ts';
import { askRefund, minor, outcome, type Asking } from './asking-refund.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const ask = (payment: Pick<Payment, 'transactionId'>, changes: object = {}, asking: Asking = {}) =>
  askRefund(database, payment, changes, asking);

describe('a refund that is asked for', () => {
  it('is written down with its amount held, and then begun', async () => {
    const payment = await paidOne(database);
    const started: Refund[] = [];
    const { kind, refund } = await ask(payment, { reason: '坏了' }, { started });
    expect([kind, started]).toEqual(['created', [refund]]);
    expect(refund).toMatchObject({
      ...{ status: 'PENDING', origin: 'CALLER', amountRequested: minor(300), reason: '坏了', run: 1 },
      gatewayTransactionId: payment.gatewayTransactionId,
    });
    expect(await paymentNow(database, payment)).toMatchObject({
      ...{ amountReserved: minor(300), refunds: 1, status: 'PAID_SUCCESS', version: payment.version + 1 },
    });
    expect((await eventNames(database, payment)).at(-1)).toBe('refund.created');
  });

  it('by an operator is the operator’s', async () => {
    const payment = await paidOne(database);
    const desk = { application: 'desk', operator: true } as const;
    const { refund } = await ask(payment, { reason: 'the shop is closed' }, desk);
    expect(refund).toMatchObject({ origin: 'OPERATOR', application: 'shop' });
    await expect(ask(payment, {}, desk)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      details: { param: 'reason' },
    });
  });

  it.each(['BALANCE', 'OFFLINE'])('by %s is counted, handed over, and not begun', async (refund_method) => {
    const payment = await paidOne(database);
    const started: Refund[] = [];
    const { refund } = await ask(payment, { refund_method }, { started });
    expect(refund).toMatchObject({ status: 'PENDING', run: 0 });
    expect(started).toEqual([]);
    expect((await paymentNow(database, payment)).amountReserved).toEqual(minor(300));
    expect((await eventNames(database, payment)).slice(-2)).toEqual(['refund.created', 'refund.handover']);
  });
});

describe('fifty refunds at once', () => {
  const fifty = async (tables: Partial<Tables>) => {
    const payment = await paidOne(database);
    const all = Array.from({ length: 50 }, () => outcome(ask(payment, { amount: '1.00' }, { tables })));
    return { payment, outcomes: await Promise.all(all) };
  };
  const lossy = (spoil: (client: DynamoDBClient) => void) => () => {
    const client = database.client();
    spoil(client);
    return { client: documentClient(client) };
  };

  it.each([
    ['when all goes well', () => ({})],
    [
      'when transactions conflict',
      lossy((client) => {
        conflict(client, 60);
      }),
    ],
    [
      'when answers are lost',
      lossy((client) => {
        loseAnswers(client, 2);
      }),
    ],
  ])('hold together no more than was paid %s', async (_, tables) => {
    const { payment, outcomes } = await fifty(tables());
    expect(outcomes.filter((each) => each === 'created')).toHaveLength(8);
    expect(outcomes.filter((each) => each === 'REFUND_EXCEEDS_PAID')).toHaveLength(42);
    const now = await paymentNow(database, payment);
    expect(now).toMatchObject({ amountReserved: minor(800), refunds: 8 });
    expect(await listRefunds(database.tables(), now, 0, 100)).toHaveLength(8);
  });

  it('under one number are one refund', async () => {
    const payment = await paidOne(database);
    const body = { business_refund_id: 'fifty' };
    const all = await Promise.all(Array.from({ length: 50 }, () => ask(payment, body)));
    expect(all.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(new Set(all.map(({ refund }) => refund.refundId)).size).toBe(1);
    expect(await paymentNow(database, payment)).toMatchObject({ amountReserved: minor(300), refunds: 1 });
  });

  it('under one number of two payments are one refund, and the other payment is not touched', async () => {
    const payments = [await paidOne(database), await paidOne(database)];
    const body = { business_refund_id: 'two-payments' };
    const outcomes = await Promise.all(payments.map((each) => outcome(ask(each, body))));
    expect(outcomes.sort()).toEqual(['REFUND_MISMATCH', 'created']);
    const held = await Promise.all(payments.map((each) => paymentNow(database, each)));
    expect(held.map(({ refunds = 0 }) => refunds).sort()).toEqual([0, 1]);
  });
});

describe('a number that is known', () => {
  it('gives the same refund for the same, written otherwise or not, and 422 for anything else', async () => {
    const [payment, other] = [await paidOne(database), await paidOne(database)];
    const body = { business_refund_id: 'known' };
    const first = await ask(payment, body);
    for (const same of [{ amount: '3' }, { currency: 'CNY' }])
      expect(await ask(payment, { ...body, ...same })).toMatchObject({
        kind: 'known',
        refund: first.refund,
      });
    for (const change of [{ amount: '3.01' }, { currency: 'USD' }, { refund_method: 'OFFLINE' }])
      expect(await outcome(ask(payment, { ...body, ...change }))).toBe('REFUND_MISMATCH');
    expect(await outcome(ask(other, body))).toBe('REFUND_MISMATCH');
    expect((await paymentNow(database, payment)).refunds).toBe(1);
  });

  it('stays its refund’s for ever: also once that has failed', async () => {
    const payment = await paidOne(database);
    const body = { business_refund_id: 'for-ever' };
    const { refund } = await ask(payment, body);
    await say(database, failed(refund));
    expect(await ask(payment, body)).toMatchObject({ kind: 'known', refund: { status: 'FAILED' } });
  });

  it('is each application’s own', async () => {
    const [ours, theirs] = [await paidOne(database), await paidOne(database, { application: 'other' })];
    const body = { business_refund_id: 'own' };
    expect(await outcome(ask(ours, body))).toBe('created');
    expect(await outcome(ask(theirs, body, { application: 'other' }))).toBe('created');
  });
});

/** Two of three of the next transactions meet others. */
function conflict(client: DynamoDBClient, times: number): void {
  let seen = 0;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        if (commandName.startsWith('TransactWrite') && seen++ < times && seen % 3 > 0)
          throw cancelled('TransactionConflict');
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'conflict' },
  );
}
