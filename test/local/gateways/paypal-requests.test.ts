// The door of PayPal: tokens, who may come in, and what is no request at all.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newToken, openWorld, orderNumber, type World } from './paypal-merchant.ts';

let world: World;
const lines: Record<string, unknown>[] = [];
beforeAll(async () => {
  world = await openWorld({ onEvent: (line) => lines.push(line) });
});
afterAll(() => world.stop());

const path = '/v2/checkout/orders/NOTHING';

describe('tokens', () => {
  test('are given to who proves itself, each time another, and counted', async () => {
    const before = world.account().tokensIssued;
    const [first, second] = [await newToken(world), await newToken(world)];
    expect(first).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 32_400 } });
    expect(first.token).not.toBe(second.token);
    expect(first.headers.get('paypal-debug-id')).toMatch(/^[0-9a-f]{13}$/);
    expect(world.account().tokensIssued).toBe(before + 2);
    expect(world.account('PAYPAL_OTHER').tokensIssued).toBe(0);
  });

  test.each([
    ['an unknown client', { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }],
    ['no credentials', { authorization: '' }],
    ['something else', { authorization: 'Bearer abc' }],
  ])('%s: 401 invalid_client', async (_what, change) => {
    expect(await newToken(world, 'PAYPAL', change)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.any(String) },
    });
  });

  test('the other merchant’s secret is no proof', async () => {
    const [own, other] = [world.account(), world.account('PAYPAL_OTHER')];
    const mixed = Buffer.from(`${own.clientId}:${other.clientSecret}`).toString('base64');
    expect(await newToken(world, 'PAYPAL', { authorization: `Basic ${mixed}` })).toMatchObject({
      status: 401,
    });
  });

  test.each([
    [{ form: {} }, 400],
    [{ form: { grant_type: 'password' } }, 400],
    [{ contentType: 'application/json' }, 415],
  ])('%j: refused', async (change, status) => {
    expect(await newToken(world, 'PAYPAL', change)).toMatchObject({ status });
  });

  test('open the door for nine hours, to the millisecond', async () => {
    const { token } = await newToken(world);
    const headers = { authorization: `Bearer ${token}` };
    await world.clock.advance(32_400_000 - 1);
    expect(await world.call('GET', path, undefined, { headers })).toMatchObject({ status: 404 });
    await world.clock.advance(1);
    expect(await world.call('GET', path, undefined, { headers })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });
});

describe('the door', () => {
  const fresh = async (channel: 'PAYPAL' | 'PAYPAL_OTHER' = 'PAYPAL') => ({
    authorization: `Bearer ${(await newToken(world, channel)).token}`,
  });

  test.each([
    [{ authorization: '' }, { name: 'AUTHENTICATION_FAILURE' }],
    [{ authorization: 'Bearer unknown' }, { error: 'invalid_token' }],
    [{ authorization: 'Basic abc' }, { name: 'AUTHENTICATION_FAILURE' }],
  ])('%j: 401', async (headers, body) => {
    const answer = await world.call('GET', path, undefined, { headers });
    expect(answer).toMatchObject({ status: 401, body });
    expect(answer.headers.get('paypal-debug-id')).toMatch(/^[0-9a-f]{13}$/);
  });

  test('what is no JSON object', async () => {
    const headers = await fresh();
    const to = '/v2/checkout/orders';
    for (const text of ['{', '[]', '1'])
      expect(await world.call('POST', to, text, { headers })).toMatchObject({
        status: 400,
        issue: 'MALFORMED_REQUEST_JSON',
        body: { name: 'INVALID_REQUEST' },
      });
    const plain = { ...headers, 'content-type': 'text/plain' };
    expect(await world.call('POST', to, '{}', { headers: plain })).toMatchObject({ status: 415 });
  });

  test('a request id of 109 signs', async () => {
    const headers = await fresh();
    const answer = await world.create(orderNumber(), {}, { headers, requestId: 'r'.repeat(109) });
    expect(answer).toMatchObject({ status: 400, issue: 'INVALID_STRING_MAX_LENGTH' });
  });

  test.each([
    ['DELETE', '/v2/checkout/orders/X'],
    ['GET', '/v2/checkout/orders'],
    ['POST', '/v2/checkout/orders/X/void'],
    ['GET', '/v1/anything'],
  ])('%s %s: there is no such address', async (method, to) => {
    const answer = await world.call(method, to, undefined, { headers: await fresh() });
    expect(answer).toMatchObject({ status: 404, body: { name: 'RESOURCE_NOT_FOUND' } });
  });

  test('errors name their debug id twice', async () => {
    const { body, headers } = await world.call('GET', path, undefined, { headers: await fresh() });
    expect(body['debug_id']).toBe(headers.get('paypal-debug-id'));
    expect(body).toMatchObject({
      name: 'RESOURCE_NOT_FOUND',
      details: [{ issue: 'INVALID_RESOURCE_ID', description: expect.any(String) }],
      links: [{ rel: 'information_link' }],
    });
  });

  test('what is one merchant’s is unknown to the other', async () => {
    const { id, url } = await world.created(undefined, {}, { headers: await fresh() });
    await world.pay({ id, url });
    const headers = await fresh('PAYPAL_OTHER');
    expect(await world.retrieve(id, { headers })).toMatchObject({ status: 404 });
    expect(await world.capture(id, { headers })).toMatchObject({ status: 404 });
    expect(await world.retrieve(id, { headers: await fresh() })).toMatchObject({ status: 200 });
  });

  test('each call is an event', async () => {
    const number = orderNumber();
    const headers = await fresh();
    const { id } = await world.created(number, {}, { headers });
    await world.capture(id, { headers });
    const told = lines.filter((line) => line['transaction_id'] === number);
    const called = { name: 'paypal.called', transaction_id: number };
    expect(told).toEqual([
      { ...called, operation: 'prepay', answer: '201' },
      { ...called, operation: 'capture', answer: 'ORDER_NOT_APPROVED' },
    ]);
  });
});

test('the facts tell the merchants apart', () => {
  const [own, other] = [world.account(), world.account('PAYPAL_OTHER')];
  for (const { clientId, clientSecret, merchantId, webhookId } of [own, other]) {
    expect(clientId).toMatch(/^A[\w-]{79}$/);
    expect(clientSecret).toMatch(/^E[\w-]{79}$/);
    expect(merchantId).toMatch(/^[0-9A-Z]{13}$/);
    expect(webhookId).toMatch(/^[0-9A-Z]{17}$/);
  }
  for (const name of ['clientId', 'clientSecret', 'merchantId', 'webhookId'] as const)
    expect(own[name]).not.toBe(other[name]);
  expect(world.gateways.paypal.certificateName).toBe('messageverificationcerts.sandbox.paypal.com');
  expect(world.gateways.paypal.certificateHost).toBe(new URL(world.gateways.url).host);
});
