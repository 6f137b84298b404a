// Every fault of a call, seen from the merchant's side: what arrives, and whether it was done.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { newToken, openWorld, orderNumber, type World } from './paypal-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const operations = ['prepay', 'query', 'capture', 'token'] as const;
type Operation = (typeof operations)[number];

const plant = async (body: object) => {
  expect(await world.control('POST', '/faults', { provider: 'paypal', ...body })).toMatchObject({
    status: 200,
  });
};
interface Scene {
  readonly ask: () => Promise<Response>;
  /** null for what leaves no trace */
  readonly isDone: () => Promise<boolean | null>;
}

/** An operation on an order that is approved, unless it is the one being created. */
async function scene(operation: Operation, fault: string, ms?: number): Promise<Scene> {
  const number = orderNumber();
  const created = operation === 'prepay' ? { id: '', url: '' } : await world.created(number);
  if (created.id !== '') await world.pay(created);
  const call = { operation, fault, ms };
  await plant(operation === 'token' ? { call } : { transaction_id: number, call });
  const path = `/v2/checkout/orders/${created.id}`;
  const requestId = `${number}-create`;
  const issued = world.account().tokensIssued;
  const scenes: Record<Operation, Scene> = {
    prepay: {
      ask: () => world.raw('POST', '/v2/checkout/orders', world.order(number), { requestId }),
      // A repeat finds what was made; without one, it makes it now.
      isDone: async () => (await world.create(number)).status === 200,
    },
    query: { ask: () => world.raw('GET', path), isDone: () => Promise.resolve(null) },
    capture: {
      ask: () => world.raw('POST', `${path}/capture`, {}),
      isDone: async () => (await world.retrieve(created.id)).body['status'] === 'COMPLETED',
    },
    token: {
      ask: askForToken,
      isDone: () => Promise.resolve(world.account().tokensIssued > issued),
    },
  };
  return scenes[operation];
}
function askForToken(): Promise<Response> {
  const { clientId, clientSecret } = world.account();
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return fetch(`${world.gateways.paypal.gatewayUrl}/v1/oauth2/token`, {
    ...{ method: 'POST', headers: { authorization: `Basic ${basic}` } },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
}
const doneBy = (operation: Operation, isDone: boolean) => (operation === 'query' ? null : isDone);
const good = { prepay: 201, query: 200, capture: 201, token: 200 } as const;

describe.each(operations)('%s', (operation) => {
  test.each(['reset_before', 'reset_after', 'timeout_before', 'timeout_after'])(
    '%s: no answer',
    async (fault) => {
      const { ask, isDone } = await scene(operation, fault, 50);
      await expect(ask()).rejects.toThrow();
      expect(await isDone()).toBe(doneBy(operation, fault.endsWith('after')));
    },
  );

  test.each([
    ['http_500_before', 503, 'SERVICE_UNAVAILABLE', false],
    ['http_500_after', 500, 'INTERNAL_SERVER_ERROR', true],
    ['rate_limited', 429, 'RATE_LIMIT_REACHED', false],
  ])('%s: %i', async (fault, status, name, done) => {
    const { ask, isDone } = await scene(operation, fault);
    const response = await ask();
    expect(response.status).toBe(status);
    expect(response.headers.get('paypal-debug-id')).toMatch(/^[0-9a-f]{13}$/);
    expect(await response.json()).toMatchObject({ name, debug_id: expect.any(String) });
    expect(await isDone()).toBe(doneBy(operation, done));
  });

  test('html_200: a page', async () => {
    const { ask, isDone } = await scene(operation, 'html_200');
    const response = await ask();
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^<!doctype html>/);
    expect(await isDone()).toBe(doneBy(operation, true));
  });

  test('truncated: the beginning of an answer', async () => {
    const { ask, isDone } = await scene(operation, 'truncated');
    const response = await ask();
    expect(response.status).toBe(good[operation]);
    const text = await response.text();
    expect(text).toMatch(/^\{"/);
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(await isDone()).toBe(doneBy(operation, true));
  });

  test('bad_signature: answers are not signed, so it is JSON of another shape', async () => {
    const { ask, isDone } = await scene(operation, 'bad_signature');
    const response = await ask();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ items: [], total_items: 0, total_pages: 0 });
    expect(await isDone()).toBe(doneBy(operation, true));
  });

  test('unknown_code: an issue that nobody has heard of, and done', async () => {
    const { ask, isDone } = await scene(operation, 'unknown_code');
    const response = await ask();
    const said =
      operation === 'token'
        ? { error: 'NEVER_HEARD_OF' }
        : { name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'NEVER_HEARD_OF' }] };
    expect(response.status).toBe(operation === 'token' ? 400 : 422);
    expect(await response.json()).toMatchObject(said);
    expect(await isDone()).toBe(doneBy(operation, true));
  });

  test('wrong_order: somebody else’s', async () => {
    const { ask, isDone } = await scene(operation, 'wrong_order');
    const { id, status, access_token: token } = (await (await ask()).json()) as Record<string, unknown>;
    expect([typeof status, token]).toEqual(['string', undefined]);
    expect(await world.retrieve(String(id))).toMatchObject({ status: 404 });
    expect(await isDone()).toBe(doneBy(operation, true));
  });

  test('slow: right, and in the end', async () => {
    const { ask, isDone } = await scene(operation, 'slow', 20);
    expect((await ask()).status).toBe(good[operation]);
    expect(await isDone()).toBe(doneBy(operation, true));
  });
});

test('wrong_order: another’s numbers in a query', async () => {
  const number = orderNumber();
  const { id } = await world.created(number);
  await plant({ transaction_id: number, call: { operation: 'query', fault: 'wrong_order' } });
  const { text } = await world.retrieve(id);
  expect(text).not.toContain(id);
  expect(text).not.toContain(number);
  expect(text).toContain('"custom_id":"order_of_somebody_else"');
});

test('a capture is known by its payment too', async () => {
  const number = orderNumber();
  const created = await world.created(number);
  await world.pay(created);
  await world.capture(created.id);
  const { body } = await world.retrieve(created.id);
  const [unit] = body['purchase_units'] as { payments: { captures: { id: string }[] } }[];
  const captureId = unit?.payments.captures[0]?.id ?? '';
  await plant({ transaction_id: number, call: { operation: 'query', fault: 'rate_limited' } });
  expect(await world.call('GET', `/v2/payments/captures/${captureId}`)).toMatchObject({ status: 429 });
  expect(await world.call('GET', `/v2/payments/captures/${captureId}`)).toMatchObject({ status: 200 });
});

test('times, operation, transaction and provider choose the calls', async () => {
  const number = orderNumber();
  await newToken(world);
  await plant({ transaction_id: number, call: { operation: 'query', fault: 'rate_limited', times: 2 } });
  await world.control('POST', '/faults', {
    provider: 'alipay',
    call: { operation: '*', fault: 'rate_limited' },
  });
  const { id } = await world.created(number);
  expect(await world.retrieve('ANOTHER')).toMatchObject({ status: 404 });
  expect(await world.retrieve(id)).toMatchObject({ status: 429 });
  expect(await world.retrieve(id)).toMatchObject({ status: 429 });
  expect(await world.retrieve(id)).toMatchObject({ status: 200 });
});

test('the log says what was answered, and that nothing was done under “before”', async () => {
  const lines: Record<string, unknown>[] = [];
  const other = await openWorld({ onEvent: (line) => lines.push(line) });
  await other.retrieve('NOTHING');
  lines.length = 0;
  const number = orderNumber();
  for (const fault of ['http_500_before', 'http_500_after']) {
    const planted = { provider: 'paypal', call: { operation: 'prepay', fault } };
    await other.control('POST', '/faults', planted);
    await other.create(number);
  }
  await other.stop();
  const called = { name: 'paypal.called', operation: 'prepay', transaction_id: number };
  expect(lines).toEqual([
    { ...called, answer: null, fault: 'http_500_before' },
    { ...called, answer: '201', fault: 'http_500_after' },
  ]);
});
