import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  clientDefaults,
  documentClient,
  isContended,
  transact,
  type Tables,
  type Write,
} from '../../lib/store/table.ts';
import { ports, startDatabase, type Database } from './database.ts';
import { cancelled, failFirst, loseAnswers, recordInputs, throttled } from './faults.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

let rows = 0;
const put = (pk = `row-${++rows}`): Write => ({
  Put: { TableName: 'payments', Item: { pk, sk: 'X' }, ConditionExpression: 'attribute_not_exists(pk)' },
});
const taking = (pk: string): Write => ({
  Update: {
    TableName: 'payments',
    Key: { pk, sk: 'X' },
    UpdateExpression: 'SET taken = :yes',
    ConditionExpression: 'attribute_not_exists(taken)',
    ExpressionAttributeValues: { ':yes': true },
  },
});

async function exists(pk: string): Promise<boolean> {
  const { client } = database.tables();
  return (
    (await client.send(new GetCommand({ TableName: 'payments', Key: { pk, sk: 'X' } }))).Item !== undefined
  );
}

/** Tables with a client of their own, and what was slept. */
function own(prepare: (client: DynamoDBClient) => void): { tables: Tables; slept: readonly number[] } {
  const client = database.client();
  prepare(client);
  const time = ports();
  return { tables: database.tables({ client: documentClient(client), ports: time }), slept: time.slept };
}

describe('a transaction', () => {
  it('writes all or nothing, and names the writes that stood in the way', async () => {
    const tables = database.tables();
    expect(await transact(tables, [put('all-1'), put('all-2')])).toEqual({ kind: 'written' });
    expect(await transact(tables, [put('all-3'), put('all-1'), put('all-4'), put('all-2')])).toEqual({
      kind: 'refused',
      failed: [false, true, false, true],
    });
    expect(await exists('all-3')).toBe(false);
  });

  it.each([1, 2])('whose answer is lost %i times is written once, and says so', async (times) => {
    const { tables } = own((client) => {
      loseAnswers(client, times);
    });
    expect(await transact(tables, [put(`lost-${times}`)])).toEqual({ kind: 'written' });
    expect(await exists(`lost-${times}`)).toBe(true);
  });

  it('that never gets an answer gives no verdict', async () => {
    const { tables } = own((client) => {
      loseAnswers(client, 99);
    });
    await expect(transact(tables, [put('silent')])).rejects.toThrow('the answer was lost');
  });

  it('is not shared with a rival that writes the very same', async () => {
    const tables = database.tables();
    await transact(tables, [put('rivals')]);
    const written = await Promise.all(Array.from({ length: 10 }, () => transact(tables, [taking('rivals')])));
    expect(written.filter(({ kind }) => kind === 'written')).toHaveLength(1);
  });

  it('carries a token of at most 36 characters: its own, the same in each of its attempts', async () => {
    const client = database.client();
    const inputs = recordInputs(client);
    failFirst(client, 2, () => cancelled('TransactionConflict'));
    const tables = database.tables({ client: documentClient(client) });
    await transact(tables, [put()]);
    await transact(tables, [put()]);
    const tokens = inputs.map((input) => input['ClientRequestToken'] as string);
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens.slice(0, 3)).size).toBe(1);
    expect(tokens[3]).not.toBe(tokens[0]);
    expect(tokens.every((token) => token.length > 0 && token.length <= 36)).toBe(true);
  });
});

describe('what passes', () => {
  it.each([
    ['a conflict', () => cancelled('TransactionConflict', 'None')],
    ['a throttled table', () => cancelled('None', 'ThrottlingError')],
    ['a used-up capacity', () => cancelled('ProvisionedThroughputExceeded', 'None')],
    ['the same transaction in progress', () => throttled('TransactionInProgressException')],
    ['a request limit', () => throttled('RequestLimitExceeded')],
  ])('is tried again after a growing pause: %s', async (_, error) => {
    const { tables, slept } = own((client) => {
      failFirst(client, 3, error);
    });
    const pk = `passing-${++rows}`;
    expect(await transact(tables, [put(pk), put()])).toEqual({ kind: 'written' });
    expect(await exists(pk)).toBe(true);
    expect(slept.length).toBeLessThanOrEqual(3);
    expect(slept.every((ms, n) => ms >= 0 && ms < 20 * 2 ** (n + 1))).toBe(true);
  });

  it('is not waited for without end', async () => {
    let seen = () => 0;
    const { tables, slept } = own((client) => {
      seen = failFirst(client, 1000, () => cancelled('TransactionConflict'));
    });
    await expect(transact(tables, [put()])).rejects.toThrow('Transaction cancelled');
    expect(seen()).toBe(8);
    expect(slept).toHaveLength(7);
  });

  it.each([
    [true, cancelled('None', 'TransactionConflict')],
    [false, cancelled('TransactionConflict', 'ThrottlingError')],
    [false, cancelled('TransactionConflict', 'ConditionalCheckFailed')],
    [false, cancelled('None')],
    [false, cancelled()],
    [false, throttled('TransactionInProgressException')],
  ])('is called contended (%s) only where nothing but other transactions was in the way: %s', (is, error) => {
    expect(isContended(error)).toBe(is);
  });

  it('is no reason to try again what a condition refused, or what was malformed', async () => {
    const refused = own((client) => {
      failFirst(client, 1, () => cancelled('TransactionConflict', 'ConditionalCheckFailed'));
    });
    expect(await transact(refused.tables, [put(), put()])).toEqual({
      kind: 'refused',
      failed: [false, true],
    });
    const malformed = own((client) => {
      failFirst(client, 1, () => cancelled('ValidationError', 'TransactionConflict'));
    });
    await expect(transact(malformed.tables, [put(), put()])).rejects.toThrow('Transaction cancelled');
    expect(malformed.slept).toEqual([]);
  });
});

describe('a database that does not answer', () => {
  it('is given up, not only warned of', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new DynamoDBClient({
      ...clientDefaults,
      maxAttempts: 1,
      requestHandler: { ...clientDefaults.requestHandler, requestTimeout: 30 },
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const asked = client.send(new GetItemCommand({ TableName: 'payments', Key: { pk: { S: 'x' } } }), {
      abortSignal: AbortSignal.timeout(1000),
    });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
});
