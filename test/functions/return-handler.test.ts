// The open door for payers' browsers, with the real reader behind it, and the queue that leads to status sync.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { Payment } from '../../lib/domain/payment.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { changePayment, createPayment, getPayment } from '../../lib/store/payments.ts';
import { proxyEvent, type EventContext } from '../../local/aws/proxy.ts';
import {
  account,
  beijing,
  notice,
  paidFields,
  platform,
  stranger,
  type Fields,
} from '../contract/alipay-side.ts';
import { aPayment } from '../domain/samples.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { encoded, returned } from './alipay-return.ts';
import { aChannelRow } from './channel.ts';

type Run = (event: unknown, context: unknown) => Promise<APIGatewayProxyResult>;

const secrets = mockClient(SecretsManagerClient);
const sqs = mockClient(SQSClient);
const realFetch = globalThis.fetch;
/** messages that were queued */
let queued: string[] = [];
/** what is done with them; status sync has no news */
let sync: (message: string) => Promise<unknown>;
let fetched = 0;
let database: Database;
let handler: Run;

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    CHANNELS_TABLE: 'channels',
    SYNC_QUEUE_URL: 'https://sqs.example.com/sync',
    CHANNELS: JSON.stringify([
      { code: 'ALIPAY', provider: 'alipay' },
      { code: 'EMPTY', provider: 'alipay' },
    ]),
  });
  const config = { ...account, public_key_platform: platform.publicPem };
  await putChannelRow(database.tables(), aChannelRow({ config }), 'test');
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
  sqs.on(SendMessageBatchCommand).callsFake(async ({ Entries = [] }: SendMessageBatchCommandInput) => {
    for (const { MessageBody = '' } of Entries) {
      queued.push(MessageBody);
      await sync(MessageBody);
    }
    return {};
  });
  globalThis.fetch = () => {
    fetched++;
    return Promise.resolve(Response.error());
  };
  ({ handler } = (await import('../../functions/receive-return/handler.ts')) as unknown as { handler: Run });
});
afterAll(async () => {
  globalThis.fetch = realFetch;
  for (const mock of [secrets, sqs]) mock.restore();
  await database.stop();
});
beforeEach(() => {
  queued = [];
  sync = () => Promise.resolve();
});

/** Where the shop wants its payers. */
const shop = { returnUrl: 'https://shop.example/done?order=1&status=mine' };

async function aStored(changes: Partial<Payment> = {}): Promise<Payment> {
  const payment = aPayment({
    status: 'PENDING_PAYMENT',
    payee: { merchantId: account.merchant_id, appId: account.app_id },
    ...changes,
  });
  await createPayment(database.tables(), payment, { actor: 'shop', reason: 'test' }, undefined, 0);
  return payment;
}

/** As status sync moves it while the payer waits. */
function settled(payment: Payment, changes: Partial<Payment>): void {
  const cause = { actor: 'channel:ALIPAY', reason: 'the payer came back' };
  sync = async () => {
    const stored = await getPayment(database.tables(), payment.transactionId);
    if (!stored) throw new Error('gone');
    const after = { ...stored.payment, ...changes, version: stored.payment.version + 1 };
    await changePayment(database.tables(), stored, after, cause);
  };
}

/** @param query as the browser sends it */
function come(query: string, { code = 'ALIPAY', language = 'en' } = {}): Promise<APIGatewayProxyResult> {
  const headers = [['Accept-Language', language]] as const;
  const path = `/v1/payments/returns/${code}`;
  const event = proxyEvent(
    { method: 'GET', path, query, headers, body: Buffer.alloc(0), sourceIp: '203.0.113.7' },
    {
      match: {
        api: { id: 'public', binaryMediaTypes: ['*/*'] },
        route: { path: '/payments/returns/{channel_code}' },
        pathParameters: { channel_code: code },
      },
      caller: undefined,
      account: '000000000000',
      stage: 'v1',
      requestId: 'request-1',
      at: 0,
    } as unknown as EventContext,
  );
  return handler(event, aContext());
}

const guarded = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('a browser without proof', () => {
  it.each<[string, number, (good: Fields, id: string) => string]>([
    ['nothing', 400, () => ''],
    ['no signature', 403, ({ sign: _, ...rest }) => encoded(rest)],
    ['an empty signature', 400, (good) => encoded({ ...good, sign: '' })],
    ['a stranger’s signature', 403, (_, id) => encoded(returned(id, {}, stranger))],
    ['another amount', 403, (good) => encoded({ ...good, total_amount: '0.01' })],
    ['another payment', 403, (good) => encoded({ ...good, out_trade_no: aPayment().transactionId })],
    ['a status', 403, (good) => encoded({ ...good, trade_status: 'TRADE_SUCCESS' })],
    ['a field twice', 400, (good) => `${encoded(good)}&total_amount=8.80`],
    ['another app', 403, (_, id) => encoded(returned(id, { app_id: '2021999999999999' }))],
    ['an old time', 403, (_, id) => encoded(returned(id, { timestamp: beijing(0) }))],
    ['a callback', 400, (_, id) => encoded(notice(paidFields(id, '8.80', Date.now())))],
    ['too much', 400, (_, id) => encoded(returned(id, { body: 'a'.repeat(8192) }))],
  ])(
    'that brings %s is shown a page with %i: nobody is asked, nothing is written',
    async (_, status, make) => {
      const { transactionId } = await aStored(shop);
      const before = await getPayment(database.tables(), transactionId);
      const shown = await come(make(returned(transactionId), transactionId));
      expect(shown).toMatchObject({ statusCode: status, headers: guarded });
      expect(shown.headers).not.toHaveProperty('location');
      expect(shown.body).toContain('We do not recognise this address');
      expect(shown.body).not.toContain('pay_');
      expect(queued).toEqual([]);
      expect(secrets.commandCalls(GetSecretValueCommand)).toEqual([]);
      expect(await getPayment(database.tables(), transactionId)).toEqual(before);
    },
  );
});

describe('a browser with proof', () => {
  it('has the payment asked for, and is led on to the shop with what comes of it', async () => {
    const payment = await aStored(shop);
    const { transactionId } = payment;
    settled(payment, { status: 'PAID_SUCCESS', amountPaid: payment.amountRequested });
    const sent = await come(encoded(returned(transactionId)), { code: 'alipay' });
    expect(sent).toEqual({
      statusCode: 303,
      headers: {
        ...guarded,
        location: `https://shop.example/done?order=1&transaction_id=${transactionId}&status=PAID_SUCCESS`,
      },
      body: '',
    });
    expect(queued.map((body) => JSON.parse(body) as object)).toEqual([{ transactionId, returned: true }]);
  });

  it('is led on with what stood before when the queue is down, and nothing is written', async () => {
    sync = () => Promise.reject(new Error('no queue'));
    const { transactionId } = await aStored(shop);
    const before = await getPayment(database.tables(), transactionId);
    const sent = await come(encoded(returned(transactionId)));
    expect(sent.statusCode).toBe(303);
    expect(sent.headers?.['location']).toMatch(/&status=PENDING_PAYMENT$/);
    expect(await getPayment(database.tables(), transactionId)).toEqual(before);
  });

  it('speaks to no provider, and reads no secret', () => {
    expect([fetched, secrets.commandCalls(GetSecretValueCommand)]).toEqual([0, []]);
  });

  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', '支付成功'],
    ['fr,zh;q=0.5', '支付成功'],
    ['en-GB,en;q=0.9,zh;q=0.8', 'Payment received'],
    ['fr', 'Payment received'],
    ['', 'Payment received'],
  ])('and %j reads a page where there is no shop to go to', async (language, words) => {
    const { transactionId } = await aStored({ status: 'PAID_SUCCESS' });
    const shown = await come(encoded(returned(transactionId)), { language });
    expect(shown).toMatchObject({ statusCode: 200, headers: guarded });
    expect(shown.body).toContain(words);
    expect(shown.body).toContain(transactionId);
  });

  it.each([
    ['as browsers do', (query: string) => query],
    ['with %20', (query: string) => query.replaceAll('+', '%20')],
    [
      'with little',
      (query: string) => query.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ','),
    ],
    ['in another order', (query: string) => query.split('&').reverse().join('&')],
  ])('is known however its query is escaped: %s', async (_, escape) => {
    const { transactionId } = await aStored({ ...shop, status: 'PAID_SUCCESS' });
    const passback_params = 'a+b c%20d%2B,/:;=?@"茶"\u{1f375}\n\\';
    const sent = await come(escape(encoded(returned(transactionId, { passback_params }))));
    expect(sent.headers?.['location']).toMatch(/&status=PAID_SUCCESS$/);
  });

  it('whose payment is not here, or went elsewhere, is shown the neutral page', async () => {
    const other = await aStored({ ...shop, paymentChannel: 'ALIPAY_HK' });
    const shown = await Promise.all(
      [other.transactionId, aPayment().transactionId].map((id) => come(encoded(returned(id)))),
    );
    expect(shown[0]).toMatchObject({ statusCode: 404, headers: guarded });
    expect(shown[1]).toEqual(shown[0]);
    expect(queued).toEqual([]);
  });
});

describe('the door', () => {
  it.each(['Alipay', 'NONE', '', '__proto__', 'alipay%00'])('is not at %j', async (code) => {
    expect(await come(encoded(returned(aPayment().transactionId)), { code })).toMatchObject({
      statusCode: 404,
      headers: guarded,
    });
  });

  it('of a channel without configuration tells the payer to look again', async () => {
    const shown = await come('a=b', { code: 'EMPTY' });
    expect(shown).toMatchObject({ statusCode: 500, headers: guarded });
    expect(shown.body).toContain('you need not pay again');
  });
});
