// What people decide about refunds at the local Stripe, and what they make at its dashboard.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { World } from './stripe-merchant.ts';
import {
  balanceOf,
  booksOf,
  chargeOf,
  decide,
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

describe('decisions', () => {
  const made = async (outcome: string) => {
    const payment = await paid(world);
    const had = await balanceOf(world);
    const ahead = await decide(world, { transaction_id: payment.number, outcome });
    expect(ahead.status).toBe(200);
    const { body } = await refundOf(world, payment);
    const now = async () => {
      const [there] = await listed(world, payment);
      const { rows } = await booksOf(world, payment);
      expect(rows).toMatchObject([{ status: there?.['status'] }]);
      return { refund: there, moved: had - (await balanceOf(world)) };
    };
    const rule = (next: string) => decide(world, { refund_id: payment.refund(), outcome: next });
    return { payment, body, now, rule };
  };

  test('success is the ordinary course', async () => {
    const { body } = await made('success');
    expect(body).toMatchObject({ status: 'succeeded' });
  });

  test('pending stays so, and no money moves, until it is decided', async () => {
    const { payment, body, now, rule } = await made('pending');
    expect(body).toMatchObject({
      status: 'pending',
      pending_reason: 'processing',
      balance_transaction: null,
    });
    expect(await chargeOf(world, payment)).toMatchObject({ amount_refunded: 300 });
    await world.clock.advance(86_400_000);
    expect(await now()).toMatchObject({ refund: { status: 'pending' }, moved: 0 });
    expect(await rule('success')).toMatchObject({ status: 200 });
    expect(await now()).toMatchObject({ refund: { status: 'succeeded' }, moved: 300 });
    expect(await rule('failed')).toMatchObject({ status: 409 });
    await world.gateways.idle();
    expect(told(world, before)).toEqual([
      'charge.refund.updated succeeded',
      'charge.refunded succeeded',
      'refund.created pending',
      'refund.updated succeeded',
    ]);
  });

  test('failed: the bank says no some seconds later, and it may be tried anew', async () => {
    const { payment, body, now } = await made('failed');
    expect(body).toMatchObject({ status: 'pending' });
    await world.clock.advance(5_000);
    expect(await now()).toMatchObject({
      refund: { status: 'failed', failure_reason: 'expired_or_canceled_card' },
      moved: 0,
    });
    expect(await chargeOf(world, payment)).toMatchObject({ amount_refunded: 0 });
    expect(await refundOf(world, payment, { amount: '880', index: 1 })).toMatchObject({ status: 200 });
    await world.gateways.idle();
    expect(told(world, before)).toContain('refund.failed failed');
  });

  test('insufficient_balance waits for money, with its reason', async () => {
    const { body, now, rule } = await made('insufficient_balance');
    expect(body).toMatchObject({ status: 'pending', pending_reason: 'insufficient_funds' });
    expect((await now()).moved).toBe(0);
    expect(await rule('success')).toMatchObject({ status: 200 });
    const { refund, moved } = await now();
    expect([refund?.['status'], refund?.['pending_reason'], moved]).toEqual(['succeeded', undefined, 300]);
  });

  test('what waits for money may fail for it', async () => {
    const { now, rule } = await made('pending');
    await rule('insufficient_balance');
    expect(await now()).toMatchObject({ refund: { pending_reason: 'insufficient_funds' } });
    await rule('failed');
    expect(await now()).toMatchObject({ refund: { status: 'failed', failure_reason: 'insufficient_funds' } });
  });

  test.each([
    ['ahead', 'returned'],
    ['afterwards', 'success'],
  ])('returned, decided %s: it was successful, and the money comes back', async (when, ahead) => {
    const { payment, body, now, rule } = await made(ahead);
    expect(body).toMatchObject({ status: 'succeeded' });
    expect((await now()).moved).toBe(300);
    await (when === 'ahead' ? world.clock.advance(5_000) : rule('returned'));
    expect(await now()).toMatchObject({
      refund: { status: 'failed', failure_balance_transaction: expect.stringMatching(/^txn_/) as unknown },
      moved: 0,
    });
    expect(await chargeOf(world, payment)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(await rule('returned')).toMatchObject({ status: 409 });
    await world.gateways.idle();
    expect(told(world, before)).toEqual([
      'charge.refund.updated failed',
      'charge.refunded succeeded',
      'refund.created succeeded',
      'refund.failed failed',
      'refund.updated failed',
    ]);
  });

  test('abnormal there is none', async () => {
    const payment = await paid(world);
    await refundOf(world, payment);
    const outcome = 'abnormal';
    for (const whose of [{ refund_id: payment.refund() }, { transaction_id: payment.number }])
      expect(await decide(world, { ...whose, outcome })).toMatchObject({ status: 422 });
  });

  test('there is none about what nobody made or paid', async () => {
    for (const whose of [{ refund_id: 'rfd_nobody' }, { transaction_id: 'pay_nobody' }])
      expect(await decide(world, { ...whose, outcome: 'success' })).toMatchObject({ status: 404 });
  });
});

describe('at the dashboard', () => {
  const byHand = (transaction_id: string, amount: string) =>
    world.control('POST', '/refunds/console', { transaction_id, amount });

  test('it has Stripe’s number alone, and is told like any other', async () => {
    const payment = await paid(world);
    const { status, body } = await byHand(payment.number, '2.50');
    expect([status, body['refund_id']]).toEqual([200, body['gateway_refund_id']]);
    const [there] = await listed(world, payment);
    expect(there).toMatchObject({ id: body['refund_id'], amount: 250, metadata: {}, status: 'succeeded' });
    expect((await booksOf(world, payment)).rows).toEqual([body]);
    await world.gateways.idle();
    expect(told(world, before)).toEqual(['charge.refunded succeeded', 'refund.created succeeded']);
    const refund_id = String(body['refund_id']);
    expect(await decide(world, { refund_id, outcome: 'returned' })).toMatchObject({ status: 200 });
  });

  test.each([
    ['8.81', 409],
    ['2.505', 422],
    ['0', 422],
    ['all', 422],
  ])('%s of 8.80: %i', async (amount, status) => {
    const payment = await paid(world);
    expect(await byHand(payment.number, amount)).toMatchObject({ status });
    expect(await listed(world, payment)).toEqual([]);
  });

  test('nothing of what was not paid', async () => {
    expect(await byHand('pay_nobody', '1.00')).toMatchObject({ status: 404 });
  });
});
