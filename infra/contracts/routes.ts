// What the template does not say of a route: its words, what it takes and answers, and how it can refuse.
import { closePaymentBody } from '../../functions/close-payment/schema.ts';
import { createPaymentBody } from '../../functions/create-payment/schema.ts';
import { listPaymentsQuery } from '../../functions/list-payments/schema.ts';
import { listQuarantineQuery } from '../../functions/list-quarantine/schema.ts';
import { resolveAnomalyBody } from '../../functions/resolve-anomaly/schema.ts';
import * as answers from '../../lib/api/answers.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { OperationName } from '../operations.ts';
import { refundRoutes } from './refund-routes.ts';
import { putChannelRequest, shownChannel } from './channel-schemas.ts';

import { ofBodies, type RouteText } from './route-text.ts';

export type { RouteText };

/** Of API Gateway, before any function. */
export const refusedAtTheDoor: readonly ErrorCode[] = [
  'REQUEST_REFUSED',
  'NOT_SIGNED_OR_NO_SUCH_ROUTE',
  'SIGNATURE_INVALID',
  'CREDENTIALS_EXPIRED',
  'ACCESS_DENIED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
  'TIMED_OUT',
];

/** Of the public API, which asks for no signature and has a firewall. */
export const refusedAtTheOpenDoor: readonly ErrorCode[] = [
  'REQUEST_REFUSED',
  'NOT_FOUND',
  'REQUEST_BLOCKED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL',
  'TIMED_OUT',
];

/** Of every function behind a signature. */
export const refusedByAll: readonly ErrorCode[] = ['INVALID_REQUEST', 'CALLER_UNKNOWN', 'SCOPE_MISSING'];

export const routes: Readonly<Partial<Record<OperationName, RouteText>>> = {
  'create-payment': {
    summary: 'Collect for an order',
    description:
      'One order has one live payment and is paid at most once: the same request again, at any time, charges nobody twice.',
    body: createPaymentBody.meta({ id: 'CreatePayment' }),
    idempotent: true,
    answers: {
      200: 'The order has this live payment already, with the same amount, channel and method.',
      201: 'A new payment: show `prepay_info` to the payer.',
      202: 'The channel’s answer is unknown: the payment stays PENDING_CREATE. Repeat the request after Retry-After.',
    },
    answer: answers.payment,
    refusals: [
      ...ofBodies,
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_INVALID',
      'ORDER_ALREADY_PAID',
      'ORDER_UNDER_REVIEW',
      'ORDER_MISMATCH',
      'CREATE_IN_PROGRESS',
      'STATE_CONFLICT',
      'IDEMPOTENCY_IN_PROGRESS',
      'CHANNEL_DISABLED',
      'AMOUNT_INVALID',
      'AMOUNT_SCALE',
      'AMOUNT_OUT_OF_RANGE',
      'CURRENCY_UNSUPPORTED',
      'CURRENCY_CHANNEL_MISMATCH',
      'CHANNEL_UNKNOWN',
      'METHOD_UNKNOWN',
      'ORDER_ID_INVALID',
      'EXPIRE_INVALID',
      'RETURN_URL_NOT_ALLOWED',
      'METADATA_TOO_LARGE',
      'SENSITIVE_DATA_REFUSED',
      'IDEMPOTENCY_KEY_REUSED',
      'CHANNEL_DECLINED',
      'CHANNEL_MISCONFIGURED',
      'GATEWAY_UNAVAILABLE',
    ],
  },
  'close-payment': {
    summary: 'Close a payment',
    description:
      'Asked and closed at the channel first. What the channel cannot confirm stays open to it, and is asked for again until it can.',
    body: closePaymentBody.meta({ id: 'ClosePayment' }),
    idempotent: true,
    answers: {
      200: 'Nobody can pay it any more.',
      202: 'The channel cannot confirm it yet: `close_requested_at` is set, and money that comes from now on is late.',
    },
    answer: answers.payment,
    refusals: [
      ...ofBodies,
      'NOT_FOUND',
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_INVALID',
      'ORDER_ALREADY_PAID',
      'ORDER_UNDER_REVIEW',
      'STATE_CONFLICT',
      'IDEMPOTENCY_IN_PROGRESS',
      'SENSITIVE_DATA_REFUSED',
      'IDEMPOTENCY_KEY_REUSED',
      'CHANNEL_MISCONFIGURED',
      'GATEWAY_UNAVAILABLE',
    ],
  },
  ...refundRoutes,
  'resolve-anomaly': {
    summary: 'Decide about late or wrong money',
    description:
      'For operators. `accept` takes the money for the payment; `refund` gives it back, and needs the scope `refund`; `dismiss` says that it was dealt with elsewhere.',
    body: resolveAnomalyBody.meta({ id: 'ResolveAnomaly' }),
    idempotent: true,
    answers: { 200: 'The payment as it is since.' },
    answer: answers.payment,
    refusals: [
      ...ofBodies,
      'NOT_FOUND',
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_INVALID',
      'NOTHING_TO_RESOLVE',
      'STATE_CONFLICT',
      'IDEMPOTENCY_IN_PROGRESS',
      'SENSITIVE_DATA_REFUSED',
      'ANOMALY_NOT_ACCEPTABLE',
      'IDEMPOTENCY_KEY_REUSED',
    ],
  },
  'list-quarantine': {
    summary: 'List genuine callbacks that belong to no payment',
    description: 'For operators.',
    query: listQuarantineQuery,
    answers: { 200: 'A page of them, with the bytes that came.' },
    answer: answers.quarantine,
    refusals: ['UNKNOWN_FIELD', 'CURSOR_INVALID', 'CHANNEL_UNKNOWN'],
  },
  'get-payment': {
    summary: 'Read how a payment stands',
    answers: { 200: 'The payment.' },
    answer: answers.payment,
    refusals: ['NOT_FOUND'],
  },
  'list-payments': {
    summary: 'List the payments of an order',
    query: listPaymentsQuery,
    answers: { 200: 'A page of the order’s payments, newest first.' },
    answer: answers.paymentList,
    refusals: ['UNKNOWN_FIELD', 'ORDER_ID_INVALID', 'CURSOR_INVALID', 'NOT_FOUND'],
  },
  'get-timeline': {
    summary: 'Read everything that happened to a payment',
    answers: { 200: 'Its events, oldest first, each chained to the one before.' },
    answer: answers.timeline,
    refusals: ['NOT_FOUND'],
  },
  'put-channel': {
    summary: 'Configure a channel',
    description:
      'Judged whole before any of it counts. Secrets may be left out: the ones that are there stay.',
    body: putChannelRequest,
    answers: { 200: 'The channel as it now stands.' },
    answer: shownChannel,
    refusals: [...ofBodies, 'NOT_FOUND', 'STATE_CONFLICT', 'CHANNEL_CONFIG_INVALID', 'KEY_INVALID'],
  },
  'get-channel': {
    summary: 'Read the configuration of a channel',
    answers: { 200: 'The channel; of its secrets only fingerprints.' },
    answer: shownChannel,
    refusals: ['NOT_FOUND', 'GATEWAY_UNAVAILABLE'],
  },
  'receive-return': {
    summary: 'For the payer’s browser: come back from the provider’s page',
    description:
      'Proved by the provider’s signature. It settles nothing: status sync is told to ask the channel, and after at most four seconds the payer is sent on to `return_url` with what then stands.',
    answers: {
      200: 'A page for the payer: the payment has no `return_url`.',
      303: 'On to `return_url`, with `transaction_id` and `status` in its query.',
      400: 'Not of the form that the provider signs, or not proved to come from it. Nothing was asked.',
      403: 'Genuine, but for another merchant or application.',
      404: 'There is no such channel, or no such payment.',
    },
    refusals: [],
  },
  'receive-callback': {
    summary: 'For the provider: report what became of a payment',
    description:
      'Proved by the provider’s signature on the exact bytes. Body and acknowledgement have the provider’s own form.',
    answers: {
      200: 'Kept; need not be sent again.',
      400: 'Not of the form that the provider signs. Nothing was changed.',
      401: 'Not proved to come from the provider. Nothing was changed.',
      403: 'Genuine, but for another merchant or application. Nothing was changed.',
      404: 'There is no such channel.',
      500: 'It could not be kept: send it again.',
    },
    refusals: [],
  },
};
