// Callbacks that belong to no payment: on their way through the queue, and where they are kept.
import { randomUUID } from 'node:crypto';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { applyNotification } from '../../functions/apply-notification/apply-notification.ts';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { factsDigest, readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { listQuarantined, type Quarantined } from '../../lib/store/quarantine.ts';
import type { Tables } from '../../lib/store/table.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';

jest.setTimeout(60_000);

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

type Fault = 'none' | 'not_done' | 'answer_lost';

function messageOf(notification: CallbackMessage['notification'], channelCode = 'ALIPAY'): CallbackMessage {
  const digest = factsDigest(channelCode, notification);
  const raw = { keyVersion: 'sha256:abcd', headers: {}, bodyBase64: 'YQ==' };
  return { channelCode, receivedAt: at, requestId: 'request-1', digest, notification, ...raw };
}

const paying = (payment: Payment, channelCode?: string) =>
  messageOf({ kind: 'payment', snapshot: paidFor(payment) }, channelCode);

async function stored(payment = aPayment()): Promise<Payment> {
  await createPayment(database.tables(), payment, { actor: 'shop', reason: 'asked' }, undefined, 0);
  return payment;
}

async function keptOf({ channelCode, digest }: CallbackMessage): Promise<readonly Quarantined[]> {
  const { items = [], next } = (await listQuarantined(database.tables(), channelCode, 2000)) ?? {};
  expect(next).toBeUndefined();
  return items.filter((item) => item.digest === digest);
}

/** All that was received, but for the request that brought it. */
function asKept(
  { channelCode, receivedAt, keyVersion, digest, notification, ...rest }: CallbackMessage,
  reason: string,
) {
  const { headers, bodyBase64 } = rest;
  return { channelCode, receivedAt, keyVersion, digest, notification, headers, bodyBase64, reason };
}

/** A queue as SQS is one: what was sent comes, what was not ended comes again. */
function aQueue(first: CallbackMessage, faults: readonly Fault[] = []) {
  const waiting = [JSON.stringify(first)];
  const delays: number[] = [];
  const left = [...faults];
  const perhaps = async <T>(act: () => Promise<T>): Promise<T> => {
    const fault = left.shift() ?? 'none';
    if (fault === 'not_done') throw new Error('not done');
    const done = await act();
    if (fault === 'answer_lost') throw new Error('the answer was lost');
    return done;
  };
  const { client, ...rest } = database.tables();
  const send = (command: Parameters<typeof client.send>[0]) =>
    command instanceof TransactWriteCommand ? perhaps(() => client.send(command)) : client.send(command);
  const tables = { ...rest, client: { send } } as unknown as Tables;
  const sendAgain = (message: CallbackMessage, delay: number) =>
    perhaps(() => {
      delays.push(delay);
      waiting.push(JSON.stringify(message));
      return Promise.resolve();
    });
  const deliver = async () => {
    const body = waiting.shift() ?? '';
    const ask = () => Promise.reject(new Error('nobody is asked'));
    const dependencies = { tables, ports: ports(), policy: () => Promise.resolve({}), sendAgain, ask };
    try {
      return await applyNotification(dependencies, readCallbackMessage(body));
    } catch (error) {
      waiting.push(body);
      return error;
    }
  };
  return { waiting, delays, deliver };
}

describe('a callback about a number that we do not know', () => {
  it('is looked for again after 10 s, 1, 5, 15, 15 and 15 minutes, and then quarantined', async () => {
    const message = paying(aPayment());
    const queue = aQueue(message);
    for (const delay of [10, 60, 300, 900, 900, 900]) {
      expect(await queue.deliver()).toMatchObject({ kind: 'later', delay });
      expect(await keptOf(message)).toEqual([]);
    }
    expect(await queue.deliver()).toMatchObject({ kind: 'quarantined', reason: 'no_such_payment' });
    expect(queue.waiting).toEqual([]);
    expect(queue.delays).toEqual([10, 60, 300, 900, 900, 900]);
    expect(await keptOf(message)).toEqual([asKept(message, 'no_such_payment')]);
  });

  it('is applied as soon as its payment is there', async () => {
    const payment = aPayment();
    const queue = aQueue(paying(payment));
    for (let times = 1; times <= 3; times++) expect(await queue.deliver()).toMatchObject({ kind: 'later' });
    await stored(payment);
    expect(await queue.deliver()).toMatchObject({ kind: 'moved', payment: { status: 'PAID_SUCCESS' } });
    expect(queue.waiting).toEqual([]);
  });

  it('is never lost, whichever send or write fails or loses its answer, and kept once', async () => {
    const fault = fc.constantFrom<Fault>('none', 'not_done', 'answer_lost');
    const run = fc.record({ faults: fc.array(fault, { maxLength: 12 }), madeAfter: fc.nat({ max: 20 }) });
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(run, async ({ faults, madeAfter }) => {
        const payment = aPayment();
        const message = paying(payment);
        const queue = aQueue(message, faults);
        for (let deliveries = 0; queue.waiting.length > 0; deliveries++) {
          expect(deliveries).toBeLessThan(120);
          if (deliveries === madeAfter) await stored(payment);
          await queue.deliver();
        }
        const row = await getPayment(database.tables(), payment.transactionId);
        const isPaid = row?.payment.status === 'PAID_SUCCESS';
        const kept = await keptOf(message);
        expect(kept.length).toBeLessThanOrEqual(1);
        expect(isPaid || kept.length === 1).toBe(true);
        ends.add(isPaid ? 'paid' : 'kept');
      }),
      { numRuns: 60, examples: [[{ faults: [], madeAfter: 0 }], [{ faults: [], madeAfter: 20 }]] },
    );
    expect([...ends].sort()).toEqual(['kept', 'paid']);
  });
});

describe('what belongs to no payment', () => {
  const unrecognised = (named: { transactionId?: TransactionId }, channelCode = 'ALIPAY') =>
    messageOf({ kind: 'unrecognised', what: 'new', noticeId: randomUUID(), ...named }, channelCode);
  const elsewhere = async () => paying(await stored(), 'ALIPAY_HK');
  const nameless = () => Promise.resolve(unrecognised({}));
  const ofNobody = () => Promise.resolve(unrecognised({ transactionId: aPayment().transactionId }));
  const ofAnother = async () => unrecognised({ transactionId: (await stored()).transactionId }, 'ALIPAY_HK');

  it.each([
    ['about a payment that went through another channel', 'other_channel', elsewhere],
    ['of an unknown type, without a number', 'unrecognised', nameless],
    ['of an unknown type, about an unknown number', 'unrecognised', ofNobody],
    ['of an unknown type, about another channel’s payment', 'unrecognised', ofAnother],
  ])('%s, is quarantined at once, and once', async (_, reason, make) => {
    const message = await make();
    for (const receivedAt of [at, '2026-11-22T09:00:00.000Z']) {
      const queue = aQueue({ ...message, receivedAt });
      expect(await queue.deliver()).toMatchObject({ kind: 'quarantined', reason });
      expect([queue.waiting, queue.delays]).toEqual([[], []]);
    }
    expect(await keptOf(message)).toEqual([asKept(message, reason)]);
    const id = message.notification.kind === 'payment' && message.notification.snapshot.transactionId;
    const row = id && (await getPayment(database.tables(), id));
    expect(row ? row.payment.version : 1).toBe(1);
  });
});
