// Conditions on single rows and attributes, as the template has them: what may be queried, and what may be changed.
import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  type TransactWriteItem,
  type Update,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { arns, startBench } from './bench.ts';

const TableName = 'things';
const only = (key: string, like: string[]) => ({
  'ForAllValues:StringLike': { [key]: like },
  Null: { [key]: 'false' },
});

let bench: Awaited<ReturnType<typeof startBench>>;
beforeAll(async () => {
  bench = await startBench([
    {
      ...{ Effect: 'Allow', Action: 'dynamodb:Query', Resource: [arns.table, `${arns.table}/index/finding`] },
      Condition: only('dynamodb:LeadingKeys', ['QUARANTINE#*']),
    },
    {
      ...{ Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource: arns.table },
      Condition: {
        'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
        ...only('dynamodb:Attributes', ['pk', 'found_under', 'found_at']),
      },
    },
    { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: arns.table },
  ]);
  bench.gate.access.addPartitionKey(arns.table, 'pk');
  for (const pk of ['QUARANTINE#A', 'pay_1', 'pay_2'])
    await bench.dynamo.send(
      new PutItemCommand({ TableName, Item: { pk: { S: pk }, found_at: { S: '1' }, status: { S: 'OPEN' } } }),
    );
});
afterAll(() => bench.stop());

const denied = { name: 'AccessDeniedException' };

describe('a query of the partitions that are named', () => {
  const query = (S: string, KeyConditionExpression = 'pk = :pk', more: object = {}) =>
    bench.dynamo.send(
      new QueryCommand({
        ...{ TableName, KeyConditionExpression, ExpressionAttributeValues: { ':pk': { S } } },
        ...more,
      }),
    );
  const aliased = { ExpressionAttributeNames: { '#key': 'pk' } };

  test('is allowed, however its key is written', async () => {
    expect((await query('QUARANTINE#A')).Count).toBe(1);
    expect((await query('QUARANTINE#A', '#key = :pk', aliased)).Count).toBe(1);
    expect((await query('QUARANTINE#NONE', 'pk=:pk')).Count).toBe(0);
  });

  test.each(['pay_1', 'xQUARANTINE#A', 'quarantine#A', 'QUARANTINE'])('is refused of %s', async (pk) => {
    await expect(query(pk)).rejects.toMatchObject(denied);
    await expect(query(pk, '#key = :pk', aliased)).rejects.toMatchObject(denied);
  });

  test('is refused where no key is seen: the condition does not hold of nothing', async () => {
    await expect(query('QUARANTINE#A', 'other = :pk')).rejects.toMatchObject(denied);
    // The partition key of this index was never said.
    const inIndex = { IndexName: 'finding' };
    await expect(query('QUARANTINE#A', 'found_under = :pk', inIndex)).rejects.toMatchObject(denied);
  });
});

describe('a change of the attributes that are named', () => {
  const update = (more: Partial<Update>, pk = 'pay_1'): TransactWriteItem => ({
    Update: { TableName, Key: { pk: { S: pk } }, UpdateExpression: undefined, ...more },
  });
  const send = (...TransactItems: TransactWriteItem[]) =>
    bench.dynamo.send(new TransactWriteItemsCommand({ TransactItems }));
  const statusOf = async (S: string) =>
    (await bench.dynamo.send(new GetItemCommand({ TableName, Key: { pk: { S } } }))).Item?.['status']?.S;
  const values = { ExpressionAttributeValues: { ':new': { S: '2' } } };
  const moved = {
    UpdateExpression: 'SET found_at = :new',
    ConditionExpression: 'attribute_exists(found_at) AND NOT found_at IN (:new, :new)',
    ...values,
  };

  test('is allowed, with conditions on them', async () => {
    await expect(send(update(moved))).resolves.toBeDefined();
    const names = { ExpressionAttributeNames: { '#at': 'found_at' } };
    const again = { UpdateExpression: 'set #at = if_not_exists(#at, :new)', ...values, ...names };
    await expect(send(update(again))).resolves.toBeDefined();
  });

  test.each<[string, Partial<Update>]>([
    ['another', { UpdateExpression: 'SET status = :new', ...values }],
    ['another beside them', { UpdateExpression: 'SET found_at = :new, status = :new', ...values }],
    ['another that is taken away', { UpdateExpression: 'SET found_at = :new REMOVE amount', ...values }],
    [
      'another under a name that is let in',
      {
        UpdateExpression: 'SET #found_at = :new',
        ExpressionAttributeNames: { '#found_at': 'status' },
        ...values,
      },
    ],
    ['an inner field of another', { UpdateExpression: 'SET anomaly.found_at = :new', ...values }],
    [
      'them on what another is: a condition tells it',
      { ...moved, ConditionExpression: 'begins_with(status, :new)' },
    ],
  ])('is refused of %s', async (_, more) => {
    await expect(send(update(more))).rejects.toMatchObject(denied);
    expect(await statusOf('pay_1')).toBe('OPEN');
  });

  test('is refused where one row of several is changed otherwise: none is', async () => {
    const other = update({ UpdateExpression: 'SET status = :new', ...values }, 'pay_2');
    await expect(send(update(moved), other)).rejects.toMatchObject(denied);
    await expect(send(other, update(moved))).rejects.toMatchObject(denied);
    expect(await statusOf('pay_2')).toBe('OPEN');
  });
});
