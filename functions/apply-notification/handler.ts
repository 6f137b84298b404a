// Queue "callbacks": brings proved notifications to their payments.
import { env } from '../../lib/lambda/env.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { queue } from '../../lib/lambda/queue.ts';
import { readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { documentClient } from '../../lib/store/table.ts';
import { applyNotification, type Applied } from './apply-notification.ts';

const tables = {
  client: documentClient(),
  payments: env('PAYMENTS_TABLE'),
  events: env('EVENTS_TABLE'),
  ports,
};

export const handler = queue(async (body) => {
  const message = readCallbackMessage(body);
  tell(message, await applyNotification({ tables, ports }, message));
});

function tell(message: CallbackMessage, applied: Applied): void {
  const facts = { channel_code: message.channelCode, digest: message.digest };
  if (applied.kind === 'kept') {
    count('callback_unrecognised');
    log.error('callback.unrecognised', {
      ...facts,
      transaction_id: applied.transactionId,
      reason: applied.what,
    });
    return;
  }
  const { payment, why } = applied;
  const told = { ...facts, transaction_id: payment.transactionId, status: payment.status, reason: why };
  switch (applied.kind) {
    case 'moved':
      log.info('payment.settled', { ...told, gateway_transaction_id: payment.gatewayTransactionId });
      return;
    case 'anomaly':
      count('anomaly_found');
      log.error('payment.anomaly_found', told);
      return;
    case 'unchanged':
      log.info('callback.without_effect', told);
  }
}
