// Our functions as Lambda runs them: what the template tells them, and the events that set them off.
import { anEvent } from '../test/lambda/gateway-event.ts';
import { account, form, notice, paidFields, type Pair } from '../test/contract/alipay-side.ts';
import type { Beside } from './beside.ts';

/** What is called over and over. */
export type Operation = 'create' | 'receive' | 'apply' | 'query';

export const functionOf: Readonly<Record<Operation, string>> = {
  create: 'create-payment',
  receive: 'receive-callback',
  apply: 'apply-notification',
  query: 'get-payment',
};

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
    // Only loaded with: nothing is sent there.
    SYNC_QUEUE_URL: `${aws.sqs}/queue/sync`,
    CALLBACK_QUEUE_URL: `${aws.sqs}${new URL(beside.queueUrl).pathname}`,
    CHANNELS: JSON.stringify([{ code: 'ALIPAY', provider: 'alipay', secret_arn: beside.secretArn }]),
    CALLERS: JSON.stringify([
      { application: 'shop', roles: role('shop'), scopes: ['pay', 'read'] },
      { application: 'operators', roles: role('ops'), scopes: ['read', 'configure'], operator: true },
    ]),
  };
}

const path = { channel_code: 'ALIPAY' };

export function putChannelEvent(beside: Beside, gateway: string) {
  const body = {
    environment: 'local',
    gateway_url: gateway,
    ...account,
    public_key_platform: beside.platform.publicPem,
    private_key_merchant: beside.merchant.privatePem,
    callback_url_payment: 'https://pay.example.com/payments/callbacks/alipay',
    is_active: true,
  };
  return anEvent({ method: 'PUT', path, body: JSON.stringify(body), role: 'ops' });
}

export function createEvent(order: string, key: string) {
  const body = {
    business_order_id: order,
    business_order_type: 'GOODS',
    user_id: 'user-000001',
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY',
    subject: '一杯咖啡 (大)',
  };
  return anEvent({ body: JSON.stringify(body), headers: { 'Idempotency-Key': [key] } });
}

export function callbackForm(transactionId: string, tradeNo: string, platform: Pair): Buffer {
  return form(notice({ ...paidFields(transactionId, '8.80', Date.now()), trade_no: tradeNo }, platform));
}

export const callbackEvent = (body: Buffer) => anEvent({ path, body, role: null });

export function queueEvent(messageBody: string) {
  return { Records: [{ messageId: '1', body: messageBody, attributes: { ApproximateReceiveCount: '1' } }] };
}

export const queryEvent = (transactionId: string) =>
  anEvent({ method: 'GET', path: { transaction_id: transactionId } });
