import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment } from '../../lib/domain/payment.ts';
import { keepCallback, keepCallbackAlone, type KeptCallback } from '../../lib/store/callbacks.ts';
import { listEvents } from '../../lib/store/events.ts';
import { getOrderLock, leaseCreation } from '../../lib/store/locks.ts';
import { changePayment, createPayment, getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import { documentClient, type Tables } from '../../lib/store/table.ts';
import { anomaly } from '../../lib/domain/settlement.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { startDatabase, type Database } from './database.ts';
import { loseAnswers } from './faults.ts';

let database: Database;
let tables: Tables;
beforeAll(async () => {
  database = await startDatabase();
  tables = database.tables();
});
afterAll(() => database.stop());

const cause = { actor: 'shop', reason: 'asked to collect' };
const until = Date.parse(at) + 25_000;

async function create(changes: Partial<Payment> = {}): Promise<StoredPayment> {
  const payment = aPayment(changes);
  const lastEventHash = await createPayment(tables, payment, cause, undefined, until);
  return { payment, lastEventHash: lastEventHash ?? '' };
}

function next({ payment }: StoredPayment, changes: Partial<Payment>): Payment {
  return { ...payment, version: payment.version + 1, ...changes };
}

function callbackOf({ payment }: StoredPayment, digest = 'd'.repeat(64)): KeptCallback {
  const { transactionId } = payment;
  return { transactionId, digest, receivedAt: at, keyVersion: 'k1', headers: {}, bodyBase64: 'YQ==' };
}

async function collection(pk: string) {
  const { Items = [] } = await tables.client.send(
    new QueryCommand({
      TableName: 'payments',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    }),
  );
  return Items;
}

describe('making a payment', () => {
  it('succeeds once among fifty for one order', async () => {
    const rivals = Array.from({ length: 50 }, () => aPayment({ businessOrderId: 'fifty' }));
    const made = await Promise.all(
      rivals.map((each) => createPayment(tables, each, cause, undefined, until)),
    );
    const winners = rivals.filter((_, n) => made[n] !== undefined);
    expect(winners).toHaveLength(1);
    const lock = await getOrderLock(tables, winners[0] ?? aPayment());
    expect(lock).toMatchObject({ live: winners[0]?.transactionId, all: [winners[0]?.transactionId] });
    const stored = await Promise.all(rivals.map((each) => getPayment(tables, each.transactionId)));
    expect(stored.filter(Boolean)).toHaveLength(1);
  });

  it('is told as done when only its answer was lost', async () => {
    const client = database.client();
    loseAnswers(client, 1);
    const payment = aPayment();
    const lossy = { ...tables, client: documentClient(client) };
    expect(await createPayment(lossy, payment, cause, undefined, until)).toMatch(/^[0-9a-f]{64}$/);
    expect(await listEvents(tables, payment.transactionId)).toHaveLength(1);
  });

  it('gives back every fact as it was written', async () => {
    const { payment, lastEventHash } = await create({
      userId: 'u1',
      metadata: { a: '1' },
      subject: '茶 & = %\n🍵',
    });
    expect(await getPayment(tables, payment.transactionId)).toEqual({ payment, lastEventHash });
  });

  it('takes an order over only while the payment before is as final as it was read', async () => {
    const first = await create();
    const closed = next(first, { status: 'CLOSED', closedAt: at });
    await changePayment(tables, first, closed, cause);
    const held = await getOrderLock(tables, closed);
    if (!held) throw new Error('no lock');
    const wanted = aPayment({ businessOrderId: closed.businessOrderId });
    const as = (payment: typeof closed) => ({ held, stored: { payment, lastEventHash: '' } });
    const stale = as({ ...closed, version: 1 });
    expect(await createPayment(tables, wanted, cause, stale, until)).toBeUndefined();
    expect(await createPayment(tables, wanted, cause, as(closed), until)).toBeDefined();
    const again = aPayment({ businessOrderId: closed.businessOrderId });
    expect(await createPayment(tables, again, cause, as(closed), until)).toBeUndefined();
    expect((await getOrderLock(tables, closed))?.all).toEqual([closed.transactionId, wanted.transactionId]);
  });

  it('is finished by one only, when many find it stuck in the same millisecond', async () => {
    const { payment } = await create();
    const held = await getOrderLock(tables, payment);
    if (!held) throw new Error('no lock');
    const ours = Array.from({ length: 10 }, () =>
      leaseCreation(tables, payment, { from: held.creatingUntil, until: until + 25_000, now: until }),
    );
    expect((await Promise.all(ours)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps orders apart that differ in application, type or case', async () => {
    const order = { businessOrderId: 'Apart-1' };
    const others = [
      {},
      { application: 'other' },
      { businessOrderType: 'b2b' },
      { businessOrderId: 'apart-1' },
    ];
    const made = [];
    for (const other of others) made.push((await create({ ...order, ...other })).lastEventHash);
    expect(made.every(Boolean)).toBe(true);
  });
});

describe('changing a payment', () => {
  it('raises the version by one, with exactly one event', async () => {
    const stored = await create();
    const after = next(stored, {
      status: 'PENDING_PAYMENT',
      prepayInfo: { kind: 'qr_code', qr_code: 'https://q' },
    });
    expect(await changePayment(tables, stored, after, cause)).toBe('changed');
    const events = await listEvents(tables, after.transactionId);
    expect(events.map(({ version, name }) => [version, name])).toEqual([
      [1, 'payment.created'],
      [2, 'payment.pending'],
    ]);
    const now = await getPayment(tables, after.transactionId);
    expect(now).toEqual({ payment: after, lastEventHash: events[1]?.hash });
    expect(JSON.stringify(events)).not.toContain('https://q');
  });

  it('happens once among twenty that read the same version', async () => {
    const stored = await create();
    const ways = Array.from({ length: 20 }, (_, n) =>
      changePayment(tables, stored, next(stored, { status: 'CLOSED', closedAt: at }), {
        ...cause,
        actor: `a${n}`,
      }),
    );
    const changed = await Promise.all(ways);
    expect(changed.filter((each) => each === 'changed')).toHaveLength(1);
    expect(changed.filter((each) => each === 'moved_meanwhile')).toHaveLength(19);
    expect(await listEvents(tables, stored.payment.transactionId)).toHaveLength(2);
  });

  it('refuses a way that the table lacks, before anything is written', async () => {
    const stored = await create();
    const after = next(stored, { status: 'REFUND_FULL' });
    await expect(changePayment(tables, stored, after, cause)).rejects.toThrow('no way from PENDING_CREATE');
    expect(await getPayment(tables, after.transactionId)).toEqual(stored);
  });

  it('says who stood in the way', async () => {
    const gatewayId = { channelCode: 'ALIPAY', gatewayTransactionId: 'gw-named' };
    const first = await create();
    const paid = next(first, { status: 'PAID_SUCCESS' });
    const order = { pays: true } as const;
    const beside = { gatewayId, order, callback: keepCallback(tables, callbackOf(first)) };
    expect(await changePayment(tables, first, paid, cause, beside)).toBe('changed');
    expect(await changePayment(tables, first, paid, cause, beside)).toBe('moved_meanwhile');

    const other = await create();
    const otherPaid = next(other, { status: 'PAID_SUCCESS' });
    expect(await changePayment(tables, other, otherPaid, cause, { gatewayId })).toBe('gateway_id_taken');
    await keepCallbackAlone(tables, callbackOf(other));
    const again = { callback: keepCallback(tables, callbackOf(other)) };
    expect(await changePayment(tables, other, otherPaid, cause, again)).toBe('callback_known');

    const sibling = {
      ...(await create()),
      payment: { ...other.payment, businessOrderId: first.payment.businessOrderId },
    };
    const siblingPaid = next(sibling, { status: 'PAID_SUCCESS' });
    expect(await changePayment(tables, sibling, siblingPaid, cause, { order })).toBe(
      'order_stands_otherwise',
    );
    const held = next(sibling, { anomaly: anomaly('PAID_AFTER_CLOSE', paidFor(sibling.payment), at) });
    const late = { order: { review: 'begins', unlessPaidByOther: true } } as const;
    expect(await changePayment(tables, sibling, held, cause, late)).toBe('order_stands_otherwise');
    expect(await getPayment(tables, other.payment.transactionId)).toEqual(other);
  });
});

describe('a raw callback', () => {
  it('is kept once with its payment, and ends after 180 days', async () => {
    const { payment } = await create();
    const callback = callbackOf({ payment, lastEventHash: '' });
    expect(await keepCallbackAlone(tables, callback)).toBe(true);
    expect(await keepCallbackAlone(tables, { ...callback, bodyBase64: 'Yg==' })).toBe(false);
    const kept = (await collection(payment.transactionId)).filter(({ sk }) =>
      String(sk).startsWith('CALLBACK#'),
    );
    expect(kept).toEqual([
      expect.objectContaining({
        sk: `CALLBACK#${callback.digest}`,
        bodyBase64: 'YQ==',
        expires_at_epoch: Date.parse('2027-05-21T08:00:00.000Z') / 1000,
      }),
    ]);
  });
});
