// POST /payments/transactions/{transaction_id}/close
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { paymentView } from '../../lib/api/payment-view.ts';
import type { Reply } from '../../lib/api/problems.ts';
import { validate } from '../../lib/api/validation.ts';
import { deployedChannels } from '../../lib/channels/deployed.ts';
import { env } from '../../lib/lambda/env.ts';
import { api, type ApiRequest } from '../../lib/lambda/http.ts';
import { NotFrozen, replayable } from '../../lib/lambda/idempotency.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { clientDefaults, deployedTables, documentClient } from '../../lib/store/table.ts';
import { closePayment, type Closed } from './close-payment.ts';
import { closePaymentBody } from './schema.ts';

const dynamodb = new DynamoDBClient(clientDefaults);
const client = documentClient(dynamodb);
const tables = deployedTables(env, client, ports);
const channel = deployedChannels(env, client, ports);

async function close(request: ApiRequest): Promise<Reply> {
  // `null` is a body, and no close.
  const { reason = 'asked to close' } = validate(
    closePaymentBody,
    request.body === undefined ? {} : request.body,
  );
  const { path, caller, deadline, language } = request;
  const id = path['transaction_id'] ?? '';
  const closed = await closePayment({ channel, tables, ports }, { id, caller, reason, deadline });
  tell(closed);
  const body = paymentView(closed.payment, language);
  if (closed.kind === 'closed') return { status: 200, body };
  // Not frozen: the next try asks the channel again.
  throw new NotFrozen({ status: 202, body, headers: { 'retry-after': String(closed.retryAfter) } });
}

function tell(closed: Closed): void {
  const { transactionId, application, paymentChannel, status } = closed.payment;
  const unanswered = closed.kind === 'requested' ? closed.unanswered : undefined;
  log.info(closed.kind === 'closed' ? 'payment.closed' : 'payment.close_requested', {
    transaction_id: transactionId,
    application,
    channel_code: paymentChannel,
    status,
    ...(unanswered && { reason: unanswered.reason }),
    ...(unanswered?.channelCode && { channel_error_code: unanswered.channelCode }),
  });
  if (unanswered) count('gateway_unknown');
}

export const handler = api(
  'pay',
  replayable('close-payment', dynamodb, env('IDEMPOTENCY_TABLE'), close),
  'optional',
);
