// All handlers, with what their template would tell them: real database, Alipay's side written for tests, the rest of AWS
// told what to answer.
import {
  EventBridgeClient,
  type EventBridgeClientResolvedConfig,
  type ServiceInputTypes as BusInputTypes,
  type ServiceOutputTypes as BusOutputTypes,
} from '@aws-sdk/client-eventbridge';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type SendMessageBatchCommandInput,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type SQSClientResolvedConfig,
} from '@aws-sdk/client-sqs';
import { mockClient, type AwsStub } from 'aws-sdk-client-mock';
import { findingIndex } from '../../infra/names.ts';
import { account, answer, merchant, platform } from '../contract/alipay-side.ts';
import { aContext, anEvent, answered, environment, type Sent } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

const names = [
  ...['create-payment', 'get-payment', 'list-payments', 'get-timeline', 'put-channel', 'get-channel'],
  ...['receive-callback', 'apply-notification', 'publish-events', 'close-payment', 'receive-return'],
  ...['find-due', 'sync-transaction', 'resolve-anomaly', 'list-quarantine', 'refresh-platform-keys'],
  ...['catch-up', 'refund-steps', 'create-refund', 'get-refund', 'find-refund', 'list-refunds'],
  'confirm-refund',
] as const;
export type Name = (typeof names)[number];

export const qrCode = 'https://qr.alipay.com/bax00001';

export const channelBody = {
  environment: 'sandbox',
  ...account,
  public_key_platform: platform.publicPem,
  private_key_merchant: merchant.privatePem,
  callback_url_payment: 'https://pay.example.com/payments/callbacks/ALIPAY',
  is_active: true,
};

/** What Alipay answers to a precreate: these fields, or text of no sense. */
export type Alipay = object | string;

export interface Deployed {
  readonly database: Database;
  readonly queue: AwsStub<ServiceInputTypes, ServiceOutputTypes, SQSClientResolvedConfig>;
  readonly bus: AwsStub<BusInputTypes, BusOutputTypes, EventBridgeClientResolvedConfig>;
  alipay: Alipay;
  /** by our number: what a query of the trade is answered; there are no others */
  trades: Readonly<Record<string, object>>;
  run(name: Name, event: object): Promise<unknown>;
  call(name: Name, sent: Sent): Promise<ReturnType<typeof answered>>;
  /** POST /payments/transactions for 8.80 CNY */
  create(order: string, key: string, headers?: Sent['headers']): Promise<ReturnType<typeof answered>>;
  stop(): Promise<void>;
}

export async function deploy(): Promise<Deployed> {
  const database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    IDEMPOTENCY_TABLE: 'idempotency',
    CALLBACK_QUEUE_URL: 'https://sqs.example.com/callbacks',
    SYNC_QUEUE_URL: 'https://sqs.example.com/sync',
    DUE_INDEX: findingIndex,
    DUE_SHARDS_READ: '2',
    DUE_SHARDS_WRITTEN: '2',
    EVENT_BUS_NAME: 'payments',
    REFUND_WORKFLOW_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:refund',
    CHANNELS: JSON.stringify([{ code: 'ALIPAY', provider: 'alipay', secret_arn: 'arn:secret' }]),
  });
  const secrets = mockClient(SecretsManagerClient);
  secrets.on(PutSecretValueCommand).resolves({});
  secrets
    .on(GetSecretValueCommand)
    .resolves({ SecretString: JSON.stringify({ private_key_merchant: merchant.privatePem }) });
  const queue = mockClient(SQSClient);
  queue.on(SendMessageCommand).resolves({ MessageId: '1' });
  queue
    .on(SendMessageBatchCommand)
    .callsFake((sent: SendMessageBatchCommandInput) => syncedAtOnce(run, sent));
  queue.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
  const bus = mockClient(EventBridgeClient);
  const workflows = mockClient(SFNClient);
  workflows.on(StartExecutionCommand).resolves({ executionArn: 'arn:execution' });
  const realFetch = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    const method = new URL(new Request(url).url).searchParams.get('method') ?? '';
    return Promise.resolve(new Response(said(deployed, method, init?.body)));
  };
  const handlers = new Map<Name, Run>();
  for (const name of names) {
    const { handler } = (await import(`../../functions/${name}/handler.ts`)) as { handler: Run };
    handlers.set(name, handler);
  }
  const run: Deployed['run'] = async (name, event) => handlers.get(name)?.(event, aContext());
  const call: Deployed['call'] = async (name, sent) => answered(await run(name, anEvent(sent)));
  const deployed: Deployed = {
    database,
    queue,
    bus,
    alipay: {},
    trades: {},
    run,
    call,
    create: (order, key, headers = {}) =>
      call('create-payment', { body: orderBody(order), headers: { 'Idempotency-Key': [key], ...headers } }),
    stop: async () => {
      globalThis.fetch = realFetch;
      for (const mock of [secrets, queue, bus, workflows]) mock.restore();
      await database.stop();
    },
  };
  return deployed;
}

/** Whose payer is back is asked for while he waits; the others lie in the queue. */
async function syncedAtOnce(run: Deployed['run'], { Entries = [] }: SendMessageBatchCommandInput) {
  const attributes = { ApproximateReceiveCount: '1' };
  for (const { MessageBody: body = '' } of Entries)
    if (body.includes('returned'))
      await run('sync-transaction', { Records: [{ messageId: 'returned', body, attributes }] });
  return {};
}

function orderBody(order: string): string {
  return JSON.stringify({
    business_order_id: order,
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY',
    subject: 'tea',
  });
}

function said({ alipay, trades }: Deployed, method: string, body: unknown): string {
  if (typeof alipay === 'string') return alipay;
  const content = new URLSearchParams(String(body)).get('biz_content') ?? '{}';
  const { out_trade_no } = JSON.parse(content) as { out_trade_no: string };
  const fine = { code: '10000', msg: 'Success', out_trade_no };
  if (method === 'alipay.trade.precreate') return answer(method, { ...fine, qr_code: qrCode, ...alipay });
  const trade = trades[out_trade_no];
  const none = { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST' };
  return answer(method, trade ? { ...fine, ...trade } : none);
}
