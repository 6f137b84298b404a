// The handler of the callback queue, with a callback about a number that we do not know.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { factsDigest, readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { listQuarantined } from '../../lib/store/quarantine.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { aContext, environment } from '../lambda/gateway-event.ts';
import { startDatabase, type Database } from '../store/database.ts';

type Run = (event: unknown, context: unknown) => Promise<unknown>;

const queue = mockClient(SQSClient);
let database: Database;
let run: Run;
let told: jest.SpiedFunction<(name: string, facts: object, cause?: unknown) => void>;
let counted: jest.SpiedFunction<typeof console.log>;

beforeAll(async () => {
  database = await startDatabase();
  environment({
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    DUE_SHARDS_WRITTEN: '2',
    CALLBACK_QUEUE_URL: 'https://sqs.example.com/callbacks',
    SYNC_QUEUE_URL: 'https://sqs.example.com/sync',
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_METRICS_DISABLED: 'false',
  });
  run = (await import('../../functions/apply-notification/handler.ts')).handler as unknown as Run;
  const { log } = await import('../../lib/lambda/log.ts');
  told = jest.spyOn(log, 'error');
  counted = jest.spyOn(console, 'log').mockReturnValue();
});
beforeEach(() => {
  for (const each of [told, counted]) each.mockClear();
  queue.reset();
  queue.on(SendMessageCommand).resolves({ MessageId: '1' });
});
afterAll(() => database.stop());

function aMessage(changes: Partial<CallbackMessage> = {}): CallbackMessage {
  const notification = { kind: 'payment', snapshot: paidFor(aPayment()) } as const;
  const digest = factsDigest('ALIPAY', notification);
  const raw = { receivedAt: at, requestId: 'r', keyVersion: 'k1', headers: {}, bodyBase64: 'YQ==' };
  return { channelCode: 'ALIPAY', digest, notification, ...raw, ...changes };
}

const apply = (message: CallbackMessage) =>
  run({ Records: [{ messageId: 'm', body: JSON.stringify(message), attributes: {} }] }, aContext());
const sent = () => queue.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
const done = { batchItemFailures: [] };
const notDone = { batchItemFailures: [{ itemIdentifier: 'm' }] };

const kept = async (message: CallbackMessage) => {
  const page = await listQuarantined(database.tables(), 'ALIPAY', 50);
  return page?.items.filter(({ digest }) => digest === message.digest);
};

describe('a callback about an unknown number', () => {
  it('goes to the queue again, counted and late, and nobody is called', async () => {
    const message = aMessage();
    expect(await apply(message)).toEqual(done);
    const [{ QueueUrl, DelaySeconds, MessageBody = '' } = {}, ...more] = sent();
    expect([QueueUrl, DelaySeconds, more]).toEqual(['https://sqs.example.com/callbacks', 10, []]);
    expect(readCallbackMessage(MessageBody)).toEqual({ ...message, attempt: 1 });
    expect(told).not.toHaveBeenCalled();
    expect(await kept(message)).toEqual([]);
  });

  it('stays in the queue when it could not be sent again', async () => {
    queue.on(SendMessageCommand).rejects(new Error('the queue is down'));
    const message = aMessage({ attempt: 5 });
    expect(await apply(message)).toEqual(notDone);
    expect(await kept(message)).toEqual([]);
  });

  it('calls somebody once it is quarantined, and again when it comes again', async () => {
    const message = aMessage({ attempt: 6 });
    const { notification, digest } = message;
    const transaction_id = notification.kind === 'payment' ? notification.snapshot.transactionId : '';
    const facts = { channel_code: 'ALIPAY', digest, transaction_id, reason: 'no_such_payment' };
    for (let times = 1; times <= 2; times++) {
      expect(await apply(message)).toEqual(done);
      expect(told.mock.calls).toEqual(Array(times).fill(['callback.quarantined', facts]));
      expect(counted.mock.calls.flat().join().split('"callback_quarantined":1')).toHaveLength(times + 1);
    }
    expect(sent()).toEqual([]);
    expect(await kept(message)).toHaveLength(1);
  });

  it('of an unknown type is told as both', async () => {
    const notification = { kind: 'unrecognised', what: 'refund notice', noticeId: 'n1' } as const;
    const message = aMessage({ notification, digest: factsDigest('ALIPAY', notification) });
    expect(await apply(message)).toEqual(done);
    const facts = { channel_code: 'ALIPAY', digest: message.digest };
    expect(told.mock.calls).toEqual([
      ['callback.quarantined', { ...facts, reason: 'unrecognised' }],
      ['callback.unrecognised', { ...facts, reason: 'refund notice' }],
    ]);
    const lines = counted.mock.calls.flat().join();
    for (const name of ['callback_quarantined', 'callback_unrecognised'])
      expect(lines).toContain(`"${name}":1`);
  });
});
