// Reading a table's stream: its shards in the order of their descent, and each shard from where it was left.
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record,
  type Shard,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';

/**
 * The server's own ARN of a stream: emulators write another region into it than the template has.
 * @param arn as the template has it
 * @throws Error when the server has no such stream
 */
export async function findStream(client: DynamoDBStreamsClient, arn: string): Promise<string> {
  const [, TableName = '', label] = /:table\/([^/]+)\/stream\/(.+)$/.exec(arn) ?? [];
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName }));
  const found = Streams.find(({ StreamLabel }) => StreamLabel === label)?.StreamArn;
  if (found === undefined) throw new Error(`there is no stream ${arn}`);
  return found;
}

export async function listShards(client: DynamoDBStreamsClient, StreamArn: string): Promise<Shard[]> {
  const all: Shard[] = [];
  let ExclusiveStartShardId: string | undefined;
  do {
    const page = await client.send(new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId }));
    all.push(...(page.StreamDescription?.Shards ?? []));
    ExclusiveStartShardId = page.StreamDescription?.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return all;
}

export interface ShardReader {
  /** Reads on; up to `limit` records. */
  read(limit: number): Promise<_Record[]>;
  /** Whether something is there, without reading on. */
  more(): Promise<boolean>;
  /** Goes back to what was handled last. */
  rewind(): void;
  /** Nothing will ever come any more: it was split, and its children go on. */
  ended(): boolean;
}

export interface ShardPlace {
  readonly StreamArn: string;
  readonly ShardId: string;
  readonly start: 'LATEST' | 'TRIM_HORIZON';
  /** sequence number of what was handled last */
  handled(): string | undefined;
}

/** A shard of an emulator names an ending sequence number while it is open: only a missing iterator ends it. */
export function openShard(client: DynamoDBStreamsClient, place: ShardPlace): ShardReader {
  let iterator: string | undefined;
  let ended = false;

  async function get(limit: number): Promise<{ records: _Record[]; next: string | undefined }> {
    // Only reading moves on: whoever just looks must not put back the place while a read is under way.
    const ShardIterator = iterator ?? (await firstIterator(client, place));
    const answer = await client.send(new GetRecordsCommand({ ShardIterator, Limit: Math.min(limit, 1000) }));
    return { records: answer.Records ?? [], next: answer.NextShardIterator };
  }

  return {
    read: async (limit) => {
      const { records, next } = await get(limit);
      iterator = next;
      ended = next === undefined;
      return records;
    },
    more: async () => !ended && (await get(1)).records.length > 0,
    rewind: () => {
      iterator = undefined;
      ended = false;
    },
    ended: () => ended,
  };
}

async function firstIterator(client: DynamoDBStreamsClient, place: ShardPlace): Promise<string | undefined> {
  const { StreamArn, ShardId, start } = place;
  const SequenceNumber = place.handled();
  const from = (position: object) =>
    client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: start, ...position }));
  if (SequenceNumber === undefined) return (await from({})).ShardIterator;
  try {
    return (await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber })).ShardIterator;
  } catch (error) {
    // The stream forgets after a day.
    if (!(error instanceof TrimmedDataAccessException)) throw error;
    return (await from({ ShardIteratorType: 'TRIM_HORIZON' })).ShardIterator;
  }
}
