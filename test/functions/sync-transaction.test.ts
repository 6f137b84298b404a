// A payment that is due: whatever the channel answers, only its proved word changes what we hold.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { UnknownReason } from '../../lib/gateways/gateway.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { changePayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, at } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { ages, cause, dueOne, says, type Query, type Script } from './asked.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const due = (script: Script, payment: Parameters<typeof dueOne>[2] = {}, id?: TransactionId) =>
  dueOne(database, script, payment, id);

const reasons: Readonly<Record<UnknownReason, string>> = {
  timeout: 'a timeout',
  connection: 'a reset',
  http_status: 'a 500',
  unreadable: 'HTML',
  bad_signature: 'a bad signature',
  other_order: 'another order',
  unlisted_code: 'an unknown code',
  not_signed: 'our own key that could not be used',
};
const noAnswers: readonly (readonly [string, () => Query])[] = [
  ...Object.entries(reasons).map(([reason, name]) => [name, says.unknown(reason as UnknownReason)] as const),
  ['a refusal', says.refused],
  ['"later"', says.later],
];
const situations: readonly (readonly [string, Parameters<typeof dueOne>[2]])[] = [
  ['being made', { status: 'PENDING_CREATE' }],
  ['waiting for its payer', {}],
  ['whose time is over', { age: ages.over }],
  ['being made, whose time is over', { status: 'PENDING_CREATE', age: ages.over }],
  ['that is to be closed', { closeRequestedAt: '2026-11-22T08:01:00.000Z' }],
];

describe.each(situations)('a payment %s', (_, situation) => {
  it.each(noAnswers)('is unchanged by %s, and asked again later and later', async (__, answer) => {
    const one = await due({ query: [answer] }, situation);
    const told = await one.events();
    const waits: number[] = [];
    for (const unanswered of [1, 2, 3]) {
      expect(await one.sync()).toMatchObject({ kind: 'asked', told: { kind: 'unknown' }, overdue: false });
      const row = await one.row();
      expect(row).toEqual({ ...one.payment, unanswered, dueAt: row.dueAt });
      waits.push(Date.parse(row.dueAt ?? '') - one.clock.time);
    }
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits[2]).toBeGreaterThan(waits[0] ?? 0);
    expect(await one.events()).toEqual(told);
    expect(new Set(one.calls)).toEqual(new Set(['query']));
  });
});

const unasked = situations.filter(([, situation]) => situation?.closeRequestedAt === undefined);
it.each(unasked)(
  'a payment %s, whose money has come, is paid and asked for no more',
  async (_, situation) => {
    const one = await due({ query: [says.paid] }, { ...situation, unanswered: 4 });
    expect(await one.sync()).toMatchObject({ told: { kind: 'settled' }, overdue: false });
    const row = await one.row();
    expect(row).toMatchObject({ status: 'PAID_SUCCESS', paidAt: '2026-11-22T08:01:00.000Z' });
    expect([row.dueAt, row.unanswered]).toEqual([undefined, undefined]);
    expect(await one.sync()).toEqual({ kind: 'nothing_due' });
    expect(one.calls).toEqual(['query']);
  },
);

describe('a payment whose time is not over', () => {
  it.each(['not_found', 'pending'] as const)('and that is %s there is asked again', async (state) => {
    const one = await due({ query: [says.state(state)] }, { unanswered: 3 });
    expect(await one.sync()).toMatchObject({ told: { kind: 'open', state }, overdue: false });
    const row = await one.row();
    expect(row).toEqual({ ...one.payment, unanswered: 0, dueAt: row.dueAt });
    expect(Date.parse(row.dueAt ?? '')).toBeGreaterThan(one.clock.time);
    expect(one.calls).toEqual(['query']);
  });

  it('and that was closed there is closed', async () => {
    const one = await due({ query: [says.state('closed')] });
    await one.sync();
    expect(await one.row()).toMatchObject({ status: 'CLOSED', version: 3 });
    expect((await one.events()).at(-1)).toEqual({ name: 'payment.closed', reason: 'status sync' });
  });

  it('heals a callback that was lost: the order is paid', async () => {
    const one = await due({ query: [says.state('pending'), says.paid] });
    await one.sync();
    expect((await one.row()).status).toBe('PENDING_PAYMENT');
    await one.sync();
    expect((await one.row()).status).toBe('PAID_SUCCESS');
    expect((await getOrderLock(database.tables(), one.payment))?.paidBy).toBe(one.payment.transactionId);
  });

  it('and whose money is wrong is held, told as an anomaly, and asked for on: it is found once', async () => {
    const one = await due({ query: [says.less] });
    expect(await one.sync()).toMatchObject({ told: { kind: 'settled', as: 'anomaly', why: 'UNDERPAID' } });
    const row = await one.row();
    expect(row).toMatchObject({ status: 'PENDING_PAYMENT', anomaly: { kind: 'UNDERPAID' } });
    expect(Date.parse(row.dueAt ?? '')).toBeGreaterThan(one.clock.time);
    expect(await one.sync()).toMatchObject({ told: { kind: 'settled', as: 'unchanged' } });
    expect(await one.row()).toMatchObject({ version: row.version });
  });
});

describe('a payment whose time is over', () => {
  const over = { age: ages.over };
  it('and that the channel never knew is closed here', async () => {
    const one = await due({ query: [says.state('not_found')] }, over);
    await one.sync();
    expect(await one.row()).toMatchObject({
      status: 'CLOSED',
      closedAt: new Date(one.clock.time).toISOString(),
    });
    expect(one.calls).toEqual(['query']);
    expect((await one.events()).at(-1)?.reason).toBe('status sync: its time is over');
  });

  it('and that is pending there is closed there, then here', async () => {
    const one = await due(
      { query: [says.state('pending')], close: [() => ({ kind: 'ok', value: 'closed' })] },
      over,
    );
    await one.sync();
    expect(await one.row()).toMatchObject({ status: 'CLOSED' });
    expect(one.calls).toEqual(['query', 'close']);
  });

  it('and that was paid in the midst of our closing is paid', async () => {
    const one = await due({ query: [says.state('pending'), says.paid], close: [says.refused] }, over);
    await one.sync();
    expect(await one.row()).toMatchObject({ status: 'PAID_SUCCESS' });
    expect(one.calls).toEqual(['query', 'close', 'query']);
  });

  it.each([
    ['refuses to close, and calls pending still', says.refused],
    ['does not answer when it is to close', says.unknown('timeout')],
    ['puts off', says.later],
  ])('and that the channel %s stays as it is', async (_, close) => {
    const one = await due({ query: [says.state('pending')], close: [close] }, over);
    expect(await one.sync()).toMatchObject({ told: { kind: 'unknown' }, overdue: false });
    expect(await one.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 2, unanswered: 1 });
  });

  it('is overdue each time that it is asked for in vain beyond its limit', async () => {
    const one = await due({ query: [says.unknown('timeout')] }, { age: ages.overdue - 1 });
    expect(await one.sync()).toMatchObject({ overdue: false });
    one.clock.time += 1;
    for (let times = 1; times <= 3; times++) expect(await one.sync()).toMatchObject({ overdue: true });
    expect(await one.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 2, unanswered: 4 });
  });

  it('is not overdue once it is settled, however late', async () => {
    const one = await due({ query: [says.paid] }, { age: ages.overdue });
    expect(await one.sync()).toMatchObject({ overdue: false, payment: { status: 'PAID_SUCCESS' } });
  });
});

describe('a payment that is to be closed', () => {
  const wanted = { closeRequestedAt: '2026-11-22T08:01:20.000Z' };
  it('is closed there, then here', async () => {
    const one = await due(
      { query: [says.state('pending')], close: [() => ({ kind: 'ok', value: 'closed' })] },
      wanted,
    );
    await one.sync();
    expect(await one.row()).toMatchObject({ status: 'CLOSED' });
    expect((await one.events()).at(-1)?.reason).toBe('status sync: it is to be closed');
  });

  it('and whose money came after that is closed: the money goes back', async () => {
    const one = await due({ query: [says.paid] }, { closeRequestedAt: '2026-11-22T08:01:00.000Z' });
    expect(await one.sync()).toMatchObject({ told: { kind: 'settled', as: 'anomaly' } });
    const resolution = { action: 'refund', by: 'policy' };
    expect(await one.row()).toMatchObject({ status: 'CLOSED', anomaly: { resolution } });
  });

  it('and that the channel does not know yet waits for its end: a payer may still make it', async () => {
    const one = await due({ query: [says.state('not_found')] }, wanted);
    expect(await one.sync()).toMatchObject({ told: { kind: 'open', state: 'not_found' } });
    expect(await one.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    one.clock.time += ages.over;
    await one.sync();
    expect(await one.row()).toMatchObject({ status: 'CLOSED' });
  });
});

describe('without the channel', () => {
  it.each(['CHANNEL_MISCONFIGURED', 'GATEWAY_UNAVAILABLE', 'CHANNEL_UNKNOWN'] as const)(
    'because of %s, the payment is asked for again, and is overdue one day',
    async (code) => {
      const one = await due({ connect: new PaymentError(code) });
      expect(await one.sync()).toMatchObject({ told: { kind: 'unknown', reason: code }, overdue: false });
      expect(await one.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 2, unanswered: 1 });
      one.clock.time += 3 * 86_400_000;
      expect(await one.sync()).toMatchObject({ overdue: true });
    },
  );

  it('because the table of channels is down, the message comes again and nothing is put off', async () => {
    const one = await due({ connect: new Error('the store is down') });
    await expect(one.sync()).rejects.toThrow('the store is down');
    expect(await one.row()).toEqual(one.payment);
  });
});

describe('others at the same payment', () => {
  it('are not overwritten by a closing that was decided before they came', async () => {
    const meanwhile = async (payment: Payment): Promise<Query> => {
      const stored = await getPayment(database.tables(), payment.transactionId);
      if (!stored) throw new Error('gone');
      const wanted = { ...stored.payment, version: 3, closeRequestedAt: at };
      await changePayment(database.tables(), stored, wanted, cause);
      return says.state('closed')(payment);
    };
    const one = await due({ query: [meanwhile] }, { age: ages.over });
    expect(await one.sync()).toMatchObject({ told: { kind: 'overtaken' }, overdue: false });
    expect(await one.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 3, dueAt: at });
  });

  it('a message that comes twice at once makes one change', async () => {
    const one = await due({ query: [says.paid] });
    await Promise.all([one.sync(), one.sync(), one.sync()]);
    expect((await one.events()).map(({ name }) => name)).toEqual([
      'payment.created',
      'payment.pending',
      'payment.paid',
    ]);
  });

  it('a payment that nobody asks for, or that is not there, is not asked for', async () => {
    const one = await due({}, { dueAt: undefined as never });
    expect(await one.sync()).toEqual({ kind: 'nothing_due' });
    const nobody = await due({}, {}, aPayment().transactionId);
    expect(await nobody.sync()).toEqual({ kind: 'nothing_due' });
    expect(one.calls).toEqual([]);
  });
});
