// Events of Stripe that are lost, late, false or forged, on demand; Stripe's own library judges the signatures.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { heard, openWorld, orderNumber, type Fields, type World } from './stripe-merchant.ts';

let world: World;
let secret: string;
beforeAll(async () => {
  world = await openWorld();
  ({ secret } = world.gateways.stripe.registerWebhook(world.account().accountId, world.shop.url));
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const [minute, hour] = [60_000, 3_600_000];
type Heard = ReturnType<typeof heard>[number];

/** What Stripe's library says to it. @throws StripeSignatureVerificationError */
const proved = ({ raw, headers }: Heard) =>
  world
    .sdk()
    .webhooks.constructEvent(
      ...[raw, String(headers['stripe-signature']), secret],
      ...[300, undefined, world.clock.at],
    );
const advance = async (ms: number) => {
  await world.clock.advance(ms);
  await world.gateways.idle();
};
const deliveries = async (number: string) =>
  (await world.control('GET', `/callbacks?transaction_id=${number}`)).body['callbacks'] as object[];

/** A payment whose one event, of its success, is spoiled; `named` leaves out what others are still told. */
async function under(fault: string, more: object = {}, kind: 'intent' | 'session' = 'intent') {
  const number = orderNumber();
  const planted = {
    transaction_id: number,
    provider: 'stripe',
    callback: { kind: 'payment', fault, ...more },
  };
  expect(await world.control('POST', '/faults', planted)).toMatchObject({ status: 200 });
  const before = world.shop.received.length;
  const { body } = await world[kind](number);
  await world.pay(number, body, { return: false });
  const isAbout = ({ about }: Heard) => (about['metadata'] as Fields)['transaction_id'] === number;
  const notices = () => heard(world, before);
  return { number, id: body['id'], notices, named: () => notices().filter(isAbout) };
}

/** The next delivery, on schedule, is the truth. */
async function thenTheTruth({ number, id, notices }: Awaited<ReturnType<typeof under>>, fault: string) {
  await advance(minute);
  const last = notices().at(-1) as Heard;
  expect(proved(last)).toMatchObject({ type: 'payment_intent.succeeded', livemode: false });
  expect(last.event['account']).toBeUndefined();
  expect(last.about).toMatchObject({
    id,
    amount: 880,
    amount_received: 880,
    currency: 'usd',
    livemode: false,
  });
  expect(await deliveries(number)).toMatchObject([{ fault, accepted: false }, { accepted: true }]);
}

describe('genuinely signed, and not to be believed', () => {
  test.each([
    ['wrong_amount', { data: { object: { amount: 980, amount_received: 980 } } }],
    ['wrong_currency', { data: { object: { amount: 880, currency: 'eur' } } }],
    ['wrong_merchant', { account: expect.stringMatching(/^acct_1/) }],
    ['other_mode', { livemode: true, data: { object: { livemode: true } } }],
    ['unknown_type', { type: 'payment_intent.weather' }],
  ])('%s', async (fault, event) => {
    const spoiled = await under(fault);
    const [notice] = spoiled.notices() as [Heard];
    expect(proved(notice)).toMatchObject(event);
    expect(notice.event['account']).not.toBe(world.account().accountId);
    await thenTheTruth(spoiled, fault);
  });

  test('unknown_number: an intent that nobody made', async () => {
    const spoiled = await under('unknown_number');
    const [notice] = spoiled.notices() as [Heard];
    proved(notice);
    const { id, metadata } = notice.about as { id: string; metadata: { transaction_id: string } };
    expect(id).toMatch(/^pi_3\w{23}$/);
    expect(await world.read(id)).toMatchObject({ status: 404 });
    expect(metadata.transaction_id).toHaveLength(spoiled.number.length);
    expect(metadata.transaction_id).not.toBe(spoiled.number);
    await thenTheTruth(spoiled, 'unknown_number');
  });

  test('unknown_type, the second time: an event of the second API', async () => {
    const { notices } = await under('unknown_type', { times: 2 });
    await advance(minute);
    const last = notices().at(-1) as Heard;
    expect(last.event).toMatchObject({ object: 'v2.core.event', related_object: { id: expect.any(String) } });
    expect(() => proved(last)).toThrow(/thin event/);
  });

  test('a session’s amounts are falsified too', async () => {
    const { notices } = await under('wrong_amount', { times: 2 }, 'session');
    const about = notices().map((each) => each.about);
    expect(about).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ amount: 980, amount_received: 980 }),
        expect.objectContaining({ amount_total: 980, amount_subtotal: 980 }),
      ]),
    );
  });

  test('a session that nobody made', async () => {
    const { id, number, notices } = await under('unknown_number', { times: 2 }, 'session');
    const session = notices().find(({ about }) => about['object'] === 'checkout.session');
    expect(session?.about['id']).toMatch(/^cs_test_a1/);
    expect(session?.about['id']).not.toBe(id);
    expect(session?.about['client_reference_id']).not.toBe(number);
  });
});

describe('not genuine', () => {
  test.each([
    ['tampered', /No signatures found matching/],
    ['wrong_key', /No signatures found matching/],
    ['signtest', /No signatures found with expected scheme/],
    ['stale', /outside the tolerance zone/],
  ])('%s', async (fault, words) => {
    const spoiled = await under(fault);
    const [notice, ...more] = spoiled.notices() as [Heard];
    expect(more).toEqual([]);
    expect(() => proved(notice)).toThrow(Stripe.errors.StripeSignatureVerificationError);
    expect(() => proved(notice)).toThrow(words);
    await thenTheTruth(spoiled, fault);
  });

  test('tampered: only the amount differs', async () => {
    const { id, notices } = await under('tampered');
    const [notice] = notices() as [Heard];
    expect(notice.about).toMatchObject({ id, amount: 980 });
  });
});

test('duplicated: twice at once', async () => {
  const { number, notices } = await under('duplicated');
  expect(notices().map((each) => proved(each).id)).toHaveLength(2);
  expect(new Set(notices().map(({ event }) => event['id'])).size).toBe(1);
  expect(await deliveries(number)).toMatchObject([{ accepted: true }, { accepted: true }]);
});

test('lost: all of them, or as many as was asked', async () => {
  const { named } = await under('lost');
  await advance(100 * hour);
  expect(named()).toEqual([]);
  const { body } = await world.call('GET', '/v1/events?delivery_success=false');
  expect(body['data']).toHaveLength(1);
  const once = await under('lost', { times: 1 });
  await advance(minute);
  expect(once.named()).toHaveLength(1);
});

test('delayed: by as much as was asked', async () => {
  const { named } = await under('delayed', { delay: '20m' });
  await advance(20 * minute - 1);
  expect(named()).toEqual([]);
  await advance(1);
  expect(named()).toHaveLength(1);
});

test.each(['intent', 'session'] as const)('early: it is there before the answer to the %s', async (kind) => {
  const number = orderNumber();
  const callback = { fault: 'early' };
  await world.control('POST', '/faults', { provider: 'stripe', transaction_id: number, callback });
  const before = world.shop.received.length;
  const { status, body } = await world[kind](number);
  expect(status).toBe(200);
  expect(heard(world, before).map(({ event }) => event['type'])).toContain('payment_intent.succeeded');
  const waiting = kind === 'intent' ? 'requires_payment_method' : 'open';
  expect(body).toMatchObject({ status: waiting });
  const now = kind === 'intent' ? 'succeeded' : 'complete';
  expect((await world.read(body['id'])).body).toMatchObject({ status: now });
});

test('are the named provider’s alone', async () => {
  await world.control('POST', '/faults', { provider: 'alipay', callback: { fault: 'wrong_amount' } });
  const { notices } = await under('duplicated');
  expect(notices().map(({ about }) => about['amount'])).toEqual([880, 880]);
});

test('other_mode is not of every provider: one that has it must be named', async () => {
  const answer = await world.control('POST', '/faults', { callback: { fault: 'other_mode' } });
  expect(answer).toMatchObject({
    ...{ status: 400, body: { error: expect.stringContaining('{"provider":"stripe"}') } },
  });
});
