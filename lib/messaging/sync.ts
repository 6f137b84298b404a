// What travels to sync-transaction from find-due, receive-return and apply-notification: which payments the channel is to be asked for.
import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { isTransactionId, type TransactionId } from '../domain/ids.ts';
import { readJson } from '../domain/strict-json.ts';

const message = z.strictObject({
  transactionId: z.custom<TransactionId>((value) => typeof value === 'string' && isTransactionId(value)),
  /** its payer has come back and waits: it is asked for at once, but not twice in a few seconds */
  returned: z.literal(true).optional(),
  /** the channel has hinted at news of it: it is asked for even when it is final */
  hinted: z.literal(true).optional(),
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
  more: Omit<SyncMessage, 'transactionId'> = {},
): Promise<readonly RefusedSync[]> {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: ids.map((transactionId) => ({
        Id: transactionId,
        MessageBody: JSON.stringify({ transactionId, ...more } satisfies SyncMessage),
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
