// The same order asked for again when the time of its earlier payment is over.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listEvents } from '../../lib/store/events.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { qr, type Script } from './channel.ts';
import { codeOf, lost, notFound, shopOf } from './shop.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const shop = (script: Script) => shopOf(database, script);

describe('a payment whose time is over', () => {
  const afterwards = 900_000 + 60_001;
  const closedNow: typeof notFound = ({ transactionId }) => ({
    kind: 'ok',
    value: { state: 'closed', transactionId },
  });

  it.each([
    ['is unknown to the gateway', notFound],
    ['is closed there', closedNow],
  ])('and that %s gives way to a new one, also for another amount', async (_, told) => {
    const { ask, calls, clock } = shop({ prepay: [() => qr, () => qr], query: [told] });
    const first = await ask();
    clock.time += afterwards;
    const second = await ask({ amount: '9.00' });
    expect(second).toMatchObject({ kind: 'created', payment: { status: 'PENDING_PAYMENT' } });
    expect(second.payment.transactionId).not.toBe(first.payment.transactionId);
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
    const events = await listEvents(database.tables(), first.payment.transactionId);
    expect(events.map(({ name }) => name)).toEqual(['payment.created', 'payment.pending', 'payment.closed']);
  });

  it('stays the live one to its last moment, and then holds its order while a payment may be under way', async () => {
    const { ask, calls, clock } = shop({ prepay: [() => qr], query: [notFound] });
    await ask();
    clock.time += 900_000;
    expect((await ask()).kind).toBe('live');
    expect(calls).toEqual(['prepay']);
    clock.time += 60_000;
    expect(await codeOf(ask())).toBe('STATE_CONFLICT');
    expect(calls).toEqual(['prepay', 'query']);
  });

  it('and that waits at the gateway is closed there first', async () => {
    const { ask, calls, clock } = shop({
      prepay: [() => qr],
      query: [({ transactionId }) => ({ kind: 'ok', value: { state: 'pending', transactionId } })],
      close: [() => ({ kind: 'ok', value: 'closed' })],
    });
    const first = await ask();
    clock.time += afterwards;
    expect((await ask({ amount: '9.00' })).payment.transactionId).not.toBe(first.payment.transactionId);
    expect(calls).toEqual(['prepay', 'query', 'close', 'prepay']);
  });

  it.each([
    ['it cannot be closed there', { kind: 'ok', value: { state: 'pending' } }, ['query', 'close', 'query']],
    ['nobody can say', { kind: 'unknown', reason: 'timeout' }, ['query']],
    ['the question is put off', { kind: 'retry_later', channelCode: 'busy', message: '' }, ['query']],
  ] as const)('holds its order while %s', async (_, answer, asked) => {
    const { ask, calls, clock } = shop({
      prepay: [() => qr],
      query: [
        ({ transactionId }) =>
          answer.kind === 'ok' ? { kind: 'ok', value: { ...answer.value, transactionId } } : answer,
      ],
      close: [() => ({ kind: 'declined', code: 'refused', channelCode: 'ACQ.X', message: '' })],
    });
    await ask();
    clock.time += afterwards;
    expect(await codeOf(ask())).toBe('STATE_CONFLICT');
    expect(calls).toEqual(['prepay', ...asked]);
  });

  it('in its last minute is not opened any more, if it never was: its channel would not take the time', async () => {
    const { ask, calls, clock } = shop({ prepay: [lost, () => qr], query: [notFound] });
    await ask();
    clock.time += 900_000 - 59_000;
    expect(await codeOf(ask())).toBe('STATE_CONFLICT');
    expect(calls).toEqual(['prepay', 'query']);
    clock.time += 59_000 + 60_001;
    expect((await ask()).kind).toBe('created');
  });

  it('and that never got its code is not sent again with a time that is past', async () => {
    const { ask, calls, clock, prepays } = shop({ prepay: [lost, () => qr], query: [notFound] });
    const first = await ask();
    clock.time += afterwards;
    expect((await ask()).payment.transactionId).not.toBe(first.payment.transactionId);
    expect(calls).toEqual(['prepay', 'query', 'prepay']);
    expect(prepays[1]?.transactionId).not.toBe(first.payment.transactionId);
  });
});
