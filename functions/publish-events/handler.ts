// Stream of the events table: tells the bus.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { env } from '../../lib/lambda/env.ts';
import { observed } from '../../lib/lambda/observed.ts';
import { log } from '../../lib/lambda/log.ts';
import { putEvents } from '../../lib/messaging/events.ts';
import { readEvent } from '../../lib/store/events.ts';
import { clientDefaults, unlogged } from '../../lib/store/table.ts';
import { publishEvents } from './publish-events.ts';

const client = unlogged(new EventBridgeClient(clientDefaults));
const busName = env('EVENT_BUS_NAME');

/** Rows are only ever added: a record without a new image is of no event. */
async function publish({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const rows = Records.flatMap(({ dynamodb }) =>
    dynamodb?.NewImage ? [{ at: dynamodb.SequenceNumber ?? '', image: dynamodb.NewImage }] : [],
  );
  const events = rows.map(({ image }) => readEvent(unmarshall(image as Record<string, AttributeValue>)));
  const done = await publishEvents((batch) => putEvents(client, busName, batch), events);
  for (const event of events.slice(0, done))
    log.info('event.published', {
      transaction_id: event.transactionId,
      event: event.name,
      version: event.version,
    });
  const failed = rows[done];
  if (!failed) return { batchItemFailures: [] };
  log.warn('event.not_published', { count: rows.length - done });
  return { batchItemFailures: [{ itemIdentifier: failed.at }] };
}

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().use(observed).handler(publish);
