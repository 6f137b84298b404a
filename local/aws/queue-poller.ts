// From a queue to a function, as Lambda's event source mapping does it: batches, partial failures, bounded concurrency.
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import {
  atMost,
  commonMapping,
  type EventSourceOptions,
  failedItems,
  farewell,
  invokeSafely,
  onceEach,
  pause,
  type Poller,
} from './event-source.ts';
import { readProperties } from './properties.ts';
import type { QueueLook } from './queues.ts';
import { sqsRecord } from './sqs-record.ts';

const mappingSchema = z.strictObject({
  ...commonMapping,
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().int().min(2).max(1000) }).optional(),
});

/** Lambda begins with five batches at once. */
const defaultConcurrency = 5;
/** s; short, because a poll that is cut off may still take messages with it */
const longPoll = 2;
/** ms between attempts when the queue does not answer */
const afterError = 500;

export interface QueueSourceOptions extends EventSourceOptions {
  /** what a queue holds at this moment */
  readonly look: (name: string) => QueueLook | undefined;
}

/**
 * @param options `mapping` of a queue whose name is in its ARN; the queue must exist at `endpoint`
 * @throws Error naming a property of the mapping that is not carried out
 */
export function pollQueue(options: QueueSourceOptions): Poller {
  const { endpoint, region, credentials, invoke, look, onError, now = Date.now } = options;
  const mapping = readProperties(mappingSchema, 'An event source mapping of a queue', options.mapping);
  const arn = mapping.EventSourceArn;
  const [account = '', name = ''] = arn.split(':').slice(-2);
  const QueueUrl = new URL(`/${account}/${name}`, endpoint).href;
  const client = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });
  const reports = mapping.FunctionResponseTypes.length > 0;
  const limit = mapping.ScalingConfig?.MaximumConcurrency ?? defaultConcurrency;
  const stopping = new AbortController();
  const { signal: abortSignal } = stopping;
  const over = () => abortSignal.aborted;
  const trouble = onceEach(onError);
  const running = new Set<Promise<void>>();
  const { inFlight: taken = 0, visibility = 30_000 } = look(name) ?? {};
  /**
   * when each message that was given back is due again, ms since 1970; what an earlier run of this machine had taken is
   * waited for by nobody
   */
  let waiting = Array.from({ length: taken }, () => Date.now() + visibility);

  async function receive(most: number, seconds: number): Promise<Message[]> {
    const request = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(most, 10),
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await client.send(request, { abortSignal });
    return Messages;
  }

  /** A batch is sent when it is full, or when its window has passed. */
  async function gather(): Promise<Message[]> {
    const batch = await receive(mapping.BatchSize, longPoll);
    const until = Date.now() + mapping.MaximumBatchingWindowInSeconds * 1000;
    while (batch.length > 0 && batch.length < mapping.BatchSize && Date.now() < until) {
      const left = Math.min(Math.ceil((until - Date.now()) / 1000), longPoll);
      batch.push(...(await receive(mapping.BatchSize - batch.length, left)));
    }
    return batch;
  }

  async function work(messages: readonly Message[]): Promise<void> {
    const due = Date.now() + visibility;
    const ahead = now() - Date.now();
    const event: SQSEvent = { Records: messages.map((message) => sqsRecord(message, arn, region, ahead)) };
    const result = await invokeSafely(invoke, event);
    const failed = failedItems(
      result,
      reports,
      event.Records.map(({ messageId }) => messageId),
    );
    waiting.push(...Array.from(failed, () => due));
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    for (let from = 0; from < done.length; from += 10) await remove(done.slice(from, from + 10));
  }

  async function remove(messages: readonly Message[]): Promise<void> {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    try {
      await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    } catch (error) {
      onError(
        `Queue ${name}: ${messages.length} handled messages were not deleted and come again (${String(error)}).`,
      );
    }
  }

  async function run(): Promise<void> {
    while (!over()) {
      try {
        const batch = await gather();
        trouble.worked();
        if (batch.length > 0) start(batch);
      } catch (error) {
        if (over()) return;
        trouble.failed(`Queue ${name} cannot be read (${String(error)}); it is tried again.`);
        await pause(afterError, abortSignal);
      }
      while (running.size >= limit) await Promise.race(running);
    }
  }

  function start(batch: readonly Message[]): void {
    const one = work(batch).finally(() => running.delete(one));
    running.add(one);
  }

  const ended = mapping.Enabled ? run() : Promise.resolve();

  return {
    moved: (by) => {
      waiting = waiting.map((due) => due - by);
    },
    stop: async () => {
      stopping.abort();
      await atMost(farewell, Promise.all([ended, ...running]));
      client.destroy();
    },
    idle: () => {
      if (!mapping.Enabled) return Promise.resolve(true);
      const { visible, inFlight } = look(name) ?? { visible: 1, inFlight: 0 };
      waiting = waiting.filter((due) => due > Date.now());
      return Promise.resolve(running.size === 0 && visible === 0 && inFlight <= waiting.length);
    },
  };
}
