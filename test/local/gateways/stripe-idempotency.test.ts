// Idempotency keys: what is kept, for how long, and what is not.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Answered, type Channel, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const hour = 3_600_000;
const create = (key: string, number: string, change = {}, channel: Channel = 'STRIPE') =>
  world.intent(number, change, { channel, headers: { 'idempotency-key': key } });
const isReplay = ({ headers }: Answered) => headers.get('idempotent-replayed') === 'true';
const plant = (call: object) => world.control('POST', '/faults', { provider: 'stripe', call });
const count = async (number: string) => {
  const { body } = await world.call('GET', '/v1/payment_intents?limit=100');
  const all = body['data'] as { metadata: Record<string, string> }[];
  return all.filter(({ metadata }) => metadata['transaction_id'] === number).length;
};

test('the first answer is given again, for a day', async () => {
  const [key, number] = [orderNumber(), orderNumber()];
  const first = await create(key, number);
  expect(first.headers.get('idempotency-key')).toBe(key);
  await world.clock.advance(24 * hour - 1);
  const again = await create(key, number);
  expect(again).toMatchObject({ status: 200, text: first.text });
  expect([first, again].map(isReplay)).toEqual([false, true]);
  expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
  expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
  await world.clock.advance(1);
  const anew = await create(key, number);
  expect(isReplay(anew)).toBe(false);
  expect(anew.body['id']).not.toBe(first.body['id']);
});

test('the answer stays as it was, whatever became of it', async () => {
  const [key, number] = [orderNumber(), orderNumber()];
  const { body } = await create(key, number);
  await world.call('POST', `/v1/payment_intents/${String(body['id'])}/cancel`);
  expect((await create(key, number)).body).toMatchObject({ status: 'requires_payment_method' });
});

test('the order of the parameters does not matter, their values do', async () => {
  const [key, number] = [orderNumber(), orderNumber()];
  const headers = { 'idempotency-key': key };
  const form = `amount=880&currency=usd&metadata[transaction_id]=${number}`;
  const turned = `metadata[transaction_id]=${number}&currency=usd&amount=880`;
  await world.call('POST', '/v1/payment_intents', form, { headers });
  expect(isReplay(await world.call('POST', '/v1/payment_intents', turned, { headers }))).toBe(true);
  const other = await world.call('POST', '/v1/payment_intents', form.replace('880', '990'), { headers });
  expect(other).toMatchObject({ status: 400, body: { error: { type: 'idempotency_error' } } });
  expect(await world.session(number, {}, { headers })).toMatchObject({
    ...{ status: 400, body: { error: { type: 'idempotency_error' } } },
  });
});

test('each account has its own', async () => {
  const [key, number] = [orderNumber(), orderNumber()];
  await create(key, number);
  expect(isReplay(await create(key, number, {}, 'STRIPE_OTHER'))).toBe(false);
});

test.each(['', 'a'.repeat(256)])('400: a key of another length', async (key) => {
  const response = await world.raw('POST', '/v1/payment_intents', 'amount=880&currency=usd', {
    headers: { 'idempotency-key': key || ' ' },
  });
  // fetch leaves an empty header standing, and it is none of the allowed lengths either
  expect(response.status).toBe(400);
});

describe('kept once something was begun', () => {
  test('a declined card', async () => {
    const [key, number] = [orderNumber(), orderNumber()];
    const change = { confirm: 'true', payment_method: 'pm_card_chargeDeclined' };
    const first = await create(key, number, change);
    const again = await create(key, number, change);
    expect(again).toMatchObject({ status: 402, text: first.text });
    expect(isReplay(again)).toBe(true);
    expect(await count(number)).toBe(1);
  });

  test.each([
    ['http_500_before', 0],
    ['http_500_after', 1],
  ])('%s', async (fault, made) => {
    const [key, number] = [orderNumber(), orderNumber()];
    await plant({ operation: 'prepay', fault });
    const first = await create(key, number);
    expect(first).toMatchObject({ status: 500, body: { error: { type: 'api_error' } } });
    expect(first.headers.get('stripe-should-retry')).toBe('false');
    const again = await create(key, number);
    expect(again).toMatchObject({ status: 500, text: first.text });
    expect(isReplay(again)).toBe(true);
    expect(await count(number)).toBe(made);
    expect(await create(orderNumber(), number)).toMatchObject({ status: 200 });
  });

  test.each([
    'timeout_after',
    'reset_after',
    'html_200',
    'truncated',
    'unknown_code',
    'wrong_order',
    'bad_signature',
  ])('%s: the true answer is to be had by the same key', async (fault) => {
    const [key, number] = [orderNumber(), orderNumber()];
    await plant({ operation: 'prepay', fault, ms: 50 });
    await create(key, number).catch(() => undefined);
    const again = await create(key, number);
    expect(again).toMatchObject({ status: 200, body: { metadata: { transaction_id: number } } });
    expect(isReplay(again)).toBe(true);
    expect(await count(number)).toBe(1);
  });
});

describe('not kept', () => {
  test('what was refused for its parameters', async () => {
    const [key, number] = [orderNumber(), orderNumber()];
    expect(await create(key, number, { amount: '1' })).toMatchObject({ status: 400 });
    expect(await create(key, number)).toMatchObject({ status: 200 });
  });

  test.each(['timeout_before', 'reset_before', 'rate_limited'])('%s', async (fault) => {
    const [key, number] = [orderNumber(), orderNumber()];
    await plant({ operation: 'prepay', fault, ms: 50 });
    await create(key, number).catch(() => undefined);
    expect(await count(number)).toBe(0);
    const again = await create(key, number);
    expect(again.status).toBe(200);
    expect(isReplay(again)).toBe(false);
  });

  test('two at once: one of them is told to wait', async () => {
    const [key, number] = [orderNumber(), orderNumber()];
    await plant({ operation: 'prepay', fault: 'slow', ms: 200, times: 2 });
    const both = await Promise.all([create(key, number), create(key, number)]);
    const [done, refused] = both.sort((a, b) => a.status - b.status);
    expect(done).toMatchObject({ status: 200 });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'idempotency_key_in_use' } } });
    const again = await create(key, number);
    expect(again).toMatchObject({ status: 200, text: done.text });
    expect(await count(number)).toBe(1);
  });
});
