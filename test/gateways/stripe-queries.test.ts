// How an order stands by Stripe's word: only about the order that was asked for, and nothing guessed.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anId, noon } from '../contract/bench.ts';
import {
  account,
  charge,
  intent,
  intentId,
  paidIntent,
  paidSession,
  session,
  sessionId,
} from '../contract/stripe-side.ts';
import { answering, asked, byIntent, bySession, closed, options, order, said } from './stripe-answering.ts';

describe('a query', () => {
  const paid = { latest_charge: charge(noon) };

  test.each([
    ['requires_payment_method', 'pending'],
    ['requires_confirmation', 'pending'],
    ['requires_action', 'pending'],
    ['processing', 'pending'],
    ['requires_capture', 'pending'],
    ['canceled', 'closed'],
  ])('an intent that is %s is %s', async (status, state) => {
    const value = { state, transactionId: order, gatewayOrderId: intentId };
    expect(await asked(byIntent, intent(order, 880, 'usd', { status }))).toEqual({
      kind: 'ok',
      value,
    });
  });

  test.each([
    ['open', 'unpaid', 'pending'],
    ['complete', 'unpaid', 'pending'],
    ['expired', 'unpaid', 'closed'],
  ])('a session that is %s and %s is %s', async (status, payment_status, state) => {
    const value = { state, transactionId: order, gatewayOrderId: sessionId };
    const told = session(order, 880, 'usd', { status, payment_status });
    expect(await asked(bySession, told)).toEqual({ kind: 'ok', value });
  });

  test.each([
    ['requires_payment_method', 'closed'],
    ['canceled', 'closed'],
    ['processing', 'pending'],
    ['requires_action', 'pending'],
    ['succeeded', 'pending'],
    ['wonderful', 'pending'],
    [null, 'pending'],
  ])('a session that is complete and unpaid, of an intent that is %p, is %s', async (status, state) => {
    const payment_intent = intent(order, 880, 'usd', { status });
    const told = session(order, 880, 'usd', { status: 'complete', payment_intent });
    expect(await asked(bySession, told)).toEqual({
      kind: 'ok',
      value: { state, transactionId: order, gatewayOrderId: sessionId },
    });
  });

  test('asks for the charge with it', async () => {
    const { gateway, sent } = answering(said(200, paidIntent(order, 880, 'usd', paid)));
    await gateway.queryPayment(byIntent, options);
    await gateway.queryPayment(bySession, options);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v1/payment_intents/${intentId}?expand[]=latest_charge`,
      `GET /v1/checkout/sessions/${sessionId}?expand[]=payment_intent.latest_charge`,
    ]);
  });

  const facts = {
    state: 'paid',
    transactionId: order,
    gatewayTransactionId: intentId,
    amount: { minor: 880, currency: 'USD' },
    paidAt: '2026-11-20T06:07:08.000Z',
    payee: { merchantId: account.account_id },
    paymentInstrument: 'credit_card',
  };

  test('a paid intent: what was taken, when, and with what', async () => {
    const told = paidIntent(order, 880, 'usd', { ...paid, amount: 900 });
    const value = { ...facts, gatewayOrderId: intentId };
    expect(await asked(byIntent, told)).toEqual({ kind: 'ok', value });
  });

  test.each([
    ['in part', { amount_refunded: 300, refunded: false }],
    ['whole', { amount_refunded: 880, refunded: true }],
  ])('what was given back %s was paid all the same', async (_, change) => {
    const told = paidIntent(order, 880, 'usd', { latest_charge: charge(noon, change) });
    const value = { ...facts, gatewayOrderId: intentId };
    expect(await asked(byIntent, told)).toEqual({ kind: 'ok', value });
    const payment_intent = { ...told, metadata: { transaction_id: order, by: 'checkout_session' } };
    expect(await asked(bySession, paidSession(order, 880, 'usd', { payment_intent }))).toEqual({
      kind: 'ok',
      value: { ...value, gatewayOrderId: sessionId },
    });
  });

  test('a paid session: the money has the number of its intent', async () => {
    const payment_intent = paidIntent(order, 880, 'usd', paid);
    const value = { ...facts, gatewayOrderId: sessionId };
    expect(await asked(bySession, paidSession(order, 880, 'usd', { payment_intent }))).toEqual({
      kind: 'ok',
      value,
    });
  });

  test.each([
    [{ card: { funding: 'debit', wallet: null } }, 'debit_card'],
    [{ card: { funding: 'prepaid', wallet: null } }, 'prepaid_card'],
    [{ card: { funding: 'credit', wallet: { type: 'apple_pay' } } }, 'apple_pay'],
    [{ card: { funding: 'credit', wallet: { type: 'google_pay' } } }, 'google_pay'],
    [{ card: { funding: 'constructor', wallet: null } }, 'other'],
    [{ type: 'klarna', klarna: {} }, 'other'],
    [null, undefined],
  ])('%j is %s', async (payment_method_details, instrument) => {
    const told = paidIntent(order, 880, 'usd', { latest_charge: charge(noon, { payment_method_details }) });
    const outcome = await asked(byIntent, told);
    expect(outcome).toHaveProperty('value.state', 'paid');
    expect(
      outcome.kind === 'ok' && 'paymentInstrument' in outcome.value && outcome.value.paymentInstrument,
    ).toBe(instrument ?? false);
  });

  test.each([{ id: 'pi_3AnotherIntent00001' }, { object: 'charge' }, { livemode: true }])(
    'another order: %j',
    async (change) => {
      const other = { kind: 'unknown', reason: 'other_order' };
      expect(await asked(byIntent, paidIntent(order, 880, 'usd', { ...paid, ...change }))).toEqual(other);
      expect(await closed(byIntent, intent(order, 880, 'usd', { status: 'canceled', ...change }))).toEqual(
        other,
      );
    },
  );

  test.each([
    {},
    { transaction_id: anId() },
    { transaction_id: `${order.slice(0, -4)}zzzz` },
    { transaction_id: order, by: 'checkout_session' },
    null,
  ])(
    'what people may edit hides no money and no end of the order that was asked for: %j',
    async (metadata) => {
      const value = { state: 'paid', transactionId: order };
      const told = paidIntent(order, 880, 'usd', { ...paid, metadata });
      expect(await asked(byIntent, told)).toMatchObject({ kind: 'ok', value });
      const payment_intent = paidIntent(order, 880, 'usd', paid);
      const client_reference_id = metadata?.transaction_id ?? null;
      const page = paidSession(order, 880, 'usd', { payment_intent, metadata, client_reference_id });
      expect(await asked(bySession, page)).toMatchObject({ kind: 'ok', value });
      const canceled = intent(order, 880, 'usd', { status: 'canceled', metadata });
      expect(await closed(byIntent, canceled)).toEqual({ kind: 'ok', value: 'closed' });
    },
  );

  test.each(['wonderful', '', null, true, '__proto__'])('status %p means nothing', async (status) => {
    const unlistedStatus = { kind: 'unknown', reason: 'unlisted_code' };
    expect(await asked(byIntent, intent(order, 880, 'usd', { ...paid, status }))).toMatchObject(
      unlistedStatus,
    );
    expect(await asked(bySession, session(order, 880, 'usd', { status }))).toMatchObject(unlistedStatus);
    expect(await closed(byIntent, intent(order, 880, 'usd', { status }))).toMatchObject(unlistedStatus);
  });

  test.each([
    { amount_received: '880' },
    { amount_received: 8.8 },
    { amount_received: 0 },
    { amount_received: -1 },
    { currency: 'USD' },
    { currency: 'xxx' },
    { latest_charge: null },
    { latest_charge: 'ch_1' },
    { latest_charge: { created: '1763618828' } },
    { latest_charge: { created: 1e15 } },
  ])('paid, and %j: unreadable', async (change) => {
    const outcome = await asked(byIntent, paidIntent(order, 880, 'usd', { ...paid, ...change }));
    expect(outcome).toEqual({ kind: 'unknown', reason: 'unreadable' });
  });

  test('1e2 is no number of cents', async () => {
    const body = JSON.stringify(paidIntent(order, 100, 'usd', paid)).replace(
      '"amount_received":100',
      '"amount_received":1e2',
    );
    expect(await asked(byIntent, said(200, body))).toEqual({ kind: 'unknown', reason: 'unreadable' });
  });

  test('any instant and any amount come through as they are', async () => {
    const instants = fc.integer({ min: 1, max: 253_402_300_799 });
    const amounts = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    await fc.assert(
      fc.asyncProperty(instants, amounts, async (at, minor) => {
        const told = paidIntent(order, minor, 'usd', { latest_charge: charge(at * 1000) });
        expect(await asked(byIntent, told)).toMatchObject({
          value: { amount: { minor, currency: 'USD' }, paidAt: new Date(at * 1000).toISOString() },
        });
      }),
      { numRuns: 40 },
    );
  });
});
