// Queue "sync": asks channels what became of payments that are due.
import { deployedChannels } from '../../lib/channels/deployed.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Told } from '../../lib/flows/ask-channel.ts';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { queue } from '../../lib/lambda/queue.ts';
import { readSyncMessage } from '../../lib/messaging/sync.ts';
import { deployedTables, documentClient } from '../../lib/store/table.ts';
import { syncTransaction } from './sync-transaction.ts';

const client = documentClient();
const tables = deployedTables(env, client, ports);
const channel = deployedChannels(env, client, ports);

export const handler = queue(async (body) => {
  const synced = await syncTransaction({ channel, tables, ports }, readSyncMessage(body));
  if (synced.kind !== 'asked') return;
  tell(synced.payment, synced.told);
  if (synced.unheard)
    throw new Error(`${synced.payment.transactionId}: nobody else asks for what was hinted at`);
  if (!synced.overdue) return;
  count('payment_overdue');
  log.error('payment.overdue', factsOf(synced.payment));
});

function tell(payment: Payment, told: Told): void {
  const facts = factsOf(payment);
  switch (told.kind) {
    case 'settled':
      log.info('payment.synced', { ...facts, outcome: told.as, reason: told.why });
      return;
    case 'open':
      log.info('payment.synced', { ...facts, outcome: 'open', reason: told.state });
      return;
    case 'overtaken':
      log.info('payment.synced', { ...facts, outcome: 'overtaken' });
      return;
    case 'unknown':
      tellUnanswered(facts, told);
  }
}

function tellUnanswered(
  facts: ReturnType<typeof factsOf>,
  { reason, channelCode, cause }: Told & { kind: 'unknown' },
): void {
  count('sync_unanswered');
  log.warn('payment.sync_unanswered', {
    ...facts,
    reason,
    ...(channelCode !== undefined && { channel_error_code: channelCode }),
  });
  if (!(cause instanceof PaymentError) || cause.code !== 'CHANNEL_MISCONFIGURED') return;
  count('channel_misconfigured');
  log.error('channel.misconfigured', { ...facts, code: cause.code }, cause.cause);
}

function factsOf({ transactionId, paymentChannel, status }: Payment) {
  return { transaction_id: transactionId, channel_code: paymentChannel, status };
}
