// Queue "sync": asks channels what became of payments that are due.
import { SFNClient } from '@aws-sdk/client-sfn';
import { deployedChannels } from '../../lib/channels/deployed.ts';
import type { RefundId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import type { Told } from '../../lib/flows/ask-channel.ts';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { tellMisconfigured } from '../../lib/lambda/misconfigured.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { queue } from '../../lib/lambda/queue.ts';
import { startRefundWorkflow } from '../../lib/messaging/refund-workflow.ts';
import { readSyncMessage } from '../../lib/messaging/sync.ts';
import { clientDefaults, deployedTables, documentClient, unlogged } from '../../lib/store/table.ts';
import { syncRefund, type SyncedRefund } from './sync-refund.ts';
import { syncTransaction, type PaymentMessage } from './sync-transaction.ts';

const client = documentClient();
const tables = deployedTables(env, client, ports);
const channel = deployedChannels(env, client, ports);
const workflows = unlogged(new SFNClient(clientDefaults));
const machine = env('REFUND_WORKFLOW_ARN');
const start = async (id: RefundId, run: number) => {
  await startRefundWorkflow(workflows, machine, id, run);
};

export const handler = queue(async (body) => {
  const message = readSyncMessage(body);
  if (!('refundId' in message || 'gatewayRefundId' in message)) return ofPayment(message);
  tellRefund(await syncRefund({ channel, tables, ports, start }, message));
});

async function ofPayment(message: PaymentMessage): Promise<void> {
  const synced = await syncTransaction({ channel, tables, ports }, message);
  if (synced.kind !== 'asked') return;
  tell(synced.payment, synced.told);
  if (synced.unheard)
    throw new Error(`${synced.payment.transactionId}: nobody else asks for what was hinted at`);
  if (!synced.overdue) return;
  count('payment_overdue');
  log.error('payment.overdue', factsOf(synced.payment));
}

/** What a policy or a person decided about late money is begun here the first time, too. */
function tellBegun(refund: Refund, run: number): void {
  const facts = { ...refundFacts(refund), count: run };
  if (run > 1) count('refund_not_begun');
  log[run > 1 ? 'warn' : 'info']('refund.workflow_begun', facts);
}

function tellRefund(synced: SyncedRefund): void {
  switch (synced.kind) {
    case 'nothing_due':
      return;
    case 'begun':
      tellBegun(synced.refund, synced.run);
      return;
    case 'unconfirmed':
      count('refund_unconfirmed');
      log.error('refund.unconfirmed', refundFacts(synced.refund));
      return;
    case 'asked':
      tellAsked(synced);
  }
}

function tellAsked({ transactionId, told, overdue }: Extract<SyncedRefund, { kind: 'asked' }>): void {
  const facts = { transaction_id: transactionId };
  log.info('refund.synced', { ...facts, outcome: told.kind });
  if (told.kind === 'unknown') {
    count('refund_unanswered');
    log.warn('refund.unanswered', { ...facts, reason: told.reason });
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

function refundFacts({ originalTransactionId, refundId, status }: Refund) {
  return { transaction_id: originalTransactionId, refund_id: refundId, status };
}

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
  tellMisconfigured(facts, cause);
}

function factsOf({ transactionId, paymentChannel, status }: Payment) {
  return { transaction_id: transactionId, channel_code: paymentChannel, status };
}
