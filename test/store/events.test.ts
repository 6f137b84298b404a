import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment } from '../../lib/domain/payment.ts';
import { eventHash, listEvents, paymentEvent, type PaymentEvent } from '../../lib/store/events.ts';
import { changePayment, createPayment, getPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { aRefund } from '../domain/refund-samples.ts';
import { aPayment, at } from '../domain/samples.ts';
import { startDatabase, type Database } from './database.ts';

let database: Database;
let tables: Tables;
beforeAll(async () => {
  database = await startDatabase();
  tables = database.tables();
});
afterAll(() => database.stop());

const cause = { actor: 'channel:ALIPAY', reason: 'a test' };

/** A payment that was made, became payable, and met an anomaly: three events. */
async function story(): Promise<{ payment: Payment; events: PaymentEvent[]; lastEventHash: string }> {
  const made = aPayment({ metadata: { table: '7' }, userId: 'u1' });
  const first = (await createPayment(tables, made, cause, undefined, 0)) ?? '';
  const pending: Payment = {
    ...made,
    status: 'PENDING_PAYMENT',
    version: 2,
    updatedAt: '2026-11-22T08:00:01.000Z',
  };
  await changePayment(tables, { payment: made, lastEventHash: first }, pending, cause);
  const stored = await getPayment(tables, made.transactionId);
  if (!stored) throw new Error('not stored');
  const amount = { minor: 1, currency: 'CNY' } as const;
  const anomaly = {
    kind: 'UNDERPAID',
    foundAt: at,
    paidAt: '2026-11-22T08:00:00.000Z',
    amount,
    gatewayTransactionId: 'gw',
  } as const;
  await changePayment(tables, stored, { ...pending, version: 3, anomaly }, cause);
  const last = await getPayment(tables, made.transactionId);
  if (!last) throw new Error('not stored');
  return { ...last, events: await listEvents(tables, made.transactionId) };
}

/** Every row holds its own hash and the hash of the row before; the payment holds the last. */
function holds(events: readonly PaymentEvent[], lastEventHash: string): boolean {
  const linked = events.every(
    ({ hash, ...told }, n) =>
      told.version === n + 1 && told.previousHash === (events[n - 1]?.hash ?? '') && hash === eventHash(told),
  );
  return linked && events.at(-1)?.hash === lastEventHash;
}

describe('the chain of a payment’s events', () => {
  it('holds as it comes back from the table', async () => {
    const { events, lastEventHash } = await story();
    expect(events.map(({ name }) => name)).toEqual([
      'payment.created',
      'payment.pending',
      'payment.anomaly_found',
    ]);
    expect(holds(events, lastEventHash)).toBe(true);
  });

  it('breaks by any change of any field of any row', async () => {
    const { events, lastEventHash } = await story();
    const tried = events.flatMap((event, n) =>
      Object.keys(event).map((field) => {
        const edited = events.map((each, m) => (m === n ? { ...each, [field]: 'edited' } : each));
        return holds(edited, lastEventHash);
      }),
    );
    expect(tried).toHaveLength(30);
    expect(tried).not.toContain(true);
  });

  it('breaks by a fact changed inside, a row taken out, put in or swapped', async () => {
    const { events, lastEventHash } = await story();
    const [first, second, third] = events as [PaymentEvent, PaymentEvent, PaymentEvent];
    const cheaper = {
      ...second,
      after: { ...second.after, amountRequested: { minor: 1, currency: 'CNY' as const } },
    };
    for (const changed of [
      [first, cheaper, third],
      [first, { ...cheaper, hash: eventHash(cheaper) }, third],
      [first, third],
      [first, second],
      [second, third],
      [first, third, second],
      [first, second, second, third],
    ])
      expect(holds(changed, lastEventHash)).toBe(false);
  });

  it('breaks by an edit in the table itself', async () => {
    const { payment, lastEventHash } = await story();
    await tables.client.send(
      new UpdateCommand({
        TableName: 'events',
        Key: { pk: payment.transactionId, sk: '0000000002' },
        UpdateExpression: 'SET reason = :other',
        ExpressionAttributeValues: { ':other': 'nothing happened' },
      }),
    );
    expect(holds(await listEvents(tables, payment.transactionId), lastEventHash)).toBe(false);
  });
});

describe('an event', () => {
  it('tells what changed, as it was before, and all facts since', async () => {
    const { events, payment } = await story();
    expect(events[0]).toMatchObject({ before: {}, previousHash: '', version: 1, ...cause });
    expect(events[1]?.before).toEqual({ status: 'PENDING_CREATE', version: 1, updatedAt: at });
    expect(events[2]?.before).toEqual({ version: 2, anomaly: null });
    expect(events[2]?.after).toEqual(payment);
  });

  it('tells what went away, of the payment and of its refund', () => {
    const payment = aPayment();
    const refund = aRefund(payment, {
      status: 'PROCESSING',
      needsAction: { reason: 'insufficient_balance', since: at },
      channelErrorCode: 'NOT_ENOUGH',
    });
    const { needsAction, channelErrorCode, ...healed } = refund;
    const event = paymentEvent(
      {
        ...{ name: 'refund.succeeded', cause, before: { ...payment, paymentInstrument: 'CARD' } },
        ...{ after: payment, refund: { before: refund, after: { ...healed, status: 'SUCCESS' } } },
      },
      'h',
    );
    expect(event.before).toEqual({ paymentInstrument: 'CARD' });
    expect(event.refund?.before).toEqual({ status: 'PROCESSING', needsAction, channelErrorCode });
  });
});
