// Events: what is told to whom, signed by what, how often, and where it can be read again.
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { heard, openWorld, orderNumber, types, type Fields, type World } from './stripe-merchant.ts';

let world: World;
let from = 0;
beforeAll(async () => {
  world = await openWorld();
});
/** What others did is over and forgotten. */
beforeEach(async () => {
  world.shop.reply = 204;
  await advance(31 * 24 * hour);
  from = world.shop.received.length;
});
afterEach(async () => {
  const { data } = await world.sdk().webhookEndpoints.list({ limit: 100 });
  await Promise.all(data.map(({ id }) => world.sdk().webhookEndpoints.del(id)));
});
afterAll(() => world.stop());

const [minute, hour] = [60_000, 3_600_000];
const register = (types?: readonly string[]) =>
  world.gateways.stripe.registerWebhook(world.account().accountId, world.shop.url, types);
const paid = async (number = orderNumber()) => {
  const { body } = await world.intent(number);
  await world.pay(number, body);
  return { number, id: body['id'] };
};
const advance = async (ms: number) => {
  await world.clock.advance(ms);
  await world.gateways.idle();
};
const received = () => world.shop.received.slice(from);
const told = () => heard(world, from);
const events = async (query = '') => {
  const { body } = await world.call('GET', `/v1/events?limit=100&${query}`);
  return body['data'] as (Fields & { type: string; id: string })[];
};
const expected = (raw: string, secret: string, at = world.clock.at) => {
  const seconds = Math.floor(at / 1000);
  return `v1=${createHmac('sha256', secret).update(`${seconds}.${raw}`).digest('hex')}`;
};
const schemes = (headers: Readonly<Record<string, unknown>>) =>
  String(headers['stripe-signature'])
    .split(',')
    .map((part) => part.split('=')[0]);

describe('deliveries', () => {
  test('without an endpoint nothing is sent, and all is kept', async () => {
    await paid();
    expect(received()).toEqual([]);
    expect((await events()).map(({ type }) => type)).toEqual([
      ...['payment_intent.succeeded', 'charge.succeeded', 'payment_intent.created'],
    ]);
  });

  test('an endpoint hears what it has subscribed to, of its account alone', async () => {
    register(['charge.succeeded', 'payment_intent.created']);
    await paid();
    expect(types(world, from)).toEqual(['charge.succeeded', 'payment_intent.created']);
    const { body } = await world.intent(orderNumber(), {}, { channel: 'STRIPE_OTHER' });
    await world.pay(orderNumber(), body);
    expect(received()).toHaveLength(2);
  });

  test('without a word about it, what tells of money', async () => {
    register();
    await paid();
    expect(types(world, from)).toEqual(['payment_intent.succeeded']);
    const { body } = await world.session(orderNumber());
    await world.pay(orderNumber(), body, { return: false });
    expect(types(world, from + 1)).toEqual(['checkout.session.completed', 'payment_intent.succeeded']);
  });

  test('an event is told in full, and signed over its exact bytes', async () => {
    const { secret } = register();
    expect(secret).toMatch(/^whsec_\w{32}$/);
    const { number, id } = await paid();
    const [notice] = told();
    expect(notice?.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
    expect(schemes(notice?.headers ?? {})).toEqual(['t', 'v1', 'v0']);
    expect(String(notice?.headers['stripe-signature'])).toContain(expected(notice?.raw ?? '', secret));
    expect(notice?.event).toMatchObject({
      ...{ id: expect.stringMatching(/^evt_3\w{23}$/), object: 'event', api_version: '2026-10-28.endive' },
      ...{ created: Math.floor(world.clock.at / 1000), livemode: false, pending_webhooks: 1 },
      request: { id: expect.stringMatching(/^req_/), idempotency_key: expect.any(String) },
      type: 'payment_intent.succeeded',
      data: { object: { id, status: 'succeeded', metadata: { transaction_id: number } } },
    });
  });

  test('the request that made it happen is named', async () => {
    register(['payment_intent.canceled']);
    const { body } = await world.intent(orderNumber());
    const headers = { 'idempotency-key': 'key of the merchant' };
    const path = `/v1/payment_intents/${String(body['id'])}/cancel`;
    const answer = await world.call('POST', path, '', { headers });
    await world.gateways.idle();
    expect(told()[0]?.event).toMatchObject({
      request: { id: answer.headers.get('request-id'), idempotency_key: 'key of the merchant' },
    });
  });

  test('what happens by itself was asked by nobody', async () => {
    register();
    const { body } = await world.session(orderNumber());
    await advance(24 * hour);
    expect(told()[0]?.event).toMatchObject({
      type: 'checkout.session.expired',
      request: { id: null, idempotency_key: null },
      data: { object: { id: body['id'], status: 'expired' } },
    });
  });

  test.each([204, 299])('%i is taken', async (status) => {
    world.shop.reply = status;
    register();
    await paid();
    await advance(80 * hour);
    expect(received()).toHaveLength(1);
  });

  test.each([302, 400, 500])('%i: again and again, thirteen times within three days', async (status) => {
    world.shop.reply = status;
    const { secret } = register();
    const { number } = await paid();
    let wait = minute;
    for (let round = 1; round < 13; round += 1) {
      await advance(wait - 1);
      expect(received()).toHaveLength(round);
      await advance(1);
      expect(received()).toHaveLength(round + 1);
      const last = told().at(-1);
      expect(String(last?.headers['stripe-signature'])).toContain(expected(last?.raw ?? '', secret));
      wait *= 2;
    }
    await advance(200 * hour);
    expect(new Set(received().map(({ raw }) => raw)).size).toBe(1);
    expect(received()).toHaveLength(13);
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect(body['callbacks']).toHaveLength(13);
  });

  test('the last one can be sent again', async () => {
    register();
    const { number } = await paid();
    expect(await world.control('POST', '/callbacks/resend', { transaction_id: number })).toMatchObject({
      ...{ status: 200, body: { callbacks: [{ attempt: 1 }, { attempt: 2, accepted: true }] } },
    });
    const [first, second] = told();
    expect(second?.event['id']).toBe(first?.event['id']);
  });
});

test('a channel is connected once, with all that the service has to know', () => {
  const callbackUrl = `${world.shop.url}/stripe_other`;
  const channel = world.gateways.stripe.channels.find(({ code }) => code === 'STRIPE_OTHER');
  const said = channel?.connect({ callbackUrl, publicKeyPem: undefined });
  const { accountId, secretKey, publishableKey } = world.account('STRIPE_OTHER');
  expect(said).toEqual({
    ...{ gateway_url: world.gateways.stripe.gatewayUrl, account_id: accountId },
    ...{ secret_key: secretKey, publishable_key: publishableKey },
    webhook_secret: expect.stringMatching(/^whsec_\w{32}$/),
  });
  expect(channel?.connect({ callbackUrl, publicKeyPem: undefined })).toEqual(said);
});

describe('secrets', () => {
  test('both sign while one takes the place of the other', async () => {
    const { id, secret } = register();
    const next = world.gateways.stripe.rollSecret(id, hour);
    await paid();
    const [notice] = told();
    expect(schemes(notice?.headers ?? {})).toEqual(['t', 'v1', 'v1', 'v0']);
    const both = [next, secret].map((each) => expected(notice?.raw ?? '', each)).join(',');
    expect(String(notice?.headers['stripe-signature'])).toContain(both);
    await world.clock.advance(hour);
    await paid();
    const last = told().at(-1);
    expect(schemes(last?.headers ?? {})).toEqual(['t', 'v1', 'v0']);
    expect(String(last?.headers['stripe-signature'])).toContain(expected(last?.raw ?? '', next));
  });

  test.each([
    ['for longer than a day', () => world.gateways.stripe.rollSecret(register().id, 24 * hour + 1)],
    ['of no endpoint', () => world.gateways.stripe.rollSecret('we_1nobody', hour)],
    ['for no account', () => world.gateways.stripe.registerWebhook('acct_1nobody', world.shop.url)],
  ])('not %s', (_name, act) => {
    expect(act).toThrow(/Nothing was changed/);
  });
});

describe('the list', () => {
  test('by type, by time, by cursor', async () => {
    await paid();
    await world.clock.advance(hour);
    const from = Math.floor(world.clock.at / 1000);
    await paid();
    expect(await events('types[]=payment_intent.succeeded&types[]=charge.succeeded')).toHaveLength(4);
    expect(await events('type=payment_intent.*')).toHaveLength(4);
    expect(await events(`created[gte]=${from}`)).toHaveLength(3);
    expect(await events(`created[gt]=${from}`)).toHaveLength(0);
    expect(await events(`created[lt]=${from}`)).toHaveLength(3);
    expect(await events(`created[lte]=${from}`)).toHaveLength(6);
    const all = await events();
    expect(await events(`starting_after=${all[1]?.id ?? ''}&limit=2`)).toEqual(all.slice(2, 4));
    expect(await events(`ending_before=${all[4]?.id ?? ''}&limit=2`)).toEqual(all.slice(2, 4));
    expect(await world.call('GET', '/v1/events?type=a&types[]=b')).toMatchObject({ status: 400 });
  });

  test('tells which are not delivered yet', async () => {
    world.shop.reply = 500;
    register();
    const { id } = await paid();
    const waiting = await events('delivery_success=false');
    expect(waiting).toMatchObject([
      { type: 'payment_intent.succeeded', pending_webhooks: 1, data: { object: { id } } },
    ]);
    world.shop.reply = 200;
    await advance(minute);
    expect(await events('delivery_success=false')).toEqual([]);
    expect(await events('delivery_success=true&type=payment_intent.succeeded')).toMatchObject([
      { pending_webhooks: 0 },
    ]);
  });

  test('goes back thirty days', async () => {
    await paid();
    await world.clock.advance(30 * 24 * hour);
    expect(await events()).toEqual([]);
  });

  test('what an event shows is what was', async () => {
    const { body } = await world.intent(orderNumber());
    await world.call('POST', `/v1/payment_intents/${String(body['id'])}/cancel`);
    expect(await events('type=payment_intent.created')).toMatchObject([
      { data: { object: { id: body['id'], status: 'requires_payment_method' } } },
    ]);
  });
});
