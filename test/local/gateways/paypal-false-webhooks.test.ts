// Webhooks of PayPal that are lost, late, false or forged, on demand.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, zulu, type Created, type Fields, type World } from './paypal-merchant.ts';
import { doubts, type Received } from './paypal-proof.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const provider = 'paypal';
const minute = 60_000;
const hour = 60 * minute;

const plant = async (number: string, fault: string, more: object = {}) => {
  const planted = { transaction_id: number, provider, callback: { kind: 'payment', fault, ...more } };
  expect(await world.control('POST', '/faults', planted)).toMatchObject({ status: 200 });
};
/** What the shop hears from now on, but for approvals of other tests that are given back. */
function ears() {
  const before = world.shop.received.length;
  const isNews = ({ url, raw }: Received) => url.startsWith('/hooks/') && !raw.includes('APPROVAL.REVERSED');
  return () => world.shop.received.slice(before).filter(isNews);
}
/** Plants a fault, has an order approved, and gives what the shop hears of it. */
async function under(fault: string, more: object = {}) {
  const number = orderNumber();
  const created = await world.created(number);
  await plant(number, fault, more);
  const heard = ears();
  await world.pay(created);
  return { number, created, heard };
}
const deliveries = async (number: string) =>
  (await world.control('GET', `/callbacks?transaction_id=${number}`)).body['callbacks'] as object[];

/** The second delivery, on schedule, is the truth. */
async function thenTheTruth(
  { number, created, heard }: { number: string; created: Created; heard: ReturnType<typeof ears> },
  fault: string,
) {
  await world.advance(minute);
  const last = heard().at(-1);
  expect(last && (await world.doubts(last))).toEqual([]);
  expect(JSON.parse(last?.raw ?? '')).toMatchObject({
    event_type: 'CHECKOUT.ORDER.APPROVED',
    resource: { id: created.id, purchase_units: [{ custom_id: number, amount: { value: '10.99' } }] },
  });
  expect(await deliveries(number)).toMatchObject([{ fault, accepted: false }, { accepted: true }]);
}
const resourceOf = (raw = '{}') => (JSON.parse(raw) as { resource: Fields }).resource;

describe('genuinely signed, and not to be believed', () => {
  test.each([
    ['wrong_amount', { amount: { currency_code: 'USD', value: '11.99' } }],
    ['wrong_currency', { amount: { currency_code: 'EUR', value: '10.99' } }],
  ])('%s', async (fault, unit) => {
    const spoiled = await under(fault);
    const [first, ...more] = spoiled.heard();
    expect(more).toEqual([]);
    expect(first && (await world.doubts(first))).toEqual([]);
    expect(resourceOf(first?.raw)).toMatchObject({ purchase_units: [unit] });
    await thenTheTruth(spoiled, fault);
  });

  test('in captures too', async () => {
    const number = orderNumber();
    const created = await world.created(number);
    await world.pay(created);
    await plant(number, 'wrong_amount');
    const heard = ears();
    await world.capture(created.id);
    await world.gateways.idle();
    const spoiled = heard().map(({ raw }) => JSON.parse(raw) as { event_type: string; resource: Fields });
    const capture = spoiled.find(({ event_type: type }) => type === 'PAYMENT.CAPTURE.COMPLETED');
    expect(capture?.resource).toMatchObject({
      amount: { value: '11.99' },
      seller_receivable_breakdown: { gross_amount: { value: '11.99' } },
    });
  });

  test('unknown_type', async () => {
    const spoiled = await under('unknown_type');
    const [first] = spoiled.heard();
    expect(first && (await world.doubts(first))).toEqual([]);
    expect(JSON.parse(first?.raw ?? '')).toMatchObject({ event_type: 'PAYMENT.WEATHER.CHANGED' });
    await thenTheTruth(spoiled, 'unknown_type');
  });

  test('unknown_number: none of the numbers was ever heard of', async () => {
    const spoiled = await under('unknown_number');
    const [first] = spoiled.heard();
    expect(first && (await world.doubts(first))).toEqual([]);
    expect(first?.raw).not.toContain(spoiled.number);
    expect(first?.raw).not.toContain(spoiled.created.id);
    const resource = resourceOf(first?.raw);
    expect(resource['id']).toMatch(/^[0-9A-Z]{17}$/);
    expect(await world.retrieve(String(resource['id']))).toMatchObject({ status: 404 });
    await thenTheTruth(spoiled, 'unknown_number');
  });

  test('stale: a month ago, when the certificate was valid already', async () => {
    const spoiled = await under('stale');
    const [first] = spoiled.heard();
    expect(first && (await world.doubts(first))).toEqual([]);
    expect(first?.headers['paypal-transmission-time']).toBe(zulu(world.clock.at - 30 * 24 * hour));
    await thenTheTruth(spoiled, 'stale');
  });

  test('other_mode: production’s certificate, of the same authority', async () => {
    const spoiled = await under('other_mode');
    const [first] = spoiled.heard();
    const judge = {
      authorityPem: world.gateways.paypal.certificateAuthorityPem,
      webhookId: world.account().webhookId,
    };
    expect(first && (await world.doubts(first))).toEqual(['name']);
    const name = 'messageverificationcerts.paypal.com';
    expect(first && (await doubts(first, { ...judge, name }))).toEqual([]);
    await thenTheTruth(spoiled, 'other_mode');
  });
});

describe('not genuine', () => {
  test.each([
    ['tampered', ['signature']],
    ['wrong_key', ['authority']],
    ['wrong_merchant', ['signature']],
    ['signtest', ['signature']],
  ])('%s', async (fault, expected) => {
    const spoiled = await under(fault);
    const [first, ...more] = spoiled.heard();
    expect(more).toEqual([]);
    expect(first && (await world.doubts(first))).toEqual(expected);
    expect(() => JSON.parse(first?.raw ?? '') as unknown).not.toThrow();
    await thenTheTruth(spoiled, fault);
  });

  test('signtest is signed for the literal name that the simulator uses', async () => {
    const { heard } = await under('signtest');
    const [first] = heard();
    const { certificateAuthorityPem: authorityPem } = world.gateways.paypal;
    expect(first && (await doubts(first, { authorityPem, webhookId: 'WEBHOOK_ID' }))).toEqual([]);
  });

  test('wrong_merchant names another payee', async () => {
    const { heard } = await under('wrong_merchant');
    expect(heard()[0]?.raw).not.toContain(world.account().merchantId);
  });

  test('a reversal can be spoiled as well', async () => {
    const number = orderNumber();
    const created = await world.created(number);
    await world.pay(created);
    await plant(number, 'tampered');
    await world.advance(3 * hour);
    const [, first] = world.heard(number);
    expect(JSON.parse(first?.raw ?? '')).toMatchObject({ event_type: 'CHECKOUT.PAYMENT-APPROVAL.REVERSED' });
    expect(first && (await world.doubts(first))).toEqual(['signature']);
  });
});

describe('on the way', () => {
  test('duplicated: twice at once, in two transmissions', async () => {
    const { number, heard } = await under('duplicated');
    expect(heard()).toHaveLength(2);
    for (const each of heard()) expect(await world.doubts(each)).toEqual([]);
    const [one, two] = heard();
    expect(one?.raw).toBe(two?.raw);
    expect(one?.headers['paypal-transmission-id']).not.toBe(two?.headers['paypal-transmission-id']);
    expect(await deliveries(number)).toMatchObject([{ accepted: true }, { accepted: true }]);
  });

  test('lost: all of them, or as many as was asked', async () => {
    const { created, heard } = await under('lost');
    await world.capture(created.id);
    await world.advance(2 * hour);
    expect(heard()).toEqual([]);
    const once = await under('lost', { times: 1 });
    await world.advance(minute);
    expect(once.heard()).toHaveLength(1);
  });

  test('delayed: by as much as was asked', async () => {
    const { heard } = await under('delayed', { delay: '20m' });
    await world.advance(20 * minute - 1);
    expect(heard()).toEqual([]);
    await world.advance(1);
    expect(heard()).toHaveLength(1);
  });

  test('early: the approval is heard before the order is answered', async () => {
    const number = orderNumber();
    await plant(number, 'early');
    const heard = ears();
    const { status, body } = await world.create(number);
    expect([status, body['status']]).toEqual([201, 'PAYER_ACTION_REQUIRED']);
    expect(heard()).toHaveLength(1);
    expect(resourceOf(heard()[0]?.raw)).toMatchObject({ id: body['id'], status: 'APPROVED' });
    expect((await world.retrieve(String(body['id']))).body['status']).toBe('APPROVED');
  });

  test('faults are the named provider’s alone', async () => {
    await world.control('POST', '/faults', { provider: 'wechat_pay', callback: { fault: 'wrong_amount' } });
    const created = await world.created();
    const heard = ears();
    await world.pay(created);
    expect(resourceOf(heard()[0]?.raw)).toMatchObject({ purchase_units: [{ amount: { value: '10.99' } }] });
  });

  test('without a provider, a fault that another one cannot have is refused, and PayPal is named', async () => {
    const answer = await world.control('POST', '/faults', { callback: { fault: 'other_mode' } });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('{"provider":"paypal"}') },
    });
  });
});
