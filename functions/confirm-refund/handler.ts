// POST /refunds/transactions/{refund_id}/confirmation
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Reply } from '../../lib/api/problems.ts';
import { refundView } from '../../lib/api/refund-view.ts';
import { validate } from '../../lib/api/validation.ts';
import { env } from '../../lib/lambda/env.ts';
import { api, type ApiRequest } from '../../lib/lambda/http.ts';
import { replayable } from '../../lib/lambda/idempotency.ts';
import { log } from '../../lib/lambda/log.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { clientDefaults, deployedTables, documentClient } from '../../lib/store/table.ts';
import { confirmRefund } from './confirm-refund.ts';
import { confirmRefundBody } from './schema.ts';

const dynamodb = new DynamoDBClient(clientDefaults);
const tables = deployedTables(env, documentClient(dynamodb), ports);

async function confirm({ path, body, caller, language }: ApiRequest): Promise<Reply> {
  const request = { id: path['refund_id'] ?? '', body: validate(confirmRefundBody, body), caller };
  const refund = await confirmRefund({ tables, ports }, request);
  const { originalTransactionId: transaction_id, refundId: refund_id, status } = refund;
  log.info('refund.confirmed', { transaction_id, refund_id, application: caller.application, status });
  return { status: 200, body: refundView(refund, language) };
}

export const handler = api(
  'refund',
  replayable('confirm-refund', dynamodb, env('IDEMPOTENCY_TABLE'), confirm),
);
