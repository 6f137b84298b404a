// What travels from receive-callback to apply-notification: the proved facts, and the bytes that proved them.
import { hash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { canonicalJson } from '../domain/canonical-json.ts';
import { isRefundId, isTransactionId, type RefundId, type TransactionId } from '../domain/ids.ts';
import { isCurrency, type Currency } from '../domain/money.ts';
import { readJson } from '../domain/strict-json.ts';

const transactionId = z.custom<TransactionId>((value) => typeof value === 'string' && isTransactionId(value));

const money = z.strictObject({
  minor: z.int(),
  currency: z.custom<Currency>((value) => typeof value === 'string' && isCurrency(value)),
});

const paid = z.strictObject({
  state: z.literal('paid'),
  transactionId,
  gatewayOrderId: z.string().optional(),
  gatewayTransactionId: z.string().min(1),
  amount: money,
  paidAt: z.iso.datetime(),
  payee: z.strictObject({ merchantId: z.string().optional(), appId: z.string().optional() }),
  channelAmounts: z
    .strictObject({ payerTotal: money.optional(), merchantReceived: money.optional() })
    .optional(),
  paymentInstrument: z.string().optional(),
});

const snapshot = z.discriminatedUnion('state', [
  paid,
  z.strictObject({ state: z.literal('approved'), transactionId, gatewayOrderId: z.string() }),
  z.strictObject({
    state: z.enum(['not_found', 'pending', 'closed']),
    transactionId,
    gatewayOrderId: z.string().optional(),
  }),
]);

const reference = {
  refundId: z.custom<RefundId>((value) => typeof value === 'string' && isRefundId(value)).optional(),
  gatewayRefundId: z.string().optional(),
  transactionId: transactionId.optional(),
  gatewayTransactionId: z.string().optional(),
};
const refunded = { ...reference, amount: money, at: z.iso.datetime().optional() };
const refundSnapshot = z.discriminatedUnion('state', [
  z.strictObject({ ...refunded, state: z.enum(['processing', 'succeeded']) }),
  z.strictObject({ ...refunded, state: z.literal('failed'), channelCode: z.string() }),
  z.strictObject({
    ...refunded,
    state: z.literal('needs_action'),
    reason: z.enum(['insufficient_balance', 'abnormal', 'misconfigured']),
    channelCode: z.string(),
  }),
]);

const message = z.strictObject({
  channelCode: z.string(),
  /** UTC ISO-8601 ms */
  receivedAt: z.iso.datetime(),
  requestId: z.string(),
  keyVersion: z.string(),
  /** the provider's name of this one sending, where no more than a checksum of its body is proved */
  transmissionId: z.string().optional(),
  /** SHA-256, hex, of the proved facts: a provider's repeats of one notice share it. @see DESIGN 13.6 */
  digest: z.string(),
  notification: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('payment'), snapshot }),
    z.strictObject({ kind: z.literal('refund'), snapshot: refundSnapshot }),
    z.strictObject({
      kind: z.literal('refund_hint'),
      what: z.string(),
      noticeId: z.string(),
      refund: z.strictObject(reference),
    }),
    z.strictObject({
      kind: z.literal('hint'),
      what: z.string(),
      noticeId: z.string(),
      transactionId,
      gatewayOrderId: z.string(),
    }),
    z.strictObject({
      kind: z.literal('unrecognised'),
      what: z.string(),
      noticeId: z.string(),
      transactionId: transactionId.optional(),
    }),
  ]),
  headers: z.record(z.string(), z.array(z.string())),
  bodyBase64: z.string(),
  /** how often its payment was looked for and not there; absent at first */
  attempt: z.int().min(1).optional(),
});

export type CallbackMessage = z.infer<typeof message>;

/**
 * @param delay s, at most 900: nobody gets it before
 * @returns when SQS has it: durable
 */
export async function sendCallback(
  sqs: SQSClient,
  queueUrl: string,
  callback: CallbackMessage,
  delay?: number,
): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(callback),
      DelaySeconds: delay,
    }),
  );
}

/** @throws Error when it is not a message of ours: it goes back to the queue, and in the end to the dead letters */
export function readCallbackMessage(body: string): CallbackMessage {
  return message.parse(readJson(Buffer.from(body)));
}

export function factsDigest(channelCode: string, notification: CallbackMessage['notification']): string {
  return hash('sha256', canonicalJson({ channelCode, notification }));
}
