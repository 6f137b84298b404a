// What Lambda leaves in the bucket of a mapping when it gives up a batch of stream records.
// @see https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
import { createHash, randomUUID } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import type { WhyGivenUp } from './stream-batch.ts';

export interface Discarded {
  readonly streamArn: string;
  readonly shardId: string;
  readonly functionArn: string;
  readonly records: readonly DynamoDBRecord[];
  readonly why: WhyGivenUp;
  /** how often the function was called with them, about */
  readonly invokes: number;
  /** ms since 1970 UTC */
  readonly at: number;
}

export function discardedObject(of: Discarded): { key: string; body: string } {
  const { streamArn, shardId, functionArn, records, why, invokes } = of;
  const timestamp = new Date(of.at).toISOString();
  const [first, last] = [records.at(0)?.dynamodb, records.at(-1)?.dynamodb];
  const name = `${timestamp.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
  const day = timestamp.slice(0, 10).replaceAll('-', '/');
  return {
    key: ['aws/lambda', mappingId(of), shardId, day, name].join('/'),
    body: JSON.stringify({
      requestContext: {
        requestId: randomUUID(),
        functionArn,
        condition: why,
        approximateInvokeCount: invokes,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp,
      DDBStreamBatchInfo: {
        shardId,
        startSequenceNumber: first?.SequenceNumber,
        endSequenceNumber: last?.SequenceNumber,
        approximateArrivalOfFirstRecord: arrival(first),
        approximateArrivalOfLastRecord: arrival(last),
        batchSize: records.length,
        streamArn,
      },
      payload: JSON.stringify({ Records: records }),
    }),
  };
}

/** The same at every start. */
function mappingId({ streamArn, functionArn }: Discarded): string {
  const hash = createHash('sha256').update(`${streamArn} ${functionArn}`).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** Whole seconds. */
function arrival(change: DynamoDBRecord['dynamodb']): string | undefined {
  const at = change?.ApproximateCreationDateTime;
  return at === undefined ? undefined : new Date(at * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
