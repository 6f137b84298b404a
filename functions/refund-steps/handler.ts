// Workflow "refund": one step of one refund.
import { deployedChannels } from '../../lib/channels/deployed.ts';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { tellMisconfigured } from '../../lib/lambda/misconfigured.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { task } from '../../lib/lambda/task.ts';
import { deployedTables, documentClient } from '../../lib/store/table.ts';
import { refundStep, type Stepped } from './refund-steps.ts';

const client = documentClient();
const dependencies = {
  tables: deployedTables(env, client, ports),
  channel: deployedChannels(env, client, ports),
  ports,
};

export const handler = task(async ({ step, refund_id: refundId, run }) => {
  const stepped = await refundStep(dependencies, { step, refundId, run });
  tell(stepped);
  return stepped;
});

function tell({ refund, told, next, overdue }: Stepped): void {
  if (!refund || !told) return;
  const { originalTransactionId: transaction_id, refundId: refund_id, status } = refund;
  const facts = { transaction_id, refund_id, status };
  log.info('refund.stepped', { ...facts, outcome: next, reason: reasonOf(told) });
  if (told.kind === 'unknown') {
    count('refund_unanswered');
    log.warn('refund.unanswered', { ...facts, reason: told.reason, ...channelCode(told) });
    tellMisconfigured(facts, told.cause);
  }
  if (told.kind === 'settled' && told.settled.kind === 'contradicts') {
    count('refund_contradicted');
    log.error('refund.contradicted', { ...facts, reason: told.settled.why });
  }
  if (!overdue) return;
  count('refund_overdue');
  log.error('refund.overdue', facts);
}

function reasonOf(told: NonNullable<Stepped['told']>): string {
  if (told.kind === 'settled') return 'refund' in told.settled ? told.settled.why : told.settled.kind;
  return told.kind === 'unknown' ? told.reason : told.kind;
}

function channelCode({ channelCode: code }: { channelCode?: string }) {
  return code === undefined ? {} : { channel_error_code: code };
}
