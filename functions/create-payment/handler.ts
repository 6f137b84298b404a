// POST /payments/transactions
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { paymentView } from '../../lib/api/payment-view.ts';
import type { Reply } from '../../lib/api/problems.ts';
import { validate } from '../../lib/api/validation.ts';
import { deployedChannels } from '../../lib/channels/deployed.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { env } from '../../lib/lambda/env.ts';
import { api, type ApiRequest } from '../../lib/lambda/http.ts';
import { NotFrozen, replayable } from '../../lib/lambda/idempotency.ts';
import { log } from '../../lib/lambda/log.ts';
import { count } from '../../lib/lambda/metrics.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { clientDefaults, deployedTables, documentClient } from '../../lib/store/table.ts';
import { createPayment } from './create-payment.ts';
import type { Created } from './prepay.ts';
import { createPaymentBody } from './schema.ts';

const dynamodb = new DynamoDBClient(clientDefaults);
const client = documentClient(dynamodb);
const tables = deployedTables(env, client, ports);
const channel = deployedChannels(env, client, ports);

async function create(request: ApiRequest): Promise<Reply> {
  const created = await createPayment(
    { channel, tables, ports, passedOver },
    {
      application: request.caller.application,
      returnOrigins: request.caller.returnOrigins ?? [],
      body: validate(createPaymentBody, request.body),
      deadline: request.deadline,
    },
  );
  tell(created);
  return answer(created, request);
}

function passedOver(channel_code: string, code: string): void {
  if (code === 'CHANNEL_MISCONFIGURED') count('channel_misconfigured');
  log.warn('payment.channel_passed_over', { channel_code, code });
}

function tell(created: Created): void {
  const { payment } = created;
  log.info(`payment.${created.kind}`, {
    transaction_id: payment.transactionId,
    application: payment.application,
    channel_code: payment.paymentChannel,
    status: payment.status,
    ...(created.kind === 'unknown' && {
      reason: created.reason,
      ...(created.channelCode && { channel_error_code: created.channelCode }),
    }),
    ...(created.kind === 'declined' && {
      code: created.code,
      ...(payment.channelErrorCode && { channel_error_code: payment.channelErrorCode }),
    }),
  });
  if (created.kind === 'unknown') count('gateway_unknown');
}

function answer(created: Created, { language }: ApiRequest): Reply {
  const { kind, payment } = created;
  const body = paymentView(payment, language);
  switch (kind) {
    case 'created':
      return { status: 201, body };
    case 'live':
      return { status: 200, body };
    case 'unknown':
      throw new NotFrozen({ status: 202, body, headers: { 'retry-after': String(created.retryAfter) } });
    case 'declined':
      throw new PaymentError(
        created.code === 'misconfigured' ? 'CHANNEL_MISCONFIGURED' : 'CHANNEL_DECLINED',
        {
          transactionId: payment.transactionId,
          channel: { code: payment.channelErrorCode ?? '', message: created.code },
        },
      );
  }
}

export const handler = api('pay', replayable('create-payment', dynamodb, env('IDEMPOTENCY_TABLE'), create));
