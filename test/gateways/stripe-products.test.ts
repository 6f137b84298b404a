// What each way to pay asks Stripe for, what it gives the payer, and what becomes of a break-down that Stripe keeps repeating.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createdAt } from '../../lib/domain/ids.ts';
import { cleanSubject, methods } from '../../lib/gateways/stripe/products.ts';
import { anId } from '../contract/bench.ts';
import {
  error,
  intent,
  intentId,
  publishableKey,
  secretKey,
  session,
  sessionId,
  version,
  type Fields,
} from '../contract/stripe-side.ts';
import { answering, options, order, prepaid, request, said } from './stripe-answering.ts';

const opened = intent(order, 880, 'usd');
const openedSession = session(order, 880, 'usd');

describe('the whole request, in Stripe’s words', () => {
  const expected = {
    card: {
      amount: '880',
      currency: 'usd',
      'allowed_payment_method_types[0]': 'card',
      capture_method: 'automatic',
      description: '一杯 coffee & cake',
      'metadata[transaction_id]': order,
    },
    stripe_checkout: {
      mode: 'payment',
      'allowed_payment_method_types[0]': 'card',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': '880',
      'line_items[0][price_data][product_data][name]': '一杯 coffee & cake',
      'line_items[0][quantity]': '1',
      success_url: `${request.returnUrl}?transaction_id=${order}&session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${request.returnUrl}?transaction_id=${order}&session_id={CHECKOUT_SESSION_ID}`,
      client_reference_id: order,
      // A minute before ours, in whole seconds.
      expires_at: String(Date.parse('2026-11-20T07:06:08Z') / 1000),
      'metadata[transaction_id]': order,
      'payment_intent_data[capture_method]': 'automatic',
      'payment_intent_data[description]': '一杯 coffee & cake',
      'payment_intent_data[metadata][transaction_id]': order,
      'payment_intent_data[metadata][by]': 'checkout_session',
    },
  };
  const paths = { card: '/v1/payment_intents', stripe_checkout: '/v1/checkout/sessions' };

  test.each(['card', 'stripe_checkout'] as const)('%s', async (method) => {
    const { gateway, sent } = answering(said(502, ''));
    await gateway.prepay({ ...request, method }, options);
    expect(sent).toEqual([
      {
        method: 'POST',
        path: paths[method],
        form: expected[method],
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${secretKey}`,
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': `${order}-create-0`,
          'stripe-version': version,
          'user-agent': expect.stringMatching(/\S/) as unknown,
        },
      },
    ]);
  });

  test('each generation has its key, and the same facts', async () => {
    const { gateway, sent } = answering(said(502, ''));
    for (const generation of [0, 1, 12]) await gateway.prepay({ ...request, generation }, options);
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual([
      `${order}-create-0`,
      `${order}-create-1`,
      `${order}-create-12`,
    ]);
    expect(new Set(sent.map(({ form }) => JSON.stringify(form))).size).toBe(1);
  });
});

test('a card is paid with a secret of the intent, a checkout at its address', async () => {
  expect(await prepaid({}, said(200, opened))).toEqual({
    kind: 'ok',
    value: {
      prepayInfo: {
        kind: 'client_secret',
        client_secret: opened['client_secret'],
        publishable_key: publishableKey,
      },
      gatewayOrderId: intentId,
    },
  });
  expect(await prepaid({ method: 'stripe_checkout' }, said(200, openedSession))).toEqual({
    kind: 'ok',
    value: { prepayInfo: { kind: 'redirect_url', url: openedSession['url'] }, gatewayOrderId: sessionId },
  });
});

test.each([
  ['card', { client_secret: null }],
  ['card', { client_secret: 'pi_3AnotherIntent00001_secret_x' }],
  ['card', { client_secret: `${intentId}_secret_a b` }],
  ['card', { id: 'pi_' }],
  ['stripe_checkout', { url: null }],
  ['stripe_checkout', { url: 'javascript:alert(1)' }],
  ['stripe_checkout', { id: intentId }],
])('%s: with %j there is nothing to pay with', async (method, change) => {
  const order = method === 'card' ? opened : openedSession;
  const outcome = await prepaid({ method }, said(200, { ...order, ...change }));
  expect(outcome).toEqual({ kind: 'unknown', reason: 'unreadable' });
});

test.each([
  ['card', { amount: 881 }],
  ['card', { currency: 'eur' }],
  ['card', { livemode: true }],
  ['card', { metadata: { transaction_id: anId() } }],
  ['card', { object: 'setup_intent' }],
  ['stripe_checkout', { amount_total: 879 }],
  ['stripe_checkout', { currency: 'cad' }],
  ['stripe_checkout', { client_reference_id: null }],
])('%s: what has %j is not what was asked for', async (method, change) => {
  const order = method === 'card' ? opened : openedSession;
  const outcome = await prepaid({ method }, said(200, { ...order, ...change }));
  expect(outcome).toEqual({ kind: 'unknown', reason: 'other_order' });
});

test.each([{ method: 'sepa_debit' }, { method: 'toString' }])(
  'what the rules exclude is a bug, and nothing is sent: %j',
  async (change) => {
    const { gateway, sent } = answering(said(200, opened));
    await expect(gateway.prepay({ ...request, ...change }, options)).rejects.toThrow(/does not offer/);
    expect(sent).toEqual([]);
  },
);

test('a session fits between Stripe’s half an hour and its day', () => {
  const { minimum = 0, maximum = 0 } = methods['stripe_checkout']?.expiry ?? {};
  expect(minimum - 60).toBeGreaterThan(1800);
  expect(maximum - 60).toBeLessThan(86_400);
});

test('a subject is never empty, on one line, and holds no half characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const clean = cleanSubject(text, order);
      expect(clean.trim()).toBe(clean);
      expect(clean).toMatch(/^[^\p{Cc}]+$/u);
      expect(Array.from(clean).length).toBeLessThanOrEqual(250);
      expect(clean.isWellFormed()).toBe(true);
      expect(cleanSubject(clean, order)).toBe(clean);
    }),
  );
});

describe('a break-down that Stripe has stored', () => {
  const stored = said(500, error('api_error'), { 'idempotent-replayed': 'true' });
  const page = (data: readonly Fields[], has_more = false) =>
    said(200, { object: 'list', data, has_more, url: '/v1/payment_intents' });
  const stranger = (n: number) => intent(anId(), 880, 'usd', { id: `pi_3SomebodyElses0000${n}` });
  const unsure = { kind: 'unknown', reason: 'unlisted_code' };

  test('at first hand it is unknown, and nobody is asked', async () => {
    const { gateway, sent } = answering(said(500, error('api_error')), page([]));
    expect(await gateway.prepay(request, options)).toMatchObject({ ...unsure, channelCode: 'api_error' });
    expect(sent).toHaveLength(1);
  });

  test('the order is there: it is shown', async () => {
    const { gateway, sent } = answering(stored, page([stranger(1), stranger(2)], true), page([opened]));
    expect(await gateway.prepay(request, options)).toMatchObject({
      kind: 'ok',
      value: { gatewayOrderId: intentId },
    });
    const since = Math.floor(createdAt(order) / 1000) - 300;
    const list = `/v1/payment_intents?created[gte]=${since}&limit=20`;
    expect(sent.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${list}`,
      `GET ${list}&starting_after=pi_3SomebodyElses00002`,
    ]);
  });

  test('a session is found by what may not be edited', async () => {
    const found = { ...openedSession, metadata: {} };
    const outcome = await prepaid({ method: 'stripe_checkout' }, stored, page([found]));
    expect(outcome).toMatchObject({ kind: 'ok', value: { gatewayOrderId: sessionId } });
  });

  test('it is there with another amount: it is not shown', async () => {
    const outcome = await prepaid({}, stored, page([{ ...opened, amount: 1 }]));
    expect(outcome).toEqual({ kind: 'unknown', reason: 'other_order' });
  });

  test('the intent of a session is no intent of ours', async () => {
    const made = { transaction_id: order, by: 'checkout_session' };
    const outcome = await prepaid({}, stored, page([{ ...opened, metadata: made }]));
    expect(outcome).toMatchObject({ kind: 'retry_later', renew: true });
  });

  test.each([[[]], [[stranger(1)]]])('it is nowhere: another key may be used', async (strangers) => {
    const outcome = await prepaid({}, stored, page(strangers));
    expect(outcome).toMatchObject({ kind: 'retry_later', renew: true, channelCode: 'api_error' });
  });

  test.each([
    ['the list breaks down', said(500, error('api_error')), unsure],
    ['the list is refused', said(429, error('invalid_request_error', 'rate_limit')), unsure],
    ['the list is cut', said(200, '{"object":"list"'), { kind: 'unknown', reason: 'unreadable' }],
    ['it is no list', said(200, { object: 'event' }), { kind: 'unknown', reason: 'unreadable' }],
    [
      'it holds what is no order',
      said(200, { object: 'list', data: [1], has_more: false }),
      { kind: 'unknown' },
    ],
    [
      'its next page cannot be asked for',
      page([{ id: 'x' }], true),
      { kind: 'unknown', reason: 'unreadable' },
    ],
    ['an empty page with more', page([], true), { kind: 'unknown', reason: 'unreadable' }],
  ])('%s: nothing is proved', async (_, list, outcome) => {
    expect(await prepaid({}, stored, list)).toMatchObject(outcome);
  });

  test('a list without an end is not read to it', async () => {
    const { gateway, sent } = answering(stored, page([stranger(1)], true));
    expect(await gateway.prepay(request, options)).toMatchObject({
      ...unsure,
      channelCode: 'too_many_orders',
    });
    expect(sent).toHaveLength(21);
  });

  test('a stored refusal is a refusal', async () => {
    const no = said(400, error('invalid_request_error', 'amount_too_small'), {
      'idempotent-replayed': 'true',
    });
    expect(await prepaid({}, no)).toMatchObject({ kind: 'declined', code: 'amount_refused' });
  });
});
