// What Stripe's events tell of refunds: of ours, of the console's, and of those that came back.
import { describe, expect, test } from '@jest/globals';
import { noon } from '../contract/bench.ts';
import { event, intentId, posted, refund, refundNumber, type Fields } from '../contract/stripe-side.ts';
import { answering, options, order, said } from './stripe-answering.ts';
import { tell } from './stripe-notices.ts';
import { made, refundId } from './stripe-refunding.ts';

const facts = {
  gatewayRefundId: refundNumber,
  gatewayTransactionId: intentId,
  amount: { minor: 300, currency: 'USD' },
  at: '2026-11-20T06:07:08.000Z',
};
const ours = { refundId, transactionId: order, ...facts };
const types = ['refund.created', 'refund.updated', 'charge.refund.updated'];

describe.each(types)('%s', (type) => {
  test.each<[Fields, object]>([
    [{ status: 'pending' }, { state: 'processing' }],
    [
      { status: 'pending', pending_reason: 'insufficient_funds' },
      { state: 'needs_action', reason: 'insufficient_balance', channelCode: 'insufficient_funds' },
    ],
    [{ status: 'succeeded' }, { state: 'succeeded' }],
    [
      { status: 'failed', failure_reason: 'lost_or_stolen_card' },
      { state: 'failed', channelCode: 'lost_or_stolen_card' },
    ],
    [{ status: 'canceled' }, { state: 'failed', channelCode: 'canceled' }],
  ])('tells how it stands: %j', (change, stands) => {
    expect(tell(event(type, made(change)))).toEqual({ kind: 'refund', snapshot: { ...stands, ...ours } });
  });

  // 77
  test('of the console names Stripe’s refund and whose money it was', () => {
    expect(tell(event(type, refund(undefined, 300, 'usd')))).toEqual({
      kind: 'refund',
      snapshot: { state: 'succeeded', ...facts },
    });
  });

  // 78
  test('tells another amount as it is', () => {
    expect(tell(event(type, made({ amount: 999 })))).toHaveProperty('snapshot.amount.minor', 999);
  });

  test.each([
    { status: 'wonderful' },
    { status: null },
    { object: 'charge' },
    { amount: '300' },
    { amount: 0 },
    { currency: 'xxx' },
    { id: 'txn_1' },
    { payment_intent: 'ch_3DemoIntentOfTests00001b' },
    { payment_intent: undefined },
  ])('with %j is kept and told, never guessed', (change) => {
    expect(tell(event(type, made(change)))).toMatchObject({
      kind: 'unrecognised',
      noticeId: 'evt_3DemoEventOfTests00001c',
      transactionId: order,
    });
  });

  test('of a charge without an intent is nobody’s here', () => {
    expect(tell(event(type, refund(undefined, 300, 'usd', { payment_intent: null })))).toEqual({
      kind: 'ignored',
      reason: 'it is of no payment intent',
    });
  });

  test('in another form is kept and told', () => {
    const told = tell(event(type, made(), noon, { api_version: '2020-08-27' }));
    expect(told).toMatchObject({ kind: 'unrecognised', transactionId: order });
  });
});

describe('refund.failed', () => {
  test('says that what had gone came back', () => {
    const failed = made({ status: 'failed', failure_reason: 'expired_or_canceled_card' });
    expect(tell(event('refund.failed', failed))).toEqual({
      kind: 'refund',
      snapshot: { state: 'failed', channelCode: 'expired_or_canceled_card', ...ours },
    });
  });

  test('of one that did not fail is kept and told', () => {
    expect(tell(event('refund.failed', made()))).toMatchObject({ kind: 'unrecognised' });
  });
});

test('another number than ours in its metadata is none', () => {
  const told = tell(event('refund.created', made({ metadata: { refund_id: 'R-1001' } })));
  expect(told).toEqual({ kind: 'refund', snapshot: { state: 'succeeded', ...facts } });
});

test('those that could not be told are fetched like those of payments', async () => {
  const news = event('refund.failed', made({ status: 'failed' }));
  const page = { object: 'list', url: '/v1/events', has_more: false, data: [news] };
  const { gateway, sent } = answering(said(200, page));
  const outcome = await gateway.listUndelivered?.('2026-11-17T06:07:08.000Z', options);
  const { notification } = gateway.readNotification(posted(JSON.stringify(news)));
  expect(outcome).toMatchObject({ kind: 'ok', value: { news: [{ notification }] } });
  const asked = new URL(sent[0]?.path ?? '', 'https://stripe.example').searchParams.getAll('types[]');
  expect(asked).toEqual(expect.arrayContaining(['refund.failed', 'payment_intent.succeeded', ...types]));
});
