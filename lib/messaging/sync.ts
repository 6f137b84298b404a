// What travels from find-due to sync-transaction: which payments the channel is to be asked for.
import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { isTransactionId, type TransactionId } from '../domain/ids.ts';
import { readJson } from '../domain/strict-json.ts';

const message = z.strictObject({
  transactionId: z.custom<TransactionId>((value) => typeof value === 'string' && isTransactionId(value)),
});

export type SyncMessage = z.infer<typeof message>;

/** SQS takes ten at a time. */
export const syncBatch = 10;

export interface SyncQueue {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}

export interface RefusedSync {
  readonly transactionId: TransactionId;
  /** SQS's own */
  readonly code: string;
}

/**
 * @param ids at most ten
 * @returns what SQS did not take; the others are durable
 */
export async function sendSyncs(
  { sqs, queueUrl }: SyncQueue,
  ids: readonly TransactionId[],
): Promise<readonly RefusedSync[]> {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: ids.map((transactionId) => ({
        Id: transactionId,
        MessageBody: JSON.stringify({ transactionId } satisfies SyncMessage),
      })),
    }),
  );
  return Failed.map(({ Id, Code = '' }) => ({ transactionId: Id as TransactionId, code: Code }));
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
