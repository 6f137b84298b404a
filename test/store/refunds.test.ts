import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { keepCallback } from '../../lib/store/callbacks.ts';
import { claimDue, listDue, type Due } from '../../lib/store/due.ts';
import { listEvents } from '../../lib/store/events.ts';
import {
  changeRefund,
  findRefund,
  getRefund,
  listRefunds,
  type RefundChange,
} from '../../lib/store/refunds.ts';
import { beginRun, putOffRefund, renewRefund } from '../../lib/store/refund-work.ts';
import { documentClient, type Tables } from '../../lib/store/table.ts';
import { aRefund } from '../domain/refund-samples.ts';
import { at } from '../domain/samples.ts';
import {
  aCallback,
  cause,
  madeRefund,
  paidOne,
  paymentNow,
  refundNow,
  storedNow,
} from '../flows/refunding.ts';
import { startDatabase, type Database } from './database.ts';
import { cancelled, failFirst, loseAnswers } from './faults.ts';

let database: Database;
let tables: Tables;
beforeAll(async () => {
  database = await startDatabase();
  tables = database.tables();
});
afterAll(() => database.stop());

const until = '2026-11-22T09:00:00.000Z';

/** One more refund of a payment, to be written. */
async function birth(changes: Partial<Refund> = {}): Promise<RefundChange> {
  const stored = await storedNow(database, await paidOne(database));
  const after = aRefund(stored.payment, { dueAt: at, ...changes });
  const payment = { refunds: 1, amountReserved: after.amountRequested };
  const steps = [{ name: 'refund.created', payment, refund: { before: undefined, after } } as const];
  return { stored, after, steps, cause, at };
}

async function found(now = until): Promise<Due[]> {
  const of = { ...tables, dueIndex: database.tables().dueIndex };
  return (await Promise.all([0, 1].map((shard) => listDue(of, shard, now, 'oldest', 1000)))).flat();
}

describe('a refund', () => {
  it('is given back as it was written, and raises its payment’s version by one with one event', async () => {
    const change = await birth({ reason: '茶 & =', generation: 2, submittedAt: at, gatewayRefundId: 'r1' });
    expect(await changeRefund(tables, change)).toBe('changed');
    expect(await getRefund(tables, change.after.refundId)).toEqual(change.after);
    const { version } = change.stored.payment;
    const now = await storedNow(database, change.stored.payment);
    expect(now.payment).toMatchObject({ version: version + 1, refunds: 1, amountReserved: { minor: 300 } });
    const events = await listEvents(tables, now.payment.transactionId);
    expect(events.at(-1)).toMatchObject({ version: version + 1, name: 'refund.created' });
    expect(now.lastEventHash).toBe(events.at(-1)?.hash);
  });

  it('is written once among fifty who read the same', async () => {
    const change = await birth();
    const all = await Promise.all(Array.from({ length: 50 }, () => changeRefund(tables, change)));
    expect(all.filter((each) => each === 'changed')).toHaveLength(1);
    expect(all.filter((each) => each === 'moved_meanwhile')).toHaveLength(49);
  });

  it('is told as written when only the answer was lost', async () => {
    const client = database.client();
    loseAnswers(client, 1);
    const change = await birth();
    expect(await changeRefund({ ...tables, client: documentClient(client) }, change)).toBe('changed');
    expect((await paymentNow(database, change.stored.payment)).version).toBe(
      change.stored.payment.version + 1,
    );
  });

  it('is written in spite of conflicts with others, which pass', async () => {
    const client = database.client();
    const seen = failFirst(client, 3, () => cancelled('TransactionConflict', 'None', 'None'));
    const change = await birth();
    expect(await changeRefund({ ...tables, client: documentClient(client) }, change)).toBe('changed');
    expect(seen()).toBe(4);
  });

  it('takes its caller’s number for ever; who comes second writes nothing', async () => {
    const name = { application: 'shop', businessRefundId: `r-${Math.random()}` };
    const [first, second] = [await birth(), await birth()];
    expect(await changeRefund(tables, first, { name })).toBe('changed');
    expect(await changeRefund(tables, second, { name })).toBe('name_taken');
    expect(await getRefund(tables, second.after.refundId)).toBeUndefined();
    expect(await paymentNow(database, second.stored.payment)).toEqual(second.stored.payment);
    expect(await findRefund(tables, name)).toBe(first.after.refundId);
    expect(await findRefund(tables, { ...name, application: 'other' })).toBeUndefined();
  });

  it('is not written a second time by a callback that is kept', async () => {
    const [first, second] = [await birth(), await birth()];
    const { transactionId } = first.stored.payment;
    const callback = keepCallback(tables, { ...aCallback('a'), transactionId });
    expect(await changeRefund(tables, first, { callback })).toBe('changed');
    expect(await changeRefund(tables, second, { callback })).toBe('callback_known');
  });

  it.each([
    ['status', { status: 'PROCESSING' }],
    ['run', { run: 2 }],
    ['generation', { generation: 1 }],
  ] as const)('that has another %s than was read is left as it is', async (_, changes) => {
    const change = await birth();
    await changeRefund(tables, change);
    const stored = await storedNow(database, change.stored.payment);
    const before = { ...change.after, ...changes };
    const after: Refund = { ...before, status: 'SUCCESS' };
    const steps = [{ name: 'refund.succeeded', payment: {}, refund: { before, after } } as const];
    expect(await changeRefund(tables, { stored, before, after, steps, cause, at })).toBe('moved_meanwhile');
    expect(await getRefund(tables, change.after.refundId)).toEqual(change.after);
  });

  it('is found due until it is over, and by one of those who claim it', async () => {
    const change = await birth();
    const { refundId } = change.after;
    await changeRefund(tables, change);
    const due = (await found()).find(({ id }) => id === refundId);
    expect(due).toEqual({ id: refundId, dueAt: at });
    if (!due) return;
    const claims = Array.from({ length: 10 }, () => claimDue(tables, due, until));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
    const stored = await storedNow(database, change.stored.payment);
    const before = await refundNow(database, change.after);
    expect(before.dueAt).toBe(until);
    const after: Refund = { ...before, status: 'FAILED' };
    const steps = [{ name: 'refund.failed', payment: {}, refund: { before, after } } as const];
    expect(await changeRefund(tables, { stored, before, after, steps, cause, at })).toBe('changed');
    expect((await found()).map(({ id }) => id)).not.toContain(refundId);
    expect(await claimDue(tables, { id: refundId, dueAt: until }, until)).toBe(false);
  });
});

describe('the refunds of a payment', () => {
  it('are listed as they were made, from any place, however many', async () => {
    const payment = await paidOne(database);
    for (let i = 0; i < 4; i++) await madeRefund(database, payment, { minor: 1 });
    const now = await paymentNow(database, payment);
    const list = async (from: number, limit: number) =>
      (await listRefunds(tables, now, from, limit)).map(({ refundId }) => refundId);
    const all = [0, 1, 2, 3].map((place) => refundIdOf(payment.transactionId, place));
    expect(await list(0, 20)).toEqual(all);
    expect(await list(1, 2)).toEqual(all.slice(1, 3));
    expect(await list(4, 2)).toEqual([]);
    expect(await listRefunds(tables, payment, 0, 20)).toEqual([]);
  });
});

describe('who has a refund in hand', () => {
  const many = <T>(act: () => Promise<T>) => Promise.all(Array.from({ length: 10 }, act));

  it('is one: of ten who begin its next workflow nine are too late', async () => {
    const refund = await madeRefund(database, await paidOne(database));
    const begun = await many(() => beginRun(tables, refund, until));
    expect(begun.filter(Boolean)).toHaveLength(1);
    expect(await refundNow(database, refund)).toEqual({ ...refund, run: 2, dueAt: until });
  });

  it('no longer is who had it before: he puts nothing off and renews nothing', async () => {
    const refund = await madeRefund(database, await paidOne(database));
    await beginRun(tables, refund, until);
    expect(await putOffRefund(tables, refund, '2027-01-01T00:00:00.000Z')).toBe(false);
    await renewRefund(tables, refund);
    expect(await refundNow(database, refund)).toEqual({ ...refund, run: 2, dueAt: until });
  });

  it('raises its generation by one, however often he says so of the same', async () => {
    const refund = await madeRefund(database, await paidOne(database));
    await many(() => renewRefund(tables, refund));
    const once = await refundNow(database, refund);
    expect(once.generation).toBe(1);
    await many(() => renewRefund(tables, once));
    expect((await refundNow(database, refund)).generation).toBe(2);
    await renewRefund(tables, once);
    expect((await refundNow(database, refund)).generation).toBe(2);
  });

  it('changes neither payment nor event by that', async () => {
    const payment = await paidOne(database);
    const refund = await madeRefund(database, payment);
    const before = await storedNow(database, payment);
    await putOffRefund(tables, refund, until);
    await renewRefund(tables, refund);
    await beginRun(tables, refund, until);
    expect(await storedNow(database, payment)).toEqual(before);
  });
});
