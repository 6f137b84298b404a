// Refunds at the local Stripe: what may go back, what is refused, and what the books say.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { World } from './stripe-merchant.ts';
import {
  balanceOf,
  booksOf,
  chargeOf,
  listed,
  openRefunding,
  paid,
  refundOf,
  told,
} from './stripe-refunding.ts';

let world: World;
let before = 0;
beforeAll(async () => {
  world = await openRefunding();
});
beforeEach(async () => {
  await world.gateways.idle();
  before = world.shop.received.length;
});
afterAll(() => world.stop());

const hour = 3_600_000;

describe('what goes back', () => {
  test('of a card is successful at once, in parts, until nothing is left', async () => {
    const payment = await paid(world);
    const had = await balanceOf(world);
    const first = await refundOf(world, payment);
    expect(first).toMatchObject({
      status: 200,
      body: {
        ...{ object: 'refund', amount: 300, currency: 'usd', status: 'succeeded', reason: null },
        ...{ id: expect.stringMatching(/^re_3\w{23}$/) as unknown, payment_intent: payment.id },
        metadata: { refund_id: payment.refund(), transaction_id: payment.number },
      },
    });
    expect(await chargeOf(world, payment)).toMatchObject({ amount_refunded: 300, refunded: false });
    expect((await refundOf(world, payment, { amount: '', index: 1 })).body).toMatchObject({ amount: 580 });
    expect(await chargeOf(world, payment)).toMatchObject({ amount_refunded: 880, refunded: true });
    expect(await world.read(payment.id)).toMatchObject({
      body: { status: 'succeeded', amount_received: 880 },
    });
    expect(had - (await balanceOf(world))).toBe(880);
    const row = { provider: 'stripe', channel_code: 'STRIPE', transaction_id: payment.number };
    expect((await booksOf(world, payment)).rows).toMatchObject([
      { ...row, refund_id: payment.refund(), amount: '3.00', currency: 'USD', status: 'succeeded' },
      { ...row, refund_id: payment.refund(1), amount: '5.80', status: 'succeeded' },
    ]);
    await world.gateways.idle();
    const both = ['charge.refunded succeeded', 'refund.created succeeded'];
    expect(told(world, before)).toEqual([...both, ...both].sort());
  });

  test('is told by its number, and newest first of its payment', async () => {
    const payment = await paid(world);
    const { body } = await refundOf(world, payment);
    await refundOf(world, payment, { index: 1 });
    expect((await world.call('GET', `/v1/refunds/${String(body['id'])}`)).body).toEqual(body);
    const all = await listed(world, payment);
    expect(all.map(({ metadata }) => (metadata as { refund_id: string }).refund_id)).toEqual([
      payment.refund(1),
      payment.refund(),
    ]);
    const { status, body: page } = await world.call('GET', '/v1/refunds?limit=1');
    expect([status, page['has_more'], page['data']]).toEqual([200, true, all.slice(0, 1)]);
    const charge = String(body['charge']);
    expect((await world.call('GET', `/v1/refunds?charge=${charge}`)).body['data']).toEqual(all);
  });

  test('may be all that is left of a charge', async () => {
    const { id } = await chargeOf(world, await paid(world));
    const form = `charge=${String(id)}&reason=duplicate&expand[]=payment_intent`;
    expect(await world.call('POST', '/v1/refunds', form)).toMatchObject({
      status: 200,
      body: { amount: 880, reason: 'duplicate', payment_intent: { object: 'payment_intent' } },
    });
  });
});

describe('is refused', () => {
  test('above the rest, and once nothing is left', async () => {
    const payment = await paid(world);
    await refundOf(world, payment);
    expect(await refundOf(world, payment, { amount: '581', index: 1 })).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error', param: 'amount' } },
    });
    await refundOf(world, payment, { amount: '580', index: 2 });
    expect(await refundOf(world, payment, { amount: '1', index: 3 })).toMatchObject({
      status: 400,
      body: { error: { code: 'charge_already_refunded' } },
    });
    expect(await listed(world, payment)).toHaveLength(2);
  });

  test.each([
    ['payment_intent=pi_3nobody', 'resource_missing'],
    ['charge=ch_3nobody', 'resource_missing'],
    ['amount=300', 'parameter_missing'],
    ['payment_intent=pi_3nobody&charge=ch_3nobody', 'parameter_missing'],
    ['payment_intent=pi_3nobody&wonderful=1', 'parameter_unknown'],
  ])('%s', async (form, code) => {
    const answer = await world.call('POST', '/v1/refunds', form);
    expect(answer).toMatchObject({ status: 400, body: { error: { code } } });
  });

  test('of what was not paid, and of another account', async () => {
    const open = await world.intent('nobody-paid-this');
    const form = `payment_intent=${String(open.body['id'])}`;
    expect(await world.call('POST', '/v1/refunds', form)).toMatchObject({ status: 400 });
    const payment = await paid(world);
    const other = { channel: 'STRIPE_OTHER' } as const;
    const ofAnother = await world.call('POST', '/v1/refunds', `payment_intent=${payment.id}`, other);
    expect(ofAnother).toMatchObject({ status: 400, body: { error: { code: 'resource_missing' } } });
    const list = await world.call('GET', `/v1/refunds?payment_intent=${payment.id}`, undefined, other);
    expect(list).toMatchObject({ status: 400, body: { error: { code: 'resource_missing' } } });
    const { body } = await refundOf(world, payment);
    const path = `/v1/refunds/${String(body['id'])}`;
    expect(await world.call('GET', path, undefined, other)).toMatchObject({ status: 404 });
  });
});

describe('under a key', () => {
  test('it is made once, for a day', async () => {
    const payment = await paid(world);
    const key = `${payment.refund()}-refund-0`;
    const first = await refundOf(world, payment, { key });
    await world.clock.advance(24 * hour - 1);
    expect(await refundOf(world, payment, { key })).toMatchObject({ status: 200, text: first.text });
    expect(await refundOf(world, payment, { key, amount: '301' })).toMatchObject({
      status: 400,
      body: { error: { type: 'idempotency_error' } },
    });
    await world.clock.advance(1);
    expect((await refundOf(world, payment, { key })).body['id']).not.toBe(first.body['id']);
    expect(await listed(world, payment)).toHaveLength(2);
  });

  test('a refusal for what is left is kept too', async () => {
    const payment = await paid(world);
    await refundOf(world, payment, { amount: '' });
    const key = `${payment.refund(1)}-refund-0`;
    const first = await refundOf(world, payment, { key, index: 1 });
    const again = await refundOf(world, payment, { key, index: 1 });
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});
