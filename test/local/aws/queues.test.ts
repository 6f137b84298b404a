import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type LocalQueues, type QueuesOptions, startQueues } from '../../../local/aws/queues.ts';
import { clientOf, withDirectory } from './support.ts';

const stops: (() => Promise<void> | void)[] = [];

async function start(options: QueuesOptions = {}) {
  const queues: LocalQueues = await startQueues(options);
  const client = new SQSClient(clientOf(queues.endpoint));
  const stop = async () => {
    client.destroy();
    await queues.stop();
  };
  stops.push(stop);
  const receive = async (QueueUrl: string, WaitTimeSeconds = 0) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }))).Messages ?? [];
  return { queues, client, receive, stop };
}

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('SQS of this machine', () => {
  it('listens on the loopback address only', async () => {
    const { queues } = await start();
    expect(queues.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('makes the queue of a template, and what the SDK sends to its URL arrives', async () => {
    const { queues, client, receive } = await start();
    const dead = await queues.createQueue('callbacks-dead', { MessageRetentionPeriod: 1209600 });
    const { url, arn } = await queues.createQueue('callbacks', {
      KmsMasterKeyId: 'key',
      KmsDataKeyReusePeriodSeconds: 300,
      VisibilityTimeout: 360,
      MessageRetentionPeriod: 345600,
      DelaySeconds: 0,
      RedrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 5 },
      Tags: [],
    });
    expect({ url, arn }).toEqual({
      url: `${queues.endpoint}/000000000000/callbacks`,
      arn: 'arn:aws:sqs:us-east-1:000000000000:callbacks',
    });
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: arn,
      VisibilityTimeout: '360',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
    });
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'one' }));
    await queues.send(arn, 'two');
    expect(queues.depths()).toEqual({
      'callbacks-dead': { visible: 0, inFlight: 0 },
      callbacks: { visible: 2, inFlight: 0 },
    });
    await expect(receive(url)).resolves.toMatchObject([{ Body: 'one' }]);
    expect(queues.depths()['callbacks']).toEqual({ visible: 1, inFlight: 1 });
  });

  it('moves a message to the dead letters after the last receive', async () => {
    const { queues, client, receive } = await start();
    const dead = await queues.createQueue('dead', {});
    const { url } = await queues.createQueue('work', {
      VisibilityTimeout: 0,
      RedrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 },
    });
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'poison' }));
    await expect(receive(url)).resolves.toHaveLength(1);
    await expect(receive(url)).resolves.toHaveLength(1);
    await expect(receive(url)).resolves.toHaveLength(0);
    await expect(receive(dead.url)).resolves.toMatchObject([{ Body: 'poison' }]);
  });

  it('holds a message back for the delay, and wakes who waits for it', async () => {
    const { queues, client, receive } = await start();
    const { url } = await queues.createQueue('later', { DelaySeconds: 1 });
    const begun = Date.now();
    const waited = receive(url, 5);
    await sleep(50);
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'late' }));
    await expect(waited).resolves.toMatchObject([{ Body: 'late' }]);
    expect(Date.now() - begun).toBeGreaterThan(900);
  });

  it('names a property that it does not carry out', async () => {
    const { queues } = await start();
    await expect(queues.createQueue('odd', { RedriveAllowPolicy: {}, Colour: 'red' })).rejects.toThrow(
      'Queue odd has the property Colour, which this machine does not carry out.',
    );
  });

  it('keeps messages in a directory, and takes over changed properties', async () => {
    await withDirectory(async (dataDir) => {
      const before = await start({ dataDir });
      const { url } = await before.queues.createQueue('kept', { VisibilityTimeout: 30 });
      await before.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'still here' }));
      await before.stop();

      const after = await start({ dataDir });
      const again = await after.queues.createQueue('kept', { VisibilityTimeout: 60 });
      const { Attributes } = await after.client.send(
        new GetQueueAttributesCommand({ QueueUrl: again.url, AttributeNames: ['All'] }),
      );
      expect(Attributes?.['VisibilityTimeout']).toBe('60');
      await expect(after.receive(again.url)).resolves.toMatchObject([{ Body: 'still here' }]);
      await after.stop();
      stops.length = 0;
    });
  });

  it('stops at once, also while somebody polls', async () => {
    const { queues, receive, stop } = await start();
    const { url } = await queues.createQueue('quiet', {});
    const polling = receive(url, 20).catch(() => []);
    await sleep(50);
    const begun = Date.now();
    await stop();
    stops.length = 0;
    await polling;
    expect(Date.now() - begun).toBeLessThan(1000);
  });
});
