// SQS to a story, one record at a time: what fails goes back alone, the rest of its batch is done.
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { observed } from './observed.ts';
import { log } from './log.ts';

/** @param story throws when the record is to come again */
export function queue(story: (body: string) => Promise<void>): MiddyfiedHandler<SQSEvent, SQSBatchResponse> {
  return middy<SQSEvent, SQSBatchResponse>()
    .use(observed)
    .handler(async (event: SQSEvent) => {
      const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
      for (const record of event.Records) {
        try {
          await story(record.body);
        } catch (error) {
          log.error('message.failed', { count: Number(record.attributes.ApproximateReceiveCount) }, error);
          batchItemFailures.push({ itemIdentifier: record.messageId });
        }
      }
      return { batchItemFailures };
    });
}
