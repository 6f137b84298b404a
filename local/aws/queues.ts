// SQS of this machine: queues as the template has them, and how full they are.
import {
  CreateQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';
import type { QueueClock } from './queue-clock.ts';
import { startQueueServer } from './queue-server.ts';

export interface QueueDepth {
  /** ready to be received */
  readonly visible: number;
  /** received and neither deleted nor due again */
  readonly inFlight: number;
}

export interface QueueLook extends QueueDepth {
  /** ms for which a message that was received is hidden from others */
  readonly visibility: number;
}

export interface LocalQueues {
  readonly endpoint: string;
  /** how it hears that the service's time was moved */
  readonly clock: QueueClock;
  /**
   * Takes resolved properties of AWS::SQS::Queue; a kept queue takes them over. Messages expire when the
   * service's time is moved beyond their retention, not by themselves.
   * @throws Error naming a property that is not carried out
   */
  createQueue(name: string, properties: Properties): Promise<{ url: string; arn: string }>;
  /** What a queue holds at this moment; nothing where there is no such queue. */
  readonly look: (name: string) => QueueLook | undefined;
  /** by queue name */
  depths(): Record<string, QueueDepth>;
  /** for what is delivered by this machine itself, such as a rule's target */
  send(arn: string, body: string): Promise<void>;
  stop(): Promise<void>;
}

export interface QueuesOptions {
  readonly dataDir?: string;
  readonly region?: string;
}

/** The emulator knows no other. */
const account = '000000000000';

const seconds = z.coerce.number().int();

const queue = z.strictObject({
  QueueName: z.string().optional(),
  ContentBasedDeduplication: z.boolean().optional(),
  DelaySeconds: seconds.optional(),
  FifoQueue: z.boolean().optional(),
  MaximumMessageSize: z.coerce.number().int().optional(),
  MessageRetentionPeriod: seconds.optional(),
  ReceiveMessageWaitTimeSeconds: seconds.optional(),
  RedrivePolicy: z
    .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int() })
    .optional(),
  VisibilityTimeout: seconds.optional(),
  ...withoutBehaviour(
    'KmsDataKeyReusePeriodSeconds',
    'KmsMasterKeyId',
    'RedriveAllowPolicy',
    'SqsManagedSseEnabled',
    'Tags',
  ),
});

const settable = [
  'ContentBasedDeduplication',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'VisibilityTimeout',
] as const;

export async function startQueues({ dataDir, region = 'us-east-1' }: QueuesOptions): Promise<LocalQueues> {
  const server = await startQueueServer(region, dataDir);
  const client = new SQSClient({
    endpoint: server.endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  });
  const names = new Set<string>();
  const look = (name: string): QueueLook | undefined => {
    const now = server.attributes(name);
    return (
      now && {
        visible: Number(now['ApproximateNumberOfMessages']),
        inFlight: Number(now['ApproximateNumberOfMessagesNotVisible']),
        visibility: Number(now['VisibilityTimeout']) * 1000,
      }
    );
  };
  return {
    endpoint: server.endpoint,
    clock: server.clock,
    createQueue: async (name, properties) => {
      const url = `${server.endpoint}/${account}/${name}`;
      await ensureQueue(client, name, url, attributes(name, properties));
      names.add(name);
      return { url, arn: `arn:aws:sqs:${region}:${account}:${name}` };
    },
    look,
    depths: () =>
      Object.fromEntries(
        [...names].map((name) => {
          const { visible = 0, inFlight = 0 } = look(name) ?? {};
          return [name, { visible, inFlight }];
        }),
      ),
    send: async (arn, body) => {
      const name = arn.split(':').at(-1) ?? '';
      await client.send(
        new SendMessageCommand({ QueueUrl: `${server.endpoint}/${account}/${name}`, MessageBody: body }),
      );
    },
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

/** SQS takes every attribute as text. */
function attributes(name: string, properties: Properties): Record<string, string> {
  const said = readProperties(queue, `Queue ${name}`, properties);
  const set: Record<string, string> = said.FifoQueue === true ? { FifoQueue: 'true' } : {};
  for (const key of settable) if (said[key] !== undefined) set[key] = asText(said[key]);
  return set;
}

function asText(value: string | number | boolean | object): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Made bare and then set, so that a kept queue takes over what has changed. */
async function ensureQueue(client: SQSClient, name: string, url: string, wanted: Record<string, string>) {
  const { FifoQueue, ...changeable } = wanted;
  const Attributes = FifoQueue === undefined ? {} : { FifoQueue };
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  if (Object.keys(changeable).length === 0) return;
  await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: changeable }));
}
