import {
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultOrder } from '../../../local/aws/gate/faults.ts';
import { arns, startBench } from './bench.ts';

let bench: Awaited<ReturnType<typeof startBench>>;
beforeAll(async () => {
  bench = await startBench();
  // Closed with a customer key, so that calls use it on the caller's behalf.
  const key = 'arn:aws:kms:us-east-1:000000000000:key/own';
  const root = { AWS: 'arn:aws:iam::000000000000:root' };
  const statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: root };
  bench.gate.access.addResourcePolicy(key, { Version: '2012-10-17', Statement: statement });
  for (const arn of [arns.table, arns.queue, bench.secret]) bench.gate.access.addKeyOf(arn, key);
});
afterEach(() => {
  bench.gate.faults.clear();
});
afterAll(() => bench.stop());

const order = (fault: FaultOrder['fault'], more: Partial<FaultOrder> = {}) =>
  bench.gate.faults.add({ fault, ...more });
const TableName = 'things';
const item = (pk: string) => ({ TableName, Item: { pk: { S: pk } } });
const put = (pk: string) => bench.dynamo.send(new PutItemCommand(item(pk)));
const transact = (...keys: string[]) =>
  bench.dynamo.send(new TransactWriteItemsCommand({ TransactItems: keys.map((pk) => ({ Put: item(pk) })) }));
const isThere = async (pk: string): Promise<boolean> => {
  const { Item } = await bench.dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }));
  return Item !== undefined;
};
const send = (MessageBody: string) =>
  bench.sqs.send(new SendMessageCommand({ QueueUrl: bench.queueUrl, MessageBody }));
const receive = async (): Promise<string[]> => {
  const { Messages = [] } = await bench.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: bench.queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
  );
  return Messages.map(({ Body = '' }) => Body);
};
const readSecret = () => bench.secrets.send(new GetSecretValueCommand({ SecretId: 'pin' }));
const writeSecret = () =>
  bench.secrets.send(new PutSecretValueCommand({ SecretId: 'pin', SecretString: '1' }));
const entry = { EventBusName: 'news', Source: 's', DetailType: 'd', Detail: '{}' };
const publish = (count: number) =>
  bench.bus.send(new PutEventsCommand({ Entries: Array.from({ length: count }, () => entry) }));

describe('a service that does not carry a call out', () => {
  const update = () =>
    bench.dynamo.send(
      new UpdateItemCommand({ TableName, Key: { pk: { S: 'no' } }, UpdateExpression: 'REMOVE a' }),
    );

  test.each([
    ['throttle', {}, () => put('no'), 'ThrottlingException'],
    ['throttle', {}, () => send('no'), 'RequestThrottled'],
    ['throttle', {}, readSecret, 'ThrottlingException'],
    ['throttle', { service: 'kms' }, () => send('no'), 'KmsThrottled'],
    ['throttle', { service: 'kms', action: 'Decrypt' }, readSecret, 'DecryptionFailure'],
    ['throttle', { service: 'kms' }, writeSecret, 'EncryptionFailure'],
    ['throttle', { service: 'kms' }, () => put('no'), 'ThrottlingException'],
    ['transaction_conflict', {}, () => put('no'), 'TransactionConflictException'],
    ['transaction_conflict', {}, update, 'TransactionConflictException'],
    ['internal_error', {}, () => put('no'), 'InternalServerError'],
    ['internal_error', {}, () => send('no'), 'InternalFailure'],
    ['internal_error', {}, readSecret, 'InternalServiceError'],
    ['internal_error', {}, () => publish(1), 'InternalException'],
    ['access_denied', {}, () => put('no'), 'AccessDeniedException'],
    ['access_denied', { service: 'kms', action: 'Decrypt' }, readSecret, 'AccessDeniedException'],
  ] as [FaultOrder['fault'], Partial<FaultOrder>, () => Promise<unknown>, string][])(
    '%s %j',
    async (fault, more, call, name) => {
      const before = bench.published.length;
      order(fault, more);
      await expect(call()).rejects.toMatchObject({ name });
      expect(await isThere('no')).toBe(false);
      expect(await receive()).toEqual([]);
      expect(bench.published).toHaveLength(before);
      expect(bench.told.at(-1)).toMatchObject({ operation: 'work', name: 'aws.fault', facts: { fault } });
    },
  );

  test.each([
    ['throttle', 'ThrottlingError'],
    ['transaction_conflict', 'TransactionConflict'],
  ] as const)('%s of a transaction has one reason for each item', async (fault, Code) => {
    order(fault);
    await expect(transact('no', 'nor')).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code }, { Code: 'None' }],
    });
    expect(await isThere('no')).toBe(false);
  });

  test('a denied key is named', async () => {
    order('access_denied', { service: 'kms', action: 'Decrypt' });
    await expect(readSecret()).rejects.toThrow(
      'not authorized to perform: kms:Decrypt on resource: arn:aws:kms',
    );
  });
});

describe('a call that is carried out all the same', () => {
  test('lost_answer: the connection breaks after it', async () => {
    order('lost_answer');
    await expect(put('lost')).rejects.toThrow('ECONNRESET');
    expect(await isThere('lost')).toBe(true);
    expect(bench.calls().at(-2)).toMatchObject({ outcome: 'lost_answer', write_units: 1 });
  });

  test('slow: later', async () => {
    order('slow', { ms: 120 });
    const start = performance.now();
    await put('slow');
    expect(performance.now() - start).toBeGreaterThan(115);
  });

  test('slow beyond the caller’s patience: a time-out', async () => {
    order('slow', { ms: 800 });
    await expect(put('slower')).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('duplicate: the message comes twice', async () => {
    order('duplicate');
    await send('twice');
    expect(await receive()).toEqual(['twice', 'twice']);
  });

  test('reorder: a later message overtakes it', async () => {
    order('reorder', { ms: 1000 });
    await send('first');
    await send('second');
    expect(await receive()).toEqual(['second']);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await receive()).toEqual(['first']);
  });

  test('partial_failure: the last entry is not taken', async () => {
    const before = bench.published.length;
    order('partial_failure', { times: 2 });
    const three = await publish(3);
    expect([three.FailedEntryCount, three.Entries?.map(({ ErrorCode }) => ErrorCode)]).toEqual([
      1,
      [undefined, undefined, 'InternalFailure'],
    ]);
    expect(await publish(1)).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'InternalFailure' }],
    });
    expect(bench.published).toHaveLength(before + 2);
  });
});

test.each([
  ['crash_before', false],
  ['crash_after', true],
] as const)('%s ends the sandbox, which hears nothing more', async (fault, carriedOut) => {
  const before = bench.killed();
  order(fault);
  await expect(put(fault)).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(bench.killed()).toBe(before + 1);
  expect(await isThere(fault)).toBe(carriedOut);
});

describe('an order', () => {
  test('is of the calls that it names, from the nth on, so many times', async () => {
    order('internal_error', { service: 'dynamodb', action: 'PutItem', nth: 2, times: 2 });
    order('internal_error', { operation: 'rest' });
    const results = [];
    for (let call = 1; call <= 4; call++)
      results.push(
        await put('n').then(
          () => 'ok',
          () => 'failed',
        ),
      );
    await transact('n');
    expect(results).toEqual(['ok', 'failed', 'failed', 'ok']);
    expect(bench.gate.faults.list()).toMatchObject([
      { fault: 'internal_error', nth: 2, times: 2, ms: 1000, seen: 4, done: 2 },
      { operation: 'rest', seen: 0, done: 0 },
    ]);
  });

  test.each([
    [{ fault: 'earthquake' }, 'This is no fault'],
    [{ fault: 'slow', nth: 0 }, 'nth'],
    [{ fault: 'slow', service: 'ec2' }, 'service'],
    [{ fault: 'slow', when: 'now' }, 'when'],
    [{ fault: 'slow', operation: 'pay' }, 'There is no operation pay here. Known: work, rest.'],
    [undefined, 'This is no fault'],
  ])('that cannot be carried out is refused in words: %j', (said, words) => {
    expect(() => bench.gate.faults.add(said)).toThrow(words);
  });
});
