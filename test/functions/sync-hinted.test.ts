// The channel has hinted at news of a payment: it is asked even when the payment is final, since money may come late.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment } from '../../lib/domain/payment.ts';
import { paidFor } from '../domain/samples.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { ages, dueOne, says, type Asked, type Query, type Script } from './asked.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const hint = (one: Asked) => one.sync(undefined, true);
const otherMoney = (payment: Payment): Query => ({
  kind: 'ok',
  value: paidFor(payment, { gatewayTransactionId: `${payment.transactionId}-again` }),
});
const ended = (status: Payment['status'], script: Script, age = ages.over) =>
  dueOne(database, script, { status, age });

describe('a hint about a payment that is final', () => {
  it.each(['CLOSED', 'PAID_FAILED'] as const)(
    '%s: money that came late is found and goes back, once',
    async (status) => {
      const one = await ended(status, { query: [says.paid] });
      expect(await hint(one)).toMatchObject({ told: { kind: 'settled', as: 'anomaly' }, unheard: false });
      expect(await hint(one)).toMatchObject({ told: { kind: 'settled', as: 'unchanged' } });
      expect(await one.row()).toMatchObject({ status, anomaly: { kind: 'PAID_AFTER_CLOSE' } });
      const reason = 'anomaly_policy PAID_AFTER_CLOSE';
      expect((await one.events()).slice(-3)).toEqual([
        { name: 'payment.anomaly_found', reason: 'the channel hinted at news' },
        { name: 'refund.created', reason },
        { name: 'payment.anomaly_resolved', reason },
      ]);
    },
  );

  it('that is paid: the same money changes nothing, other money is a duplicate', async () => {
    const one = await dueOne(database, { query: [says.paid, says.paid, otherMoney] });
    await one.sync();
    const paid = await one.row();
    expect(await hint(one)).toMatchObject({ told: { as: 'unchanged', why: 'duplicate' } });
    expect(await one.row()).toEqual(paid);
    await hint(one);
    expect(await one.row()).toMatchObject({ status: 'PAID_SUCCESS', anomaly: { kind: 'DUPLICATE_PAID' } });
  });

  it.each([
    ['pending', says.state('pending')],
    ['not there', says.state('not_found')],
    ['closed', says.state('closed')],
    ['agreed to', says.approved],
  ])('and the channel says %s: nothing is closed, taken, written or put off', async (_, query) => {
    const one = await ended('CLOSED', { query: [query] });
    const before = await one.row();
    expect(await hint(one)).toMatchObject({ kind: 'asked', overdue: false, unheard: false });
    expect([await one.row(), one.calls]).toEqual([before, ['query']]);
  });

  it('and the channel does not say: the message is to come again, and nothing is written', async () => {
    const one = await ended('CLOSED', { query: [says.unknown('timeout'), says.paid] });
    const before = await one.row();
    expect(await hint(one)).toMatchObject({ told: { kind: 'unknown' }, overdue: false, unheard: true });
    expect(await one.row()).toEqual(before);
    await hint(one);
    expect(await one.row()).toHaveProperty('anomaly.kind', 'PAID_AFTER_CLOSE');
  });

  it('is needed for that: no other message asks for it', async () => {
    const one = await ended('CLOSED', {});
    for (const returned of [undefined, true] as const)
      expect(await one.sync(returned)).toEqual({ kind: 'nothing_due' });
  });
});

it('a hint about an open payment that the channel does not answer waits for its next turn', async () => {
  const one = await dueOne(database, { query: [says.unknown('timeout')] });
  expect(await hint(one)).toMatchObject({ told: { kind: 'unknown' }, unheard: false });
  expect(await one.row()).toMatchObject({ unanswered: 1 });
});
