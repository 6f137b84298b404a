// The open door for payers' browsers, with the real adapter behind it and Alipay's side written for tests.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { Payment } from '../../lib/domain/payment.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { proxyEvent, type EventContext } from '../../local/aws/proxy.ts';
import {
  account,
  beijing,
  merchant,
  notice,
  paidFields,
  platform,
  stranger,
  type Fields,
} from '../contract/alipay-side.ts';
import { aPayment } from '../domain/samples.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { encoded, returned, says, paid, type Says } from './alipay-return.ts';
import { aChannelRow } from './channel.ts';

type Run = (event: unknown, context: unknown) => Promise<APIGatewayProxyResult>;

const secrets = mockClient(SecretsManagerClient);
const realFetch = globalThis.fetch;
/** methods that Alipay was asked for */
let asked: string[] = [];
let alipay: Says;
let database: Database;
let handler: Run;

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    DUE_SHARDS_WRITTEN: '2',
    CHANNELS: JSON.stringify([
      { code: 'ALIPAY', provider: 'alipay', secret_arn: 'arn:secret' },
      { code: 'EMPTY', provider: 'alipay' },
    ]),
  });
  const config = { ...account, public_key_platform: platform.publicPem };
  await putChannelRow(database.tables(), aChannelRow({ config }), 'test');
  const SecretString = JSON.stringify({ private_key_merchant: merchant.privatePem });
  secrets.on(GetSecretValueCommand).resolves({ SecretString });
  globalThis.fetch = (url, init) => {
    asked.push(new URL(new Request(url).url).searchParams.get('method') ?? '');
    const business = new URLSearchParams(init?.body as string).get('biz_content') ?? '';
    return Promise.resolve(alipay(JSON.parse(business) as { out_trade_no: string }));
  };
  ({ handler } = (await import('../../functions/receive-return/handler.ts')) as unknown as { handler: Run });
});
afterAll(async () => {
  globalThis.fetch = realFetch;
  secrets.restore();
  await database.stop();
});
beforeEach(() => {
  asked = [];
  alipay = says('WAIT_BUYER_PAY');
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
      expect(asked).toEqual([]);
      expect(secrets.commandCalls(GetSecretValueCommand)).toEqual([]);
      expect(await getPayment(database.tables(), transactionId)).toEqual(before);
    },
  );
});

describe('a browser with proof', () => {
  it('leads to the question, and on to the shop with what the channel says', async () => {
    alipay = paid();
    const { transactionId } = await aStored(shop);
    const sent = await come(encoded(returned(transactionId)), { code: 'alipay' });
    expect(sent).toEqual({
      statusCode: 303,
      headers: {
        ...guarded,
        location: `https://shop.example/done?order=1&transaction_id=${transactionId}&status=PAID_SUCCESS`,
      },
      body: '',
    });
    expect(asked).toEqual(['alipay.trade.query']);
  });

  it.each<[string, Says]>([
    ['that the payer has not paid', says('WAIT_BUYER_PAY')],
    ['html', () => new Response('<html>', { status: 502 })],
    ['nothing', () => Response.error()],
  ])('changes nothing when the channel says %s', async (_, say) => {
    alipay = say;
    const { transactionId } = await aStored(shop);
    const before = await getPayment(database.tables(), transactionId);
    const sent = await come(encoded(returned(transactionId)));
    expect(sent.statusCode).toBe(303);
    expect(sent.headers?.['location']).toMatch(/&status=PENDING_PAYMENT$/);
    expect(await getPayment(database.tables(), transactionId)).toEqual(before);
    expect(asked).toEqual(['alipay.trade.query']);
  });

  it.each([
    ['zh-CN,zh;q=0.9,en;q=0.8', '正在等待支付机构确认'],
    ['fr,zh;q=0.5', '正在等待支付机构确认'],
    ['en-GB,en;q=0.9,zh;q=0.8', 'We are waiting'],
    ['fr', 'We are waiting'],
    ['', 'We are waiting'],
  ])('and %j reads a page where there is no shop to go to', async (language, words) => {
    const { transactionId } = await aStored();
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
    alipay = paid();
    const { transactionId } = await aStored(shop);
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
    expect(asked).toEqual([]);
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
