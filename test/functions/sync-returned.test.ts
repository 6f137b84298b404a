// A payment whose payer is back: the channel is asked at once, however often he comes but once in five seconds, and what
// strangers can repeat changes nothing of when it is asked by itself.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment } from '../../lib/domain/payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import { aPayment } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { ages, dueOne, says, type Script } from './asked.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** a moment that has not come yet */
const later = { dueAt: '2026-11-22T09:00:00.000Z' };
const back = (script: Script, payment: Parameters<typeof dueOne>[2] = later) =>
  dueOne(database, script, payment);
const iso = (ms: number) => new Date(ms).toISOString();

describe('a payment whose payer is back', () => {
  it('is asked for before its time, and is paid', async () => {
    const one = await back({ query: [says.paid] });
    expect(await one.sync(true)).toMatchObject({ told: { kind: 'settled' }, overdue: false });
    expect(await one.row()).toMatchObject({ status: 'PAID_SUCCESS', version: 3 });
    expect((await one.row()).askedAt).toBeUndefined();
    expect((await one.events()).at(-1)).toEqual({ name: 'payment.paid', reason: 'the payer came back' });
  });

  it.each<[string, NonNullable<Script['query']>[number]]>([
    ['is not paid', says.state('pending')],
    ['does not know it', says.state('not_found')],
    ['does not answer', says.unknown('timeout')],
    ['puts off', says.later],
  ])('stays as it is, and is asked when it would have been, when the channel %s', async (_, answer) => {
    const one = await back({ query: [answer] }, { ...later, unanswered: 2 });
    for (let times = 1; times <= 3; times++) {
      expect(await one.sync(true)).toMatchObject({ kind: 'asked', overdue: false });
      expect(await one.row()).toEqual({ ...one.payment, askedAt: iso(one.clock.time) });
      one.clock.time += 5_000;
    }
    expect(one.calls).toEqual(['query', 'query', 'query']);
  });

  it('is asked for once in five seconds', async () => {
    const one = await back({ query: [says.state('pending')] });
    const at = one.clock.time;
    for (const [after, asked] of [
      [0, 1],
      [1, 1],
      [4_999, 1],
      [5_000, 2],
      [9_999, 2],
      [10_000, 3],
    ] as const) {
      one.clock.time = at + after;
      await one.sync(true);
      expect([after, one.calls.length]).toEqual([after, asked]);
    }
    expect(await one.sync(true)).toEqual({ kind: 'asked_lately' });
  });

  it('is asked for once when all messages come at once', async () => {
    const one = await back({ query: [says.state('pending')] });
    const said = await Promise.all(Array.from({ length: 8 }, () => one.sync(true)));
    expect(one.calls).toEqual(['query']);
    expect(said.map(({ kind }) => kind).sort()).toEqual(['asked', ...Array<string>(7).fill('asked_lately')]);
  });

  it('is asked for in its own turn all the same, and what its turn writes stays', async () => {
    const one = await back({ query: [says.state('pending')] });
    await one.sync(true);
    expect(await one.sync()).toMatchObject({ kind: 'asked' });
    const row = await one.row();
    expect(row).toMatchObject({ unanswered: 0, askedAt: iso(one.clock.time) });
    expect(row.dueAt).not.toBe(later.dueAt);
    expect(one.calls).toEqual(['query', 'query']);
  });

  it('and that is to be closed, or is over, is closed', async () => {
    const close = [() => ({ kind: 'ok', value: 'closed' }) as const];
    const wishes = [{ closeRequestedAt: '2026-11-22T08:01:00.000Z' }, { age: ages.over }];
    for (const wish of wishes) {
      const one = await back({ query: [says.state('pending')], close }, { ...later, ...wish });
      await one.sync(true);
      expect(await one.row()).toMatchObject({ status: 'CLOSED' });
    }
  });

  it('calls nobody however late it is: its own turn does', async () => {
    const one = await back({ query: [says.unknown('timeout')] }, { ...later, age: ages.overdue });
    expect(await one.sync(true)).toMatchObject({ overdue: false });
    expect(await one.sync()).toMatchObject({ overdue: true });
  });

  it('and that is final, or is not there, is not asked for', async () => {
    const one = await back({ query: [says.paid] });
    await one.sync();
    expect(await one.sync(true)).toEqual({ kind: 'nothing_due' });
    const nobody = await dueOne(database, {}, {}, aPayment().transactionId);
    expect(await nobody.sync(true)).toEqual({ kind: 'nothing_due' });
    expect(one.calls).toEqual(['query']);
  });

  it('when it was asked for is told to nobody', async () => {
    const one = await back({ query: [says.state('pending'), says.less] });
    await one.sync(true);
    await one.sync();
    const { name, after } = (await listEvents(database.tables(), one.payment.transactionId)).at(-1) as {
      name: string;
      after: Payment;
    };
    expect(name).toBe('payment.anomaly_found');
    expect(after).toHaveProperty('status');
    expect(after).not.toHaveProperty('askedAt');
  });
});
