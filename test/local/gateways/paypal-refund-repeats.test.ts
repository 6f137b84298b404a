// Repeated refunds at PayPal: one under one request id for 45 days, and a second one after that. What the books say of them.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type World } from './paypal-merchant.ts';
import { refunding, usd } from './paypal-refunding.ts';

let world: World;
let shop: ReturnType<typeof refunding>;
beforeAll(async () => {
  world = await openWorld();
  shop = refunding(world);
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const day = 86_400_000;
const number = () => `${orderNumber()}_r`;
const minor = (text = '0') => Math.round(Number(text) * 100);
const rows = async (own: string) => (await shop.books()).refunds.filter(({ refund_id: id }) => id === own);

describe('under one request id', () => {
  test('a repeat finds the refund as it stands now', async () => {
    const payment = await shop.captured();
    await shop.decideNext(payment.number, 'pending');
    const own = number();
    const first = await shop.refund(payment.captureId, own, '3.00');
    await shop.decide(own, 'success');
    const second = await shop.refund(payment.captureId, own, '3.00');
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toMatchObject({ id: first.body['id'], status: 'COMPLETED' });
    expect(await rows(own)).toHaveLength(1);
  });

  test('another sum, or another capture: 422', async () => {
    const [one, two] = [await shop.captured(), await shop.captured()];
    const own = number();
    await shop.refund(one.captureId, own, '3.00');
    for (const [captureId, value] of [
      [one.captureId, '3.01'],
      [two.captureId, '3.00'],
    ] as const)
      expect(await shop.refund(captureId, own, value)).toMatchObject({
        ...{ status: 422, issue: 'DUPLICATE_REQUEST_ID' },
      });
    expect(await rows(own)).toHaveLength(1);
  });

  test('45 days on, the same is a second refund', async () => {
    const payment = await shop.captured();
    const own = number();
    const first = await shop.refund(payment.captureId, own, '3.00');
    await world.advance(45 * day - 1);
    expect((await shop.refund(payment.captureId, own, '3.00')).body['id']).toBe(first.body['id']);
    await world.advance(1);
    const second = await shop.refund(payment.captureId, own, '3.00');
    expect(second.status).toBe(201);
    expect(second.body['id']).not.toBe(first.body['id']);
    expect(await rows(own)).toHaveLength(2);
    // Who looks first finds it.
    const { refunds } = await shop.payments(payment.id);
    expect(refunds).toMatchObject([{ custom_id: own }, { custom_id: own }]);
  });

  test('two at once: one of them has to come again', async () => {
    const payment = await shop.captured();
    const own = number();
    const call = { operation: 'refund', fault: 'slow', ms: 300 };
    await world.control('POST', '/faults', { transaction_id: payment.number, call });
    const slow = shop.refund(payment.captureId, own, '3.00');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await shop.refund(payment.captureId, own, '3.00')).toMatchObject({
      ...{ status: 409, issue: 'PREVIOUS_REQUEST_IN_PROGRESS' },
    });
    expect(await slow).toMatchObject({ status: 201 });
    expect(await rows(own)).toHaveLength(1);
  });
});

describe('the books', () => {
  test('name refunds by our number, or by PayPal’s', async () => {
    const payment = await shop.captured();
    const own = number();
    const { body } = await shop.refund(payment.captureId, own, '3.00');
    expect(await rows(own)).toEqual([
      {
        ...{ provider: 'paypal', channel_code: 'PAYPAL', refund_id: own, gateway_refund_id: body['id'] },
        ...{ transaction_id: payment.number, gateway_transaction_id: payment.captureId },
        ...{ amount: '3.00', currency: 'USD', status: 'COMPLETED' },
        at: new Date(world.clock.at).toISOString(),
      },
    ]);
    const made = await shop.atConsole(payment.number, '1.00');
    const id = String(made.body['refund_id']);
    expect(await rows(id)).toEqual([made.body]);
    expect(made.body).toMatchObject({ refund_id: id, gateway_refund_id: id });
  });

  test('move money when it moves, and PayPal keeps its fee', async () => {
    const payment = await shop.captured();
    const payee = `payee:${world.account().merchantId}:USD`;
    const balance = async (account: string) => minor((await shop.books()).balances[account]);
    const [before, fees] = [await balance(payee), await balance('paypal:fees:USD')];
    await shop.decideNext(payment.number, 'pending');
    const [late, never] = [number(), number()];
    await shop.refund(payment.captureId, late, '3.00');
    await shop.decideNext(payment.number, 'pending');
    await shop.refund(payment.captureId, never, '2.00');
    expect(await balance(payee)).toBe(before);
    await shop.decide(late, 'success');
    await shop.decide(never, 'failed');
    expect(await balance(payee)).toBe(before - 300);
    expect(await balance('paypal:fees:USD')).toBe(fees);
    expect([await rows(late), await rows(never)]).toMatchObject([
      [{ status: 'COMPLETED' }],
      [{ status: 'FAILED', amount: '2.00' }],
    ]);
    const { balances, charges } = await shop.books();
    expect(Object.values(balances).reduce((sum, text) => sum + minor(text), 0)).toBe(0);
    const ours = charges.filter(({ transaction_id: id }) => id === payment.number);
    expect(ours).toMatchObject([{ amount: '10.99', status: 'PARTIALLY_REFUNDED' }]);
  });

  test('know no refund that was refused', async () => {
    const payment = await shop.captured();
    const own = number();
    await shop.refund(payment.captureId, own, '11.00');
    expect(await rows(own)).toEqual([]);
  });
});

describe('a fault of a call', () => {
  const plant = (payment: string, operation: string, fault: string) =>
    world.control('POST', '/faults', { transaction_id: payment, call: { operation, fault, ms: 50 } });

  test.each([
    ['reset_before', false],
    ['timeout_before', false],
    ['reset_after', true],
    ['timeout_after', true],
  ])('refund, %s: no answer, done is %s', async (fault, isDone) => {
    const payment = await shop.captured();
    const own = number();
    await plant(payment.number, 'refund', fault);
    await expect(shop.refund(payment.captureId, own, '3.00')).rejects.toThrow();
    expect(await rows(own)).toHaveLength(isDone ? 1 : 0);
    expect((await shop.refund(payment.captureId, own, '3.00')).status).toBe(isDone ? 200 : 201);
    expect(await rows(own)).toHaveLength(1);
  });

  test.each([
    ['http_500_before', 503, false],
    ['http_500_after', 500, true],
    ['rate_limited', 429, false],
    ['unknown_code', 422, true],
    ['html_200', 200, true],
  ])('refund, %s: %i', async (fault, status, isDone) => {
    const payment = await shop.captured();
    await plant(payment.number, 'refund', fault);
    expect((await shop.raw(payment.captureId, { amount: usd('3.00') })).status).toBe(status);
    expect(((await shop.payments(payment.id))['refunds'] as object[] | undefined)?.length ?? 0).toBe(
      isDone ? 1 : 0,
    );
  });

  test('wrong_order: somebody else’s refund', async () => {
    const payment = await shop.captured();
    const own = number();
    await plant(payment.number, 'refund', 'wrong_order');
    const { text } = await shop.refund(payment.captureId, own, '3.00');
    expect(text).not.toContain(own);
    expect(await rows(own)).toHaveLength(1);
  });

  test('refund_query is of the refund alone', async () => {
    const payment = await shop.captured();
    const { body } = await shop.refund(payment.captureId, number(), '3.00');
    await plant(payment.number, 'refund_query', 'http_500_before');
    expect(await world.retrieve(payment.id)).toMatchObject({ status: 200 });
    expect(await shop.refundOf(String(body['id']))).toMatchObject({ status: 503 });
    expect(await shop.refundOf(String(body['id']))).toMatchObject({ status: 200 });
  });
});
