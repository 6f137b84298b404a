import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalDynamo, startDynamo } from '../../../local/aws/dynamodb.ts';
import { stateHash } from '../../../local/aws/state-hash.ts';
import { clientOf } from './support.ts';

let dynamo: LocalDynamo;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamo = await startDynamo();
  client = new DynamoDBClient(clientOf(dynamo.endpoint));
});
afterAll(async () => {
  client.destroy();
  await dynamo.stop();
});

let made = 0;

/** Items that follow one another into a new table. */
async function tableOf(...items: Record<string, AttributeValue>[]): Promise<string> {
  const TableName = `table-${(made += 1)}`;
  await dynamo.createTable(TableName, {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
  return TableName;
}

/** The hash of what the table holds, whatever it is called. */
async function hashOf(name: string): Promise<string | undefined> {
  return (await stateHash(client, [name])).tables[0]?.hash;
}

const one = { pk: { S: '1' }, tags: { SS: ['x', 'y'] }, raw: { B: Uint8Array.from([1, 2]) } };
const two = { pk: { S: '2' }, list: { L: [{ N: '1' }, { M: { a: { S: '' }, b: { NULL: true } } }] } };

describe('the hash of the state', () => {
  test('is the same for the same items, however they came and are stored', async () => {
    const turned = { raw: one.raw, tags: { SS: ['y', 'x'] }, pk: one.pk };
    const [a, b] = [await tableOf(one, two), await tableOf(two, turned)];
    await expect(hashOf(b)).resolves.toBe(await hashOf(a));
  });

  test.each([
    ['an item more', [one, two, { pk: { S: '3' } }]],
    ['an item less', [one]],
    ['another byte', [{ ...one, raw: { B: Uint8Array.from([1, 3]) } }, two]],
    ['another order in a list', [one, { ...two, list: { L: [...two.list.L].reverse() } }]],
    ['another type', [{ ...one, pk: { S: '1' }, raw: { S: 'AQI=' } }, two]],
  ])('changes with %s', async (_, items) => {
    const [a, b] = [await tableOf(one, two), await tableOf(...items)];
    await expect(hashOf(b)).resolves.not.toBe(await hashOf(a));
  });

  test('is over all tables, and reads tables of many pages', async () => {
    const large = Array.from({ length: 6 }, (_, n) => ({
      pk: { S: `${n}` },
      text: { S: 'x'.repeat(300_000) },
    }));
    const name = await tableOf(...large);
    const state = await dynamo.stateHash();
    expect(state.tables.find((table) => table.name === name)).toMatchObject({ items: 6 });
    expect(state.tables).toHaveLength(made);
    await expect(dynamo.stateHash()).resolves.toEqual(state);
  });
});
