// What becomes of refunds at PayPal: by banks, by what is decided ahead, and at its pages.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, unit, zulu, type World } from './paypal-merchant.ts';
import { refunding, usd } from './paypal-refunding.ts';

let world: World;
let shop: ReturnType<typeof refunding>;
beforeAll(async () => {
  world = await openWorld();
  shop = refunding(world);
});
afterAll(() => world.stop());

const day = 86_400_000;
const number = () => `${orderNumber()}_r`;
const types = (id: string) => shop.heard(id).map(({ event }) => event.event_type);

describe('decided ahead', () => {
  test.each([
    ['success', 'COMPLETED', 'PAYMENT.CAPTURE.REFUNDED', 'PARTIALLY_REFUNDED'],
    ['failed', 'FAILED', 'PAYMENT.REFUND.FAILED', 'COMPLETED'],
  ])('pending, then %s', async (outcome, status, type, captured) => {
    const payment = await shop.captured();
    const own = number();
    expect(await shop.decideNext(payment.number, 'pending')).toMatchObject({ status: 200 });
    const { body } = await shop.refund(payment.captureId, own, '3.00');
    expect(body).toMatchObject({ status: 'PENDING', status_details: { reason: 'ECHECK' } });
    await world.advance(day);
    expect(await shop.decide(own, 'pending')).toMatchObject({ status: 200 });
    expect(await shop.capture(payment.captureId)).toMatchObject({ status: 'COMPLETED' });
    expect(await shop.decide(own, outcome)).toMatchObject({ status: 200 });
    await world.gateways.idle();
    const told = (await shop.refundOf(String(body['id']))).body;
    expect(told).toMatchObject({ status, update_time: zulu(world.clock.at) });
    expect(told).not.toHaveProperty('status_details');
    expect(types(own)).toEqual(['PAYMENT.REFUND.PENDING', type]);
    expect(await shop.capture(payment.captureId)).toMatchObject({ status: captured });
    expect(await shop.decide(own, outcome)).toMatchObject({ status: 409 });
  });

  test('failed: pending for some seconds', async () => {
    const payment = await shop.captured();
    await shop.decideNext(payment.number, 'failed');
    const own = number();
    const { body } = await shop.refund(payment.captureId, own, '3.00');
    expect(body).toMatchObject({ status: 'PENDING' });
    await world.advance(5_000);
    expect((await shop.refundOf(String(body['id']))).body).toMatchObject({ status: 'FAILED' });
    expect(types(own)).toEqual(['PAYMENT.REFUND.PENDING', 'PAYMENT.REFUND.FAILED']);
    expect(await shop.refund(payment.captureId, number(), '10.99')).toMatchObject({ status: 201 });
  });

  test('what is pending is not refunded to others', async () => {
    const payment = await shop.captured();
    await shop.decideNext(payment.number, 'pending');
    await shop.refund(payment.captureId, number(), '10.00');
    expect(await shop.refund(payment.captureId, number(), '1.00')).toMatchObject({
      issue: 'REFUND_AMOUNT_EXCEEDED',
    });
  });

  test('no money with the merchant: refused once, and the same request works then', async () => {
    const payment = await shop.captured();
    await shop.decideNext(payment.number, 'insufficient_balance');
    const own = number();
    expect(await shop.refund(payment.captureId, own, '3.00')).toMatchObject({
      ...{ status: 422, issue: 'REFUND_FAILED_INSUFFICIENT_FUNDS' },
    });
    expect(types(payment.captureId)).toEqual([]);
    expect(await shop.refund(payment.captureId, own, '3.00')).toMatchObject({ status: 201 });
  });

  test('what never happens here is refused with a sentence', async () => {
    const payment = await shop.captured();
    await shop.decideNext(payment.number, 'pending');
    const own = number();
    await shop.refund(payment.captureId, own, '3.00');
    for (const outcome of ['abnormal', 'returned']) {
      for (const answer of [await shop.decideNext(payment.number, outcome), await shop.decide(own, outcome)])
        expect(answer).toMatchObject({ status: 422 });
    }
    expect(await shop.decide(own, 'insufficient_balance')).toMatchObject({ status: 409 });
  });

  test('of what nobody knows, or nobody paid: 404', async () => {
    const created = orderNumber();
    await world.pay(await world.created(created));
    expect(await shop.decide('nobody', 'success')).toMatchObject({ status: 404 });
    expect(await shop.decideNext(created, 'success')).toMatchObject({ status: 404 });
  });
});

describe('at the console', () => {
  test('a refund has no number of the merchant’s own, and is told like any other', async () => {
    const payment = await shop.captured();
    const { status, body } = await shop.atConsole(payment.number, '3.00');
    expect([status, body]).toMatchObject([
      200,
      { transaction_id: payment.number, amount: '3.00', status: 'COMPLETED' },
    ]);
    const id = String(body['refund_id']);
    expect(id).toMatch(/^[0-9A-Z]{17}$/);
    const [{ event } = { event: {} }] = shop.heard(id);
    expect(event).toMatchObject({
      event_type: 'PAYMENT.CAPTURE.REFUNDED',
      resource: { id, custom_id: payment.number, amount: usd('3.00') },
    });
    expect(await shop.refundOf(id)).toMatchObject({ status: 200, body: { id } });
  });

  test('what was decided ahead holds', async () => {
    const payment = await shop.captured();
    await shop.decideNext(payment.number, 'insufficient_balance');
    expect(await shop.atConsole(payment.number, '3.00')).toMatchObject({ status: 409 });
    await shop.decideNext(payment.number, 'pending');
    const { body } = await shop.atConsole(payment.number, '3.00');
    expect(body).toMatchObject({ status: 'PENDING' });
    expect(await shop.decide(String(body['refund_id']), 'success')).toMatchObject({ status: 200 });
    expect(await shop.capture(payment.captureId)).toMatchObject({ status: 'PARTIALLY_REFUNDED' });
  });

  test.each([
    ['11.00', 409],
    ['0', 422],
    ['1.001', 422],
    ['x', 422],
  ])('%s: %i', async (amount, status) => {
    const payment = await shop.captured();
    expect(await shop.atConsole(payment.number, amount)).toMatchObject({ status });
  });

  test('of what nobody paid: 404', async () => {
    const purchase_units = [unit('never_paid')];
    await world.created('never_paid', { purchase_units });
    expect(await shop.atConsole('never_paid', '1.00')).toMatchObject({ status: 404 });
  });
});
