// Queue "callbacks": brings proved notifications to their payments.
import { SQSClient } from '@aws-sdk/client-sqs';
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { queue } from '../../lib/lambda/queue.ts';
import { readCallbackMessage, sendCallback, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { sendMessages, type SyncMessage } from '../../lib/messaging/sync.ts';
import { namedBy } from '../../lib/store/quarantine.ts';
import { clientDefaults, deployedTables, documentClient, unlogged } from '../../lib/store/table.ts';
import { anomalyPolicies } from './anomaly-policies.ts';
import { applyNotification, isTwin, type Applied } from './apply-notification.ts';

const client = documentClient();
// What arrives is proved by TLS; a second digest over every message is not needed.
const sqs = unlogged(new SQSClient({ ...clientDefaults, md5: false }));
const callbackQueue = env('CALLBACK_QUEUE_URL');
const syncQueue = { sqs, queueUrl: env('SYNC_QUEUE_URL') };
const dependencies = {
  tables: deployedTables(env, client, ports),
  ports,
  policy: anomalyPolicies({ client, channels: env('CHANNELS_TABLE') }, ports),
  ask: async (question: SyncMessage) => {
    const [refused] = await sendMessages(syncQueue, [question]);
    if (refused) throw new Error(`the queue does not take ${refused.id}: ${refused.code}`);
  },
  sendAgain: (message: CallbackMessage, delay: number) => sendCallback(sqs, callbackQueue, message, delay),
};

export const handler = queue(async (body) => {
  const message = readCallbackMessage(body);
  const twin = await isTwin(dependencies, message);
  if (twin) tellTwin(message);
  tell(message, await applyNotification(dependencies, message, twin));
});

function tell(message: CallbackMessage, applied: Applied): void {
  const facts = { channel_code: message.channelCode, digest: message.digest };
  switch (applied.kind) {
    case 'refund':
      tellRefund(facts, applied.settled);
      return;
    case 'kept':
      tellUnrecognised(message, applied.what, applied.transactionId);
      return;
    case 'asked':
      log.info('callback.followed', {
        ...facts,
        transaction_id: applied.transactionId,
        reason: applied.what,
      });
      return;
    case 'later':
      log.warn('callback.payment_not_there', {
        ...facts,
        transaction_id: applied.transactionId,
        count: (message.attempt ?? 0) + 1,
      });
      return;
    case 'quarantined':
      count('callback_quarantined');
      log.error('callback.quarantined', {
        ...facts,
        transaction_id: applied.transactionId,
        reason: applied.reason,
      });
      // Whoever teaches us new types is to hear of it, whomever it belongs to.
      if (message.notification.kind === 'unrecognised')
        tellUnrecognised(message, message.notification.what, applied.transactionId);
      return;
    case 'moved':
    case 'anomaly':
    case 'unchanged':
      tellSettled(facts, applied);
  }
}

function tellTwin({ channelCode, digest, notification }: CallbackMessage): void {
  count('callback_checksum_collision');
  log.error('callback.checksum_collision', {
    channel_code: channelCode,
    digest,
    transaction_id: namedBy(notification),
  });
}

function tellUnrecognised(
  { channelCode, digest }: CallbackMessage,
  what: string,
  transactionId: string | undefined,
): void {
  count('callback_unrecognised');
  log.error('callback.unrecognised', {
    channel_code: channelCode,
    digest,
    transaction_id: transactionId,
    reason: what,
  });
}

function tellRefund(
  facts: { channel_code: string; digest: string },
  { kind, refund, why }: (Applied & { kind: 'refund' })['settled'],
): void {
  const { originalTransactionId: transaction_id, refundId: refund_id, status } = refund;
  const told = { ...facts, transaction_id, refund_id, status, reason: why };
  if (kind === 'moved') {
    log.info('refund.settled', told);
    return;
  }
  if (kind === 'contradicts') count('refund_contradicted');
  log[kind === 'contradicts' ? 'error' : 'info'](`refund.callback_${kind}`, told);
}

function tellSettled(
  facts: { channel_code: string; digest: string },
  { kind, payment, why }: Applied & { kind: 'moved' | 'anomaly' | 'unchanged' },
): void {
  const told = { ...facts, transaction_id: payment.transactionId, status: payment.status, reason: why };
  switch (kind) {
    case 'moved':
      log.info('payment.settled', { ...told, gateway_transaction_id: payment.gatewayTransactionId });
      return;
    case 'anomaly':
      log.warn('callback.contradicts', { ...told, outcome: payment.anomaly?.resolution?.action ?? 'held' });
      return;
    case 'unchanged':
      if (why === 'stale') count('callback_stale');
      log[why === 'stale' ? 'warn' : 'info']('callback.without_effect', told);
  }
}
