// Giving money back by Stripe: what is sent, and how a refund stands by its word.
import { describe, expect, test } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { RefundQuery } from '../../lib/domain/refund.ts';
import { intentId, refund, refundNumber, type Fields } from '../contract/stripe-side.ts';
import { order, said } from './stripe-answering.ts';
import {
  again,
  asked,
  calls,
  list,
  listed,
  made,
  no,
  others,
  refundId,
  refunded,
  wanted,
} from './stripe-refunding.ts';

describe('what is sent', () => {
  test('names the payment, the amount, our numbers, and nothing that a caller wrote', async () => {
    const { sent, outcome } = refunded({}, said(200, made()));
    await outcome;
    expect(calls(sent)).toEqual(['POST /v1/refunds']);
    expect(sent[0]?.form).toEqual({
      payment_intent: intentId,
      amount: '300',
      reason: 'requested_by_customer',
      'metadata[refund_id]': refundId,
      'metadata[transaction_id]': order,
    });
  });

  test.each([
    [{}, `${refundId}-refund-0`],
    [{ generation: 3 }, `${refundId}-refund-3`],
  ])('under a key of the refund and its generation alone: %j', async (change, key) => {
    for (const each of [change, { ...change, ...again, reason: 'another' }]) {
      const { sent, outcome } = refunded(each, list([]), said(200, made()));
      await outcome;
      const keys = sent.filter(({ method }) => method === 'POST').map(({ headers }) => headers);
      for (const headers of keys) expect(headers).toMatchObject({ 'idempotency-key': key });
    }
  });

  test('an amount that Stripe cannot be told is not', async () => {
    const amount = { minor: 305, currency: 'KWD' } as const;
    const { sent, outcome } = refunded({ amount, currency: 'KWD' });
    expect(await outcome).toMatchObject({ kind: 'declined', code: 'amount_refused' });
    expect(sent).toEqual([]);
  });

  test.each([
    { gatewayTransactionId: 'ch_3DemoIntentOfTests00001b' },
    { gatewayTransactionId: `${intentId}/../..` },
    { gatewayRefundId: 'txn_1' },
  ])('nothing for %j', async (change) => {
    await expect(refunded(change, said(200, made())).outcome).rejects.toThrow('Nothing was sent');
    await expect(asked(change, list([made()])).outcome).rejects.toThrow('Nothing was sent');
  });
});

describe('how it stands', () => {
  const states: [Fields, object][] = [
    [{ status: 'succeeded' }, { state: 'succeeded' }],
    [{ status: 'pending' }, { state: 'processing' }],
    [{ status: 'pending', pending_reason: 'processing' }, { state: 'processing' }],
    [{ status: 'pending', pending_reason: 'charge_pending' }, { state: 'processing' }],
    [{ status: 'pending', pending_reason: 'wonderful' }, { state: 'processing' }],
    [
      { status: 'pending', pending_reason: 'insufficient_funds' },
      { state: 'needs_action', reason: 'insufficient_balance', channelCode: 'insufficient_funds' },
    ],
    [{ status: 'requires_action' }, { state: 'processing' }],
    [
      { status: 'failed', failure_reason: 'expired_or_canceled_card' },
      { state: 'failed', channelCode: 'expired_or_canceled_card' },
    ],
    [{ status: 'failed' }, { state: 'failed', channelCode: 'failed' }],
    [{ status: 'canceled' }, { state: 'failed', channelCode: 'canceled' }],
    // The reason that it waited for is of the past.
    [{ status: 'succeeded', pending_reason: 'insufficient_funds' }, { state: 'succeeded' }],
  ];
  const facts = {
    refundId,
    transactionId: order,
    gatewayRefundId: refundNumber,
    gatewayTransactionId: intentId,
    amount: wanted.amount,
  };

  test.each(states)('%j', async (change, expected) => {
    const value = { ...expected, ...facts };
    expect(await asked({}, list([...others, made(change)])).outcome).toEqual({ kind: 'ok', value });
    expect(await asked({ gatewayRefundId: refundNumber }, said(200, made(change))).outcome).toEqual({
      kind: 'ok',
      value,
    });
    expect(await refunded({}, said(200, made(change))).outcome).toEqual({
      kind: 'ok',
      value: { ...value, at: '2026-11-20T06:07:08.000Z' },
    });
  });

  test.each(['wonderful', '', null, 7, '__proto__'])('status %p means nothing', async (status) => {
    const unlisted = { kind: 'unknown', reason: 'unlisted_code' };
    expect(await asked({}, list([made({ status })])).outcome).toMatchObject(unlisted);
    expect(await refunded({}, said(200, made({ status }))).outcome).toMatchObject(unlisted);
  });

  test.each([
    { object: 'charge' },
    { payment_intent: 'pi_3AnotherIntent00001' },
    { payment_intent: null },
    { currency: 'eur' },
    { metadata: { refund_id: refundIdOf(order, 1) } },
  ])('another refund: %j', async (change) => {
    const other = { kind: 'unknown', reason: 'other_order' };
    expect(await refunded({}, said(200, made(change))).outcome).toEqual(other);
    expect(await asked({ gatewayRefundId: refundNumber }, said(200, made(change))).outcome).toEqual(other);
  });

  test('without our number it is another, unless it has the number that Stripe gave ours', async () => {
    const bare = made({ metadata: {} });
    const other = { kind: 'unknown', reason: 'other_order' };
    expect(await refunded({}, said(200, bare)).outcome).toEqual(other);
    expect(await asked({ gatewayRefundId: 're_3AnotherOfTests' }, said(200, bare)).outcome).toEqual(other);
    const known = { gatewayRefundId: refundNumber };
    const ours = { kind: 'ok', value: { state: 'succeeded', gatewayRefundId: refundNumber } };
    expect(await asked(known, said(200, bare)).outcome).toMatchObject(ours);
  });

  test('is found by Stripe’s number where somebody took ours off: none is made beside it', async () => {
    const known = { ...again, gatewayRefundId: refundNumber };
    const { outcome, sent } = refunded(known, list([...others, made({ metadata: {} })]));
    expect(await outcome).toMatchObject({ kind: 'ok', value: { gatewayRefundId: refundNumber } });
    expect(calls(sent)).toEqual([listed]);
  });

  test('under our number is not the one we know: neither believed nor made beside it', async () => {
    const known = { ...again, gatewayRefundId: 're_3TheOneWeKnow01' };
    const { outcome, sent } = refunded(known, list([...others, made()]));
    expect(await outcome).toEqual({ kind: 'unknown', reason: 'other_order' });
    expect(calls(sent)).toEqual([listed]);
  });

  test('of two under our number it is the one we know', async () => {
    const known = { ...again, gatewayRefundId: refundNumber };
    const twin = made({ id: 're_3TwinOfTests0001', status: 'failed' });
    const pages = [list([twin], true), list([made()])];
    expect(await refunded(known, ...pages).outcome).toMatchObject({
      value: { state: 'succeeded', gatewayRefundId: refundNumber },
    });
  });

  test('of another amount it is not the one that was to be made', async () => {
    const other = { kind: 'unknown', reason: 'other_order' };
    expect(await refunded({}, said(200, made({ amount: 301 }))).outcome).toEqual(other);
    expect(await refunded(again, list([made({ amount: 301 })])).outcome).toEqual(other);
  });

  test.each([{ amount: '300' }, { amount: 0 }, { currency: 'xxx' }, { id: 'txn_1' }, { id: null }])(
    'with %j it is unreadable',
    async (change) => {
      const unreadable = { kind: 'unknown', reason: 'unreadable' };
      expect(await asked({}, list([made(change)])).outcome).toEqual(unreadable);
      expect(await refunded({}, said(200, made(change))).outcome).toEqual(unreadable);
    },
  );
});

describe('a query', () => {
  test('of the console’s goes by Stripe’s number', async () => {
    const query = { refundId: undefined, gatewayRefundId: refundNumber } as unknown as RefundQuery;
    const { sent, outcome } = asked(query, said(200, refund(undefined, 300, 'usd')));
    expect(await outcome).toMatchObject({
      kind: 'ok',
      value: { state: 'succeeded', gatewayRefundId: refundNumber, transactionId: order },
    });
    expect(calls(sent)).toEqual([`GET /v1/refunds/${refundNumber}`]);
  });

  const missing = no(404, 'invalid_request_error', 'resource_missing');

  test('that finds nothing asks for all of the payment: they prove that it is of this account', async () => {
    const { sent, outcome } = asked({ gatewayRefundId: refundNumber }, missing, list(others));
    expect(await outcome).toEqual({
      kind: 'ok',
      value: {
        state: 'not_found',
        refundId,
        gatewayRefundId: refundNumber,
        transactionId: order,
        gatewayTransactionId: intentId,
      },
    });
    expect(calls(sent)).toEqual([`GET /v1/refunds/${refundNumber}`, listed]);
    expect(await asked({ gatewayRefundId: refundNumber }, missing, missing).outcome).toMatchObject({
      kind: 'unknown',
    });
  });

  test.each([
    ['a wrong key', no(401, 'invalid_request_error')],
    ['a right that is missing', no(403, 'invalid_request_error')],
    ['another error', no(400, 'invalid_request_error')],
    ['a list of another payment', list([made({ payment_intent: 'pi_3AnotherIntent00001' })])],
    ['a list that goes on', list(others, true)],
  ])('%s proves nothing', async (_, answer) => {
    expect(await asked({}, answer).outcome).toMatchObject({ kind: 'unknown' });
    expect(await asked({ gatewayRefundId: refundNumber }, answer).outcome).toMatchObject({
      kind: 'unknown',
    });
  });
});
