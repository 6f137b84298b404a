// A refund that Alipay has taken up and does not finish: real database, Alipay's side written for tests, and what the two
// handlers that ask for it count.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Refund } from '../../lib/domain/refund.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { account, answer, merchant, platform } from '../contract/alipay-side.ts';
import { madeRefund, paidOne, refundNow, say, succeeded } from '../flows/refunding.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;
type Business = Readonly<Record<string, string>>;

let database: Database;
let refundSteps: Run;
let syncTransaction: Run;
let counted: jest.SpiedFunction<typeof console.log>;
const secrets = mockClient(SecretsManagerClient);
const realFetch = globalThis.fetch;
/** what Alipay was asked to do, in order */
const calls: string[] = [];
/** whether it shows the number that it was given */
let isShown = true;

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    DUE_SHARDS_WRITTEN: '2',
    REFUND_WORKFLOW_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:refund',
    CHANNELS: JSON.stringify([{ code: 'ALIPAY', provider: 'alipay', secret_arn: 'arn:secret' }]),
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  secrets
    .on(GetSecretValueCommand)
    .resolves({ SecretString: JSON.stringify({ private_key_merchant: merchant.privatePem }) });
  globalThis.fetch = async (url, init) => {
    const request = new Request(url, init);
    const method = new URL(request.url).searchParams.get('method') ?? '';
    calls.push(method);
    const business = new URLSearchParams(await request.text()).get('biz_content') ?? '{}';
    return new Response(answer(method, said(method, JSON.parse(business) as Business)));
  };
  const config = { ...account, public_key_platform: platform.publicPem };
  await putChannelRow(database.tables(), aChannelRow({ config }), 'test');
  for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockReturnValue();
  counted = jest.spyOn(console, 'log').mockReturnValue();
  refundSteps = (await import('../../functions/refund-steps/handler.ts')).handler as unknown as Run;
  syncTransaction = (await import('../../functions/sync-transaction/handler.ts')).handler as unknown as Run;
});
beforeEach(() => {
  counted.mockClear();
  calls.length = 0;
  isShown = true;
});
afterAll(async () => {
  jest.restoreAllMocks();
  globalThis.fetch = realFetch;
  secrets.restore();
  await database.stop();
});

function said(method: string, { out_trade_no, trade_no, out_request_no }: Business): object {
  const fine = { code: '10000', msg: 'Success' };
  const trade = { ...fine, out_trade_no, trade_no };
  if (method === 'alipay.trade.refund') return { ...trade, fund_change: 'N', refund_fee: '0.00' };
  return isShown ? { ...trade, out_request_no, refund_amount: '3.00', total_amount: '8.80' } : fine;
}

const asked = 'alipay.trade.fastpay.refund.query';
const sent = 'alipay.trade.refund';
const unanswered = () => counted.mock.calls.flat().join().split('"refund_unanswered":1').length - 1;
const step = (refund: Refund, name: 'submit' | 'query') =>
  refundSteps({ step: name, refund_id: refund.refundId, run: 1 }, aContext());
const hint = ({ refundId }: Refund) =>
  syncTransaction(
    { Records: [{ messageId: 'm', body: JSON.stringify({ refundId, hinted: true }), attributes: {} }] },
    aContext(),
  );

async function aRefund(): Promise<Refund> {
  const payee = { merchantId: account.merchant_id, appId: account.app_id };
  return madeRefund(database, await paidOne(database, { payee }));
}

describe('a refund that Alipay has taken up', () => {
  it('is sent again each time it was asked for, and is no answer that is missing', async () => {
    const refund = await aRefund();
    for (let i = 0; i < 3; i++) {
      expect(await step(refund, 'submit')).toMatchObject({ next: 'query' });
      expect(await step(refund, 'query')).toMatchObject({ next: 'submit' });
    }
    expect(calls).toEqual([sent, asked, sent, asked, sent, asked]);
    expect(unanswered()).toBe(0);
    expect((await refundNow(database, refund)).status).toBe('PROCESSING');
  });

  it('and hints at is asked for, and counts nothing either, even after its success', async () => {
    const [open, over] = [await aRefund(), await aRefund()];
    await say(database, succeeded(over));
    for (const refund of [open, over]) expect(await hint(refund)).toEqual({ batchItemFailures: [] });
    expect(calls).toEqual([asked, asked]);
    expect(unanswered()).toBe(0);
  });

  it('and does not show is sent again, and counted', async () => {
    const refund = await aRefund();
    await step(refund, 'submit');
    isShown = false;
    expect(await step(refund, 'query')).toMatchObject({ next: 'submit' });
    expect(unanswered()).toBe(1);
    await hint(refund);
    expect(unanswered()).toBe(2);
  });
});
