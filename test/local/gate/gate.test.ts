import {
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { arns, startBench } from './bench.ts';

const transactionsOnly = {
  Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } },
};
const allow = (Action: string | string[], Resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

const TableName = 'things';
const put = (pk: string, size = 10, more: object = {}) => ({
  TableName,
  Item: { pk: { S: pk }, text: { S: 'x'.repeat(size) } },
  ...more,
});

let bench: Awaited<ReturnType<typeof startBench>>;
beforeAll(async () => {
  bench = await startBench([
    allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], arns.table),
    allow('dynamodb:PutItem', arns.table, transactionsOnly),
    allow('sqs:SendMessage', arns.queue),
    allow('events:PutEvents', arns.bus),
  ]);
});
afterAll(() => bench.stop());

const who = 'arn:aws:sts::000000000000:assumed-role/clerk/x-work';
const denial = (action: string, resource: string) =>
  `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ` +
  `because no identity-based policy allows the ${action} action`;

describe('a call that the role allows', () => {
  test('reaches the service and comes back as it is', async () => {
    await bench.dynamo.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put('a') }] }));
    const read = await bench.dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }));
    expect([read.Item?.['pk'], read.ConsumedCapacity]).toEqual([{ S: 'a' }, undefined]);
    const sent = await bench.sqs.send(
      new SendMessageCommand({ QueueUrl: bench.queueUrl, MessageBody: 'hi' }),
    );
    expect(sent.MessageId).toEqual(expect.any(String));
    expect(bench.queues.depths()).toEqual({ tasks: { visible: 1, inFlight: 0 } });
  });

  test('has the units that it asks for, where it asks', async () => {
    const read = await bench.dynamo.send(
      new GetItemCommand({ TableName, Key: { pk: { S: 'a' } }, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(read.ConsumedCapacity?.CapacityUnits).toBe(0.5);
  });
});

describe('a call that the role does not allow', () => {
  test.each([
    ['an action', 'dynamodb:Query', arns.table, () => bench.dynamo.send(query())],
    ['an index', 'dynamodb:Query', `${arns.table}/index/due`, () => bench.dynamo.send(query('due'))],
    [
      'outside of a transaction',
      'dynamodb:PutItem',
      arns.table,
      () => bench.dynamo.send(new PutItemCommand(put('b'))),
    ],
    [
      'one item of a transaction',
      'dynamodb:ConditionCheckItem',
      arns.table,
      () => bench.dynamo.send(checked()),
    ],
    ['another bus', 'events:PutEvents', arns.bus.replace('news', 'old'), () => bench.bus.send(event('old'))],
    ['a secret', 'secretsmanager:GetSecretValue', () => bench.secret, () => bench.secrets.send(secret())],
  ] as [string, string, string | (() => string), () => Promise<unknown>][])(
    'is refused with who, what, on what and why: %s',
    async (_, action, resource, call) => {
      const on = typeof resource === 'string' ? resource : resource();
      await expect(call()).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: denial(action, on),
      });
      expect(bench.told.at(-1)).toEqual({
        operation: 'work',
        name: 'aws.denied',
        facts: { level: 'ERROR', action, resource: on, role: arns.role },
      });
      expect(bench.calls().at(-1)?.outcome).toBe('denied');
    },
  );

  const query = (IndexName?: string) =>
    new QueryCommand({ TableName, IndexName, KeyConditionExpression: 'pk = :pk' });
  const checked = () =>
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: put('c') },
        {
          ConditionCheck: { TableName, Key: { pk: { S: 'a' } }, ConditionExpression: 'attribute_exists(pk)' },
        },
      ],
    });
  const event = (EventBusName: string) =>
    new PutEventsCommand({ Entries: [{ EventBusName, Source: 's', DetailType: 'd', Detail: '{}' }] });
  const secret = () => new GetSecretValueCommand({ SecretId: 'pin' });

  test('writes nothing, not even the items of a transaction that it allows', async () => {
    const read = await bench.dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: 'c' } } }));
    expect(read.Item).toBeUndefined();
  });

  test('is known by its key: nobody else’s is let in', async () => {
    const credentials = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' };
    const stranger = new SQSClient({ ...bench.settings, credentials });
    const sending = stranger.send(new SendMessageCommand({ QueueUrl: bench.queueUrl, MessageBody: 'hi' }));
    await expect(sending).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    stranger.destroy();
  });

  test('is not passed on when nobody here can judge it', async () => {
    await expect(bench.dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('DynamoDB_20120810.ListTables is not carried out'),
    });
  });

  test('becomes allowed, and refused again, as a permission is given back or withheld', async () => {
    const [permission] = bench.gate.access
      .grantsOf(arns.role)
      .filter(({ action }) => action === 'dynamodb:GetItem');
    if (!permission) throw new Error('There is no such permission.');
    const read = () => bench.dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }));
    const giveBack = bench.gate.access.withhold(permission);
    await expect(read()).rejects.toMatchObject({ message: denial('dynamodb:GetItem', arns.table) });
    giveBack();
    expect((await read()).Item).toBeDefined();
  });
});

describe('what is counted', () => {
  test('units by size, twice in a transaction, and of what was refused too', async () => {
    bench.door.began('request-2');
    const { dynamo } = bench;
    const Key = { pk: { S: 'd' } };
    await dynamo.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: put('d', 2500) }, { Put: put('e') }] }),
    );
    await dynamo.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const bare = {
      TableName,
      Key,
      UpdateExpression: 'REMOVE #t',
      ExpressionAttributeNames: { '#t': 'text' },
    };
    const failing = { ...bare, ConditionExpression: 'attribute_not_exists(pk)' };
    await dynamo.send(new UpdateItemCommand(failing)).catch(() => undefined);
    const taken = { ConditionExpression: 'attribute_not_exists(pk)' };
    const refused = new TransactWriteItemsCommand({ TransactItems: [{ Put: put('d', 1500, taken) }] });
    await dynamo.send(refused).catch(() => undefined);
    await dynamo.send(new UpdateItemCommand(bare));
    bench.door.ended();
    const [counted] = bench.gate.calls.list('work').slice(-1);
    expect(counted).toMatchObject({ operation: 'work', request_id: 'request-2', ms: expect.any(Number) });
    const units = counted?.calls.map((call) => [
      call.action,
      call.read_units,
      call.write_units,
      call.outcome,
    ]);
    expect(units).toEqual([
      ['TransactWriteItems', 0, 8, 'ok'],
      ['GetItem', 1, 0, 'ok'],
      ['UpdateItem', 0, 1, 'ConditionalCheckFailedException'],
      ['TransactWriteItems', 0, 4, 'TransactionCanceledException'],
      ['UpdateItem', 0, 3, 'ok'],
    ]);
    expect(counted?.calls[0]).toMatchObject({ service: 'dynamodb', resources: [arns.table] });
  });
});
