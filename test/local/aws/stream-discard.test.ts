import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type LocalBuckets, openBuckets } from '../../../local/aws/buckets.ts';
import { type LocalDynamo, startDynamo } from '../../../local/aws/dynamodb.ts';
import type { Poller } from '../../../local/aws/event-source.ts';
import type { InvokeResult } from '../../../local/aws/executor.ts';
import { type LocalQueues, startQueues } from '../../../local/aws/queues.ts';
import { randomFrom } from '../../../local/aws/stream-lanes.ts';
import { pollStream } from '../../../local/aws/stream-poller.ts';
import { openTimeline } from '../../../local/timeline.ts';
import { clientOf, credentials, region, until } from './support.ts';

const failed: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'no' };
const ok: InvokeResult = { kind: 'ok', payload: null };
const hour = 3_600_000;

let dynamo: LocalDynamo;
let server: LocalQueues;
let buckets: LocalBuckets;
let client: DynamoDBClient;
const pollers: Poller[] = [];
const timeline = openTimeline();

beforeAll(async () => {
  [dynamo, server] = await Promise.all([startDynamo(), startQueues({})]);
  client = new DynamoDBClient(clientOf(dynamo.endpoint));
  buckets = openBuckets(server.endpoint);
});
afterEach(() => Promise.all(pollers.splice(0).map((each) => each.stop())));
afterAll(async () => {
  client.destroy();
  await Promise.all([dynamo.stop(), server.stop(), timeline.stop()]);
});

async function table(TableName: string) {
  const { streamArn = '' } = await dynamo.createTable(TableName, {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  });
  const put = async (...ids: string[]) => {
    for (const id of ids) await client.send(new PutItemCommand({ TableName, Item: { pk: { S: id } } }));
  };
  return { streamArn, put };
}

function poll(
  EventSourceArn: string,
  mapping: object,
  invoke: (ids: string[]) => InvokeResult,
  seed?: number,
) {
  const lines: string[] = [];
  const poller = pollStream({
    ...{ endpoint: dynamo.endpoint, region, credentials, now: timeline.now },
    mapping: { EventSourceArn, FunctionName: 'publish', StartingPosition: 'TRIM_HORIZON', ...mapping },
    invoke: (event) => {
      const { Records } = event as DynamoDBStreamEvent;
      return Promise.resolve(invoke(Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S ?? '')));
    },
    onError: (line) => lines.push(line),
    ...(seed === undefined ? {} : { random: randomFrom(seed) }),
    keep: (bucket, key, body) => buckets.put(bucket, key, body),
  });
  pollers.push(poller);
  return lines;
}

const onFailure = (Destination: string) => ({ DestinationConfig: { OnFailure: { Destination } } });

/** What the bucket holds, by key. */
async function objects(bucket: string): Promise<Record<string, unknown>> {
  const listing = await (await fetch(`${server.endpoint}/${bucket}?list-type=2`)).text();
  const keys = [...listing.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
  const all = keys.map(async (key) => [
    key,
    await (await fetch(`${server.endpoint}/${bucket}/${key}`)).json(),
  ]);
  return Object.fromEntries(await Promise.all(all)) as Record<string, unknown>;
}

describe('changes that are given up', () => {
  test('lie in the bucket of the mapping, as Lambda leaves them', async () => {
    const { arn } = await buckets.createBucket('unpublished', {
      BucketEncryption: {},
      VersioningConfiguration: {},
    });
    expect(arn).toBe('arn:aws:s3:::unpublished');
    const { streamArn, put } = await table('events');
    await put('good', 'bad');
    const rules = { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, ...onFailure(arn) };
    const lines = poll(streamArn, rules, (ids) => (ids.includes('bad') ? failed : ok));
    await until(() => lines.length > 0);
    const [[key, body] = []] = Object.entries(await objects('unpublished'));
    expect(key).toMatch(
      /^aws\/lambda\/[0-9a-f-]{36}\/shardId-[^/]+\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    expect(body).toMatchObject({
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:publish',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      version: '1.0',
      DDBStreamBatchInfo: { batchSize: 1, streamArn },
    });
    const { payload } = body as { payload: string };
    expect((JSON.parse(payload) as DynamoDBStreamEvent).Records).toMatchObject([
      { eventName: 'INSERT', dynamodb: { NewImage: { pk: { S: 'bad' } } } },
    ]);
    expect(lines).toEqual([
      `1 changes of table events were given up (RetryAttemptsExhausted): whoever hears of them by its stream does not. They are kept in ${arn}/${key ?? ''}.`,
    ]);
  });

  test('are told of when the bucket does not take them', async () => {
    const { streamArn, put } = await table('homeless');
    await put('bad');
    const rules = { MaximumRetryAttempts: 0, ...onFailure('arn:aws:s3:::nowhere') };
    const lines = poll(streamArn, rules, () => failed);
    await until(() => lines.length > 0);
    expect(lines[0]).toContain(
      'They could not be kept in arn:aws:s3:::nowhere: Error: PUT /nowhere/aws/lambda/',
    );
  });

  test('are so when they have grown too old by the time of the service, whatever the table said', async () => {
    const { arn } = await buckets.createBucket('too-old', {});
    await timeline.advanceTo(timeline.now() + 24 * hour);
    const { streamArn, put } = await table('stuck');
    await put('stuck');
    let calls = 0;
    const rules = { MaximumRecordAgeInSeconds: 6 * 3600, ...onFailure(arn) };
    const lines = poll(streamArn, rules, () => {
      calls += 1;
      return failed;
    });
    await until(() => calls > 2);
    expect(lines).toEqual([]);
    await timeline.advanceTo(timeline.now() + 7 * hour);
    await until(() => lines.length > 0);
    expect(lines[0]).toContain('(RecordAgeExceeded)');
    expect(Object.keys(await objects('too-old'))).toHaveLength(1);
  });
});

describe('a table with several items', () => {
  test('is heard of in another order than it was written in, and in full', async () => {
    const { streamArn, put } = await table('shuffled');
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await put(...ids);
    const seen: string[] = [];
    poll(streamArn, {}, (batch) => (seen.push(...batch), ok), 3);
    await until(() => seen.length === ids.length);
    await sleep(50);
    expect([...seen].sort()).toEqual(ids);
    expect(seen).not.toEqual(ids);
  });

  test('loses nothing when one side of a batch fails and the other does not', async () => {
    const { streamArn, put } = await table('sides');
    await put('a', 'b', 'c', 'd');
    const done: string[] = [];
    let failures = 0;
    poll(
      streamArn,
      {},
      (batch) => {
        if (batch.includes('a') && failures++ < 3) return failed;
        done.push(...batch);
        return ok;
      },
      3,
    );
    await until(() => done.length === 4);
    expect([failures, [...done].sort()]).toEqual([4, ['a', 'b', 'c', 'd']]);
  });
});
