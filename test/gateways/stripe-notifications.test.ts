// What Stripe's callbacks say, and to whom, once they are proved. Numbers are the rows of QUALITY 3.4 and 3.7.
import { describe, expect, test } from '@jest/globals';
import { noon } from '../contract/bench.ts';
import {
  account,
  event,
  intent,
  intentId,
  paidSession,
  posted,
  session,
  sessionId,
  version,
  webhookSecret,
  type Fields,
} from '../contract/stripe-side.ts';
import { order } from './stripe-answering.ts';
import { genuine, kindOf, paid, read, readerOf, tell } from './stripe-notices.ts';

describe('for whom it is', () => {
  // 128
  test.each([
    ['production', false, 'foreign'],
    ['production', true, 'payment'],
    ['sandbox', true, 'foreign'],
    ['local', true, 'foreign'],
    ['local', false, 'payment'],
  ] as const)('in %s livemode %p: %s', (environment, livemode, expected) => {
    const by = readerOf({ webhook_secret: webhookSecret }, environment);
    const told = read(
      posted(JSON.stringify(event('payment_intent.succeeded', paid, noon, { livemode }))),
      by,
    );
    expect(kindOf(told)).toBe(expected);
  });

  test.each([
    [account.account_id, 'payment'],
    ['acct_1OtherShopOfTests', 'foreign'],
    ['', 'foreign'],
    [7, 'foreign'],
  ])('of account %p: %s', (of, expected) => {
    const told = tell(event('payment_intent.succeeded', paid, noon, { account: of }));
    expect(kindOf(told)).toBe(expected);
  });
});

describe('what it says', () => {
  const facts = {
    transactionId: order,
    gatewayTransactionId: intentId,
    amount: { minor: 880, currency: 'USD' },
    paidAt: '2026-11-20T06:07:08.000Z',
    payee: { merchantId: account.account_id },
  };
  const closedIntent = intent(order, 880, 'usd', { status: 'canceled' });
  const closedSession = session(order, 880, 'usd', { status: 'expired' });
  const failedSession = paidSession(order, 880, 'usd', { payment_status: 'unpaid' });

  test.each([
    ['payment_intent.succeeded', paid, { state: 'paid', gatewayOrderId: intentId, ...facts }],
    [
      'checkout.session.completed',
      paidSession(order, 880, 'usd'),
      { state: 'paid', gatewayOrderId: sessionId, ...facts },
    ],
    [
      'checkout.session.async_payment_succeeded',
      paidSession(order, 880, 'usd'),
      { state: 'paid', gatewayOrderId: sessionId, ...facts },
    ],
    [
      'payment_intent.canceled',
      closedIntent,
      { state: 'closed', transactionId: order, gatewayOrderId: intentId },
    ],
    [
      'checkout.session.async_payment_failed',
      failedSession,
      { state: 'closed', transactionId: order, gatewayOrderId: sessionId },
    ],
    [
      'checkout.session.expired',
      closedSession,
      { state: 'closed', transactionId: order, gatewayOrderId: sessionId },
    ],
  ])('%s', (type, object, snapshot) => {
    expect(tell(event(type, object))).toEqual({ kind: 'payment', snapshot });
  });

  // 130
  test('less than was asked for is told as it is', () => {
    const less = { ...paid, amount_received: 500 };
    expect(tell(event('payment_intent.succeeded', less))).toHaveProperty('snapshot.amount.minor', 500);
  });

  test.each([
    { amount_received: '880' },
    { amount_received: 0 },
    { currency: 'xxx' },
    { id: 'in_1' },
    { status: 'processing' },
    { status: 'wonderful' },
    { object: 'charge' },
  ])('a success with %j is kept and told, never guessed', (change) => {
    const told = tell(event('payment_intent.succeeded', { ...paid, ...change }));
    expect(told).toMatchObject({
      kind: 'unrecognised',
      noticeId: 'evt_3DemoEventOfTests00001c',
      transactionId: order,
    });
  });

  test('1e2 is no number of cents', () => {
    const text = genuine.replace('"amount_received":880', '"amount_received":1e2');
    expect(read(posted(text))).toMatchObject({ kind: 'unrecognised' });
  });

  test.each([
    'payment_intent.created',
    'payment_intent.processing',
    'payment_intent.requires_action',
    'payment_intent.payment_failed',
    'charge.succeeded',
    // Its refunds tell of themselves.
    'charge.refunded',
  ])('%s changes nothing', (type) => {
    expect(tell(event(type, intent(order, 880, 'usd')))).toEqual({
      kind: 'ignored',
      reason: expect.any(String) as unknown,
      transactionId: order,
    });
  });

  test.each([
    [{ code: 'card_declined', decline_code: 'insufficient_funds' }, 'insufficient_funds'],
    [{ code: 'card_declined', decline_code: 'stolen_card' }, 'lost_or_stolen'],
    [{ code: 'card_declined', decline_code: 'do_not_honor' }, 'issuer_refused'],
    [{ code: 'card_declined', decline_code: 'never_heard_of' }, 'other'],
    [{ code: 'expired_card' }, 'expired'],
    [{ code: 'payment_intent_authentication_failure', decline_code: null }, 'authentication_failed'],
    [{ code: 'constructor' }, 'other'],
    [{ code: 7 }, 'other'],
    [null, 'other'],
  ])('why a means to pay was refused, in our word: %j is %s', (last_payment_error, word) => {
    const told = tell(
      event('payment_intent.payment_failed', intent(order, 880, 'usd', { last_payment_error })),
    );
    expect(told).toEqual({
      kind: 'ignored',
      reason: `this means to pay was refused (${word}); the payer may take another`,
      transactionId: order,
    });
  });

  test('a session that is complete while the money is on its way changes nothing', () => {
    const unpaid = paidSession(order, 880, 'usd', { payment_status: 'unpaid' });
    expect(tell(event('checkout.session.completed', unpaid))).toMatchObject({
      kind: 'ignored',
      transactionId: order,
    });
    const free = paidSession(order, 880, 'usd', { payment_status: 'no_payment_required' });
    expect(tell(event('checkout.session.completed', free))).toMatchObject({ kind: 'unrecognised' });
  });

  test.each([{ payment_status: 'paid' }, { status: 'open' }, { payment_status: 'no_payment_required' }])(
    'a payment that failed, of a session that says otherwise, is kept and told: %j',
    (change) => {
      const told = tell(event('checkout.session.async_payment_failed', { ...failedSession, ...change }));
      expect(told).toMatchObject({ kind: 'unrecognised', transactionId: order });
    },
  );

  test.each(['payment_intent.succeeded', 'payment_intent.canceled'])(
    '%s of a session: the session tells',
    (type) => {
      const metadata = { transaction_id: order, by: 'checkout_session' };
      expect(tell(event(type, { ...paid, metadata }))).toMatchObject({
        kind: 'ignored',
        transactionId: order,
      });
    },
  );

  test.each([{}, { transaction_id: 'P-1001' }, { transaction_id: 7 }, null, undefined])(
    'another shop’s payment of the same account: %j',
    (metadata) => {
      const told = tell(event('payment_intent.succeeded', { ...paid, metadata }));
      expect(told).toEqual({ kind: 'ignored', reason: 'it names no payment of ours' });
    },
  );

  // 132, 79
  test.each([
    ['refund.wonderful', { object: 'refund', metadata: { transaction_id: order } }, order],
    ['refund.wonderful', { object: 'refund', payment_intent: intentId, metadata: {} }, undefined],
    ['charge.dispute.created', { object: 'dispute', payment_intent: intentId, metadata: {} }, undefined],
    ['charge.dispute.closed', { object: 'dispute', metadata: { transaction_id: order } }, order],
    ['payment_intent.wonderful', paid, order],
    ['checkout.session.wonderful', session(order, 880, 'usd'), order],
  ])('%s is kept and told', (type, object, transactionId) => {
    expect(tell(event(type, object))).toEqual({
      kind: 'unrecognised',
      what: type,
      noticeId: 'evt_3DemoEventOfTests00001c',
      ...(transactionId !== undefined && { transactionId }),
    });
  });

  test.each([
    ['refund.updated', { object: 'refund', payment_intent: null, metadata: {} }],
    ['customer.created', { object: 'customer' }],
    ['constructor', {}],
  ])('%s that cannot be tied to us is passed over', (type, object) => {
    expect(tell(event(type, object))).toMatchObject({ kind: 'ignored' });
  });

  // 129
  test.each([
    [{ api_version: '2020-08-27' }, order],
    [{ api_version: null }, order],
    [{ object: 'v2.core.event', data: undefined, related_object: { id: intentId } }, undefined],
  ])('an event in another form, %j, is kept and told', (change, transactionId) => {
    expect(version).not.toBe('2020-08-27');
    const told = tell(event('payment_intent.succeeded', paid, noon, change));
    expect(told).toMatchObject({ kind: 'unrecognised', noticeId: 'evt_3DemoEventOfTests00001c' });
    expect((told as Fields)['transactionId']).toBe(transactionId);
  });
});
