// The words of the routes of refunds.
import { confirmRefundBody } from '../../functions/confirm-refund/schema.ts';
import { createRefundBody } from '../../functions/create-refund/schema.ts';
import { findRefundQuery } from '../../functions/find-refund/schema.ts';
import { listRefundsQuery } from '../../functions/list-refunds/schema.ts';
import { refund, refundList } from '../../lib/api/refund-answers.ts';
import { ofBodies, type RouteText } from './route-text.ts';

export const refundRoutes = {
  'create-refund': {
    summary: 'Refund a payment, whole or in part',
    description:
      'The amount is reserved and written down before anybody is asked for it; a workflow then sees to it until the channel has said the last word. One business_refund_id is one refund, for ever.',
    body: createRefundBody.meta({ id: 'CreateRefund' }),
    idempotent: true,
    answers: {
      200: 'This business_refund_id is this refund already, with the same payment, amount and method.',
      201: 'Written down: PENDING. Events tell how it goes on.',
    },
    answer: refund,
    refusals: [
      ...ofBodies,
      'NOT_FOUND',
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_INVALID',
      'STATE_CONFLICT',
      'IDEMPOTENCY_IN_PROGRESS',
      'AMOUNT_INVALID',
      'AMOUNT_SCALE',
      'CURRENCY_UNSUPPORTED',
      'ORDER_ID_INVALID',
      'SENSITIVE_DATA_REFUSED',
      'REFUND_EXCEEDS_PAID',
      'REFUND_MISMATCH',
      'REFUND_CURRENCY_MISMATCH',
      'REFUND_WINDOW_CLOSED',
      'REFUND_LIMIT',
      'IDEMPOTENCY_KEY_REUSED',
    ],
  },
  'confirm-refund': {
    summary: 'Say what became of a refund that was handed over',
    description:
      'Only of refund_method BALANCE and OFFLINE: whoever carried it out, or refused to, says so once.',
    body: confirmRefundBody.meta({ id: 'ConfirmRefund' }),
    idempotent: true,
    answers: { 200: 'The refund as it is since.' },
    answer: refund,
    refusals: [
      ...ofBodies,
      'NOT_FOUND',
      'IDEMPOTENCY_KEY_REQUIRED',
      'IDEMPOTENCY_KEY_INVALID',
      'STATE_CONFLICT',
      'IDEMPOTENCY_IN_PROGRESS',
      'SENSITIVE_DATA_REFUSED',
      'IDEMPOTENCY_KEY_REUSED',
    ],
  },
  'get-refund': {
    summary: 'Read how a refund stands',
    answers: { 200: 'The refund.' },
    answer: refund,
    refusals: ['NOT_FOUND'],
  },
  'find-refund': {
    summary: 'Find a refund by your own number',
    query: findRefundQuery,
    answers: { 200: 'A list of one refund, or of none.' },
    answer: refundList,
    refusals: ['UNKNOWN_FIELD', 'ORDER_ID_INVALID', 'NOT_FOUND'],
  },
  'list-refunds': {
    summary: 'List the refunds of a payment',
    query: listRefundsQuery,
    answers: { 200: 'A page of the payment’s refunds, the earliest first.' },
    answer: refundList,
    refusals: ['UNKNOWN_FIELD', 'CURSOR_INVALID', 'NOT_FOUND'],
  },
} satisfies Record<string, RouteText>;
