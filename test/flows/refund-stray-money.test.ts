// Money that came late or twice, in a channel whose policy gives it back.
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money } from '../../lib/domain/money.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { createPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { aPayment, at } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { cause, eventNames, failed, say, storedNow, succeeded } from './refunding.ts';
import { held } from './decisions.ts';
import { straying, strayOf, type Straying } from './straying.ts';

let database: Database;
let on: Straying;
beforeAll(async () => {
  database = await startDatabase();
  on = straying(database);
});
afterAll(() => database.stop());

const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });

const secondOf = ({ transactionId }: Payment) => `second-${transactionId.slice(4)}`;

async function refundOf(payment: Payment): Promise<Refund> {
  const [refund, ...more] = await on.refunds(payment);
  if (!refund || more.length > 0) throw new Error(`${more.length + (refund ? 1 : 0)} refunds`);
  return refund;
}

/** The process ends when it is about to write for the `nth` time. */
function dyingAt(nth: number): Tables {
  const { client, ...rest } = database.tables();
  let writes = 0;
  const send = (command: Parameters<typeof client.send>[0]) =>
    command instanceof TransactWriteCommand && ++writes >= nth
      ? Promise.reject(new Error('the function was killed'))
      : client.send(command);
  return { ...rest, client: { send } as unknown as typeof client };
}

const late = () => on.closed();
const twice = () => on.paid();

describe('late money', () => {
  it('goes back whole, by the policy, and the payment stays closed', async () => {
    const payment = await on.closed();
    expect(await on.stray(payment)).toMatchObject({ kind: 'anomaly', why: 'PAID_AFTER_CLOSE' });
    const refund = await refundOf(payment);
    expect(refund).toMatchObject({
      ...{ origin: 'SYSTEM', refundMethod: 'ORIGINAL', status: 'PENDING', application: 'shop' },
      ...{ amountRequested: minor(880), gatewayTransactionId: strayOf(payment) },
    });
    // Its reason is sent to the channel, and the payer reads it there.
    expect([refund.reason, refund.businessRefundId]).toEqual([undefined, undefined]);
    const now = await on.now(payment);
    expect(now).toMatchObject({
      status: 'CLOSED',
      anomaly: {
        resolution: {
          ...{ action: 'refund', refundId: refund.refundId },
          ...{ by: 'policy', reason: 'anomaly_policy PAID_AFTER_CLOSE' },
        },
      },
    });
    expect([now.amountPaid, now.amountReserved, now.amountRefunded]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await eventNames(database, payment)).slice(-3)).toEqual([
      'payment.anomaly_found',
      'refund.created',
      'payment.anomaly_resolved',
    ]);
  });

  it('leaves the order free to be paid again', async () => {
    const payment = await on.closed();
    await on.stray(payment, {}, held);
    expect((await on.lock(payment))?.underReview).toEqual(new Set([payment.transactionId]));
    await on.stray(payment);
    const lock = await on.lock(payment);
    expect([lock?.underReview, lock?.paidBy]).toEqual([undefined, undefined]);
  });

  it('of a payment that is to be closed closes it', async () => {
    const payment = aPayment({ status: 'PENDING_PAYMENT', closeRequestedAt: at });
    await createPayment(database.tables(), payment, cause, undefined, 0);
    await on.stray(payment);
    expect(await on.now(payment)).toMatchObject({ status: 'CLOSED', closedAt: at });
    expect((await eventNames(database, payment)).at(-1)).toBe('payment.closed');
  });

  it('is found due at once: nobody has begun its workflow', async () => {
    const payment = await on.closed();
    await on.stray(payment);
    expect(await refundOf(payment)).toMatchObject({ run: 0, dueAt: at });
  });
});

describe('money that came twice', () => {
  it('goes back, and the order stays paid as it was, to the last fen', async () => {
    const payment = await on.paid();
    expect(await on.stray(payment)).toMatchObject({ kind: 'anomaly', why: 'DUPLICATE_PAID' });
    const refund = await refundOf(payment);
    await say(database, succeeded(refund));
    const { status, amountPaid, gatewayTransactionId, paidAt } = payment;
    const now = await on.now(payment);
    expect(now).toMatchObject({ status, amountPaid, gatewayTransactionId, paidAt });
    expect([now.amountReserved, now.amountRefunded]).toEqual([undefined, undefined]);
    expect(await on.lock(payment)).toMatchObject({ paidBy: payment.transactionId });
    expect(now.anomaly?.resolution).toMatchObject({ action: 'refund', refundId: refund.refundId });
  });

  it('for an order that another payment has paid goes back, and that one stays paid', async () => {
    const loser = await on.closed();
    const { businessOrderId } = loser;
    const winner = aPayment({ businessOrderId });
    const held = await on.lock(loser);
    if (!held) throw new Error('no lock');
    await createPayment(
      database.tables(),
      winner,
      cause,
      { held, stored: await storedNow(database, loser) },
      0,
    );
    await on.stray(winner, { gatewayTransactionId: secondOf(winner) });
    expect(await on.stray(loser)).toMatchObject({ why: 'DUPLICATE_PAID' });
    await say(database, succeeded(await refundOf(loser)));
    expect(await on.now(winner)).toMatchObject({ status: 'PAID_SUCCESS', amountPaid: minor(880) });
    expect((await on.now(loser)).status).toBe('CLOSED');
    expect(await on.lock(loser)).toMatchObject({ paidBy: winner.transactionId });
  });

  it('two times more goes back two times, each under its own number', async () => {
    const payment = await on.paid();
    await on.stray(payment);
    await on.stray(payment, { gatewayTransactionId: secondOf(payment) });
    const refunds = await on.refunds(payment);
    expect(refunds.map(({ gatewayTransactionId }) => gatewayTransactionId)).toEqual([
      strayOf(payment),
      secondOf(payment),
    ]);
    const { anomaly, otherAnomalies = [] } = await on.now(payment);
    expect([anomaly, ...otherAnomalies].map((each) => each?.resolution?.action)).toEqual([
      'refund',
      'refund',
    ]);
    expect((await on.lock(payment))?.underReview).toBeUndefined();
  });

  it('that was held before the policy was changed goes back, all of it, with the next word of either', async () => {
    const payment = await on.paid();
    await on.stray(payment, {}, held);
    await on.stray(payment, { gatewayTransactionId: secondOf(payment) }, {});
    await on.stray(payment);
    const refunds = await on.refunds(payment);
    expect(new Set(refunds.map((each) => each.gatewayTransactionId))).toEqual(
      new Set([strayOf(payment), secondOf(payment)]),
    );
    expect((await on.lock(payment))?.underReview).toBeUndefined();
  });

  it('beside a sum that is held: only what the policy names goes back', async () => {
    const payment = await on.paid();
    await on.stray(payment, { gatewayTransactionId: secondOf(payment), amount: money(900, 'CNY') });
    await on.stray(payment);
    expect(await refundOf(payment)).toMatchObject({ gatewayTransactionId: strayOf(payment) });
    expect((await on.now(payment)).anomaly).toMatchObject({ kind: 'OVERPAID' });
    expect((await on.lock(payment))?.underReview?.has(payment.transactionId)).toBe(true);
  });
});

describe.each([
  ['late', late],
  ['double', twice],
])('%s money', (_, make) => {
  it('goes back once, however many hear of it at once', async () => {
    const payment = await make();
    await Promise.all(Array.from({ length: 10 }, () => on.stray(payment)));
    await on.stray(payment);
    expect(await refundOf(payment)).toMatchObject({ status: 'PENDING', amountRequested: minor(880) });
    const names = await eventNames(database, payment);
    expect(names.filter((name) => name === 'payment.anomaly_found')).toHaveLength(1);
  });

  it('that was found by a process which died goes back with the next word', async () => {
    const payment = await make();
    await expect(on.stray(payment, {}, undefined, dyingAt(2))).rejects.toThrow('killed');
    expect((await on.now(payment)).anomaly?.resolution).toBeUndefined();
    expect(await on.refunds(payment)).toEqual([]);
    for (let times = 1; times <= 2; times++) await on.stray(payment);
    expect((await refundOf(payment)).status).toBe('PENDING');
  });

  it('whose refund is refused waits for a person, and is not sent again by the policy', async () => {
    const payment = await make();
    await on.stray(payment);
    const refund = await refundOf(payment);
    await say(database, failed(refund));
    const expectWaiting = async () => {
      const now = await on.now(payment);
      expect(now).toMatchObject({ status: payment.status, anomaly: { amount: minor(880) } });
      expect(now.anomaly?.resolution).toBeUndefined();
      expect((await on.lock(payment))?.underReview).toEqual(new Set([payment.transactionId]));
      expect(await refundOf(payment)).toMatchObject({ status: 'FAILED' });
    };
    await expectWaiting();
    expect((await eventNames(database, payment)).slice(-2)).toEqual([
      'refund.failed',
      'payment.anomaly_found',
    ]);
    await on.stray(payment);
    await expectWaiting();
  });

  it('whose refund came back after all waits for a person, and is decided if it is made in the end', async () => {
    const payment = await make();
    await on.stray(payment);
    const refund = await refundOf(payment);
    await say(database, succeeded(refund, { at: '2026-11-22T09:00:00.000Z' }));
    await say(database, failed(refund, { at: '2026-11-23T09:00:00.000Z' }));
    expect((await on.now(payment)).anomaly?.resolution).toBeUndefined();
    await say(database, succeeded(refund, { at: '2026-11-24T09:00:00.000Z' }));
    expect((await on.now(payment)).anomaly?.resolution).toMatchObject({ refundId: refund.refundId });
    expect((await on.lock(payment))?.underReview).toBeUndefined();
  });
});
