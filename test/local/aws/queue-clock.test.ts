import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import type { InvokeResult } from '../../../local/aws/executor.ts';
import { pollQueue } from '../../../local/aws/queue-poller.ts';
import { type LocalQueues, startQueues } from '../../../local/aws/queues.ts';
import { openTimeline } from '../../../local/timeline.ts';
import { clientOf, credentials, region } from './support.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('a queue, when the time is moved', () => {
  let queues: LocalQueues;
  let client: SQSClient;
  const timeline = openTimeline();

  beforeAll(async () => {
    queues = await startQueues({});
    client = new SQSClient(clientOf(queues.endpoint));
    timeline.join(queues.clock);
  });
  afterAll(async () => {
    client.destroy();
    await queues.stop();
    await timeline.stop();
  });

  const send = (QueueUrl: string, MessageBody: string, DelaySeconds = 0) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
  const receive = async (QueueUrl: string) =>
    ((await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? []).map(({ Body }) => Body);
  const advance = (ms: number) => timeline.advanceTo(timeline.now() + ms);

  test('ends delays and visibility timeouts at their moment', async () => {
    const { url } = await queues.createQueue('delays', { VisibilityTimeout: 300 });
    await send(url, 'late', 600);
    await expect(receive(url)).resolves.toEqual([]);
    await advance(9 * minute);
    await expect(receive(url)).resolves.toEqual([]);
    await advance(2 * minute);
    await expect(receive(url)).resolves.toEqual(['late']);
    await advance(4 * minute);
    await expect(receive(url)).resolves.toEqual([]);
    await advance(2 * minute);
    await expect(receive(url)).resolves.toEqual(['late']);
  });

  test('has forgotten what it was to keep for less', async () => {
    const { url } = await queues.createQueue('kept', { MessageRetentionPeriod: 345_600 });
    await send(url, 'old');
    await advance(2 * day);
    await send(url, 'young');
    await advance(2 * day + minute);
    expect(queues.depths()['kept']).toEqual({ visible: 1, inFlight: 0 });
    await expect(receive(url)).resolves.toEqual(['young']);
  });

  test('gives a poisoned message to its function as often as it may, then to the dead letters', async () => {
    const dead = await queues.createQueue('poison-dead', {});
    const { url, arn } = await queues.createQueue('poison', {
      VisibilityTimeout: 180,
      RedrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 5 },
    });
    const attempts: string[] = [];
    const ages: number[] = [];
    const poller = pollQueue({
      endpoint: queues.endpoint,
      look: queues.look,
      region,
      credentials,
      now: timeline.now,
      mapping: { EventSourceArn: arn, FunctionName: 'apply' },
      invoke: (event): Promise<InvokeResult> => {
        const [record] = (event as SQSEvent).Records;
        attempts.push(record?.attributes.ApproximateReceiveCount ?? '');
        ages.push(Math.floor((timeline.now() - Number(record?.attributes.SentTimestamp)) / minute));
        return Promise.resolve({ kind: 'error', errorType: 'Error', errorMessage: 'no' });
      },
      onError: () => undefined,
    });
    timeline.join({ idle: () => poller.idle(), moved: (by) => poller.moved?.(by) });
    await send(url, 'poison');
    await advance(20 * minute);
    expect(attempts).toEqual(['1', '2', '3', '4', '5']);
    expect(ages).toEqual([0, 3, 6, 9, 12]);
    expect(queues.depths()).toMatchObject({
      poison: { visible: 0, inFlight: 0 },
      'poison-dead': { visible: 1, inFlight: 0 },
    });
    await poller.stop();
  });
});
