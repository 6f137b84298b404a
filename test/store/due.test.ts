// The index of what is due, on the real database.
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment, PaymentStatus } from '../../lib/domain/payment.ts';
import { claimDue, dueKey, listDue, putOff, type Due } from '../../lib/store/due.ts';
import { listEvents } from '../../lib/store/events.ts';
import { changePayment, createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, at } from '../domain/samples.ts';
import { startDatabase, type Database } from './database.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const cause = { actor: 'shop', reason: 'asked' };
const dueAt = '2026-11-22T08:01:00.000Z';
const later = '2026-11-22T08:11:00.000Z';
const never = '9999-01-01T00:00:00.000Z';

async function stored(changes: Partial<Payment> = {}): Promise<Payment> {
  const payment = aPayment({ dueAt, ...changes });
  await createPayment(database.tables(), payment, cause, undefined, 0);
  return payment;
}

async function now({ transactionId }: Payment) {
  const found = await getPayment(database.tables(), transactionId);
  if (!found) throw new Error('gone');
  return found;
}

async function close({ dueAt, ...payment }: Payment): Promise<Payment> {
  const closed = { ...payment, version: payment.version + 1, status: 'CLOSED' as const };
  await changePayment(database.tables(), await now(payment), closed, {
    ...cause,
    reason: `due ${dueAt ?? ''}`,
  });
  return closed;
}

/** All that the index holds of these payments. */
async function indexed(payments: readonly Payment[], until = never): Promise<Due[]> {
  const tables = database.tables();
  const shards = await Promise.all([0, 1].map((shard) => listDue(tables, shard, until, 'oldest', 1000)));
  const wanted = new Set<string>(payments.map(({ transactionId }) => transactionId));
  return shards.flat().filter(({ id }) => wanted.has(id));
}

describe('the index of what is due', () => {
  it('holds payments under one of the shards, by the moment at which they are due', async () => {
    const payments = await Promise.all(
      Array.from({ length: 40 }, (_, n) => stored({ dueAt: new Date(Date.parse(dueAt) + n).toISOString() })),
    );
    const found = await indexed(payments);
    expect(found).toHaveLength(40);
    expect(new Set(payments.map((each) => dueKey(each, 2)['found_under']))).toEqual(
      new Set(['DUE#0', 'DUE#1']),
    );
    expect((await now(payments[7] ?? aPayment())).payment).toEqual(payments[7]);
    expect(await indexed(payments, dueAt)).toHaveLength(1);
  });

  it('gives a page from either end', async () => {
    const shard = 'DUE#0';
    const times = ['2001', '2002', '2003'].map((year) => `${year}-01-01T00:00:00.000Z`);
    const made: Payment[] = [];
    for (const time of times) {
      let payment = aPayment({ dueAt: time });
      while (dueKey(payment, 2)['found_under'] !== shard) payment = aPayment({ dueAt: time });
      await createPayment(database.tables(), payment, cause, undefined, 0);
      made.push(payment);
    }
    const list = async (order: 'oldest' | 'newest') =>
      (await listDue(database.tables(), 0, '2003-06-01T00:00:00.000Z', order, 2)).map((due) => due.dueAt);
    expect(await list('oldest')).toEqual([times[0], times[1]]);
    expect(await list('newest')).toEqual([times[2], times[1]]);
  });

  it.each(['PAID_SUCCESS', 'PAID_FAILED', 'CLOSED'] satisfies PaymentStatus[])(
    'lets go of a payment that becomes %s, also when somebody forgot to say so',
    async (status) => {
      const payment = await stored();
      expect(await indexed([payment])).toHaveLength(1);
      await changePayment(database.tables(), await now(payment), { ...payment, version: 2, status }, cause);
      expect(await indexed([payment])).toEqual([]);
      expect((await now(payment)).payment.dueAt).toBeUndefined();
    },
  );

  it('does not hold what nobody is to ask for', async () => {
    const payment = aPayment();
    await createPayment(database.tables(), payment, cause, undefined, 0);
    expect(await indexed([payment])).toEqual([]);
  });
});

describe('a claim', () => {
  it('is had by one of many, and changes nothing but the moment', async () => {
    const payment = await stored();
    const [due] = await indexed([payment]);
    if (!due) throw new Error('not found');
    const claims = await Promise.all(
      Array.from({ length: 10 }, () => claimDue(database.tables(), due, later)),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect((await now(payment)).payment).toEqual({ ...payment, dueAt: later });
    expect(await listEvents(database.tables(), payment.transactionId)).toHaveLength(1);
    expect(await indexed([payment], dueAt)).toEqual([]);
    expect(await indexed([payment], later)).toHaveLength(1);
  });

  it('is not had on a payment that became final meanwhile, nor on none', async () => {
    const payment = await stored();
    const [due] = await indexed([payment]);
    if (!due) throw new Error('not found');
    const closed = await close(payment);
    expect(await claimDue(database.tables(), due, later)).toBe(false);
    expect((await now(payment)).payment).toEqual(closed);
    const nobody = { ...due, transactionId: aPayment().transactionId };
    expect(await claimDue(database.tables(), nobody, later)).toBe(false);
    const { client, payments } = database.tables();
    const { Count } = await client.send(
      new QueryCommand({
        TableName: payments,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': nobody.transactionId },
      }),
    );
    expect(Count).toBe(0);
  });
});

describe('putting off', () => {
  it('says when and how often nobody answered, and changes nothing else', async () => {
    const payment = await stored();
    const before = await now(payment);
    expect(await putOff(database.tables(), { ...payment, dueAt: later, unanswered: 3 })).toBe(true);
    expect(await now(payment)).toEqual({ ...before, payment: { ...payment, dueAt: later, unanswered: 3 } });
    expect(await listEvents(database.tables(), payment.transactionId)).toHaveLength(1);
  });

  it('moves a payment from a shard that is written no more', async () => {
    const payment = await stored();
    const fewer = database.tables({ dueShards: 1 });
    expect(await putOff(fewer, { ...payment, dueAt: later })).toBe(true);
    const found = await listDue(database.tables(), 0, never, 'oldest', 1000);
    expect(found.map(({ id }) => id)).toContain(payment.transactionId);
  });

  it('leaves alone what somebody moved meanwhile', async () => {
    const payment = await stored();
    const moved = { ...payment, version: 2, status: 'PENDING_PAYMENT' as const, updatedAt: at };
    await changePayment(database.tables(), await now(payment), moved, cause);
    expect(await putOff(database.tables(), { ...payment, dueAt: later })).toBe(false);
    expect((await now(payment)).payment).toEqual(moved);
    const closed = await close(moved);
    expect(await putOff(database.tables(), { ...closed, dueAt: later })).toBe(false);
    expect(await indexed([payment])).toEqual([]);
  });
});
