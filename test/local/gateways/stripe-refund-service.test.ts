// The service's own adapter and the local Stripe, which share nothing: whatever goes wrong, one refund is made of one number.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RefundOrder } from '../../../lib/domain/refund.ts';
import type { Gateway } from '../../../lib/gateways/gateway.ts';
import { stripe } from '../../../lib/gateways/stripe/index.ts';
import type { World } from './stripe-merchant.ts';
import { balanceOf, decide, listed, openRefunding, paid, type Paid } from './stripe-refunding.ts';

let world: World;
let gateway: Gateway;
let before = 0;
beforeAll(async () => {
  world = await openRefunding();
  const { accountId, publishableKey, secretKey } = world.account();
  const { secret } = world.gateways.stripe.registerWebhook(accountId, world.shop.url, [
    'refund.created',
    'refund.failed',
  ]);
  gateway = stripe.connect(
    {
      account_id: accountId,
      publishable_key: publishableKey,
      environment: 'local',
      endpoint: world.gateways.stripe.gatewayUrl,
    },
    { secrets: { secret_key: secretKey, webhook_secret: secret }, platformKeys: {} },
    { fetch, now: world.clock.now, randomBytes },
  );
});
beforeEach(async () => {
  await world.gateways.idle();
  before = world.shop.received.length;
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const orderOf = ({ number, id, refund }: Paid, minor = 300): RefundOrder => ({
  transactionId: number,
  refundId: refund(),
  gatewayTransactionId: id,
  currency: 'USD',
  amount: { minor, currency: 'USD' },
  total: { minor: 880, currency: 'USD' },
});
const soon = () => ({ deadline: world.clock.now() + 300 });
const refund = (order: RefundOrder) => gateway.refund?.(order, soon());
const query = (order: RefundOrder) => gateway.queryRefund?.(order, soon());
const plant = ({ number }: Paid, operation: string, fault: string, times = 1) =>
  world.control('POST', '/faults', { transaction_id: number, call: { operation, fault, times, ms: 2000 } });

/** As whoever settles would: again and again, under the next generation where it is told to. */
async function untilKnown(order: RefundOrder, wasSent = false): Promise<number> {
  let { generation = 0 } = order;
  for (let tries = 1; tries < 10; tries++) {
    const submitted = (wasSent || tries > 1) && { submittedAt: new Date(world.clock.now()).toISOString() };
    const outcome = await refund({ ...order, ...submitted, generation });
    if (outcome?.kind === 'ok') return tries;
    if (outcome?.kind === 'declined') throw new Error(`declined: ${outcome.channelCode}`);
    if (outcome?.kind === 'retry_later' && outcome.renew) generation += 1;
  }
  throw new Error('never known');
}

describe('one refund is made', () => {
  test.each(
    [
      ...['reset_before', 'timeout_before', 'http_500_before', 'http_500_after', 'timeout_after'],
      ...['reset_after', 'rate_limited', 'html_200', 'truncated', 'bad_signature', 'wrong_order'],
      ...['unknown_code', 'slow'],
    ].flatMap((fault): [string, string][] => [
      [fault, 'refund'],
      [fault, 'refund_query'],
      [fault, '*'],
    ]),
  )('%s of %s', async (fault, operation) => {
    const payment = await paid(world);
    const had = await balanceOf(world);
    await plant(payment, operation, fault, 2);
    await untilKnown(orderOf(payment), operation === 'refund_query');
    await world.control('DELETE', '/faults');
    expect(await listed(world, payment)).toHaveLength(1);
    expect(had - (await balanceOf(world))).toBe(300);
    expect(await query(orderOf(payment))).toMatchObject({ kind: 'ok', value: { state: 'succeeded' } });
  });

  test('after its key is forgotten', async () => {
    const payment = await paid(world);
    const submittedAt = new Date(world.clock.now()).toISOString();
    await refund(orderOf(payment));
    await world.clock.advance(25 * 3_600_000);
    expect(await refund({ ...orderOf(payment), submittedAt })).toMatchObject({ kind: 'ok' });
    expect(await listed(world, payment)).toHaveLength(1);
  });

  test('where it took the rest, and its answer was lost', async () => {
    const payment = await paid(world);
    await refund(orderOf(payment, 880));
    // Under another key Stripe says that nothing is left.
    const renewed = { ...orderOf(payment, 880), generation: 1 };
    expect(await refund(renewed)).toMatchObject({ kind: 'ok', value: { refundId: payment.refund() } });
  });
});

test('above the rest it is declined, and there is none', async () => {
  const payment = await paid(world);
  expect(await refund(orderOf(payment, 881))).toMatchObject({ kind: 'declined' });
  expect(await query(orderOf(payment, 881))).toMatchObject({ kind: 'ok', value: { state: 'not_found' } });
});

test('one that waits for the balance asks for a person, and goes on', async () => {
  const payment = await paid(world);
  await decide(world, { transaction_id: payment.number, outcome: 'insufficient_balance' });
  const waits = { state: 'needs_action', reason: 'insufficient_balance' };
  expect(await refund(orderOf(payment))).toMatchObject({ kind: 'ok', value: waits });
  expect(await query(orderOf(payment))).toMatchObject({ kind: 'ok', value: waits });
  await decide(world, { refund_id: payment.refund(), outcome: 'success' });
  expect(await query(orderOf(payment))).toMatchObject({ kind: 'ok', value: { state: 'succeeded' } });
});

test('one that comes back is told as failed, by its event and by a query', async () => {
  const payment = await paid(world);
  await refund(orderOf(payment));
  await decide(world, { refund_id: payment.refund(), outcome: 'returned' });
  await world.gateways.idle();
  const told = world.shop.received.slice(before).flatMap(({ raw, headers }) => {
    const signature = [String(headers['stripe-signature'])];
    try {
      const callback = { body: Buffer.from(raw), headers: { 'stripe-signature': signature } };
      return [gateway.readNotification(callback).notification];
    } catch {
      // of the other endpoint, which has another secret
      return [];
    }
  });
  const ours = { refundId: payment.refund(), amount: { minor: 300, currency: 'USD' } };
  expect(told).toMatchObject([
    { kind: 'refund', snapshot: { state: 'succeeded', ...ours } },
    { kind: 'refund', snapshot: { state: 'failed', channelCode: 'expired_or_canceled_card', ...ours } },
  ]);
  expect(await query(orderOf(payment))).toMatchObject({ kind: 'ok', value: { state: 'failed' } });
});

test('what was given back whole was paid all the same', async () => {
  const payment = await paid(world);
  await refund(orderOf(payment, 880));
  const { transactionId, currency, gatewayTransactionId: gatewayOrderId } = orderOf(payment);
  expect(await gateway.queryPayment({ transactionId, currency, gatewayOrderId }, soon())).toMatchObject({
    kind: 'ok',
    value: { state: 'paid', amount: { minor: 880, currency: 'USD' } },
  });
});

test('one of the dashboard is asked for by Stripe’s number', async () => {
  const payment = await paid(world);
  const byHand = { transaction_id: payment.number, amount: '2.50' };
  const { body } = await world.control('POST', '/refunds/console', byHand);
  const { refundId, ...reference } = orderOf(payment);
  const gatewayRefundId = String(body['refund_id']);
  expect(refundId).not.toBe(gatewayRefundId);
  expect(await gateway.queryRefund?.({ ...reference, gatewayRefundId }, soon())).toMatchObject({
    kind: 'ok',
    value: { state: 'succeeded', gatewayRefundId, amount: { minor: 250, currency: 'USD' } },
  });
});
