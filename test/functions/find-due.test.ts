// What is due gets onto the queue once, and the newest are not kept waiting by a backlog.
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimTime, findDue, queueLimit } from '../../functions/find-due/find-due.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { dueKey } from '../../lib/store/due.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { cancelled } from '../store/faults.ts';
import { documentClient } from '../../lib/store/table.ts';

let database: Database;
const clock = ports();
const sqs = mockClient(SQSClient);
/** what lies in the queue */
let queue: string[] = [];
let depth: () => number;
let send: Act;

type Act = (input: SendMessageBatchCommandInput) => object;
const take: Act = ({ Entries = [] }) => {
  queue.push(...Entries.map(({ Id = '' }) => Id));
  return {};
};

beforeEach(async () => {
  database = await startDatabase();
  queue = [];
  depth = () => queue.length;
  send = take;
  sqs.reset();
  sqs
    .on(GetQueueAttributesCommand)
    .callsFake(() => ({ Attributes: { ApproximateNumberOfMessages: String(depth()) } }));
  sqs.on(SendMessageBatchCommand).callsFake((input: SendMessageBatchCommandInput) => send(input));
});
afterEach(() => database.stop());
afterAll(() => {
  sqs.restore();
});

const find = (changes: Partial<ReturnType<Database['tables']>> = {}, deadline = clock.time + 45_000) =>
  findDue(
    {
      index: { ...database.tables({ ports: clock }), ...changes },
      ports: clock,
      queue: { sqs: new SQSClient({ region: 'us-east-1' }), queueUrl: 'https://sqs.example.com/sync' },
      shards: 2,
    },
    deadline,
  );

/** @param from, to s after now at which they are due */
function some(many: number, from: number, to: number): Payment[] {
  return Array.from({ length: many }, (_, n) =>
    aPayment({ dueAt: later(Math.round((from + ((to - from) * n) / many) * 1000)) }),
  );
}

async function stored(...those: Parameters<typeof some>): Promise<Payment[]> {
  const payments = some(...those);
  const left = payments.values();
  const lane = async () => {
    for (const payment of left)
      await createPayment(database.tables(), payment, { actor: 'shop', reason: 'asked' }, undefined, 0);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return payments;
}

/** As many as one likes: bare rows, with nothing but what is looked at here. */
async function rows(...those: Parameters<typeof some>): Promise<Payment[]> {
  const { client, payments, dueShards } = database.tables();
  const made = some(...those);
  const writes = made.map((payment) => ({
    PutRequest: { Item: { pk: payment.transactionId, sk: 'PAYMENT', ...dueKey(payment, dueShards) } },
  }));
  for (let from = 0; from < writes.length; from += 25)
    await client.send(new BatchWriteCommand({ RequestItems: { [payments]: writes.slice(from, from + 25) } }));
  return made;
}

const later = (ms: number) => new Date(clock.time + ms).toISOString();
const ids = (payments: readonly Payment[]) => payments.map(({ transactionId }) => transactionId).sort();

describe('what is due', () => {
  it('is queued exactly once by two runs at once, and what is not due yet is not', async () => {
    const due = await stored(500, -3600, 0);
    await stored(100, 1, 3600);
    const runs = await Promise.all([find(), find()]);
    expect([...queue].sort()).toEqual(ids(due));
    expect(runs[0].queued + runs[1].queued).toBe(500);
    expect(runs.map(({ ended }) => ended)).toEqual(['nothing_left', 'nothing_left']);
    expect(Math.max(...runs.map(({ oldestSeconds }) => oldestSeconds))).toBe(3600);
    for (const { input } of sqs.commandCalls(SendMessageBatchCommand).map((call) => call.args[0]))
      expect(input.Entries?.length).toBeLessThanOrEqual(10);
    const asked = sqs.calls().length;
    expect(await find()).toMatchObject({ found: 0, queued: 0, ended: 'nothing_left' });
    expect(sqs.calls()).toHaveLength(asked);
  }, 60_000);

  it('is due again in ten minutes if nothing comes of it, and changes in nothing else', async () => {
    const [payment] = await stored(1, -60, 0);
    if (!payment) throw new Error('none');
    const before = await getPayment(database.tables(), payment.transactionId);
    await find();
    const after = await getPayment(database.tables(), payment.transactionId);
    expect(after).toEqual({ ...before, payment: { ...payment, dueAt: later(claimTime) } });
    clock.time += claimTime - 1;
    expect((await find()).queued).toBe(0);
    clock.time += 1;
    expect((await find()).queued).toBe(1);
    expect(queue).toEqual([payment.transactionId, payment.transactionId]);
  });

  it('gets in when it is new, although a backlog waits before a queue that is nearly full', async () => {
    const backlog = await rows(1_200, -7200, -3600);
    const fresh = await stored(10, -30, 0);
    depth = () => queueLimit - 50 + queue.length;
    expect(await find()).toMatchObject({ queued: 50, ended: 'queue_full', oldestSeconds: 7200 });
    expect(queue).toEqual(expect.arrayContaining(ids(fresh)));
    expect(queue).toEqual(expect.arrayContaining(ids(backlog.slice(0, 10))));
    expect(new Set(queue).size).toBe(50);
  });

  it('gets in when it is new, although a short backlog would fill the queue', async () => {
    await rows(300, -7200, -3600);
    const fresh = await rows(10, -30, 0);
    depth = () => queueLimit - 40 + queue.length;
    expect(await find()).toMatchObject({ queued: 40, ended: 'queue_full' });
    expect(queue).toEqual(expect.arrayContaining(ids(fresh)));
  });

  it('waits in the index while the queue is full', async () => {
    await stored(5, -60, 0);
    depth = () => queueLimit;
    expect(await find()).toEqual({
      ...{ found: 0, queued: 0, oldestSeconds: 60, refused: [] },
      ended: 'queue_full',
    });
    depth = () => queue.length;
    expect((await find()).queued).toBe(5);
  });

  it('is left for the next run when the time is over', async () => {
    await stored(5, -60, 0);
    expect(await find({}, clock.time)).toMatchObject({ queued: 0, ended: 'time_over' });
    expect(queue).toEqual([]);
  });
});

describe('when the queue does not take it', () => {
  it('one by one, it is told, and is due again when its claim is over', async () => {
    const payments = await stored(3, -60, 0);
    const [lost] = ids(payments);
    if (!lost) throw new Error('none');
    send = (input) => {
      take({ ...input, Entries: input.Entries?.filter(({ Id }) => Id !== lost) });
      return { Failed: [{ Id: lost, Code: 'InternalError', SenderFault: false }] };
    };
    const found = await find();
    expect(found).toMatchObject({ queued: 2, ended: 'queue_refused' });
    expect(found.refused).toEqual([{ id: lost, code: 'InternalError' }]);
    expect(queue).not.toContain(lost);
    send = take;
    clock.time += claimTime;
    await find();
    expect(queue).toContain(lost);
  });

  it('at all, the run fails after a few claims and does not put off the whole backlog', async () => {
    const payments = await stored(200, -60, 0);
    send = () => {
      throw new Error('the queue is down');
    };
    await expect(find()).rejects.toThrow('the queue is down');
    send = take;
    expect((await find()).queued).toBeGreaterThanOrEqual(200 - 3 * 10);
    clock.time += claimTime;
    await find();
    expect(new Set(queue)).toEqual(new Set(ids(payments)));
  });
});

it('a claim without a verdict fails the run, and keeps no other from being sent', async () => {
  const payments = await stored(8, -60, 0);
  const client = database.client();
  let failing = 1;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        commandName === 'TransactWriteItemsCommand' && failing-- > 0
          ? Promise.reject(cancelled('ValidationError'))
          : next(args),
    { step: 'initialize' },
  );
  await expect(find({ client: documentClient(client) })).rejects.toThrow('cancelled');
  expect(queue).toHaveLength(7);
  await find();
  expect([...queue].sort()).toEqual(ids(payments));
});
