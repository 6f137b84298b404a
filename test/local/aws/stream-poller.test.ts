import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type LocalDynamo, startDynamo } from '../../../local/aws/dynamodb.ts';
import type { Poller } from '../../../local/aws/event-source.ts';
import type { InvokeResult } from '../../../local/aws/executor.ts';
import { pollStream, type StreamOptions } from '../../../local/aws/stream-poller.ts';
import { clientOf, credentials, region, until, withDirectory } from './support.ts';

const ok = (payload: unknown = null): InvokeResult => ({ kind: 'ok', payload });
const failed: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'no' };

describe('the event source mapping of a stream', () => {
  let dynamo: LocalDynamo;
  let client: DynamoDBClient;
  const pollers: Poller[] = [];
  const errors: string[] = [];
  let made = 0;

  beforeAll(async () => {
    dynamo = await startDynamo();
    client = new DynamoDBClient(clientOf(dynamo.endpoint));
  });
  afterEach(async () => {
    await Promise.all(pollers.splice(0).map((poller) => poller.stop()));
    errors.length = 0;
  });
  afterAll(async () => {
    client.destroy();
    await dynamo.stop();
  });

  async function table() {
    made += 1;
    const TableName = `events-${made}`;
    const { streamArn = '' } = await dynamo.createTable(TableName, {
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
    const put = async (...ids: string[]) => {
      for (const id of ids) await client.send(new PutItemCommand({ TableName, Item: { pk: { S: id } } }));
    };
    return { TableName, streamArn, put };
  }

  type Invoke = (ids: string[], records: DynamoDBRecord[]) => InvokeResult;

  function poll(
    EventSourceArn: string,
    invoke: Invoke,
    mapping: object = {},
    more: Partial<StreamOptions> = {},
  ) {
    const poller = pollStream({
      endpoint: dynamo.endpoint,
      region,
      credentials,
      mapping: { EventSourceArn, FunctionName: 'publish', StartingPosition: 'TRIM_HORIZON', ...mapping },
      invoke: (event) => {
        const { Records } = event as DynamoDBStreamEvent;
        return Promise.resolve(
          invoke(
            Records.map(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S ?? ''),
            Records,
          ),
        );
      },
      onError: (line) => errors.push(line),
      ...more,
    });
    pollers.push(poller);
    return poller;
  }

  it('is not idle before it has handed over what was written, where it is told that something was', async () => {
    const { streamArn, put } = await table();
    const seen: string[] = [];
    let written = 0;
    const poller = poll(streamArn, (ids) => ok(seen.push(...ids)), {}, { written: () => written });
    for (const id of ['a', 'b', 'c', 'd']) {
      await put(id);
      written += 1;
      await until(() => poller.idle());
      expect(seen.at(-1)).toBe(id);
      // Nothing more was written: there is nothing to look for.
      await expect(poller.idle()).resolves.toBe(true);
    }
  });

  it('hands over changes as Lambda does, in order', async () => {
    const { TableName, streamArn } = await table();
    const seen: DynamoDBRecord[] = [];
    const poller = poll(streamArn, (_, records) => ok(seen.push(...records)));
    const Item = {
      pk: { S: 'pay_1' },
      raw: { B: Uint8Array.from([255]) },
      list: { L: [{ M: { n: { N: '1' } } }] },
    };
    await client.send(new PutItemCommand({ TableName, Item }));
    await client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'pay_1' } } }));
    await client.send(new DeleteItemCommand({ TableName, Key: { pk: { S: 'pay_1' } } }));
    await until(() => poller.idle());
    expect(seen.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(seen[0]).toEqual({
      eventID: expect.any(String),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { pk: { S: 'pay_1' } },
        NewImage: { pk: { S: 'pay_1' }, raw: { B: '/w==' }, list: { L: [{ M: { n: { N: '1' } } }] } },
        SequenceNumber: expect.any(String),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: streamArn,
    });
    expect(Math.abs((seen[0]?.dynamodb?.ApproximateCreationDateTime ?? 0) - Date.now() / 1000)).toBeLessThan(
      60,
    );
  });

  it('takes batches of a size, one at a time, and is quick', async () => {
    const { streamArn, put } = await table();
    await put('1', '2', '3', '4', '5');
    const batches: string[][] = [];
    const poller = poll(streamArn, (ids) => ok(batches.push(ids)), { BatchSize: 2 });
    await until(async () => batches.length > 0 && (await poller.idle()));
    expect(batches).toEqual([['1', '2'], ['3', '4'], ['5']]);
    await sleep(400);
    const begun = Date.now();
    await put('6');
    await until(() => batches.length === 4);
    expect(Date.now() - begun).toBeLessThan(400);
  });

  it('comes again after a failure, and goes on where the function says', async () => {
    const { streamArn, put } = await table();
    await put('1', '2', '3');
    const batches: string[][] = [];
    poll(
      streamArn,
      (ids, records) => {
        batches.push(ids);
        if (batches.length === 1) return failed;
        const itemIdentifier = records[1]?.dynamodb?.SequenceNumber;
        return ok({ batchItemFailures: batches.length === 2 ? [{ itemIdentifier }] : [] });
      },
      { FunctionResponseTypes: ['ReportBatchItemFailures'] },
    );
    await until(() => batches.length === 3);
    expect(batches).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
      ['2', '3'],
    ]);
  });

  it('tells what it gives up, and goes on with the rest', async () => {
    const { TableName, streamArn, put } = await table();
    await put('good', 'bad', 'fine');
    const done: string[] = [];
    poll(streamArn, (ids) => (ids.includes('bad') ? failed : ok(done.push(...ids))), {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::unpublished' } },
      ParallelizationFactor: 1,
    });
    await until(() => done.length === 2);
    expect(done).toEqual(['good', 'fine']);
    expect(errors).toEqual([
      `1 changes of table ${TableName} were given up (RetryAttemptsExhausted): whoever hears of them by its stream does not.`,
    ]);
  });

  it('hands over only what its filters let through', async () => {
    const { TableName, streamArn, put } = await table();
    await put('pay_1', 'lock_1');
    await client.send(new DeleteItemCommand({ TableName, Key: { pk: { S: 'pay_1' } } }));
    const seen: string[] = [];
    const Pattern = JSON.stringify({
      eventName: ['INSERT'],
      dynamodb: { Keys: { pk: { S: [{ prefix: 'pay_' }] } } },
    });
    const poller = poll(streamArn, (ids) => ok(seen.push(...ids)), {
      FilterCriteria: { Filters: [{ Pattern }] },
    });
    await until(async () => seen.length > 0 && (await poller.idle()));
    expect(seen).toEqual(['pay_1']);
  });

  it('begins with the latest when it is told to', async () => {
    const { streamArn, put } = await table();
    await put('old');
    const seen: string[] = [];
    const poller = poll(streamArn, (ids) => ok(seen.push(...ids)), { StartingPosition: 'LATEST' });
    await until(() => poller.idle());
    await put('new');
    await until(() => seen.length > 0);
    expect(seen).toEqual(['new']);
  });

  it('goes on after a stop where it was, when its position is kept', async () => {
    await withDirectory(async (directory) => {
      const { streamArn, put } = await table();
      const checkpointFile = join(directory, 'positions.json');
      const seen: string[] = [];
      const start = () => poll(streamArn, (ids) => ok(seen.push(...ids)), {}, { checkpointFile });
      await put('1');
      const first = start();
      await until(() => seen.length === 1);
      await first.stop();
      await put('2');
      start();
      await until(() => seen.length === 2);
      expect(seen).toEqual(['1', '2']);
    });
  });

  it('tells once that a stream cannot be read, and is not idle', async () => {
    const poller = poll('arn:aws:dynamodb:us-east-1:000000000000:table/nowhere/stream/1', () => ok());
    await until(() => errors.length > 0);
    await sleep(600);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^The stream of table nowhere cannot be read \(.+\); it is tried again\.$/);
    await expect(poller.idle()).resolves.toBe(false);
  });

  it('names a property that it does not carry out', () => {
    expect(() => poll('arn', () => ok(), { TumblingWindowInSeconds: 5 })).toThrow(
      'An event source mapping of a stream has the property TumblingWindowInSeconds, which this machine does not carry out.',
    );
  });
});
