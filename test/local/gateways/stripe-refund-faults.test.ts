// Refunds at the local Stripe under every fault: what the merchant sees of a call, and what its callbacks bring.
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { heard, type Fields, type World } from './stripe-merchant.ts';
import { booksOf, listed, openRefunding, paid, refundOf, type Paid } from './stripe-refunding.ts';

let world: World;
let before = 0;
beforeAll(async () => {
  world = await openRefunding();
});
beforeEach(async () => {
  await world.gateways.idle();
  before = world.shop.received.length;
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const plant = async ({ number }: Paid, body: object) => {
  const answer = await world.control('POST', '/faults', {
    provider: 'stripe',
    transaction_id: number,
    ...body,
  });
  expect(answer.status).toBe(200);
};
const seenUnder = async (payment: Paid, fault: string, key = payment.refund()) => {
  await plant(payment, { call: { operation: 'refund', fault, ms: 50 } });
  return refundOf(world, payment, { key }).catch((): { status: number; body: Fields } => ({
    status: 0,
    body: {},
  }));
};

describe('a refund', () => {
  test.each([
    ['reset_before', 0, 0],
    ['timeout_before', 0, 0],
    ['rate_limited', 429, 0],
    ['http_500_before', 500, 0],
    ['http_500_after', 500, 1],
    ['reset_after', 0, 1],
    ['timeout_after', 0, 1],
    ['html_200', 0, 1],
    ['truncated', 0, 1],
    ['bad_signature', 200, 1],
    ['wrong_order', 200, 1],
    ['unknown_code', 400, 1],
    ['slow', 200, 1],
  ])('%s: %i is seen, and %i made', async (fault, status, made) => {
    const payment = await paid(world);
    expect(await seenUnder(payment, fault)).toMatchObject({ status });
    expect(await listed(world, payment)).toHaveLength(made);
    expect((await booksOf(world, payment)).rows).toHaveLength(made);
  });

  test('a break-down is kept under its key, and not under another', async () => {
    const payment = await paid(world);
    await seenUnder(payment, 'http_500_before');
    const again = await refundOf(world, payment, { key: payment.refund() });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([500, 'true']);
    expect(await refundOf(world, payment, { key: 'another' + payment.refund() })).toMatchObject({
      status: 200,
    });
  });

  test('wrong_order shows somebody else’s', async () => {
    const payment = await paid(world);
    const { body } = await seenUnder(payment, 'wrong_order');
    expect(body['object']).toBe('refund');
    expect(body['payment_intent']).not.toBe(payment.id);
  });
});

describe('a query', () => {
  const query = ({ id }: Paid) => world.call('GET', `/v1/refunds?payment_intent=${id}`);

  test('has its own faults, by number and by payment', async () => {
    const payment = await paid(world);
    const { body } = await refundOf(world, payment);
    await plant(payment, { call: { operation: 'refund_query', fault: 'rate_limited', times: 2 } });
    expect(await query(await paid(world))).toMatchObject({ status: 200 });
    expect(await world.read(payment.id)).toMatchObject({ status: 200 });
    expect(await query(payment)).toMatchObject({ status: 429 });
    expect(await world.call('GET', `/v1/refunds/${String(body['id'])}`)).toMatchObject({ status: 429 });
    expect(await query(payment)).toMatchObject({ status: 200 });
  });

  test.each([0, 1])('wrong_order lists another payment’s, where there are %i', async (made) => {
    const payment = await paid(world);
    if (made === 1) await refundOf(world, payment);
    await plant(payment, { call: { operation: 'refund_query', fault: 'wrong_order' } });
    const data = (await query(payment)).body['data'] as Fields[];
    expect(data.map((each) => each['object'])).toEqual(['refund']);
    expect(data[0]?.['payment_intent']).not.toBe(payment.id);
  });
});

describe('callbacks', () => {
  /** What the shop heard of the first refund under a fault: one event, and whether it was genuine. */
  const underCallback = async (fault: string, kind = 'refund') => {
    const payment = await paid(world);
    const from = world.shop.received.length;
    await plant(payment, { callback: { kind, fault, times: 1 } });
    const { body } = await refundOf(world, payment);
    await world.gateways.idle();
    return { payment, body, events: heard(world, from) };
  };

  test('are proved by Stripe’s own library', async () => {
    const payment = await paid(world);
    const { id } = world.gateways.stripe.registerWebhook(world.account().accountId, world.shop.url, [
      'refund.created',
    ]);
    const secret = world.gateways.stripe.rollSecret(id, 0);
    await refundOf(world, payment);
    await world.gateways.idle();
    const judge = new Stripe(world.account().secretKey);
    const proved = heard(world, before).flatMap(({ raw, headers }) => {
      const signature = String(headers['stripe-signature']);
      try {
        return [judge.webhooks.constructEvent(raw, signature, secret, 300, undefined, world.clock.at)];
      } catch {
        return [];
      }
    });
    expect(proved).toMatchObject([
      { type: 'refund.created', data: { object: { metadata: { refund_id: payment.refund() } } } },
    ]);
  });

  test.each([
    ['wrong_amount', { amount: 400 }],
    ['wrong_currency', { currency: 'eur' }],
  ])('%s', async (fault, about) => {
    const { events } = await underCallback(fault);
    expect(events.map((each) => each.about)).toContainEqual(expect.objectContaining(about));
  });

  test('unknown_number names a payment and a refund that nobody made', async () => {
    const { payment, events } = await underCallback('unknown_number');
    const lie = events.find(
      ({ about }) => about['object'] === 'refund' && about['payment_intent'] !== payment.id,
    );
    expect(lie?.about['metadata']).not.toMatchObject({ refund_id: payment.refund() });
    expect(lie?.about['id']).toMatch(/^re_3\w{23}$/);
  });

  test('unknown_type is a new kind of news of refunds', async () => {
    const { events } = await underCallback('unknown_type');
    expect(events.map(({ event }) => event['type'])).toContain('refund.weather');
  });

  test('those of payments are not meant', async () => {
    const { events } = await underCallback('wrong_amount', 'payment');
    expect(events.map(({ about }) => about['amount'])).not.toContain(400);
  });

  test('early: it is there before the answer', async () => {
    const payment = await paid(world);
    await plant(payment, { callback: { kind: 'refund', fault: 'early' } });
    await refundOf(world, payment);
    expect(heard(world, before).map(({ event }) => event['type'])).toContain('refund.created');
  });

  test('lost: none arrives, and the list of events has it still', async () => {
    const payment = await paid(world);
    await plant(payment, { callback: { kind: 'refund', fault: 'lost' } });
    const from = world.shop.received.length;
    await refundOf(world, payment);
    await world.gateways.idle();
    expect(heard(world, from)).toEqual([]);
    const path = '/v1/events?delivery_success=false&types[]=refund.created&limit=1';
    const { body } = await world.call('GET', path);
    expect(body['data']).toMatchObject([
      { data: { object: { metadata: { refund_id: payment.refund() } } }, type: 'refund.created' },
    ]);
  });
});
