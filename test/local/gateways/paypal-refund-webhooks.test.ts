// What PayPal says of refunds: proved like any webhook, told again until it is taken, and spoiled as planted.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, zulu, type World } from './paypal-merchant.ts';
import { isOfRefund, refunding, usd } from './paypal-refunding.ts';

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

const minute = 60_000;
const number = () => `${orderNumber()}_r`;
const plant = (transaction_id: string, fault: string, more: object = {}) =>
  world.control('POST', '/faults', {
    ...{ transaction_id, provider: 'paypal' },
    callback: { kind: 'refund', fault, ...more },
  });

test('the event is the refund as a query tells it, and proved', async () => {
  const { captureId } = await shop.captured();
  const own = number();
  const { body } = await shop.refund(captureId, own, '3.00');
  const heard = shop.heard(own);
  expect(heard).toHaveLength(1);
  const [{ event } = { event: {} }] = heard;
  expect(event).toMatchObject({
    ...{ resource_type: 'refund', resource_version: '2.0', event_type: 'PAYMENT.CAPTURE.REFUNDED' },
    ...{ summary: 'Payment refunded: $ 3.00 USD', resource: body },
  });
  for (const each of heard) expect(await world.doubts(each)).toEqual([]);
});

test('events of refunds are listed under all their numbers', async () => {
  const { captureId } = await shop.captured();
  const own = number();
  const { body } = await shop.refund(captureId, own, '3.00');
  for (const each of [own, body['id'], captureId]) {
    const path = `/v1/notifications/webhooks-events?event_type=PAYMENT.CAPTURE.REFUNDED&transaction_id=${String(each)}`;
    expect((await world.call('GET', path)).body).toMatchObject({ count: 1 });
  }
});

test('one that was not taken comes again, the same event in a new transmission', async () => {
  const payment = await shop.captured();
  const own = number();
  await plant(payment.number, 'lost', { times: 1 });
  await shop.refund(payment.captureId, own, '3.00');
  expect(shop.heard(own)).toEqual([]);
  await world.advance(minute);
  expect(shop.heard(own)).toHaveLength(1);
  const [heard] = shop.heard(own);
  const told = (await shop.deliveries(payment.number)).filter(
    ({ notify_id: id }) => id === heard?.event['id'],
  );
  expect(told).toMatchObject([{ fault: 'lost', accepted: false }, { accepted: true }]);
});

test('the refund’s is what is sent again', async () => {
  const payment = await shop.captured();
  const own = number();
  await shop.refund(payment.captureId, own, '3.00');
  await world.control('POST', '/callbacks/resend', { transaction_id: payment.number });
  expect(shop.heard(own)).toHaveLength(2);
});

describe('a fault of a webhook', () => {
  const refunded = async (fault: string, more: object = {}) => {
    const payment = await shop.captured();
    const own = number();
    await plant(payment.number, fault, more);
    const before = world.shop.received.length;
    const { body } = await shop.refund(payment.captureId, own, '3.00');
    const first = world.shop.received.slice(before);
    return { payment, own, id: String(body['id']), first };
  };
  test.each(['tampered', 'wrong_key', 'wrong_merchant', 'other_mode', 'signtest'])(
    '%s is not to be believed; the genuine one follows',
    async (fault) => {
      const { own, first } = await refunded(fault);
      expect(first).toHaveLength(1);
      for (const each of first) expect(await world.doubts(each)).not.toEqual([]);
      await world.advance(minute);
      const last = shop.heard(own).at(-1);
      expect(last && (await world.doubts(last))).toEqual([]);
    },
  );

  test('stale: a month ago', async () => {
    const { first } = await refunded('stale');
    expect(first).toMatchObject([
      { headers: { 'paypal-transmission-time': zulu(world.clock.at - 30 * 24 * 60 * minute) } },
    ]);
  });

  test.each([
    ['wrong_amount', { amount: usd('4.00') }],
    ['wrong_currency', { amount: { currency_code: 'EUR', value: '3.00' } }],
  ])('%s is proved, and says so', async (fault, resource) => {
    const { first } = await refunded(fault);
    for (const each of first) expect(await world.doubts(each)).toEqual([]);
    expect(JSON.parse(first[0]?.raw ?? '')).toMatchObject({ resource });
  });

  test('unknown_number names no refund of ours, nor of PayPal’s', async () => {
    const { own, id, payment, first } = await refunded('unknown_number');
    for (const each of [own, id, payment.captureId]) expect(first[0]?.raw).not.toContain(each);
  });

  test('unknown_type, duplicated', async () => {
    const strange = await refunded('unknown_type');
    expect(JSON.parse(strange.first[0]?.raw ?? '')).toMatchObject({ event_type: 'PAYMENT.WEATHER.CHANGED' });
    expect((await refunded('duplicated')).first).toHaveLength(2);
  });

  test('delayed', async () => {
    const { own, first } = await refunded('delayed', { delay: '10m' });
    expect(first).toEqual([]);
    await world.advance(10 * minute);
    expect(shop.heard(own)).toHaveLength(1);
  });

  test('early: it is there before the answer', async () => {
    const payment = await shop.captured();
    await plant(payment.number, 'early');
    const response = await shop.raw(payment.captureId, { amount: usd('3.00') });
    expect(world.heard(payment.captureId).filter(isOfRefund)).toHaveLength(1);
    expect(response.status).toBe(201);
  });

  test('of payments leaves refunds alone', async () => {
    const payment = await shop.captured();
    await world.control('POST', '/faults', {
      transaction_id: payment.number,
      callback: { kind: 'payment', fault: 'lost' },
    });
    const own = number();
    await shop.refund(payment.captureId, own, '3.00');
    expect(shop.heard(own)).toHaveLength(1);
  });
});
