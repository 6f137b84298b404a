// Stream of the events table: tells the bus.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { isBeyondPaid } from '../../lib/domain/refund-settlement.ts';
import { env } from '../../lib/lambda/env.ts';
import { observed } from '../../lib/lambda/observed.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { putEvents } from '../../lib/messaging/events.ts';
import { readEvent, type PaymentEvent } from '../../lib/store/events.ts';
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
  events.slice(0, done).forEach(tell);
  const failed = rows[done];
  if (!failed) return { batchItemFailures: [] };
  log.warn('event.not_published', { count: rows.length - done });
  return { batchItemFailures: [{ itemIdentifier: failed.at }] };
}

/** What somebody is to be called for is told here and nowhere else: whoever found it has written the event. */
function tell({ transactionId, name, version, after, refund }: PaymentEvent): void {
  const refundId = refund && { refund_id: refund.after.refundId };
  log.info('event.published', { transaction_id: transactionId, ...refundId, event: name, version });
  const facts = { transaction_id: transactionId, channel_code: after.paymentChannel, status: after.status };
  if (name === 'payment.anomaly_found') {
    count('anomaly_found');
    log.error(name, { ...facts, reason: after.anomaly?.kind });
  }
  if (name === 'refund.needs_action') {
    count('refund_needs_action');
    log.error(name, { ...facts, ...refundId, reason: refund?.after.needsAction?.reason });
  }
  if (name === 'refund.reversed') {
    count('refund_reversed');
    log.error(name, { ...facts, ...refundId });
  }
  if (isNewsOfMoneyGoing(name, refund) && isBeyondPaid(after)) {
    count('refund_beyond_paid');
    log.error('refund.beyond_paid', { ...facts, ...refundId });
  }
}

/** Of ours no more is begun than is left; nobody keeps the console from it. */
function isNewsOfMoneyGoing(name: PaymentEvent['name'], refund: PaymentEvent['refund']): boolean {
  return name === 'refund.succeeded' || (name === 'refund.created' && refund?.after.origin === 'EXTERNAL');
}

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().use(observed).handler(publish);
