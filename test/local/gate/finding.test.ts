// What find-due asks of AWS: an index, and a queue that takes batches.
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Permission } from '../../../local/aws/gate/policy.ts';
import { arns, startBench } from './bench.ts';

const index = `${arns.table}/index/finding`;

let bench: Awaited<ReturnType<typeof startBench>>;
beforeAll(async () => {
  bench = await startBench([
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: index },
    { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:GetItem'], Resource: arns.table },
    { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes'], Resource: arns.queue },
  ]);
  await put('later', { found_under: 'DUE#0', found_at: '2026-11-22T10:00:00.000Z' });
  await put('first', { found_under: 'DUE#0', found_at: '2026-11-22T09:00:00.000Z' });
  await put('other', { found_under: 'DUE#1', found_at: '2026-11-22T08:00:00.000Z' });
  await put('final', {});
});
afterAll(() => bench.stop());

const TableName = 'things';
const put = (pk: string, found: Record<string, string>) =>
  bench.dynamo.send(
    new PutItemCommand({
      TableName,
      Item: Object.fromEntries(Object.entries({ pk, ...found }).map(([name, S]) => [name, { S }])),
    }),
  );
const query = (IndexName?: string) =>
  bench.dynamo.send(
    new QueryCommand({
      ...{ TableName, IndexName, KeyConditionExpression: 'found_under = :under AND found_at <= :now' },
      ExpressionAttributeValues: { ':under': { S: 'DUE#0' }, ':now': { S: '2026-11-22T23:00:00.000Z' } },
    }),
  );

async function without(taken: (one: Permission) => boolean, then: () => Promise<void>): Promise<void> {
  const { access } = bench.gate;
  const back = access
    .grantsOf(arns.role)
    .filter(taken)
    .map((one) => access.withhold(one));
  expect(back).toHaveLength(1);
  await then();
  for (const give of back) give();
}

describe('an index', () => {
  test('is read by a role that may read it: in order, keys alone, without what has no key in it', async () => {
    const { Items = [], ConsumedCapacity } = await query('finding');
    expect(Items.map((item) => item['pk']?.S)).toEqual(['first', 'later']);
    expect(ConsumedCapacity).toBeUndefined();
  });

  test('is counted by its own ARN, with its units', async () => {
    await query('finding');
    expect(bench.calls().at(-1)).toMatchObject({
      ...{ service: 'dynamodb', action: 'Query', resources: [index], outcome: 'ok' },
      ...{ read_units: 0.5, write_units: 0 },
    });
  });

  test('a row that stands in it costs a write more than one that does not', async () => {
    const cost = async (pk: string, found: Record<string, string>) => {
      await put(pk, found);
      return bench.calls().at(-1)?.write_units;
    };
    await expect(cost('plain', {})).resolves.toBe(1);
    await expect(cost('found', { found_under: 'DUE#2', found_at: '2026' })).resolves.toBe(2);
  });

  test('is no longer read when that one grant is taken away; the table still is', async () => {
    await without(
      ({ resource }) => resource === index,
      async () => {
        await expect(query('finding')).rejects.toMatchObject({
          name: 'AccessDeniedException',
          message: expect.stringContaining(`dynamodb:Query on resource: ${index}`) as unknown,
        });
        const read = new GetItemCommand({ TableName, Key: { pk: { S: 'first' } } });
        expect((await bench.dynamo.send(read)).Item).toBeDefined();
      },
    );
  });

  test('says nothing of the table: whoever may read the one may not read the other', async () => {
    await expect(query()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(query('another')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('a queue', () => {
  const batch = () =>
    bench.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: bench.queueUrl,
        Entries: ['1', '2', '3'].map((Id) => ({ Id, MessageBody: `pay_${Id}` })),
      }),
    );
  const depth = () =>
    bench.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: bench.queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );

  test('takes a batch, and says how many wait', async () => {
    const { Successful = [], Failed = [] } = await batch();
    expect([Successful.length, Failed.length]).toEqual([3, 0]);
    expect((await depth()).Attributes).toEqual({ ApproximateNumberOfMessages: '3' });
  });

  test.each([
    ['sqs:SendMessage', batch],
    ['sqs:GetQueueAttributes', depth],
  ])(
    'refuses when %s is taken away: a batch is sent by the grant of a single message',
    async (action, ask) => {
      await without(
        (one) => one.action === action,
        async () => {
          await expect(ask()).rejects.toMatchObject({
            name: 'AccessDeniedException',
            message: expect.stringContaining(`${action} on resource: ${arns.queue}`) as unknown,
          });
        },
      );
    },
  );
});
