// A handler that asks channels for refunds, with what its template would tell it: real database, Alipay's side written for
// tests, and whom it calls.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { account, answer, merchant, platform } from '../contract/alipay-side.ts';
import { madeRefund, paidOne } from '../flows/refunding.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

/** declared: one that works, one whose configuration is of no sense, and one that has none yet */
const declared = ['ALIPAY', 'ALIPAY_WRONG', 'ALIPAY_EMPTY'];
export const days = 86_400_000;

export interface Calls {
  readonly database: Database;
  /** what Alipay answers: these fields beside those of the refund of 3.00 that was asked for, or text of no sense */
  alipay: object | string;
  run(event: object): Promise<unknown>;
  /** 8.80 CNY, paid to the account of the channel */
  paid(channel?: string): Promise<Payment>;
  /** 3.00 of such a payment */
  made(channel?: string): Promise<Refund>;
  /** All that was counted since the last time, and all lines that somebody is to look at: [name, facts, cause]. */
  heard(): { counted: string[]; lines: unknown[][] };
  /** The facts of the lines of that name since the last time. */
  noted(name: string): object[];
  stop(): Promise<void>;
}

export async function listenTo(name: 'refund-steps' | 'sync-transaction'): Promise<Calls> {
  const database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    DUE_SHARDS_WRITTEN: '2',
    REFUND_WORKFLOW_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:refund',
    CHANNELS: JSON.stringify(
      declared.map((code) => ({ code, provider: 'alipay', secret_arn: 'arn:secret' })),
    ),
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  const [secrets, workflows] = [mockClient(SecretsManagerClient), mockClient(SFNClient)];
  const SecretString = JSON.stringify({ private_key_merchant: merchant.privatePem });
  secrets.on(GetSecretValueCommand).resolves({ SecretString });
  workflows.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
  const config = { ...account, public_key_platform: platform.publicPem };
  await putChannelRow(database.tables(), aChannelRow({ config }), 'test');
  await putChannelRow(database.tables(), aChannelRow({ channelCode: 'ALIPAY_WRONG' }), 'test');
  const realFetch = globalThis.fetch;
  globalThis.fetch = (url, init) => Promise.resolve(new Response(said(calls.alipay, url, init)));
  const { handler } = (await import(`../../functions/${name}/handler.ts`)) as { handler: Run };
  const { log } = await import('../../lib/lambda/log.ts');
  const spies = {
    info: jest.spyOn(log, 'info'),
    lines: [jest.spyOn(log, 'warn'), jest.spyOn(log, 'error')] as const,
    counts: jest.spyOn(console, 'log').mockReturnValue(),
  };
  const payee = { merchantId: account.merchant_id, appId: account.app_id };
  const paid = (paymentChannel = 'ALIPAY') => paidOne(database, { paymentChannel, payee });
  const calls: Calls = {
    ...{ database, alipay: {}, paid },
    run: (event) => handler(event, aContext()),
    made: async (channel) => madeRefund(database, await paid(channel)),
    heard: () => ({
      counted: taken(spies.counts).flatMap(([line]) => namesOf(String(line))),
      lines: spies.lines.flatMap((spy) => taken(spy)),
    }),
    noted: (line) => taken(spies.info).flatMap(([each, facts]) => (each === line ? [facts as object] : [])),
    stop: async () => {
      jest.restoreAllMocks();
      globalThis.fetch = realFetch;
      for (const mock of [secrets, workflows]) mock.restore();
      await database.stop();
    },
  };
  return calls;
}

/** What happens meanwhile happened so long ago. */
export async function ago<T>(ms: number, meanwhile: () => Promise<T>): Promise<T> {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - ms);
  try {
    return await meanwhile();
  } finally {
    clock.mockRestore();
  }
}

function taken(spy: { mock: { calls: unknown[][] }; mockClear(): unknown }): unknown[][] {
  const { calls } = spy.mock;
  spy.mockClear();
  return calls;
}

/** What a line of counts counts, each as often as it does. */
function namesOf(line: string): string[] {
  const { _aws, ...values } = JSON.parse(line) as {
    _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
  };
  const names = _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  return names.flatMap((name) => [(values as Record<string, unknown>)[name]].flat().map(() => name));
}

function said(alipay: Calls['alipay'], url: Parameters<typeof fetch>[0], init: RequestInit = {}): string {
  if (typeof alipay === 'string') return alipay;
  const method = new URL(new Request(url).url).searchParams.get('method') ?? '';
  const content = new URLSearchParams(init.body as string).get('biz_content') ?? '{}';
  const { out_trade_no, trade_no, out_request_no } = JSON.parse(content) as Record<string, string>;
  const asked = { out_trade_no, trade_no, out_request_no };
  const fine = { code: '10000', msg: 'Success', refund_status: 'REFUND_SUCCESS', refund_amount: '3.00' };
  return answer(method, { ...fine, ...asked, ...alipay });
}
