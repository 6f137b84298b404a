// What the template does not say of a route: its words, what it takes and answers, and how it can refuse.
import type * as z from 'zod';
import { createPaymentBody } from '../../functions/create-payment/schema.ts';
import { listPaymentsQuery } from '../../functions/list-payments/schema.ts';
import * as answers from '../../lib/api/answers.ts';
import type { ErrorCode } from '../../lib/domain/errors.ts';
import type { OperationName } from '../operations.ts';
import { putChannelRequest, shownChannel } from './channel-schemas.ts';

export interface RouteText {
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  /** takes an Idempotency-Key */
  readonly idempotent?: true;
  /** status → what it means; all of them answer `answer` */
  readonly answers: Readonly<Record<number, string>>;
  /** absent: a channel's own acknowledgement, plain text */
  readonly answer?: z.ZodType;
  /** what the function itself may refuse with, beside what every function may */
  readonly refusals: readonly ErrorCode[];
}

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

const ofBodies = ['MALFORMED_JSON', 'DUPLICATE_JSON_KEY', 'UNKNOWN_FIELD', 'UNSUPPORTED_MEDIA_TYPE'] as const;

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
      'METADATA_TOO_LARGE',
      'SENSITIVE_DATA_REFUSED',
      'IDEMPOTENCY_KEY_REUSED',
      'CHANNEL_DECLINED',
      'CHANNEL_MISCONFIGURED',
      'GATEWAY_UNAVAILABLE',
    ],
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
    refusals: ['NOT_FOUND'],
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
