// Each event under events/samples, fed to the real handler of its function. `{{…}}` is filled in here: keys, signatures and
// ids are made at run time, so no sample holds a secret.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { describedRoutes, refusalsOf } from '../infra/contracts/openapi.ts';
import { operations, type Operation } from '../infra/operations.ts';
import { problem } from '../lib/api/answers.ts';
import { publishedEvent, publishedEventNames } from '../lib/api/published-event.ts';
import type { Payment } from '../lib/domain/payment.ts';
import { createPayment } from '../lib/store/payments.ts';
import {
  account,
  beijing,
  form,
  notice,
  paidFields,
  returnedFields,
  stranger,
} from './contract/alipay-side.ts';
import { aPayment } from './domain/samples.ts';
import { channelBody, deploy, type Deployed, type Name } from './functions/deployed.ts';
import { expected } from './sample-answers.ts';

const folder = join(import.meta.dirname, '../events/samples');
const files = globSync('*.json', { cwd: folder }).map((file) => basename(file, '.json'));

const made = { payee: { merchantId: account.merchant_id, appId: account.app_id } };
const minutesAgo = (many: number) => new Date(Date.now() - many * 60_000).toISOString();
const young = { ...made, createdAt: minutesAgo(2), expiresAt: minutesAgo(-13) };
/** Payments that were there before; `unknown` never was. */
const there: Readonly<Record<'closing' | 'returning' | 'due' | 'unknown', Payment>> = {
  closing: aPayment({ ...made, status: 'PENDING_PAYMENT' }),
  // Not due yet: only its payer's return has it asked for.
  returning: aPayment({ ...young, dueAt: minutesAgo(-1), returnUrl: 'https://shop.example/done' }),
  due: aPayment({ ...young, dueAt: minutesAgo(1) }),
  unknown: aPayment(made),
};

const outcomes = new Map<string, Outcome>();
let deployed: Deployed;
let transactionId = '';
let refundId = '';

type Outcome = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  deployed = await deploy();
  deployed.bus
    .on(PutEventsCommand)
    .resolves({ Entries: [{ EventId: '1' }, { EventId: '2' }, { EventId: '3' }] });
  const { closing, returning, due } = there;
  const cause = { actor: 'shop', reason: 'asked' };
  for (const each of [closing, returning, due])
    await createPayment(deployed.database.tables(), each, cause, undefined, 0);
  deployed.trades = {
    [closing.transactionId]: trade('WAIT_BUYER_PAY', '4'),
    [returning.transactionId]: trade('TRADE_SUCCESS', '5'),
    [due.transactionId]: trade('TRADE_SUCCESS', '6'),
  };
  for (const name of Object.keys(expected)) outcomes.set(name, await feed(name));
});

afterAll(() => deployed.stop());

function trade(trade_status: string, last: string): object {
  const trade_no = `202611202200140000000000000${last}`;
  return { trade_no, trade_status, total_amount: '8.80', send_pay_date: beijing(Date.now()) };
}

async function feed(name: string): Promise<Outcome> {
  const result = (await deployed.run(
    functionOf(name),
    fill(readFileSync(join(folder, `${name}.json`), 'utf8')),
  )) as { statusCode?: number; headers?: Record<string, string>; body?: string } | undefined;
  if (!result) return { answer: 'none' };
  if (result.statusCode === undefined) return result;
  const { statusCode, headers = {}, body = '' } = result;
  const isJson = headers['content-type']?.includes('json');
  const read = isJson ? (JSON.parse(body) as { transaction_id?: string; refund_id?: string }) : body;
  if (statusCode === 201 && typeof read === 'object')
    ({ transaction_id: transactionId = transactionId, refund_id: refundId = refundId } = read);
  return { status: statusCode, body: read, location: headers['location'] };
}

/** @throws Error for a name that nothing stands for */
function fill(text: string): object {
  const paid = paidFields(transactionId, '8.80', Date.now());
  const base64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64');
  const returned = returnedFields(there.returning.transactionId, Date.now());
  const values: Readonly<Record<string, string>> = {
    transaction_id: transactionId,
    ...Object.fromEntries(Object.entries(there).map(([name, each]) => [`${name}_id`, each.transactionId])),
    returned_at: returned['timestamp'] ?? '',
    return_sign: notice(returned)['sign'] ?? '',
    forged_return_sign: notice(returned, stranger)['sign'] ?? '',
    access_key_id: 'ASIA',
    authorization: 'AWS4-HMAC-SHA256',
    md5: '0'.repeat(32),
    // What comes late waits for the person of a later sample.
    channel: base64(JSON.stringify({ ...channelBody, anomaly_policy: { PAID_AFTER_CLOSE: 'hold' } })),
    refund_id: refundId,
    refund: base64(refundBody('3.00', 'r1')),
    refund_of_too_much: base64(refundBody('5.81', 'r2')),
    offline_refund: base64(refundBody('1.00', 'r3', { refund_method: 'OFFLINE' })),
    confirmation: base64(JSON.stringify({ result: 'refunded', reference: 'transfer 20261122-7' })),
    callback: base64(form(notice(paid))),
    forged_callback: base64(form(notice(paid, stranger))),
  };
  const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (values[name] === undefined) throw new Error(`Nothing stands for {{${name}}}.`);
    return values[name];
  });
  return JSON.parse(filled) as object;
}

/** Of the 8.80 of the payer who came back. */
function refundBody(amount: string, number: string, more: object = {}): string {
  const { transactionId: original_transaction_id } = there.returning;
  const business_refund_id = `20261122-0001-${number}`;
  return JSON.stringify({ original_transaction_id, business_refund_id, amount, ...more });
}

function functionOf(sample: string): Name {
  return sample.split('.')[0] as Name;
}

describe('the samples', () => {
  test('are all fed, and nothing else', () => {
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries<Operation>(operations))('show %s, and a route also refusing', (name, { on }) => {
    const own = files.filter((file) => functionOf(file) === name);
    expect(own.length).toBeGreaterThanOrEqual('route' in on ? 2 : 1);
  });

  test('hold no key and no signature', () => {
    const all = files.map((file) => readFileSync(join(folder, `${file}.json`), 'utf8')).join('\n');
    expect(all).not.toMatch(/PRIVATE KEY|A[KS]IA[A-Z0-9]{12}|Signature=|MII[A-Za-z0-9+/]{40}/);
  });
});

describe('a handler does with its sample what it should', () => {
  test.each(Object.keys(expected))('%s', (name) => {
    expect(outcomes.get(name)).toMatchObject(expected[name] ?? {});
  });

  test('the payment of the notification that came beside a poisonous one is paid', async () => {
    const read = await feed('get-payment.found');
    expect(read).toMatchObject({ body: { status: 'PAID_SUCCESS', amount_paid: '8.80', version: 3 } });
  });

  test('who came back and what was due was put on the queue, and their payments are paid since', async () => {
    const sent = deployed.queue.commandCalls(SendMessageBatchCommand);
    const bodies = sent.flatMap(({ args: [{ input }] }) => input.Entries?.map((each) => each.MessageBody));
    const { transactionId } = there.due;
    expect(bodies).toEqual([
      JSON.stringify({ transactionId: there.returning.transactionId, returned: true }),
      JSON.stringify({ transactionId }),
    ]);
    const read = await deployed.call('get-payment', {
      method: 'GET',
      path: { transaction_id: transactionId },
    });
    expect(read.body).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
  });

  test('only the genuine callback was queued', () => {
    const sent = deployed.queue
      .commandCalls(SendMessageCommand)
      .map((call) => call.args[0].input.MessageBody);
    expect(sent).toHaveLength(1);
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({
      notification: { snapshot: { state: 'paid', transactionId } },
    });
  });

  test('what was put on the bus is what its schemas say', () => {
    const entries = deployed.bus
      .commandCalls(PutEventsCommand)
      .flatMap((call) => call.args[0].input.Entries ?? []);
    expect(entries.map(({ DetailType }) => DetailType)).toEqual([
      'payment.created',
      'payment.pending',
      'payment.paid',
    ]);
    for (const { DetailType, Detail } of entries) {
      const name = z.enum(publishedEventNames).parse(DetailType);
      expect(publishedEvent(name).safeParse(JSON.parse(Detail ?? '')).error).toBeUndefined();
    }
  });
});

describe('an answer is of the form that the documents promise', () => {
  const signed = describedRoutes().filter(({ auth }) => auth === 'iam');
  const rows = signed.flatMap((route) =>
    files.filter((file) => functionOf(file) === route.operation).map((file) => [file, route] as const),
  );

  test.each(rows)('%s', (file, route) => {
    const { status, body } = outcomes.get(file) as { status: number; body: unknown };
    const codes = z.strictObject({ ...problem.shape, code: z.enum(refusalsOf(route)) });
    const promised = status in route.answers ? route.answer : codes;
    expect(promised?.parse(body)).toEqual(body);
  });

  test.each(rows)('%s came by its route', (file, { method, path }) => {
    const event = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as object;
    expect(event).toMatchObject({ httpMethod: method, resource: path });
  });
});
