// What PayPal's words prove of a refund, and how it stands when it is asked for.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { captureId, failureOf } from '../contract/paypal-side.ts';
import { said, transactionId, type Said } from './paypal-answering.ts';
import {
  aRefund,
  again,
  gatewayRefundId,
  issue,
  made,
  notMade,
  ordered,
  orderWith,
  query,
  refundAsked,
  refundId,
  refunding,
} from './paypal-refunding.ts';

const declined = (code: string) => ({ kind: 'declined', code });
const later = { kind: 'retry_later' };
const unknown = (reason: string) => ({ kind: 'unknown', reason });
const unlisted = unknown('unlisted_code');

test.each<[string, object]>([
  ['CAPTURE_FULLY_REFUNDED', declined('refused')],
  ['REFUND_AMOUNT_EXCEEDED', declined('amount_refused')],
  ['REFUND_TIME_LIMIT_EXCEEDED', declined('refused')],
  ['REFUND_NOT_ALLOWED', declined('refused')],
  ['PARTIAL_REFUND_NOT_ALLOWED', declined('refused')],
  ['TRANSACTION_DISPUTED', declined('refused')],
  ['REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK', declined('refused')],
  ['REFUND_CAPTURE_CURRENCY_MISMATCH', declined('refused')],
  ['MAX_NUMBER_OF_REFUNDS_EXCEEDED', declined('refused')],
  ['REFUND_FAILED_INSUFFICIENT_FUNDS', declined('insufficient_balance')],
  ['REFUND_IS_RESTRICTED', declined('misconfigured')],
  ['PERMISSION_DENIED', declined('misconfigured')],
  ['PAYEE_ACCOUNT_RESTRICTED', declined('misconfigured')],
  ['PENDING_CAPTURE', later],
  // These may be about an earlier request of ours.
  ['DUPLICATE_REQUEST_ID', unlisted],
  ['DUPLICATE_INVOICE_ID', unlisted],
  // Words of other calls.
  ['INSTRUMENT_DECLINED', unlisted],
  ['NEVER_HEARD_OF', unlisted],
  ['constructor', unlisted],
])('%s', async (word, meaning) => {
  const { outcome } = refunding(ordered, issue(word), notMade);
  expect(await outcome).toMatchObject({ ...meaning, channelCode: word });
});

test.each<[string, Said, object]>([
  ['NOT_AUTHORIZED', said(403, failureOf('NOT_AUTHORIZED')), declined('misconfigured')],
  ['a token that is refused', said(401, { error: 'invalid_token' }), later],
  ['too many calls', said(429, failureOf('RATE_LIMIT_REACHED')), later],
  ['INVALID_REQUEST', said(400, failureOf('INVALID_REQUEST')), declined('refused')],
  ['a capture that is not there', said(404, failureOf('RESOURCE_NOT_FOUND')), unlisted],
  ['a request under way', said(409, failureOf('X', 'PREVIOUS_REQUEST_IN_PROGRESS')), unlisted],
  ['a conflict', said(409, failureOf('RESOURCE_CONFLICT')), unlisted],
  ['an outage', said(503, failureOf('SERVICE_UNAVAILABLE')), unlisted],
  ['an error', said(500, failureOf('INTERNAL_SERVER_ERROR')), unlisted],
  ['a refusal’s word under an error', said(500, failureOf('X', 'REFUND_NOT_ALLOWED')), unlisted],
])('%s', async (_, answer, meaning) => {
  expect(await refunding(ordered, answer, notMade).outcome).toMatchObject(meaning);
});

test('whatever is answered, no outage and no garbage declines or fails a refund', async () => {
  const words = fc.constantFrom('REFUND_NOT_ALLOWED', 'CAPTURE_FULLY_REFUNDED', 'FAILED', 'X');
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    words.map((word) => JSON.stringify(failureOf('UNPROCESSABLE_ENTITY', word))),
    words.map((status) => JSON.stringify(aRefund({ status, refund: undefined }))),
  );
  const status = fc.constantFrom(200, 201, 202, 302, 500, 502, 503, 504);
  await fc.assert(
    fc.asyncProperty(status, body, status, body, async (first, one, second, two) => {
      const answers = [said(first, one), said(second, two)];
      for (const outcome of [
        await refunding(ordered, ...answers).outcome,
        await refunding(again, ...answers).outcome,
        await refundAsked(query, ...answers).outcome,
        await refundAsked({ ...query, gatewayRefundId }, ...answers).outcome,
      ])
        expect(outcome).toMatchObject({ kind: 'unknown' });
    }),
  );
});

describe('asked by our number', () => {
  test.each([
    ['COMPLETED', { state: 'succeeded' }],
    ['PENDING', { state: 'processing' }],
    ['FAILED', { state: 'failed', channelCode: 'FAILED' }],
    ['CANCELLED', { state: 'failed', channelCode: 'CANCELLED' }],
  ])('the one that is %s is found among others', async (status, standing) => {
    const others = [aRefund({ refund: undefined, id: '1AA11111AA111111A' })];
    const { outcome } = refundAsked(query, made(...others, aRefund({ status })));
    expect(await outcome).toMatchObject({ kind: 'ok', value: { refundId, gatewayRefundId, ...standing } });
  });

  test('that there is none is proved by the order that shows the money', async () => {
    for (const answer of [notMade, made(aRefund({ refund: undefined }))])
      expect(await refundAsked(query, answer).outcome).toEqual({
        kind: 'ok',
        value: { state: 'not_found', refundId, transactionId, gatewayTransactionId: captureId },
      });
  });

  test.each<[string, object, string]>([
    ['another order', { ...orderWith([]), id: '1AA11111AA111111A' }, 'other_order'],
    ['an order without the money', orderWith([], 'COMPLETED', { id: '1AA11111AA111111A' }), 'other_order'],
    ['an order that hides what went back', orderWith(undefined, 'REFUNDED'), 'unreadable'],
    ['an order that hides a part', orderWith([], 'PARTIALLY_REFUNDED'), 'unreadable'],
    ['refunds that are no list', orderWith({}), 'unreadable'],
    ['refunds that are none', orderWith(['x']), 'unreadable'],
    [
      'a refund that is there twice',
      orderWith([aRefund(), aRefund({ id: '1AA11111AA111111A' })]),
      'unreadable',
    ],
    ['a refund of another capture', orderWith([aRefund({ capture: '1AA11111AA111111A' })]), 'other_order'],
    ['a status that is not listed', orderWith([aRefund({ status: 'X' })]), 'unlisted_code'],
  ])('%s proves nothing', async (_, body, reason) => {
    expect(await refundAsked(query, said(200, body)).outcome).toMatchObject(unknown(reason));
  });

  test('an order that is gone proves nothing', async () => {
    const { outcome } = refundAsked(query, said(404, failureOf('RESOURCE_NOT_FOUND')));
    expect(await outcome).toMatchObject(unlisted);
  });
});

describe('asked by PayPal’s number', () => {
  const { gatewayTransactionId, currency } = query;
  const ofConsole = { transactionId, gatewayTransactionId, currency, gatewayRefundId };

  test('one of the console is told with its payment', async () => {
    const { outcome, sent } = refundAsked(ofConsole, said(200, aRefund({ refund: undefined })));
    expect(await outcome).toMatchObject({
      kind: 'ok',
      value: { state: 'succeeded', gatewayRefundId, transactionId, gatewayTransactionId: captureId },
    });
    expect((await outcome)?.kind === 'ok' && (await outcome)).not.toHaveProperty('value.refundId');
    expect(sent[0]?.url).toBe(`https://api-m.sandbox.paypal.com/v2/payments/refunds/${gatewayRefundId}`);
  });

  test('one that turns out to be ours says so', async () => {
    const { outcome } = refundAsked(ofConsole, said(200, aRefund()));
    expect(await outcome).toMatchObject({ kind: 'ok', value: { refundId } });
  });

  test.each([
    ['another refund', aRefund({ id: '1AA11111AA111111A' })],
    ['a refund of another capture', aRefund({ capture: '1AA11111AA111111A' })],
    ['a refund in another currency', { ...aRefund(), amount: { currency_code: 'EUR', value: '3.00' } }],
  ])('%s is another', async (_name, body) => {
    expect(await refundAsked(ofConsole, said(200, body)).outcome).toMatchObject(unknown('other_order'));
  });

  test('one that PayPal does not know is none', async () => {
    const { outcome } = refundAsked(
      ofConsole,
      said(404, failureOf('RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID')),
    );
    expect(await outcome).toEqual({
      kind: 'ok',
      value: { state: 'not_found', gatewayRefundId, transactionId, gatewayTransactionId: captureId },
    });
  });

  test('ours is looked for by our number before it is none', async () => {
    const gone = said(404, failureOf('RESOURCE_NOT_FOUND'));
    const known = { ...query, gatewayRefundId: '1AA11111AA111111A' };
    const { outcome, sent } = refundAsked(known, gone, made(aRefund()));
    expect(await outcome).toMatchObject({ kind: 'ok', value: { state: 'succeeded', gatewayRefundId } });
    expect(sent).toHaveLength(2);
  });
});
