// The two handlers of status sync, with what their template would tell them: real database, Alipay's side written for
// tests, and what they log and count.
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { findingIndex } from '../../infra/names.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { account, answer, beijing, merchant, platform } from '../contract/alipay-side.ts';
import { aPayment } from '../domain/samples.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { madeRefund, paidOne } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

let database: Database;
let findDue: Run;
let syncTransaction: Run;
const sqs = mockClient(SQSClient);
const secrets = mockClient(SecretsManagerClient);
const realFetch = globalThis.fetch;
/** what Alipay answers to a query: these fields, or text of no sense */
let alipay: object | string = '';
let written: Record<string, unknown>[] = [];
const queue: string[] = [];
/** payments that the queue does not take */
const refused = new Set<string>();
let trades = 0;

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    SYNC_QUEUE_URL: 'https://sqs.example.com/sync',
    REFUND_WORKFLOW_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:refund',
    DUE_INDEX: findingIndex,
    DUE_SHARDS_READ: '2',
    DUE_SHARDS_WRITTEN: '2',
    CHANNELS: JSON.stringify(
      ['ALIPAY', 'ALIPAY_EMPTY'].map((code) => ({ code, provider: 'alipay', secret_arn: 'arn:secret' })),
    ),
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  for (const level of ['log', 'info', 'warn', 'error'] as const)
    jest.spyOn(console, level).mockImplementation((line: string) => {
      written.push(JSON.parse(line) as Record<string, unknown>);
    });
  secrets
    .on(GetSecretValueCommand)
    .resolves({ SecretString: JSON.stringify({ private_key_merchant: merchant.privatePem }) });
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: SendMessageBatchCommandInput) => {
    const taken = Entries.filter(({ Id = '' }) => !refused.has(Id));
    queue.push(...taken.map(({ MessageBody = '' }) => MessageBody));
    const Failed = Entries.filter((each) => !taken.includes(each)).map(({ Id }) => ({
      Id,
      Code: 'InternalError',
    }));
    return { Failed };
  });
  globalThis.fetch = () =>
    Promise.resolve(new Response(typeof alipay === 'string' ? alipay : answer('alipay.trade.query', alipay)));
  const config = { ...account, public_key_platform: platform.publicPem };
  await putChannelRow(database.tables(), aChannelRow({ config }), 'test');
  ({ handler: findDue } = (await import('../../functions/find-due/handler.ts')) as { handler: Run });
  ({ handler: syncTransaction } = (await import('../../functions/sync-transaction/handler.ts')) as {
    handler: Run;
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  globalThis.fetch = realFetch;
  for (const mock of [sqs, secrets]) mock.restore();
  await database.stop();
});
beforeEach(() => {
  written = [];
});

const iso = (fromNow: number) => new Date(Date.now() + fromNow).toISOString();

async function due(changes: Partial<Payment> = {}): Promise<Payment> {
  const payment = aPayment({
    payee: { merchantId: account.merchant_id, appId: account.app_id },
    createdAt: iso(-60_000),
    expiresAt: iso(840_000),
    dueAt: iso(-1_000),
    ...changes,
  });
  await createPayment(database.tables(), payment, { actor: 'shop', reason: 'asked' }, undefined, 0);
  return payment;
}

/** A tick of the clock, and then all that it put on the queue. */
async function tick() {
  await findDue({ id: 'tick' }, { ...aContext(), getRemainingTimeInMillis: () => 60_000 });
  const Records = queue.splice(0).map((body, n) => ({
    messageId: String(n),
    body,
    attributes: { ApproximateReceiveCount: '1' },
  }));
  return syncTransaction({ Records }, aContext());
}

const row = async ({ transactionId }: Payment) =>
  (await getPayment(database.tables(), transactionId))?.payment;
const lines = (name: string) => written.filter(({ message }) => message === name);
const counted = (name: string) => written.filter((line) => name in line && '_aws' in line).length;
const told = (payment: Payment, fields: object) => {
  alipay = { code: '10000', msg: 'Success', out_trade_no: payment.transactionId, ...fields };
};
const paid = (amount: string) => ({
  trade_no: `20261123220014000000${String(++trades).padStart(8, '0')}`,
  trade_status: 'TRADE_SUCCESS',
  total_amount: amount,
  send_pay_date: beijing(Date.now()),
});

describe('status sync', () => {
  it('finds a payment whose callback was lost, and heals it', async () => {
    const payment = await due();
    told(payment, paid('8.80'));
    expect(await tick()).toEqual({ batchItemFailures: [] });
    expect(await row(payment)).toMatchObject({ status: 'PAID_SUCCESS' });
    expect(lines('sync.found')).toMatchObject([
      { found: 1, queued: 1, oldest_seconds: 1, outcome: 'nothing_left' },
    ]);
    expect(lines('payment.synced')).toMatchObject([
      { transaction_id: payment.transactionId, channel_code: 'ALIPAY', outcome: 'moved' },
    ]);
  });

  it.each([
    ['HTML', '<html>busy</html>', 'unreadable'],
    ['a code that nobody knows', { code: '40004', sub_code: 'ACQ.NEW' }, 'unlisted_code'],
  ])('counts a question that brought %s, and changes nothing', async (_, said, reason) => {
    const payment = await due();
    if (typeof said === 'string') alipay = said;
    else told(payment, said);
    await tick();
    expect(await row(payment)).toMatchObject({ status: 'PENDING_CREATE', version: 1, unanswered: 1 });
    expect(counted('sync_unanswered')).toBe(1);
    expect(lines('payment.sync_unanswered')).toMatchObject([
      { level: 'WARN', transaction_id: payment.transactionId, reason },
    ]);
    expect(lines('payment.overdue')).toEqual([]);
  });

  it('calls somebody for a payment that is past its limit', async () => {
    const payment = await due({ createdAt: iso(-2 * 86_400_000), expiresAt: iso(-86_401_000) });
    alipay = '';
    await tick();
    expect(counted('payment_overdue')).toBe(1);
    expect(lines('payment.overdue')).toMatchObject([
      { level: 'ERROR', transaction_id: payment.transactionId, status: 'PENDING_CREATE' },
    ]);
  });

  it('says what money that is wrong made of it', async () => {
    const payment = await due();
    told(payment, paid('0.01'));
    await tick();
    expect(lines('payment.synced')).toMatchObject([
      { transaction_id: payment.transactionId, outcome: 'anomaly', reason: 'UNDERPAID' },
    ]);
  });

  it('counts a channel that cannot be connected', async () => {
    const payment = await due({ paymentChannel: 'ALIPAY_GONE' });
    await tick();
    expect(counted('sync_unanswered')).toBe(1);
    expect(lines('payment.sync_unanswered')).toMatchObject([{ reason: 'CHANNEL_UNKNOWN' }]);
    expect(await row(payment)).toMatchObject({ unanswered: 1 });
  });

  it('calls somebody for a channel without configuration', async () => {
    const { transactionId: transaction_id } = await due({ paymentChannel: 'ALIPAY_EMPTY' });
    await tick();
    expect([counted('sync_unanswered'), counted('channel_misconfigured')]).toEqual([1, 1]);
    const code = 'CHANNEL_MISCONFIGURED';
    expect(lines('channel.misconfigured')).toMatchObject([{ level: 'ERROR', transaction_id, code }]);
  });

  it('says what the queue did not take', async () => {
    const { transactionId } = await due();
    refused.add(transactionId);
    await tick();
    expect(lines('sync.not_queued')).toMatchObject([
      { level: 'WARN', transaction_id: transactionId, code: 'InternalError' },
    ]);
    expect(lines('sync.found')).toMatchObject([{ found: 1, queued: 0, outcome: 'queue_refused' }]);
  });

  it('says so of a refund, too', async () => {
    const { refundId } = await madeRefund(database, await paidOne(database), { isBegun: false });
    refused.add(refundId);
    await tick();
    const [line] = lines('sync.not_queued');
    expect(line).toMatchObject({ level: 'WARN', refund_id: refundId, code: 'InternalError' });
    expect(line).not.toHaveProperty('transaction_id');
  });
});

it.each([
  ['no JSON', 'x'],
  ['a number that is not ours', '{"transactionId":"PAY_1"}'],
  ['a return that is none', '{"transactionId":"pay_01h455vb4pex5vsknk084sn02q","returned":false}'],
  ['more than a number', '{"transactionId":"pay_01h455vb4pex5vsknk084sn02q","status":"CLOSED"}'],
])('a message of %s goes back', async (_, body) => {
  const Records = [{ messageId: 'poison', body, attributes: { ApproximateReceiveCount: '1' } }];
  expect(await syncTransaction({ Records }, aContext())).toEqual({
    batchItemFailures: [{ itemIdentifier: 'poison' }],
  });
});
