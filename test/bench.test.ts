// What one payment costs, as far as it can be counted: calls, capacity units, bytes, uses of keys. Times are measured by
// `npm run bench`, and asserted nowhere.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { documentClient } from '../lib/store/table.ts';

interface Counted {
  readonly calls: readonly string[];
  readonly read: number;
  readonly write: number;
  readonly signs: number;
  readonly verifies: number;
  readonly keyParses: number;
  readonly logged: number;
}

interface Report {
  readonly counts: Readonly<Record<string, Counted>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly perPayment: { readonly write: number; readonly usd: Readonly<Record<string, number>> };
}

let report: Report;

beforeAll(async () => {
  const main = join(import.meta.dirname, '../bench/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--counts', '--json']);
  report = JSON.parse(stdout) as Report;
}, 60_000);

const get = 'dynamodb:GetItem';
const transact = 'dynamodb:TransactWriteItems';
const noKeys = { signs: 0, verifies: 0, keyParses: 0 };

describe('once warm', () => {
  test.each<[string, Counted]>([
    [
      'create',
      {
        calls: ['dynamodb:PutItem', get, transact, 'gateway:POST', transact, 'dynamodb:UpdateItem'],
        ...{ read: 1, write: 15, signs: 1, verifies: 1, keyParses: 0, logged: 436 },
      },
    ],
    ['receive', { calls: ['sqs:SendMessage'], read: 0, write: 0, ...noKeys, verifies: 1, logged: 530 }],
    ['apply', { calls: [get, transact], read: 1, write: 15, ...noKeys, logged: 568 }],
    ['query', { calls: [get], read: 1, write: 0, ...noKeys, logged: 0 }],
    ['replayedCallback', { calls: [get], read: 1, write: 0, ...noKeys, logged: 517 }],
    ['replayedCreate', { calls: ['dynamodb:PutItem'], read: 0, write: 1, ...noKeys, logged: 0 }],
    ['publish', { calls: ['events:PutEvents'], read: 0, write: 0, ...noKeys, logged: 399 }],
  ])('%s makes these calls and no other, and logs so many bytes', (name, expected) => {
    expect(report.counts[name]).toEqual(expected);
  });
});

test('a payment takes 30 write units and less than 45 dollars a million, everything included', () => {
  expect(report.perPayment.write).toBe(30);
  expect(report.perPayment.usd['together']).toBeLessThan(45);
});

test('bundles are small: without the SDK’s search for credentials, and without any provider’s SDK', () => {
  expect(Math.max(...Object.values(report.bytes))).toBeLessThan(600 * 1024);
  expect(report.bytes['get-payment']).toBeLessThan(270 * 1024);
});

test('the SDK makes no masked copies for a logger that is not there', () => {
  const client = new DynamoDBClient({ region: 'us-east-1' });
  const before = client.middlewareStack.identify().length;
  documentClient(client);
  expect(client.middlewareStack.identify()).toHaveLength(before - 1);
});
