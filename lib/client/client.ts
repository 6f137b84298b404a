// One function per operation of the payment API, for internal applications. Made by `npm run generate`.
import type { CreatePayment, ListPaymentsQuery, PutChannel } from './requests.ts';
import type { Channel, Payment, PaymentList, Timeline } from './answers.ts';
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
    /** Configure a channel. @throws Refused */
    putChannel: (channelCode: string, body: PutChannel): Promise<Answer<Channel>> =>
      send(at, { method: 'PUT', path: `/channels/${encodeURIComponent(channelCode)}`, body }),
    /** Read the configuration of a channel. @throws Refused */
    getChannel: (channelCode: string): Promise<Answer<Channel>> =>
      send(at, { method: 'GET', path: `/channels/${encodeURIComponent(channelCode)}` }),
  };
}
