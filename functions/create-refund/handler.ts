// POST /refunds/transactions
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Reply } from '../../lib/api/problems.ts';
import { refundView } from '../../lib/api/refund-view.ts';
import { validate } from '../../lib/api/validation.ts';
import { readDeclaredChannels } from '../../lib/channels/declared.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { refundRule } from '../../lib/gateways/refund-rules.ts';
import { env } from '../../lib/lambda/env.ts';
import { api, type ApiRequest } from '../../lib/lambda/http.ts';
import { replayable } from '../../lib/lambda/idempotency.ts';
import { log } from '../../lib/lambda/log.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { startRefundWorkflow } from '../../lib/messaging/refund-workflow.ts';
import { clientDefaults, deployedTables, documentClient, unlogged } from '../../lib/store/table.ts';
import { createRefund } from './create-refund.ts';
import { createRefundBody } from './schema.ts';

const dynamodb = new DynamoDBClient(clientDefaults);
const tables = deployedTables(env, documentClient(dynamodb), ports);
const workflows = unlogged(new SFNClient(clientDefaults));
const machine = env('REFUND_WORKFLOW_ARN');
const declared = readDeclaredChannels(env('CHANNELS'));

const dependencies = {
  tables,
  ports,
  rule: (code: string) => refundRule(declared.find((channel) => channel.code === code)?.provider ?? ''),
  start,
};

/** It is written down: whatever hinders its workflow now, status sync begins it in a minute. */
async function start({ refundId, originalTransactionId, run }: Refund): Promise<void> {
  try {
    await startRefundWorkflow(workflows, machine, refundId, run);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    log.warn('refund.not_begun', { transaction_id: originalTransactionId, refund_id: refundId, reason });
  }
}

async function create(request: ApiRequest): Promise<Reply> {
  const { caller, deadline, language } = request;
  const body = validate(createRefundBody, request.body);
  const { kind, refund } = await createRefund(dependencies, { body, caller, deadline });
  log.info(`refund.${kind}`, {
    transaction_id: refund.originalTransactionId,
    refund_id: refund.refundId,
    application: caller.application,
    status: refund.status,
  });
  return { status: kind === 'created' ? 201 : 200, body: refundView(refund, language) };
}

export const handler = api('refund', replayable('create-refund', dynamodb, env('IDEMPOTENCY_TABLE'), create));
