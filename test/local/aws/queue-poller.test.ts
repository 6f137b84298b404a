import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Poller } from '../../../local/aws/event-source.ts';
import type { InvokeResult } from '../../../local/aws/executor.ts';
import { pollQueue } from '../../../local/aws/queue-poller.ts';
import { type LocalQueues, startQueues } from '../../../local/aws/queues.ts';
import { clientOf, credentials, region, until } from './support.ts';

const ok = (payload: unknown = null): InvokeResult => ({ kind: 'ok', payload });
const failed: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'no' };
const bodies = (event: SQSEvent) => event.Records.map(({ body }) => body);

describe('the event source mapping of a queue', () => {
  let queues: LocalQueues;
  let client: SQSClient;
  const pollers: Poller[] = [];
  const errors: string[] = [];
  let made = 0;

  beforeAll(async () => {
    queues = await startQueues({});
    client = new SQSClient(clientOf(queues.endpoint));
  });
  afterEach(async () => {
    await Promise.all(pollers.splice(0).map((poller) => poller.stop()));
    errors.length = 0;
  });
  afterAll(async () => {
    client.destroy();
    await queues.stop();
  });

  async function queue(properties: object = {}) {
    made += 1;
    const name = `queue-${made}`;
    const { url, arn } = await queues.createQueue(name, { VisibilityTimeout: 1, ...properties });
    const send = async (...all: string[]) => {
      for (const MessageBody of all)
        await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    };
    const depth = () => queues.depths()[name];
    return { url, arn, send, depth };
  }

  function poll(
    EventSourceArn: string,
    invoke: (event: SQSEvent) => Promise<InvokeResult>,
    mapping: object = {},
  ) {
    const poller = pollQueue({
      endpoint: queues.endpoint,
      look: queues.look,
      region,
      credentials,
      mapping: { EventSourceArn, FunctionName: 'apply', ...mapping },
      invoke: (event) => invoke(event as SQSEvent),
      onError: (line) => errors.push(line),
    });
    pollers.push(poller);
    return poller;
  }
  const reports = { FunctionResponseTypes: ['ReportBatchItemFailures'] };

  it('hands over messages as Lambda does, and deletes them', async () => {
    const { url, arn, depth } = await queue();
    const seen: SQSRecord[] = [];
    const poller = poll(arn, (event) => Promise.resolve(ok(seen.push(...event.Records))));
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: '{"paid":true}',
        MessageAttributes: {
          channel: { DataType: 'String', StringValue: 'ALIPAY' },
          raw: { DataType: 'Binary', BinaryValue: Uint8Array.from([255]) },
        },
      }),
    );
    await until(() => poller.idle());
    expect(seen).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: '{"paid":true}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          channel: { stringValue: 'ALIPAY', stringListValues: [], binaryListValues: [], dataType: 'String' },
          raw: { binaryValue: '/w==', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
        },
        md5OfBody: createHash('md5').update('{"paid":true}').digest('hex'),
        md5OfMessageAttributes: expect.any(String),
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: 'us-east-1',
      },
    ]);
    expect(depth()).toEqual({ visible: 0, inFlight: 0 });
  });

  it('leaves only the reported messages, which come again', async () => {
    const { arn, send, depth } = await queue();
    await send('good', 'bad', 'fine');
    const batches: string[][] = [];
    const poller = poll(
      arn,
      (event) => {
        batches.push(bodies(event));
        const bad = batches.length === 1 ? event.Records.filter(({ body }) => body === 'bad') : [];
        return Promise.resolve(
          ok({ batchItemFailures: bad.map((each) => ({ itemIdentifier: each.messageId })) }),
        );
      },
      reports,
    );
    await until(async () => batches.length > 0 && (await poller.idle()));
    expect(depth()).toEqual({ visible: 0, inFlight: 1 });
    await until(() => batches.length === 2);
    expect(batches).toEqual([['good', 'bad', 'fine'], ['bad']]);
    await until(() => depth()?.inFlight === 0);
  });

  it.each<[string, InvokeResult, object, number]>([
    ['an error', failed, reports, 2],
    ['a report of an unknown message', ok({ batchItemFailures: [{ itemIdentifier: 'other' }] }), reports, 2],
    ['a report without a name', ok({ batchItemFailures: [{ itemIdentifier: '' }] }), reports, 2],
    ['a report with another key', ok({ batchItemFailures: [{ id: '1' }] }), reports, 2],
    ['a report that is no object', ok('done'), reports, 2],
    ['no answer', ok(), reports, 0],
    ['an empty report', ok({ batchItemFailures: [] }), reports, 0],
    ['a report that nobody asked for', ok({ batchItemFailures: [{ itemIdentifier: 'other' }] }), {}, 0],
  ])('after %s', async (_, result, mapping, left) => {
    const { arn, send, depth } = await queue({ VisibilityTimeout: 30 });
    await send('one', 'two');
    let calls = 0;
    const poller = poll(arn, () => Promise.resolve(result).finally(() => (calls += 1)), mapping);
    await until(async () => calls > 0 && (await poller.idle()));
    expect(depth()).toEqual({ visible: 0, inFlight: left });
  });

  it('takes an invoker that rejects for a failure', async () => {
    const { arn, send, depth } = await queue({ VisibilityTimeout: 30 });
    await send('one');
    const poller = poll(arn, () => Promise.reject(new Error('gone')));
    await until(async () => depth()?.inFlight === 1 && (await poller.idle()));
    expect(errors).toEqual([]);
  });

  it('takes batches of a size, and so many at once', async () => {
    const { arn, send } = await queue({ VisibilityTimeout: 30 });
    await send('1', '2', '3', '4', '5', '6');
    const sizes: number[] = [];
    let running = 0;
    let most = 0;
    const poller = poll(
      arn,
      async (event) => {
        sizes.push(event.Records.length);
        most = Math.max(most, (running += 1));
        await sleep(60);
        running -= 1;
        return ok();
      },
      { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } },
    );
    await sleep(30);
    await expect(poller.idle()).resolves.toBe(false);
    await until(() => poller.idle());
    expect({ sizes, most }).toEqual({ sizes: [1, 1, 1, 1, 1, 1], most: 2 });
  });

  it('waits for a window to fill a batch', async () => {
    const { arn, send } = await queue({ VisibilityTimeout: 30 });
    const batches: string[][] = [];
    poll(arn, (event) => Promise.resolve(ok(batches.push(bodies(event)))), {
      BatchSize: 3,
      MaximumBatchingWindowInSeconds: 2,
    });
    for (const body of ['1', '2', '3']) await send(body).then(() => sleep(30));
    await until(() => batches.length > 0);
    expect(batches).toEqual([['1', '2', '3']]);
  });

  it('takes nothing when it is stopped or switched off, and stops at once', async () => {
    const { arn, send, depth } = await queue();
    const never = () => Promise.reject(new Error('never'));
    const off = poll(arn, never, { Enabled: false });
    const poller = poll(arn, never);
    await sleep(50);
    const begun = Date.now();
    await poller.stop();
    expect(Date.now() - begun).toBeLessThan(500);
    await expect(off.idle()).resolves.toBe(true);
    expect(depth()).toEqual({ visible: 0, inFlight: 0 });
    await sleep(2100);
    await send('later');
    expect(depth()).toEqual({ visible: 1, inFlight: 0 });
  });

  it('tells once that a queue cannot be read', async () => {
    poll('arn:aws:sqs:us-east-1:000000000000:nowhere', () => Promise.resolve(ok()));
    await until(() => errors.length > 0);
    await sleep(700);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^Queue nowhere cannot be read \(.+\); it is tried again\.$/);
  });

  it('names a property that it does not carry out', () => {
    const filter = { FilterCriteria: { Filters: [] } };
    expect(() => poll('arn:aws:sqs:us-east-1:000000000000:odd', () => Promise.resolve(ok()), filter)).toThrow(
      'An event source mapping of a queue has the property FilterCriteria, which this machine does not carry out.',
    );
  });
});
