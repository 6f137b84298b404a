// One function per operation of the payment API, for internal applications. Made by `npm run generate`.
import type {
  ClosePayment,
  ConfirmRefund,
  CreatePayment,
  CreateRefund,
  FindRefundQuery,
  ListPaymentsQuery,
  ListQuarantineQuery,
  ListRefundsQuery,
  PutChannel,
  ResolveAnomaly,
} from './requests.ts';
import type { Payment, PaymentList } from './answers.ts';
import type { Timeline } from './timelines.ts';
import type { Refund, RefundList } from './refunds.ts';
import type { Channel, Quarantine } from './operators.ts';
import { send, type Answer, type SignedFetch } from './send.ts';

/**
 * @param api base URL with its stage, without a slash at the end
 * @param fetch signs for service execute-api
 */
export function paymentsClient(api: string, fetch: SignedFetch) {
  const at = { api, fetch };
  return {
    /** Collect for an order. @throws Refused */
    createPayment: (body: CreatePayment, idempotencyKey: string): Promise<Answer<Payment>> =>
      send(at, { method: 'POST', path: '/payments/transactions', body, idempotencyKey }),
    /** Read how a payment stands. @throws Refused */
    getPayment: (transactionId: string): Promise<Answer<Payment>> =>
      send(at, { method: 'GET', path: `/payments/transactions/${encodeURIComponent(transactionId)}` }),
    /** List the payments of an order. @throws Refused */
    listPayments: (query: ListPaymentsQuery): Promise<Answer<PaymentList>> =>
      send(at, { method: 'GET', path: '/payments/transactions', query }),
    /** Read everything that happened to a payment. @throws Refused */
    getTimeline: (transactionId: string): Promise<Answer<Timeline>> =>
      send(at, {
        method: 'GET',
        path: `/payments/transactions/${encodeURIComponent(transactionId)}/timeline`,
      }),
    /** Close a payment. @throws Refused */
    closePayment: (
      transactionId: string,
      body: ClosePayment,
      idempotencyKey: string,
    ): Promise<Answer<Payment>> =>
      send(at, {
        method: 'POST',
        path: `/payments/transactions/${encodeURIComponent(transactionId)}/close`,
        body,
        idempotencyKey,
      }),
    /** Refund a payment, whole or in part. @throws Refused */
    createRefund: (body: CreateRefund, idempotencyKey: string): Promise<Answer<Refund>> =>
      send(at, { method: 'POST', path: '/refunds/transactions', body, idempotencyKey }),
    /** Say what became of a refund that was handed over. @throws Refused */
    confirmRefund: (refundId: string, body: ConfirmRefund, idempotencyKey: string): Promise<Answer<Refund>> =>
      send(at, {
        method: 'POST',
        path: `/refunds/transactions/${encodeURIComponent(refundId)}/confirmation`,
        body,
        idempotencyKey,
      }),
    /** Read how a refund stands. @throws Refused */
    getRefund: (refundId: string): Promise<Answer<Refund>> =>
      send(at, { method: 'GET', path: `/refunds/transactions/${encodeURIComponent(refundId)}` }),
    /** Find a refund by your own number. @throws Refused */
    findRefund: (query: FindRefundQuery): Promise<Answer<RefundList>> =>
      send(at, { method: 'GET', path: '/refunds/transactions', query }),
    /** List the refunds of a payment. @throws Refused */
    listRefunds: (transactionId: string, query: ListRefundsQuery): Promise<Answer<RefundList>> =>
      send(at, {
        method: 'GET',
        path: `/payments/transactions/${encodeURIComponent(transactionId)}/refunds`,
        query,
      }),
    /** Decide about late or wrong money. @throws Refused */
    resolveAnomaly: (
      transactionId: string,
      body: ResolveAnomaly,
      idempotencyKey: string,
    ): Promise<Answer<Payment>> =>
      send(at, {
        method: 'POST',
        path: `/payments/transactions/${encodeURIComponent(transactionId)}/anomaly/resolution`,
        body,
        idempotencyKey,
      }),
    /** List genuine callbacks that belong to no payment. @throws Refused */
    listQuarantine: (query: ListQuarantineQuery): Promise<Answer<Quarantine>> =>
      send(at, { method: 'GET', path: '/quarantine', query }),
    /** Configure a channel. @throws Refused */
    putChannel: (channelCode: string, body: PutChannel): Promise<Answer<Channel>> =>
      send(at, { method: 'PUT', path: `/channels/${encodeURIComponent(channelCode)}`, body }),
    /** Read the configuration of a channel. @throws Refused */
    getChannel: (channelCode: string): Promise<Answer<Channel>> =>
      send(at, { method: 'GET', path: `/channels/${encodeURIComponent(channelCode)}` }),
  };
}
