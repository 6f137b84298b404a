// A payer has agreed, and the money is ours to take: once, written down before, and never after somebody wants it closed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maximumDeclines } from '../../lib/flows/capture.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { DeclineCode } from '../../lib/gateways/gateway.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { ages, dueOne, says, type Query, type Script } from './asked.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const order = { gatewayOrderId: 'order-1' };
const due = (script: Script, payment: Parameters<typeof dueOne>[2] = {}) =>
  dueOne(database, { query: [says.approved], ...script }, { ...order, ...payment });

const declined =
  (code: DeclineCode, channelCode = 'X') =>
  (): Query => ({ kind: 'declined', code, channelCode, message: '' });
const refusedMeans = declined('payer_refused', 'INSTRUMENT_DECLINED');
const names = (events: readonly { name: string }[]) => events.map(({ name }) => name).slice(2);

describe('what the payer agreed to', () => {
  it('is taken, and was written down before', async () => {
    const seen: (Payment | undefined)[] = [];
    const asked = await due({
      capture: [
        async (payment) => {
          seen.push(await asked.row());
          return says.paid(payment);
        },
      ],
    });
    await asked.sync();
    expect(seen).toMatchObject([{ status: 'PENDING_PAYMENT', captureBegunAt: expect.any(String) }]);
    expect(asked.calls).toEqual(['query', 'capture']);
    expect(names(await asked.events())).toEqual(['payment.capture_begun', 'payment.paid']);
    expect(await asked.row()).toMatchObject({ status: 'PAID_SUCCESS', version: 4 });
  });

  it('is under review at the channel: pending, and asked for until it is paid', async () => {
    const asked = await due({ capture: [says.state('pending')], query: [says.approved, says.paid] });
    await asked.sync();
    await asked.sync();
    expect(asked.calls).toEqual(['query', 'capture', 'query']);
    expect((await asked.row()).status).toBe('PAID_SUCCESS');
  });

  it.each([
    ['a lost answer', says.unknown('timeout')],
    ['an answer that puts it off', says.later],
  ])('is asked for again under the same begin, after %s', async (_, first) => {
    const asked = await due({ capture: [first, says.paid] });
    await asked.sync();
    // Put off as any question without an answer is.
    expect(await asked.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 3, unanswered: 1 });
    await asked.sync();
    expect(names(await asked.events())).toEqual(['payment.capture_begun', 'payment.paid']);
    expect(asked.calls).toEqual(['query', 'capture', 'query', 'capture']);
  });

  it('was taken by an earlier call: the query adopts it', async () => {
    const asked = await due({ capture: [declined('already_paid')], query: [says.approved, says.paid] });
    await asked.sync();
    await asked.sync();
    expect((await asked.row()).status).toBe('PAID_SUCCESS');
  });

  it('is refused because its number was paid before: nobody knows by which call, and it stays open', async () => {
    const again = declined('duplicate_order', 'DUPLICATE_INVOICE_ID');
    const asked = await due({ capture: [again], query: [says.approved, says.approved, says.paid] });
    for (let times = 1; times <= 2; times++)
      expect(await asked.sync()).toMatchObject({
        told: { kind: 'unknown', channelCode: 'DUPLICATE_INVOICE_ID', cause: undefined },
      });
    expect(await asked.row()).toMatchObject({ status: 'PENDING_PAYMENT', captures: 1, version: 3 });
    expect(await asked.row()).not.toHaveProperty('captureDeclines');
    await asked.sync();
    expect((await asked.row()).status).toBe('PAID_SUCCESS');
  });

  it('is refused because the channel is configured wrongly: operators are told, and it is taken later', async () => {
    const shut = declined('misconfigured', 'PERMISSION_DENIED');
    const asked = await due({ capture: [shut, says.paid] });
    expect(await asked.sync()).toMatchObject({
      told: {
        ...{ kind: 'unknown', channelCode: 'PERMISSION_DENIED' },
        cause: { code: 'CHANNEL_MISCONFIGURED', cause: new Error('PERMISSION_DENIED: ') },
      },
    });
    expect(await asked.row()).toMatchObject({ status: 'PENDING_PAYMENT', version: 3 });
    await asked.sync();
    expect(names(await asked.events())).toEqual(['payment.capture_begun', 'payment.paid']);
  });

  it('is refused for good: failed', async () => {
    const asked = await due({ capture: [declined('refused', 'TRANSACTION_REFUSED')] });
    await asked.sync();
    expect(await asked.row()).toMatchObject({
      ...{ status: 'PAID_FAILED', errorCode: 'CHANNEL_DECLINED', channelErrorCode: 'TRANSACTION_REFUSED' },
    });
  });

  it('is refused: written down, and the payer may choose another means', async () => {
    const asked = await due({ capture: [refusedMeans, says.paid] });
    await asked.sync();
    expect(await asked.row()).toMatchObject({
      ...{ status: 'PENDING_PAYMENT', captures: 1, captureDeclines: 1, unanswered: 0 },
    });
    await asked.sync(undefined, true);
    expect(names(await asked.events())).toEqual([
      'payment.capture_begun',
      'payment.capture_declined',
      'payment.capture_begun',
      'payment.paid',
    ]);
  });

  it.each([
    ['the payer is back', [true, undefined]],
    ['the channel hints at news', [undefined, true]],
  ] as const)('was refused: not taken again by itself, but when %s', async (_, prompt) => {
    const asked = await due({ capture: [refusedMeans, refusedMeans, says.unknown('timeout'), says.paid] });
    const captures = () => asked.calls.filter((call) => call === 'capture').length;
    await asked.sync();
    for (let times = 1; times <= maximumDeclines; times++)
      expect(await asked.sync()).toMatchObject({ told: { kind: 'open', state: 'approved' } });
    expect(captures()).toBe(1);
    await asked.sync(...prompt);
    expect(await asked.row()).toMatchObject({ status: 'PENDING_PAYMENT', captures: 2, captureDeclines: 2 });
    await asked.sync();
    asked.clock.time += 5_000;
    await asked.sync(...prompt);
    expect(captures()).toBe(3);
    // What was begun, and is not known, is asked for under the same begin.
    await asked.sync();
    expect([captures(), (await asked.row()).status]).toEqual([4, 'PAID_SUCCESS']);
  });

  it('was refused, and no other means was chosen in time: closed', async () => {
    const refused = { captures: 1, captureDeclines: 1, age: ages.over };
    const asked = await due({ close: [() => ({ kind: 'ok', value: 'closed' })] }, refused);
    await asked.sync();
    expect((await asked.row()).status).toBe('CLOSED');
  });

  it('is refused once too often: failed', async () => {
    const asked = await due({ capture: [refusedMeans] });
    for (let n = 0; n < maximumDeclines; n++) await asked.sync(undefined, true);
    expect(await asked.row()).toMatchObject({
      status: 'PAID_FAILED',
      errorCode: 'CHANNEL_DECLINED',
      captureDeclines: maximumDeclines,
    });
    expect((await asked.sync()).kind).toBe('nothing_due');
  });
});

describe('nothing is taken', () => {
  it('once its time is over: it is closed', async () => {
    const asked = await due(
      { capture: [says.paid], close: [() => ({ kind: 'ok', value: 'closed' })] },
      { age: ages.over },
    );
    await asked.sync();
    expect(asked.calls).toEqual(['query', 'close']);
    expect((await asked.row()).status).toBe('CLOSED');
  });

  it('once somebody wants it closed', async () => {
    const asked = await due(
      { capture: [says.paid], close: [() => ({ kind: 'ok', value: 'closed' })] },
      { closeRequestedAt: '2026-11-22T00:00:01.000Z' },
    );
    await asked.sync();
    expect(asked.calls).toEqual(['query', 'close']);
  });
});

describe('what was begun', () => {
  it('is neither closed nor taken when its time is over: the channel has to say first', async () => {
    const begun = { captureBegunAt: '2026-11-22T00:00:30.000Z', captures: 1, age: ages.over };
    const asked = await due({ capture: [says.paid], query: [says.approved, says.state('closed')] }, begun);
    await asked.sync();
    expect([asked.calls, (await asked.row()).status]).toEqual([['query'], 'PENDING_PAYMENT']);
    await asked.sync();
    expect((await asked.row()).status).toBe('CLOSED');
  });

  it('is not closed because the channel does not show it any more: somebody is called in the end', async () => {
    const begun = { captureBegunAt: '2026-11-22T00:00:30.000Z', captures: 1, age: ages.overdue };
    const asked = await due({ query: [says.state('not_found')] }, begun);
    expect(await asked.sync()).toMatchObject({ told: { kind: 'open', state: 'pending' }, overdue: true });
    expect(await asked.row()).toMatchObject({ status: 'PENDING_PAYMENT', dueAt: expect.any(String) });
  });
});
