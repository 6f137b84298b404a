// Payers at Stripe: in the shop's own page, and at Stripe's.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Fields, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

type Kind = 'intent' | 'session';
const error = (words: string) => ({ error: expect.stringContaining(words) });
const made = async (kind: Kind, change?: Record<string, string>) => {
  const number = orderNumber();
  const { body } = await world[kind](number, { success_url: '', cancel_url: '', ...urls(kind), ...change });
  return { number, body };
};
const urls = (kind: Kind): Record<string, string> =>
  kind === 'session'
    ? {
        success_url: `${world.shop.url}?session={CHECKOUT_SESSION_ID}`,
        cancel_url: `${world.shop.url}?back=1`,
      }
    : {};
const read = async ({ id }: Fields) => (await world.read(id)).body;
const books = async (number: string) => {
  const { body } = await world.control('GET', '/books?provider=stripe');
  return (body['charges'] as Fields[]).filter((row) => row['transaction_id'] === number);
};

describe.each<Kind>(['intent', 'session'])('by %s', (kind) => {
  const [waiting, paid, underWay] =
    kind === 'intent'
      ? [{ status: 'requires_payment_method' }, { status: 'succeeded' }, { status: 'processing' }]
      : [
          { status: 'open', payment_status: 'unpaid' },
          { status: 'complete', payment_status: 'paid' },
          { status: 'complete', payment_status: 'unpaid' },
        ];

  test.each([undefined, 'visa', 'authentication'])('success, %s', async (method) => {
    const { number, body } = await made(kind);
    const played = await world.pay(number, body, { method, return: false });
    expect(played).toEqual({
      status: 200,
      body: {
        ...{ transaction_id: number, outcome: 'success', scanned: true, trade_status: 'succeeded' },
        ...{ gateway_transaction_id: expect.stringMatching(/^pi_3/), amount: '8.80' },
      },
    });
    expect(await read(body)).toMatchObject(paid);
    expect(await books(number)).toMatchObject([{ amount: '8.80', currency: 'USD', status: 'succeeded' }]);
  });

  test.each([
    ['decline', undefined],
    ['decline', 'authentication'],
    ['success', 'authentication_failed'],
  ])('%s, %s: it waits for another attempt', async (outcome, method) => {
    const { number, body } = await made(kind);
    const played = await world.pay(number, body, { outcome, method, return: false });
    expect(played.body).toMatchObject({ outcome, trade_status: 'requires_payment_method', amount: '8.80' });
    expect(await read(body)).toMatchObject(waiting);
    expect(await books(number)).toEqual([]);
    await world.pay(number, body, { return: false });
    expect(await read(body)).toMatchObject(paid);
  });

  test.each([
    ['pending', undefined],
    ['success', 'delayed'],
  ])('%s, %s: a second payer decides what is under way', async (outcome, method) => {
    for (const currency of ['usd', 'eur']) {
      const { number, body } = await made(kind, {
        ...(kind === 'intent' ? { currency } : { 'line_items[0][price_data][currency]': currency }),
      });
      const played = await world.pay(number, body, { outcome, method, return: false });
      expect(played.body).toMatchObject({ trade_status: 'processing' });
      expect(await read(body)).toMatchObject(underWay);
      expect(await books(number)).toEqual([]);
      await world.pay(number, body, { outcome: 'pending', return: false });
      expect(await read(body)).toMatchObject(underWay);
      expect((await world.pay(number, body, { method, return: false })).body).toMatchObject({
        ...{ trade_status: 'succeeded' },
      });
      expect(await read(body)).toMatchObject(paid);
      expect(await books(number)).toHaveLength(1);
    }
  });

  test('what is under way may fail', async () => {
    const { number, body } = await made(kind);
    await world.pay(number, body, { outcome: 'pending', return: false });
    const played = await world.pay(number, body, { outcome: 'decline', return: false });
    expect(played.body).toMatchObject({ trade_status: 'requires_payment_method' });
    expect(await books(number)).toEqual([]);
    const again = await world.pay(number, body, { return: false });
    expect(again.status).toBe(kind === 'intent' ? 200 : 409);
  });

  test('pending, authentication: the issuer’s question stays open', async () => {
    const { number, body } = await made(kind);
    const method = 'authentication';
    const played = await world.pay(number, body, { outcome: 'pending', method, return: false });
    expect(played.body).toMatchObject({ trade_status: 'requires_action' });
    await world.pay(number, body, { method, return: false });
    expect(await read(body)).toMatchObject(paid);
  });

  test('abandon never opens it', async () => {
    const { number, body } = await made(kind);
    const played = await world.pay(number, body, { outcome: 'abandon' });
    expect(played.body).toMatchObject({ scanned: false, trade_status: null, gateway_transaction_id: null });
    expect(await read(body)).toMatchObject(waiting);
  });

  test('a wrong sum is what comes, and is told', async () => {
    const { number, body } = await made(kind);
    const played = await world.pay(number, body, { amount: '5.5', return: false });
    expect(played.body).toMatchObject({ trade_status: 'succeeded', amount: '5.50' });
    expect(await books(number)).toMatchObject([{ amount: '5.50' }]);
    const { body: intent } = await world.read(played.body['gateway_transaction_id']);
    expect(intent).toMatchObject({ amount: 880, amount_received: 550 });
  });

  test('is paid once', async () => {
    const { number, body } = await made(kind);
    await world.pay(number, body, { return: false });
    const again = await world.pay(number, body, { return: false });
    expect(again).toMatchObject({ status: 409, body: error('already paid. No money moved') });
    expect(await books(number)).toHaveLength(1);
  });

  test('not once it is ended', async () => {
    const { number, body } = await made(kind);
    const path = kind === 'intent' ? 'payment_intents' : 'checkout/sessions';
    const act = kind === 'intent' ? 'cancel' : 'expire';
    await world.call('POST', `/v1/${path}/${String(body['id'])}/${act}`);
    const late = await world.pay(number, body, { return: false });
    expect(late).toMatchObject({ status: 409, body: error('No money moved') });
    expect(await books(number)).toEqual([]);
  });

  test.each<[object, string]>([
    [{ method: 'coupon' }, 'method: at Stripe there are visa'],
    [{ amount: '8.805' }, 'amount: decimal text in USD'],
    [{ amount: '-1' }, 'amount: decimal text in USD'],
  ])('400: %j', async (conduct, words) => {
    const { number, body } = await made(kind);
    expect(await world.pay(number, body, conduct as Fields)).toMatchObject({
      status: 400,
      body: error(words),
    });
    expect(await books(number)).toEqual([]);
  });
});

describe('the browser comes back', () => {
  test.each([
    [{}, (id: string) => `?session=${id}`],
    [{ outcome: 'pending' }, (id: string) => `?session=${id}`],
    [{ outcome: 'decline' }, () => '?back=1'],
    [{ method: 'authentication_failed' }, () => '?back=1'],
  ])('%j', async (conduct, query) => {
    const { number, body } = await made('session');
    const played = await world.pay(number, body, conduct);
    const url = world.shop.url + query(String(body['id']));
    expect(played.body).toMatchObject({ returned: { url, status: 204 } });
  });

  test('or it does not', async () => {
    const { number, body } = await made('session');
    expect((await world.pay(number, body, { return: false })).body['returned']).toBeUndefined();
    const other = await made('session', { success_url: 'http://127.0.0.1:9/paid' });
    const { body: played } = await world.pay(other.number, other.body);
    expect(played).toMatchObject({
      trade_status: 'succeeded',
      returned: { status: null, error: expect.any(String) },
    });
  });
});

test.each([
  [{ kind: 'client_secret', client_secret: 'pi_3nobody_secret_x' }, 404, 'never gave out'],
  [{ kind: 'client_secret', client_secret: 'seti_1nobody_secret_x' }, 422, 'prepay_info'],
  [{ kind: 'client_secret' }, 422, '"kind":"client_secret"'],
])('%j: %i', async (prepay, status, words) => {
  const played = { transaction_id: 'x', outcome: 'success', prepay_info: prepay };
  expect(await world.control('POST', '/pay', played)).toMatchObject({ status, body: error(words) });
});

test('a page that there is not', async () => {
  const url = `${world.gateways.url}/stripe/c/pay/cs_test_nobody`;
  const played = { transaction_id: 'x', outcome: 'success', prepay_info: { kind: 'redirect_url', url } };
  expect(await world.control('POST', '/pay', played)).toMatchObject({
    status: 404,
    body: error('is unknown'),
  });
});

test('what takes days ends the session by events of its own', async () => {
  for (const [outcome, last] of [
    ['success', 'checkout.session.async_payment_succeeded'],
    ['decline', 'checkout.session.async_payment_failed'],
  ]) {
    const { number, body } = await made('session');
    await world.pay(number, body, { outcome: 'pending', return: false });
    await world.pay(number, body, { outcome, return: false });
    const { body: list } = await world.call('GET', '/v1/events?limit=100&type=checkout.session.*');
    const all = list['data'] as { type: string; data: { object: Fields } }[];
    const its = all.filter(({ data: { object } }) => object['id'] === body['id']);
    expect(its.map(({ type }) => type)).toEqual([last, 'checkout.session.completed']);
  }
});
