// Requests that Stripe does not take, and the one form in which it says so.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const error = (facts: object) => ({ error: expect.objectContaining(facts) as object });

describe('who calls', () => {
  const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

  test.each<[string, Record<string, string>]>([
    ['no key', { authorization: '' }],
    ['another scheme', { authorization: 'Digest x' }],
    ['a wrong key', { authorization: 'Bearer sk_test_wrong' }],
    ['a wrong key, as user', basic('sk_test_wrong')],
  ])('401: %s', async (_name, headers) => {
    const answer = await world.call('GET', '/v1/payment_intents', undefined, { headers });
    expect(answer).toMatchObject({ status: 401, body: error({ type: 'invalid_request_error' }) });
    expect(answer.headers.get('request-id')).toMatch(/^req_\w{14}$/);
  });

  test('a wrong key is not shown again', async () => {
    const headers = { authorization: 'Bearer sk_test_secret_of_somebody' };
    const { text } = await world.call('GET', '/v1/payment_intents', undefined, { headers });
    expect(text).not.toContain('secret_of_some');
  });

  test('the key may come as a user name', async () => {
    const headers = basic(world.account().secretKey);
    expect(await world.call('GET', '/v1/payment_intents', undefined, { headers })).toMatchObject({
      status: 200,
    });
  });

  test('what one account has is unknown to the other', async () => {
    const { body } = await world.intent(orderNumber());
    expect(await world.read(body['id'], { channel: 'STRIPE_OTHER' })).toMatchObject({
      ...{ status: 404, body: error({ code: 'resource_missing', param: 'intent' }) },
    });
    expect(world.account().accountId).not.toBe(world.account('STRIPE_OTHER').accountId);
  });

  test('another account’s name is refused', async () => {
    const headers = { 'stripe-account': world.account('STRIPE_OTHER').accountId };
    const answer = await world.call('GET', '/v1/payment_intents', undefined, { headers });
    expect(answer).toMatchObject({ status: 403, body: error({ code: 'account_invalid' }) });
  });

  test.each([
    ['2026-10-28.endive', 200],
    ['2026-09-30.endive', 400],
    ['2019-01-01', 400],
  ])('version %s: %i', async (version, status) => {
    const headers = { 'stripe-version': version };
    const answer = await world.call('GET', '/v1/payment_intents', undefined, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('stripe-version')).toBe('2026-10-28.endive');
  });
});

describe('what is asked for', () => {
  test('JSON is no form', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await world.call('POST', '/v1/payment_intents', '{"amount":880}', { headers });
    expect(answer).toMatchObject({ status: 400, body: error({ type: 'invalid_request_error' }) });
  });

  test.each(['amount=1&amount[x]=2', 'metadata[[a]=1', 'metadata[a=1', '[a]=1', 'a[]=1&'.repeat(1000)])(
    '%s: cannot be read',
    async (form) => {
      expect(await world.call('POST', '/v1/payment_intents', form)).toMatchObject({ status: 400 });
    },
  );

  test.each<[string, Record<string, string>, object]>([
    ['an unknown parameter', { colour: 'red' }, { code: 'parameter_unknown', param: 'colour' }],
    [
      'an unknown one inside',
      { 'automatic_payment_methods[colour]': 'red' },
      { code: 'parameter_unknown', param: 'automatic_payment_methods[colour]' },
    ],
    [
      'one that was taken away',
      { 'payment_method_types[0]': 'card' },
      { code: 'payment_method_types_no_longer_supported', param: 'payment_method_types' },
    ],
    ['no amount', { amount: '' }, { code: 'parameter_missing', param: 'amount' }],
    ['no currency', { currency: '' }, { code: 'parameter_missing', param: 'currency' }],
    ['a fraction', { amount: '8.80' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['words', { amount: 'much' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['nothing', { amount: '0' }, { code: 'parameter_invalid_integer', param: 'amount' }],
    ['less than half a dollar', { amount: '49' }, { code: 'amount_too_small', param: 'amount' }],
    ['nine digits', { amount: '100000000' }, { code: 'amount_too_large', param: 'amount' }],
    ['no such currency', { currency: 'xxx' }, { param: 'currency' }],
    ['a last digit in dinars', { amount: '5001', currency: 'kwd' }, { param: 'amount' }],
    ['no email', { receipt_email: 'nobody' }, { code: 'email_invalid', param: 'receipt_email' }],
    ['no boolean', { confirm: 'yes' }, { param: 'confirm' }],
    ['a long name', { [`metadata[${'a'.repeat(41)}]`]: '1' }, { param: 'metadata' }],
    ['a long value', { 'metadata[a]': 'a'.repeat(501) }, { param: 'metadata' }],
    ['text for a list', { expand: 'latest_charge' }, { param: 'expand' }],
    ['what cannot be expanded', { 'expand[]': 'amount' }, { message: expect.stringContaining('(amount)') }],
    ['two ways at once', { 'allowed_payment_method_types[]': 'card' }, { code: 'parameters_exclusive' }],
    ['a return without a way', { return_url: 'https://shop.example' }, { param: 'return_url' }],
    ['to confirm nothing', { confirm: 'true' }, { code: 'parameter_missing', param: 'payment_method' }],
    [
      'a way without a return',
      {
        ...{ confirm: 'true', payment_method: 'pm_card_visa' },
        'automatic_payment_methods[allow_redirects]': 'always',
      },
      { param: 'return_url' },
    ],
    ['capture by hand', { capture_method: 'manual' }, { param: 'capture_method' }],
  ])('400: %s', async (_name, change, facts) => {
    const number = orderNumber();
    const answer = await world.intent(number, change);
    const type = 'invalid_request_error';
    expect(answer).toMatchObject({ status: 400, body: error({ type, ...facts }) });
    expect((await world.call('GET', '/v1/payment_intents?limit=100')).text).not.toContain(number);
  });

  test.each([
    ['GET', '/v1/weather'],
    ['DELETE', '/v1/payment_intents/pi_1'],
    ['POST', '/v1/payment_intents/pi_1/refund'],
  ])('404: there is no %s %s', async (method, path) => {
    const answer = await world.call(method, path);
    expect(answer).toMatchObject({ status: 404, body: error({ message: expect.stringContaining(path) }) });
  });

  test.each([
    ['/v1/payment_intents/pi_3nobody', 'intent'],
    ['/v1/payment_intents/whatever', 'intent'],
    ['/v1/checkout/sessions/cs_test_nobody', 'session'],
    ['/v1/charges/ch_3nobody', 'id'],
    ['/v1/events/evt_1nobody', 'id'],
    ['/v1/webhook_endpoints/we_1nobody', 'id'],
  ])('404: nobody made %s', async (path, param) => {
    const answer = await world.call('GET', path);
    expect(answer).toMatchObject({ status: 404, body: error({ code: 'resource_missing', param }) });
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'starting_after=pi_3nobody', 'created[gte]=x', 'colour=red'])(
    '400: a list by %s',
    async (query) => {
      expect(await world.call('GET', `/v1/payment_intents?${query}`)).toMatchObject({ status: 400 });
    },
  );
});

test('a page of the shop may call, from wherever it is', async () => {
  const url = `${world.gateways.stripe.gatewayUrl}/v1/payment_intents/pi_1/confirm`;
  const asked = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://shop.example' } });
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization');
  const answer = await world.call('GET', '/v1/payment_intents');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
});

test('what is not Stripe’s is left to others', async () => {
  for (const path of ['/v1/oauth2/token', '/v1/weather', '/stripe/v2/events']) {
    const response = await fetch(world.gateways.url + path);
    expect(await response.json()).toEqual({ error: expect.stringContaining('No such route') });
  }
});

test('the address may stand without its place', async () => {
  const headers = { authorization: `Bearer ${world.account().secretKey}` };
  const response = await fetch(`${world.gateways.url}/v1/payment_intents`, { headers });
  expect(await response.json()).toMatchObject({ object: 'list' });
});

test('an account goes live: other keys, and what there was stays behind', async () => {
  const other = await openWorld();
  const { body } = await other.intent(orderNumber());
  const before = other.account();
  const live = other.gateways.stripe.goLive(before.accountId);
  expect(live).toMatchObject({ livemode: true, accountId: before.accountId });
  expect(live.secretKey).toMatch(/^sk_live_/);
  expect(live.publishableKey).toMatch(/^pk_live_/);
  expect(await other.read(body['id'])).toMatchObject({ status: 404 });
  expect((await other.intent(orderNumber())).body).toMatchObject({ livemode: true });
  const headers = { authorization: `Bearer ${before.secretKey}` };
  expect(await other.intent(orderNumber(), {}, { headers })).toMatchObject({ status: 401 });
  await other.stop();
});
