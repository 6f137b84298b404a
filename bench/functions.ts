// Our functions as Lambda runs them: what the template tells them, and the events that set them off.
import { anEvent } from '../test/lambda/gateway-event.ts';
import { refundAmount } from './alipay-stub.ts';
import type { Beside } from './beside.ts';

/** What is called over and over: a payment's life, then a refund's. `look` settles what a provider had not done yet. */
export type Operation =
  'create' | 'receive' | 'apply' | 'query' | 'refund' | 'submit' | 'look' | 'refundApply';

export const functionOf: Readonly<Record<Operation, string>> = {
  create: 'create-payment',
  receive: 'receive-callback',
  apply: 'apply-notification',
  query: 'get-payment',
  refund: 'create-refund',
  submit: 'refund-steps',
  look: 'refund-steps',
  refundApply: 'apply-notification',
};

export const refundOperations: readonly Operation[] = ['refundApply', 'refund', 'submit', 'look'];

export const workflowArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:refund';

/** @param aws one address for all of AWS, or each service's own */
export function environment(beside: Beside, aws: { dynamodb: string; sqs: string; services: string }) {
  const role = (name: string) => [`arn:aws:iam::000000000000:role/${name}`];
  return {
    STAGE: 'local',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_LAMBDA_FUNCTION_NAME: 'payments-bench',
    AWS_ENDPOINT_URL_DYNAMODB: aws.dynamodb,
    AWS_ENDPOINT_URL_SQS: aws.sqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.services,
    AWS_ENDPOINT_URL_EVENTBRIDGE: aws.services,
    AWS_ENDPOINT_URL_SFN: aws.services,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    POWERTOOLS_METRICS_NAMESPACE: 'Payments',
    POWERTOOLS_SERVICE_NAME: 'payments',
    PAYMENTS_TABLE: 'payments',
    EVENTS_TABLE: 'events',
    CHANNELS_TABLE: 'channels',
    IDEMPOTENCY_TABLE: 'idempotency',
    DUE_SHARDS_WRITTEN: '4',
    DUE_SHARDS_READ: '4',
    DUE_INDEX: 'due',
    EVENT_BUS_NAME: beside.busName,
    SYNC_QUEUE_URL: `${aws.sqs}${new URL(beside.syncQueueUrl).pathname}`,
    CALLBACK_QUEUE_URL: `${aws.sqs}${new URL(beside.queueUrl).pathname}`,
    REFUND_WORKFLOW_ARN: workflowArn,
    CHANNELS: JSON.stringify([
      { code: 'ALIPAY', provider: 'alipay', secret_arn: beside.secretArn },
      { code: 'WECHAT_PAY', provider: 'wechat-pay', ...beside.weChatSecrets },
    ]),
    CALLERS: JSON.stringify([
      { application: 'shop', roles: role('shop'), scopes: ['pay', 'refund', 'read'] },
      { application: 'operators', roles: role('ops'), scopes: ['read', 'configure'], operator: true },
    ]),
  };
}

/** A way to pay by one of the two providers. */
export interface Way {
  readonly payment_channel: string;
  readonly payment_method: string;
}

export function createEvent(way: Way, order: string, key: string) {
  const body = {
    business_order_id: order,
    business_order_type: 'GOODS',
    user_id: 'user-000001',
    ...way,
    amount: '8.80',
    currency: 'CNY',
    subject: '一杯咖啡 (大)',
  };
  return anEvent({ body: JSON.stringify(body), headers: { 'Idempotency-Key': [key] } });
}

export function queueEvent(messageBody: string) {
  return { Records: [{ messageId: '1', body: messageBody, attributes: { ApproximateReceiveCount: '1' } }] };
}

export const queryEvent = (transactionId: string) =>
  anEvent({ method: 'GET', path: { transaction_id: transactionId } });

/** @param reason makes the provider take its time */
export function refundEvent(transactionId: string, number: string, key: string, reason?: string) {
  const body = {
    original_transaction_id: transactionId,
    business_refund_id: number,
    amount: refundAmount,
    ...(reason !== undefined && { reason }),
  };
  return anEvent({ body: JSON.stringify(body), headers: { 'Idempotency-Key': [key] } });
}

/** As the workflow calls its function. */
export function stepEvent(step: 'submit' | 'query', refundId: string) {
  return { step, refund_id: refundId, run: 1 };
}

export const refundQueryEvent = (refundId: string) =>
  anEvent({ method: 'GET', path: { refund_id: refundId } });
