// POST /payments/transactions/{transaction_id}/anomaly/resolution
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { paymentView } from '../../lib/api/payment-view.ts';
import type { Reply } from '../../lib/api/problems.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { formatAmount } from '../../lib/domain/money.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { readablePayment } from '../../lib/flows/readable-payment.ts';
import { resolveAnomaly } from '../../lib/flows/resolve-anomaly.ts';
import { env } from '../../lib/lambda/env.ts';
import { api, type ApiRequest } from '../../lib/lambda/http.ts';
import { replayable } from '../../lib/lambda/idempotency.ts';
import { log } from '../../lib/lambda/log.ts';
import { scoped } from '../../lib/lambda/caller.ts';
import { operatorsOnly } from '../../lib/lambda/operators.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { clientDefaults, deployedTables, documentClient } from '../../lib/store/table.ts';
import { resolveAnomalyBody } from './schema.ts';

const dynamodb = new DynamoDBClient(clientDefaults);
const tables = deployedTables(env, documentClient(dynamodb), ports);

async function decide(request: ApiRequest): Promise<Reply> {
  const { path, caller, language } = request;
  const { action, version, reason } = validate(resolveAnomalyBody, request.body);
  if (action === 'refund') scoped(caller, 'refund');
  const { transactionId } = await readablePayment(tables, path['transaction_id'] ?? '', caller);
  const decision = { action, version, reason, by: caller.application };
  const { kind, payment, back = [] } = await resolveAnomaly({ tables, ports }, transactionId, decision);
  log.info(`anomaly.${kind}`, {
    transaction_id: transactionId,
    application: caller.application,
    outcome: action,
    status: payment.status,
  });
  switch (kind) {
    case 'resolved':
      return { status: 200, body: paymentView(payment, language) };
    case 'nothing_to_decide':
      throw new PaymentError('NOTHING_TO_RESOLVE', { transactionId });
    case 'changed_meanwhile':
      throw new PaymentError('STATE_CONFLICT', {
        transactionId,
        param: 'version',
        detail: `The payment has version ${payment.version} now. Nothing was changed: read it, then decide.`,
      });
    case 'not_acceptable':
      throw new PaymentError('ANOMALY_NOT_ACCEPTABLE', { transactionId, param: 'action' });
    case 'became_duplicate':
      throw new PaymentError('STATE_CONFLICT', { transactionId, detail: duplicate });
    case 'paid_with_it':
      throw new PaymentError('STATE_CONFLICT', { transactionId, param: 'action', detail: paidWithIt });
    case 'partly_back':
      throw new PaymentError('STATE_CONFLICT', { transactionId, param: 'action', detail: partlyBack(back) });
  }
}

const duplicate =
  'Another payment has paid the order meanwhile, so this money is a duplicate now and was not taken. Read the payment, then decide anew.';

const paidWithIt =
  'The channel has corrected its word since, and the payment is paid with this money: nothing was given back. Refund the payment by POST /refunds/transactions, or dismiss the anomaly.';

function partlyBack(back: readonly Refund[]): string {
  const refunds = back.map(({ refundId, amountRequested, status }) => {
    return `${refundId} (${formatAmount(amountRequested)} ${amountRequested.currency}, ${status})`;
  });
  return `Of this money, ${refunds.join(', ')} has gone back or is on its way, so it was not taken. Let the rest go back at the provider's console, then dismiss it.`;
}

const once = replayable('resolve-anomaly', dynamodb, env('IDEMPOTENCY_TABLE'), decide);

export const handler = api('reconcile', (request, context) => {
  operatorsOnly(request.caller);
  return once(request, context);
});
