// Stripe's own library as the judge: pointed at the gateway, it finds what it finds at Stripe.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { heard, openWorld, orderNumber, type World } from './stripe-merchant.ts';

let world: World;
let stripe: Stripe;
beforeAll(async () => {
  world = await openWorld();
  stripe = world.sdk();
});
afterAll(() => world.stop());

const never = { enabled: true, allow_redirects: 'never' } as const;
const terms = (number = orderNumber()): Stripe.PaymentIntentCreateParams => ({
  ...{ amount: 880, currency: 'usd', automatic_payment_methods: never },
  metadata: { transaction_id: number },
});
const refused = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as Stripe.errors.StripeError,
  );

describe('intents', () => {
  test('are created, confirmed and told', async () => {
    const made = await stripe.paymentIntents.create(terms());
    expect(made).toMatchObject({
      object: 'payment_intent',
      status: 'requires_payment_method',
      livemode: false,
    });
    expect(made.lastResponse).toMatchObject({
      statusCode: 200,
      requestId: expect.stringMatching(/^req_\w{14}$/),
    });
    const paid = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 880, last_payment_error: null });
    const told = await stripe.paymentIntents.retrieve(made.id, { expand: ['latest_charge'] });
    expect(told.latest_charge).toMatchObject({
      object: 'charge',
      paid: true,
      amount: 880,
      payment_intent: made.id,
    });
    const charge = await stripe.charges.retrieve((told.latest_charge as Stripe.Charge).id);
    expect(charge).toMatchObject({
      status: 'succeeded',
      payment_method_details: { card: { last4: '4242' } },
    });
  });

  test('a decline is a card error, and another card may follow', async () => {
    const made = await stripe.paymentIntents.create(terms());
    const declined = { payment_method: 'pm_card_chargeDeclinedInsufficientFunds' };
    const error = await refused(stripe.paymentIntents.confirm(made.id, declined));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({
      ...{ statusCode: 402, code: 'card_declined', decline_code: 'insufficient_funds' },
      payment_intent: { id: made.id, status: 'requires_payment_method' },
    });
    const paid = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_mastercard' });
    expect(paid.status).toBe('succeeded');
  });

  test('are cancelled, unless they are paid', async () => {
    const made = await stripe.paymentIntents.create(terms());
    const reason = { cancellation_reason: 'abandoned' } as const;
    expect(await stripe.paymentIntents.cancel(made.id, reason)).toMatchObject({
      ...{ status: 'canceled', cancellation_reason: 'abandoned', canceled_at: expect.any(Number) },
    });
    const paid = await stripe.paymentIntents.create({
      ...terms(),
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    const error = await refused(stripe.paymentIntents.cancel(paid.id));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error).toMatchObject({
      code: 'payment_intent_unexpected_state',
      payment_intent: { status: 'succeeded' },
    });
  });

  test('are listed, newest first, page by page', async () => {
    const other = world.sdk('STRIPE_OTHER');
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await other.paymentIntents.create(terms())).id);
    const first = await other.paymentIntents.list({ limit: 2 });
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/payment_intents' });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const all = await other.paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(ids);
    const from = Math.floor(world.clock.at / 1000) + 1;
    expect((await other.paymentIntents.list({ created: { gte: from } })).data).toEqual([]);
  });
});

test('sessions are created, told, listed and expired', async () => {
  const number = orderNumber();
  const price = { currency: 'usd', unit_amount: 440, product_data: { name: 'Test goods' } };
  const made = await stripe.checkout.sessions.create({
    ...{ mode: 'payment', line_items: [{ price_data: price, quantity: 2 }] },
    ...{ success_url: 'https://shop.example/paid', client_reference_id: number },
    payment_intent_data: { metadata: { transaction_id: number }, description: 'Test goods' },
    expires_at: Math.floor(world.clock.at / 1000) + 1800,
  });
  expect(made).toMatchObject({
    ...{ object: 'checkout.session', status: 'open', payment_status: 'unpaid', payment_intent: null },
    ...{ amount_total: 880, currency: 'usd', url: expect.stringContaining('/stripe/c/pay/cs_test_') },
  });
  expect((await stripe.checkout.sessions.list({ status: 'open' })).data.map(({ id }) => id)).toContain(
    made.id,
  );
  expect(await stripe.checkout.sessions.expire(made.id)).toMatchObject({ status: 'expired', url: null });
  const error = await refused(stripe.checkout.sessions.expire(made.id));
  expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
});

test('refunds are made, told and listed, and nothing goes back twice', async () => {
  const paid = await stripe.paymentIntents.create({
    ...terms(),
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  const wish = { payment_intent: paid.id, amount: 300, reason: 'requested_by_customer' } as const;
  const idempotencyKey = orderNumber();
  const made = await stripe.refunds.create({ ...wish, metadata: { refund_id: 'R-1' } }, { idempotencyKey });
  expect(made).toMatchObject({ object: 'refund', status: 'succeeded', amount: 300, payment_intent: paid.id });
  const again = await stripe.refunds.create({ ...wish, metadata: { refund_id: 'R-1' } }, { idempotencyKey });
  expect(again.id).toBe(made.id);
  expect(await stripe.refunds.retrieve(made.id, { expand: ['charge'] })).toMatchObject({
    ...{ id: made.id, charge: { object: 'charge', amount_refunded: 300, refunded: false } },
  });
  const rest = await stripe.refunds.create({ payment_intent: paid.id });
  expect(rest.amount).toBe(580);
  const listed = await stripe.refunds.list({ payment_intent: paid.id });
  expect(listed.data.map(({ id }) => id)).toEqual([rest.id, made.id]);
  const error = await refused(stripe.refunds.create(wish));
  expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
  expect(error).toMatchObject({ code: 'charge_already_refunded' });
});

test('endpoints are registered over the wire, and their secret proves events', async () => {
  const endpoint = await stripe.webhookEndpoints.create({
    ...{ url: world.shop.url, enabled_events: ['payment_intent.succeeded'] },
  });
  const before = world.shop.received.length;
  const made = await stripe.paymentIntents.create(terms());
  await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' });
  await world.gateways.idle();
  const [notice, ...more] = heard(world, before);
  expect(more).toEqual([]);
  const signature = String(notice?.headers['stripe-signature']);
  const proved = stripe.webhooks.constructEvent(
    ...[notice?.raw ?? '', signature, endpoint.secret ?? ''],
    ...[300, undefined, world.clock.at],
  );
  expect(proved).toMatchObject({ type: 'payment_intent.succeeded', data: { object: { id: made.id } } });
  const listed = await stripe.events.list({ types: ['payment_intent.succeeded'], limit: 1 });
  expect(listed.data).toMatchObject([{ id: proved.id, pending_webhooks: 0 }]);
  expect(await stripe.events.retrieve(proved.id)).toMatchObject({ id: proved.id });
  expect(await stripe.webhookEndpoints.del(endpoint.id)).toMatchObject({ deleted: true });
  expect((await stripe.webhookEndpoints.list()).data).toEqual([]);
});

describe('errors are of the right class', () => {
  test('authentication', async () => {
    const { hostname: host, port } = new URL(world.gateways.url);
    const stranger = new Stripe('sk_test_nobody', { host, port, protocol: 'http', maxNetworkRetries: 0 });
    const error = await refused(stranger.paymentIntents.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
  });

  test('permission', async () => {
    const { hostname: host, port } = new URL(world.gateways.url);
    const key = world.account().publishableKey;
    const browser = new Stripe(key, { host, port, protocol: 'http', maxNetworkRetries: 0 });
    const error = await refused(browser.paymentIntents.create(terms()));
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
    expect(error).toMatchObject({ statusCode: 403, code: 'secret_key_required' });
  });

  test('idempotency', async () => {
    const idempotencyKey = orderNumber();
    await stripe.paymentIntents.create(terms(), { idempotencyKey });
    const error = await refused(
      stripe.paymentIntents.create({ ...terms(), amount: 990 }, { idempotencyKey }),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  });
});
