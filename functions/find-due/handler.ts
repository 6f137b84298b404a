// Every minute: puts what is due to be asked for on the queue.
import { SQSClient } from '@aws-sdk/client-sqs';
import { isRefundId } from '../../lib/domain/ids.ts';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { schedule } from '../../lib/lambda/schedule.ts';
import { clientDefaults, documentClient, unlogged } from '../../lib/store/table.ts';
import { findDue } from './find-due.ts';

const dependencies = {
  index: {
    client: documentClient(),
    payments: env('PAYMENTS_TABLE'),
    dueIndex: env('DUE_INDEX'),
    ports,
  },
  ports,
  // What arrives is proved by TLS; a second digest over every message is not needed.
  queue: { sqs: unlogged(new SQSClient({ ...clientDefaults, md5: false })), queueUrl: env('SYNC_QUEUE_URL') },
  shards: Number(env('DUE_SHARDS_READ')),
};

export const handler = schedule(async (deadline) => {
  const { found, queued, oldestSeconds, refused, ended } = await findDue(dependencies, deadline);
  for (const { id, code } of refused)
    log.warn('sync.not_queued', { ...(isRefundId(id) ? { refund_id: id } : { transaction_id: id }), code });
  log.info('sync.found', { found, queued, oldest_seconds: oldestSeconds, outcome: ended });
});
