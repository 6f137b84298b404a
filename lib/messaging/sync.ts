// What travels to sync-transaction from find-due, receive-return and apply-notification: which payments and refunds the
// channel is to be asked for.
import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { isRefundId, isTransactionId, type RefundId, type TransactionId } from '../domain/ids.ts';
import { readJson } from '../domain/strict-json.ts';

const transactionId = z.custom<TransactionId>((value) => typeof value === 'string' && isTransactionId(value));

const message = z.union([
  z.strictObject({
    transactionId,
    /** its payer has come back and waits: it is asked for at once, but not twice in a few seconds */
    returned: z.literal(true).optional(),
    /** the channel has hinted at news of it: it is asked for even when it is final */
    hinted: z.literal(true).optional(),
  }),
  z.strictObject({
    refundId: z.custom<RefundId>((value) => typeof value === 'string' && isRefundId(value)),
    /** the channel has hinted at news of it: it is asked, whoever has it in hand */
    hinted: z.literal(true).optional(),
  }),
  /** the channel has hinted at a refund that was made at its console */
  z.strictObject({
    transactionId,
    gatewayRefundId: z.string().min(1),
    gatewayTransactionId: z.string().min(1).optional(),
  }),
]);

export type SyncMessage = z.infer<typeof message>;

/** SQS takes ten at a time. */
export const syncBatch = 10;

export interface SyncQueue {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}

export interface RefusedSync {
  readonly id: string;
  /** SQS's own */
  readonly code: string;
}

/**
 * @param ids at most ten
 * @returns what SQS did not take; the others are durable
 */
export function sendSyncs(
  queue: SyncQueue,
  ids: readonly (TransactionId | RefundId)[],
): Promise<readonly RefusedSync[]> {
  return sendMessages(
    queue,
    ids.map((id) => (isRefundId(id) ? { refundId: id } : { transactionId: id })),
  );
}

/** @returns what SQS did not take; the others are durable */
export async function sendMessages(
  { sqs, queueUrl }: SyncQueue,
  messages: readonly SyncMessage[],
): Promise<readonly RefusedSync[]> {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: messages.map((each) => ({ Id: idOf(each), MessageBody: JSON.stringify(each) })),
    }),
  );
  return Failed.map(({ Id = '', Code = '' }) => ({ id: Id, code: Code }));
}

function idOf(each: SyncMessage): string {
  return 'refundId' in each ? each.refundId : each.transactionId;
}

/** How many messages wait to be taken: approximately, and what was sent just now may be missing. */
export async function waitingSyncs({ sqs, queueUrl }: SyncQueue): Promise<number> {
  const name = 'ApproximateNumberOfMessages';
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }),
  );
  return Number(Attributes?.[name]);
}

/** @throws Error when it is not a message of ours */
export function readSyncMessage(body: string): SyncMessage {
  return message.parse(readJson(Buffer.from(body)));
}
