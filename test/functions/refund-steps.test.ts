import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { RefundSnapshot } from '../../lib/domain/refund.ts';
import { beginRun } from '../../lib/store/refund-work.ts';
import { say, succeeded } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { refundOne, says, type Script } from './refunding.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const of = (script: Script) => refundOne(database, script);
const until = '2026-11-22T09:00:00.000Z';
const day = 86_400_000;

describe('sending a refund', () => {
  it('says first that it is sent, and sends all that the channel must know', async () => {
    const seen: unknown[] = [];
    const one = await of({
      refund: [
        async (refund) => {
          seen.push((await one.now()).refund);
          return says.state('processing')(refund);
        },
      ],
    });
    expect(await one.step()).toMatchObject({ next: 'query', waitSeconds: 10 });
    expect(seen).toMatchObject([{ status: 'PROCESSING', submittedAt: one.refund.createdAt }]);
    const { payment, refund, orders } = one;
    expect(orders).toEqual([
      {
        ...{ refundId: refund.refundId, transactionId: payment.transactionId, currency: 'CNY' },
        ...{ gatewayTransactionId: payment.gatewayTransactionId },
        ...{ amount: refund.amountRequested, total: payment.amountPaid },
        callbackUrl: 'https://pay.example.com/refunds/callbacks/ALIPAY',
      },
    ]);
  });

  it.each([
    ['success ends it', says.state('succeeded'), 'SUCCESS'],
    ['a refusal that nobody can mend ends it', says.refused, 'FAILED'],
    ['failure by the channel’s word ends it', says.failed, 'FAILED'],
  ])('%s', async (_, answer, status) => {
    const one = await of({ refund: [answer] });
    expect(await one.step()).toMatchObject({ next: 'end', refund: { status } });
    expect((await one.now()).payment.amountReserved).toEqual({ minor: 0, currency: 'CNY' });
    expect(await one.step()).toEqual({ next: 'end', waitSeconds: 0 });
    expect(one.orders).toHaveLength(1);
  });

  it('a second time, after it broke off, says when it was sent first', async () => {
    const broken = () => Promise.reject(new Error('the process died'));
    const one = await of({ refund: [broken, says.state('processing')] });
    await expect(one.step()).rejects.toThrow('the process died');
    one.clock.time += 60_000;
    await one.step();
    const [first, second] = one.orders;
    expect(first?.submittedAt).toBeUndefined();
    expect(second).toEqual({ ...first, submittedAt: one.refund.createdAt });
  });

  it('by two workflows of one run at once makes one submission and one refund', async () => {
    const one = await of({ refund: [says.state('succeeded')] });
    const stepped = await Promise.all([one.step(), one.step()]);
    expect(stepped.map(({ next }) => next)).toContain('end');
    const { refund, payment } = await one.now();
    expect(refund.status).toBe('SUCCESS');
    expect(payment).toMatchObject({ amountRefunded: { minor: 300 }, amountReserved: { minor: 0 } });
    expect(one.orders.filter(({ submittedAt }) => submittedAt === undefined).length).toBeLessThanOrEqual(1);
  });

  it('is not done by a workflow whose run is over', async () => {
    const one = await of({});
    await beginRun(database.tables(), one.refund, until);
    expect(await one.step('submit', 1)).toEqual({ next: 'end', waitSeconds: 0 });
    expect(await one.step('query', 3)).toEqual({ next: 'end', waitSeconds: 0 });
    expect(one.orders).toEqual([]);
  });

  it('refused while a callback brings that it went leaves it as it went', async () => {
    const one = await of({
      refund: [
        async (refund) => {
          await say(database, succeeded(refund));
          return says.refused();
        },
      ],
    });
    expect(await one.step()).toMatchObject({ next: 'end', refund: { status: 'SUCCESS' } });
    expect((await one.now()).payment.amountRefunded).toEqual({ minor: 300, currency: 'CNY' });
  });
});

describe('a generation', () => {
  const later = { kind: 'retry_later', channelCode: 'STORED', message: '' } as const;

  it('rises only where the provider’s stored error must be got round', async () => {
    const one = await of({
      refund: [() => later, says.timeout, () => ({ ...later, renew: true }), says.state('processing')],
    });
    for (const generation of [undefined, undefined, 1]) {
      await one.step();
      expect((await one.now()).refund.generation).toBe(generation);
    }
    await one.step();
    expect(one.orders.map(({ generation }) => generation)).toEqual([undefined, undefined, undefined, 1]);
  });

  it('rises once by two that hear the same', async () => {
    const one = await of({ refund: [() => ({ ...later, renew: true })] });
    await one.step();
    expect((await one.now()).refund.generation).toBe(1);
    await Promise.all([one.step(), one.step()]);
    expect((await one.now()).refund.generation).toBeLessThanOrEqual(3);
  });
});

describe('asking what became of it', () => {
  const sent = async (script: Script) => {
    const one = await of({ refund: [says.state('processing')], ...script });
    await one.step();
    return one;
  };

  it('asks by our number, and ends with the channel’s word', async () => {
    const one = await sent({ query: [says.state('processing'), says.state('succeeded')] });
    expect(await one.step('query')).toMatchObject({ next: 'query' });
    expect(await one.step('query')).toMatchObject({ next: 'end', refund: { status: 'SUCCESS' } });
    expect(one.queries[0]).toMatchObject({ refundId: one.refund.refundId });
  });

  it('sends it again when the channel provably has none, or does not answer for it', async () => {
    const one = await sent({ query: [says.none, says.timeout] });
    expect(await one.step('query')).toMatchObject({ next: 'submit' });
    expect(await one.step('query')).toMatchObject({ next: 'submit' });
    expect((await one.now()).refund.status).toBe('PROCESSING');
  });

  it('sends again what may have failed, for as long as only a repeat would say so', async () => {
    const one = await sent({ query: [says.inconclusive] });
    for (let i = 0; i < 3; i++) {
      expect(await one.step('query')).toMatchObject({ next: 'submit', told: { kind: 'settled' } });
      expect(await one.step('submit')).toMatchObject({ next: 'query', told: { kind: 'settled' } });
    }
    expect((await one.now()).refund.status).toBe('PROCESSING');
    expect(one.orders).toHaveLength(4);
  });

  it('goes on for as long as it takes; after thirty days somebody is called, and nothing fails', async () => {
    const one = await sent({ query: [says.state('processing')] });
    let steps = 0;
    let last = await one.step('query');
    for (; one.clock.time < Date.parse(one.refund.createdAt) + 30 * day; steps++) {
      expect(last.overdue).toBeUndefined();
      expect(last.next).toBe('query');
      one.clock.time += last.waitSeconds * 1_000;
      last = await one.step('query');
    }
    expect(steps).toBeLessThan(120);
    one.clock.time += 1;
    expect(await one.step('query')).toMatchObject({ overdue: true, next: 'query', waitSeconds: 86_400 });
    const { refund, payment } = await one.now();
    expect(refund.status).toBe('PROCESSING');
    expect(payment.amountReserved).toEqual({ minor: 300, currency: 'CNY' });
  });

  it('says when somebody else is to look for it, ten minutes after its next step', async () => {
    const one = await sent({});
    const [woken] = [one.clock.now() + 10_000];
    expect((await one.now()).refund.dueAt).toBe(new Date(woken + 600_000).toISOString());
  });
});

describe('what a person must mend', () => {
  const needs = (code: 'insufficient_balance' | 'misconfigured') =>
    ({ kind: 'declined', code, channelCode: 'X', message: '' }) as const;

  it.each(['insufficient_balance', 'misconfigured'] as const)(
    '%s is sent again, under the same number',
    async (code) => {
      const one = await of({ refund: [() => needs(code), says.state('succeeded')] });
      expect(await one.step()).toMatchObject({ next: 'submit', refund: { needsAction: { reason: code } } });
      expect(await one.step()).toMatchObject({ next: 'end', refund: { status: 'SUCCESS' } });
      expect(new Set(one.orders.map(({ refundId }) => refundId)).size).toBe(1);
      expect((await one.now()).refund.needsAction).toBeUndefined();
    },
  );

  it('what went astray is only asked for', async () => {
    const astray = { state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' };
    const word = (refund: Parameters<typeof succeeded>[0]) => ({
      ...{ kind: 'ok' as const, value: succeeded(refund, astray as Partial<RefundSnapshot>) },
    });
    const one = await of({ refund: [word] });
    expect(await one.step()).toMatchObject({
      next: 'query',
      refund: { needsAction: { reason: 'abnormal' } },
    });
  });
});

describe('a channel', () => {
  it('that cannot be connected is waited for, and nothing is said to be sent', async () => {
    const one = await of({ connect: new PaymentError('CHANNEL_MISCONFIGURED') });
    expect(await one.step()).toMatchObject({ next: 'submit', waitSeconds: 300 });
    const { refund } = await one.now();
    expect(refund).toMatchObject({ status: 'PENDING', run: 1 });
    expect(refund.submittedAt).toBeUndefined();
  });

  it('whose configuration cannot be read just now is tried again by the workflow', async () => {
    const one = await of({ connect: new Error('the store does not answer') });
    await expect(one.step()).rejects.toThrow('the store does not answer');
  });

  it('that is another account now is told so, and hears nothing of it', async () => {
    const one = await of({ payee: { merchantId: '2088000000000000', appId: '2021000000000001' } });
    for (let i = 0; i < 2; i++)
      expect(await one.step()).toMatchObject({
        next: 'submit',
        refund: { needsAction: { reason: 'misconfigured' } },
      });
    expect(one.orders).toEqual([]);
    expect((await one.now()).payment.amountReserved).toEqual({ minor: 300, currency: 'CNY' });
  });

  it('that is switched off still gives back what it took', async () => {
    const one = await of({ row: { isActive: false }, refund: [says.state('succeeded')] });
    expect(await one.step()).toMatchObject({ refund: { status: 'SUCCESS' } });
  });
});
