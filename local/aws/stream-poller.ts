// From a table's stream to a function, as Lambda's event source mapping does it: each shard in order, at least once.
import { type _Record, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod';
import { durable } from './durable-state.ts';
import { compilePattern } from './event-pattern.ts';
import {
  atMost,
  commonMapping,
  type EventSourceOptions,
  farewell,
  onceEach,
  pause,
  type Poller,
} from './event-source.ts';
import { readProperties, withoutBehaviour } from './properties.ts';
import { type BatchPorts, type BatchRules, deliver } from './stream-batch.ts';
import { discardedObject } from './stream-discard.ts';
import { lanes } from './stream-lanes.ts';
import { streamRecord } from './stream-record.ts';
import { findStream, listShards, openShard, type ShardReader } from './stream-shards.ts';

export interface StreamOptions extends EventSourceOptions {
  /** rises with each write: where it stands still, nothing new can be in the stream; each look asks the server without it */
  readonly written?: () => number;
  /** where the position in each shard outlives this process; without it every start begins at StartingPosition */
  readonly checkpointFile?: string;
  /** chance in [0, 1), by which items overtake one another; without it all changes come in one order */
  readonly random?: () => number;
  /** keeps what is given up, where the mapping says so */
  readonly keep?: (bucketArn: string, key: string, body: string) => Promise<void>;
}

const mappingSchema = z.strictObject({
  ...commonMapping,
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  BisectBatchOnFunctionError: z.boolean().default(false),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) }).optional(),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })).default([]) })
    .optional(),
  MaximumRecordAgeInSeconds: z.coerce.number().int().min(-1).default(-1),
  MaximumRetryAttempts: z.coerce.number().int().min(-1).default(-1),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
  // One batch at a time per shard keeps every order that more at a time would keep.
  ...withoutBehaviour('ParallelizationFactor'),
});

/** ms between reads: while there is something, and at most while there is nothing */
const interval = { busy: 20, idle: 200 };
/** ms between attempts when the stream does not answer */
const afterError = 500;

/** @throws Error naming a property or a filter of the mapping that is not carried out */
export function pollStream(options: StreamOptions): Poller {
  const { endpoint, region, credentials, invoke, onError, checkpointFile, random, now = Date.now } = options;
  const mapping = readProperties(mappingSchema, 'An event source mapping of a stream', options.mapping);
  const arn = mapping.EventSourceArn;
  const table = /:table\/([^/]+)/.exec(arn)?.[1] ?? '';
  const wanted = anyFilter(mapping.FilterCriteria?.Filters);
  const rules: BatchRules = {
    bisect: mapping.BisectBatchOnFunctionError,
    reports: mapping.FunctionResponseTypes.length > 0,
    retries: mapping.MaximumRetryAttempts,
    age: mapping.MaximumRecordAgeInSeconds,
  };
  const client = new DynamoDBStreamsClient({ endpoint, region, credentials });
  const stopping = new AbortController();
  const { signal } = stopping;
  const trouble = onceEach(onError);
  const positions = durable(z.record(z.string(), z.string()), {}, checkpointFile);
  const readers = new Map<string, ShardReader>();
  let delivering = 0;
  /** how much had been written when nothing was there to be read */
  let emptyAt: number | undefined;

  function pass(ShardId: string, sequenceNumber: string): void {
    positions.value[position(arn, ShardId)] = sequenceNumber;
    positions.save();
  }

  async function handle(ShardId: string, batch: readonly DynamoDBRecord[]): Promise<void> {
    const passed = (sequenceNumber: string) => {
      pass(ShardId, sequenceNumber);
    };
    const records = batch.filter(wanted);
    const side = random ? lanes(records, random) : [records];
    const notYet = () => undefined;
    const ports = {
      invoke,
      signal,
      now,
      givenUp: discard(ShardId),
      passed: side.length > 1 ? notYet : passed,
    };
    await Promise.all(side.map((lane) => deliver(lane, rules, ports)));
    // The last ones may have been filtered out.
    const last = batch.at(-1)?.dynamodb?.SequenceNumber;
    if (last !== undefined && !signal.aborted) passed(last);
  }

  const discard =
    (shardId: string): BatchPorts['givenUp'] =>
    async (records, why, invokes) => {
      const { Destination: bucket } = mapping.DestinationConfig?.OnFailure ?? {};
      let where = '';
      if (options.keep && bucket !== undefined) {
        const functionArn = functionArnOf(mapping.FunctionName, arn);
        const facts = { streamArn: arn, shardId, functionArn, records, why, invokes, at: now() };
        const { key, body } = discardedObject(facts);
        where = await options.keep(bucket, key, body).then(
          () => ` They are kept in ${bucket}/${key}.`,
          (error: unknown) => ` They could not be kept in ${bucket}: ${String(error)}`,
        );
      }
      onError(
        `${records.length} changes of table ${table} were given up (${why}): whoever hears of them by its stream does not.${where}`,
      );
    };

  /** A batch is sent when it is full, or when its window has passed. */
  async function fill(shard: ShardReader, batch: _Record[]): Promise<DynamoDBRecord[]> {
    const until = Date.now() + mapping.MaximumBatchingWindowInSeconds * 1000;
    while (batch.length < mapping.BatchSize && Date.now() < until && !shard.ended()) {
      await pause(interval.busy, signal);
      batch.push(...(await shard.read(mapping.BatchSize - batch.length)));
    }
    return batch.map((record) => streamRecord(record, arn, region, now() - Date.now()));
  }

  /** @returns whether there was anything */
  async function step(ShardId: string, shard: ShardReader): Promise<boolean> {
    const first = await shard.read(mapping.BatchSize);
    trouble.worked();
    if (first.length === 0) return false;
    delivering += 1;
    try {
      await handle(ShardId, await fill(shard, first));
    } finally {
      delivering -= 1;
    }
    return true;
  }

  async function follow(ShardId: string, shard: ShardReader): Promise<void> {
    let wait = interval.busy;
    while (!signal.aborted && !shard.ended()) {
      try {
        wait = (await step(ShardId, shard)) ? interval.busy : Math.min(wait * 1.5, interval.idle);
        await pause(wait, signal);
      } catch (error) {
        shard.rewind();
        await fail(error);
      }
    }
    readers.delete(ShardId);
  }

  async function fail(error: unknown): Promise<void> {
    if (signal.aborted) return;
    trouble.failed(`The stream of table ${table} cannot be read (${String(error)}); it is tried again.`);
    await pause(afterError, signal);
  }

  /** Follows every shard, children after their parents. */
  async function run(): Promise<void> {
    const followed = new Map<string, Promise<void>>();
    let first: ReadonlySet<string> | undefined;
    while (!signal.aborted) {
      try {
        const StreamArn = await findStream(client, arn);
        const shards = await listShards(client, StreamArn);
        const listed = new Set(shards.map(({ ShardId = '' }) => ShardId));
        first ??= listed;
        for (const { ShardId = '', ParentShardId: parent = '' } of shards) {
          const early = listed.has(parent) && (!followed.has(parent) || readers.has(parent));
          if (followed.has(ShardId) || early) continue;
          const start = first.has(ShardId) ? mapping.StartingPosition : 'TRIM_HORIZON';
          const handled = () => positions.value[position(arn, ShardId)];
          const reader = openShard(client, { StreamArn, ShardId, start, handled });
          readers.set(ShardId, reader);
          followed.set(ShardId, follow(ShardId, reader));
        }
        const running = [...followed].filter(([ShardId]) => readers.has(ShardId)).map(([, one]) => one);
        await (running.length > 0 ? Promise.race(running) : pause(interval.idle, signal));
      } catch (error) {
        await fail(error);
      }
    }
    await Promise.all(followed.values());
  }

  const ended = mapping.Enabled ? run() : Promise.resolve();

  return {
    stop: async () => {
      stopping.abort();
      await atMost(farewell, ended);
      client.destroy();
    },
    idle: async () => {
      if (!mapping.Enabled) return true;
      if (delivering > 0 || readers.size === 0) return false;
      const written = options.written?.();
      if (written !== undefined && written === emptyAt) return true;
      const more = await Promise.all([...readers.values()].map((reader) => reader.more().catch(() => true)));
      const empty = delivering === 0 && !more.includes(true);
      emptyAt = empty ? written : undefined;
      return empty;
    },
  };
}

/** A table that was made anew has another stream, which counts from the start. */
function position(arn: string, ShardId: string): string {
  return `${arn} ${ShardId}`;
}

function functionArnOf(name: string, streamArn: string): string {
  const [, , , region = '', account = ''] = streamArn.split(':');
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
}

function anyFilter(filters: readonly { Pattern: string }[] = []): (record: DynamoDBRecord) => boolean {
  const patterns = filters.map(({ Pattern }) => compilePattern(JSON.parse(Pattern)));
  return (record) => patterns.length === 0 || patterns.some((matches) => matches(record));
}
