// What one payment and one refund cost, as far as it can be counted: calls, capacity units, bytes, uses of keys, transitions
// of the workflow. Times are measured by `npm run bench`, and asserted nowhere.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

interface Course {
  readonly calls: Readonly<Record<string, number>>;
  readonly invocations: number;
  readonly transitions: number;
  readonly read: number;
  readonly write: number;
  /** events */
  readonly told: number;
  readonly usd: Readonly<Record<string, number>>;
}

interface Report {
  readonly counts: Readonly<Record<string, Counted>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly perPayment: Course;
  readonly perRefund: Readonly<Record<string, Course>>;
}

let report: Report;

beforeAll(async () => {
  const main = join(import.meta.dirname, '../bench/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--counts', '--json']);
  report = JSON.parse(stdout) as Report;
}, 120_000);

const get = 'dynamodb:GetItem';
const transact = 'dynamodb:TransactWriteItems';
const put = 'dynamodb:PutItem';
const start = 'states:StartExecution';
const provider = 'gateway:POST';
const noKeys = { signs: 0, verifies: 0, keyParses: 0 };
/** The provider is asked once. */
const asked = { signs: 1, verifies: 1, keyParses: 0 };
const sent = { calls: [get, get, transact, provider, get, get, transact], read: 4, ...asked };

describe('once warm', () => {
  test.each<[string, Counted]>([
    [
      'create',
      {
        calls: [put, get, transact, provider, transact, 'dynamodb:UpdateItem'],
        ...{ read: 1, write: 15, signs: 1, verifies: 1, keyParses: 0, logged: 436 },
      },
    ],
    ['receive', { calls: ['sqs:SendMessage'], read: 0, write: 0, ...noKeys, verifies: 1, logged: 530 }],
    ['apply', { calls: [get, transact], read: 1, write: 15, ...noKeys, logged: 568 }],
    ['query', { calls: [get], read: 1, write: 0, ...noKeys, logged: 0 }],
    ['replayedCallback', { calls: [get], read: 1, write: 0, ...noKeys, logged: 517 }],
    ['replayedCreate', { calls: [put], read: 0, write: 1, ...noKeys, logged: 0 }],
    ['publish', { calls: ['events:PutEvents'], read: 0, write: 0, ...noKeys, logged: 399 }],
    [
      'refund',
      {
        calls: [put, get, get, get, transact, start, 'dynamodb:UpdateItem'],
        ...{ read: 3, write: 13, ...noKeys, logged: 450 },
      },
    ],
    ['replayedRefund', { calls: [put], read: 0, write: 1, ...noKeys, logged: 0 }],
    ['submit', { ...sent, write: 21, logged: 464 }],
    ['submitOpen', { ...sent, write: 12, logged: 471 }],
    ['submitNoticed', { ...sent, calls: [...sent.calls, transact], write: 22, logged: 472 }],
    ['look', { calls: [get, get, provider, get, get, transact], read: 4, write: 13, ...asked, logged: 464 }],
    ['lookOver', { calls: [get], read: 1, write: 0, ...noKeys, logged: 0 }],
    ['refundReceive', { calls: ['sqs:SendMessage'], read: 0, write: 0, ...noKeys, verifies: 1, logged: 556 }],
    ['refundApply', { calls: [get, get, transact], read: 2, write: 19, ...noKeys, logged: 552 }],
    ['hintReceive', { calls: ['sqs:SendMessage'], read: 0, write: 0, ...noKeys, verifies: 1, logged: 530 }],
    [
      'hintApply',
      { calls: [get, get, transact, 'sqs:SendMessageBatch'], read: 2, write: 4, ...noKeys, logged: 491 },
    ],
    ['hintFollow', { calls: [get, get, provider, get, get], read: 4, write: 0, ...asked, logged: 382 }],
    ['refundBegin', { calls: [get, transact, start], read: 1, write: 4, ...noKeys, logged: 654 }],
    ['refundQuery', { calls: [get], read: 1, write: 0, ...noKeys, logged: 0 }],
  ])('%s makes these calls and no other, and logs so many bytes', (name, expected) => {
    expect(report.counts[name]).toEqual(expected);
  });
});

test('a payment takes 30 write units and less than 45 dollars a million, everything included', () => {
  expect(report.perPayment.write).toBe(30);
  expect(report.perPayment.usd['together']).toBeLessThan(45);
});

/** Refunds, by how their provider answers; and whether they are asked for once more because of a hint. */
const ways = ['atOnce', 'atOnceHinted', 'byNotice', 'atSecondLook'];

/** Its ways in one row: a payment, then the refunds. */
function inRow(of: (course: Course) => string | number): (string | number)[] {
  return [report.perPayment, ...ways.map((way) => report.perRefund[way] as Course)].map(of);
}

const callsOf = ({ calls }: Course) => Object.values(calls).reduce((all, one) => all + one, 0);

test('no workflow is paid for by payments; a refund takes three states of it, and four more for each further look', () => {
  expect(inRow(({ transitions }) => transitions)).toEqual([0, 3, 3, 7, 7]);
  expect(report.perRefund['atOnce']?.usd['Step Functions: 3 transitions']).toBeCloseTo(75);
});

test('all that a refund takes is counted, from its request to its last event', () => {
  expect(inRow(({ invocations }) => invocations)).toEqual([7, 7, 10, 11, 8]);
  expect(inRow(callsOf)).toEqual([12, 18, 27, 25, 23]);
  expect(inRow(({ read }) => read)).toEqual([3, 8, 14, 11, 12]);
  expect(inRow(({ write }) => write)).toEqual([30, 34, 38, 54, 38]);
  expect(inRow(({ told }) => told)).toEqual([3, 4, 4, 5, 4]);
});

describe('docs/PERFORMANCE.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/PERFORMANCE.md'), 'utf8');

  /** operation → what the page calls it */
  const names: Readonly<Record<string, string>> = {
    ...{ create: 'create', receive: 'receive', apply: 'apply', query: 'query' },
    replayedCallback: 'a callback once more',
    replayedCreate: 'a create once more, same key',
    publish: 'publish, per event',
    refund: 'refund',
    replayedRefund: 'a refund once more, same key',
    submit: 'submit, carried out at once',
    submitOpen: 'submit, under way',
    submitNoticed: 'submit, under way (WeChat Pay)',
    look: 'look, settled',
    lookOver: 'look, over already',
    refundReceive: 'receive a refund’s notice',
    refundApply: 'apply a refund’s notice',
    hintReceive: 'receive a hint',
    hintApply: 'apply a hint',
    hintFollow: 'follow a hint',
    refundBegin: 'sync begins a workflow anew',
    refundQuery: 'refund query',
  };

  test('says of every operation what was counted', () => {
    const rows = Object.entries(report.counts).map(([name, { calls, ...of }]) => {
      const made = calls.map((call) => (call === provider ? 'provider' : call.replace(/^.*:/, '')));
      const keys = `${of.signs} / ${of.verifies} / ${of.keyParses}`;
      return `| ${[names[name], made.join(', '), of.read, of.write, keys, of.logged].join(' | ')} |`;
    });
    expect(rows).toHaveLength(Object.keys(names).length);
    expect(rows.filter((row) => !page.includes(`\n${row}\n`))).toEqual([]);
  });

  test('says what a refund takes beside a payment, and costs', () => {
    const usd = (of: Course, what: RegExp) =>
      (Object.entries(of.usd).find(([name]) => what.test(name))?.[1] ?? 0).toFixed(2);
    const rows: [string, (course: Course) => string | number][] = [
      ['Lambda invocations', ({ invocations }) => invocations],
      ['state transitions', ({ transitions }) => transitions],
      ['functions’ calls to AWS', callsOf],
      ['read units', ({ read }) => read],
      ['write units', ({ write }) => write],
      ['events', ({ told }) => told],
      ['USD per million', (course) => usd(course, /^together$/)],
      ['of it transitions', (course) => usd(course, /^Step Functions/)],
    ];
    const told = rows.map(([what, of]) => `| ${[what, ...inRow(of)].join(' | ')} |`);
    expect(told.filter((row) => !page.includes(`\n${row}\n`))).toEqual([]);
  });
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
