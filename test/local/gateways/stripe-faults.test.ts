// Every fault of a call, seen from the merchant's side: what arrives, and whether it was done.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Fields, type World } from './stripe-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

type Operation = 'prepay' | 'query' | 'close';
type Kind = 'intent' | 'session';

const plant = async (body: object) => {
  const answer = await world.control('POST', '/faults', { provider: 'stripe', ...body });
  expect(answer).toMatchObject({ status: 200 });
};
const all = async (kind: Kind, number: string) => {
  const path = kind === 'intent' ? '/v1/payment_intents' : '/v1/checkout/sessions';
  const { body } = await world.call('GET', `${path}?limit=100`);
  return (body['data'] as Fields[]).filter((each) => {
    const metadata = each['metadata'] as Fields;
    return metadata['transaction_id'] === number || each['client_reference_id'] === number;
  });
};

/** An operation under a fault, on something that is there unless it is what is being made. */
async function under(kind: Kind, operation: Operation, fault: string, ms?: number) {
  const number = orderNumber();
  const { id } = operation === 'prepay' ? {} : (await world[kind](number)).body;
  const acts = { intent: 'cancel', session: 'expire' };
  const path = `/v1/${kind === 'intent' ? 'payment_intents' : 'checkout/sessions'}/${String(id)}`;
  await plant({ transaction_id: number, call: { operation, fault, ms } });
  const call = {
    prepay: () => world[kind](number),
    query: () => world.read(id),
    close: () => world.call('POST', `${path}/${acts[kind]}`),
  }[operation];
  const seen = await call().catch((error: unknown) => ({
    error,
    status: 0,
    text: '',
    body: {},
    headers: undefined,
  }));
  const [there] = await all(kind, number);
  const closed = ['canceled', 'expired'].includes(String(there?.['status']));
  return { seen, done: { prepay: there !== undefined, close: closed, query: null }[operation] };
}
const undone = { prepay: false, close: false, query: null };
const done = { prepay: true, close: true, query: null };

const kinds: [Kind, Operation][] = [
  ...(['prepay', 'query', 'close'] as const).map((operation): [Kind, Operation] => ['intent', operation]),
  ...(['prepay', 'query', 'close'] as const).map((operation): [Kind, Operation] => ['session', operation]),
];

describe.each(kinds)('%s: %s', (kind, operation) => {
  test.each(['reset_before', 'reset_after', 'timeout_before', 'timeout_after'])(
    '%s: no answer',
    async (fault) => {
      const { seen, done: isDone } = await under(kind, operation, fault, 50);
      expect(seen.status).toBe(0);
      expect(isDone).toBe((fault.endsWith('before') ? undone : done)[operation]);
    },
  );

  test.each(['http_500_before', 'http_500_after'])('%s: a failure of Stripe’s own', async (fault) => {
    const { seen, done: isDone } = await under(kind, operation, fault);
    expect(seen).toMatchObject({ status: 500, body: { error: { type: 'api_error' } } });
    expect(isDone).toBe((fault.endsWith('before') ? undone : done)[operation]);
  });

  test.each(['html_200', 'truncated'])('%s: nothing that can be read', async (fault) => {
    const { seen, done: isDone } = await under(kind, operation, fault);
    expect(seen).toMatchObject({ error: expect.any(SyntaxError) });
    expect(isDone).toBe(done[operation]);
  });

  test('bad_signature: nothing is signed here, so it is an object of another kind', async () => {
    const { seen, done: isDone } = await under(kind, operation, 'bad_signature');
    expect(seen).toMatchObject({
      status: 200,
      body: { object: 'customer', id: expect.stringMatching(/^cus_/) },
    });
    expect(isDone).toBe(done[operation]);
  });

  test('wrong_order: an object of the right kind, of somebody else', async () => {
    const { seen, done: isDone } = await under(kind, operation, 'wrong_order');
    const object = kind === 'intent' ? 'payment_intent' : 'checkout.session';
    const metadata = { transaction_id: 'payment_of_somebody_else' };
    expect(seen).toMatchObject({ status: 200, body: { object, metadata } });
    expect(isDone).toBe(done[operation]);
  });

  test('unknown_code', async () => {
    const { seen, done: isDone } = await under(kind, operation, 'unknown_code');
    expect(seen).toMatchObject({ status: 400, body: { error: { code: 'never_heard_of' } } });
    expect(isDone).toBe(done[operation]);
  });

  test('rate_limited', async () => {
    const { seen, done: isDone } = await under(kind, operation, 'rate_limited');
    expect(seen).toMatchObject({ status: 429, body: { error: { code: 'rate_limit' } } });
    expect(isDone).toBe(undone[operation]);
  });

  test('slow: right, and done', async () => {
    const { seen, done: isDone } = await under(kind, operation, 'slow', 20);
    expect(seen).toMatchObject({ status: 200 });
    expect(isDone).toBe(done[operation]);
  });
});

test('times, operation, transaction and provider choose the calls', async () => {
  const number = orderNumber();
  await plant({ transaction_id: number, call: { operation: 'query', fault: 'rate_limited', times: 2 } });
  await world.control('POST', '/faults', {
    provider: 'alipay',
    call: { operation: '*', fault: 'rate_limited' },
  });
  const { status, body } = await world.intent(number);
  expect(status).toBe(200);
  const { body: other } = await world.intent(orderNumber());
  expect(await world.read(other['id'])).toMatchObject({ status: 200 });
  expect(await world.read(body['id'])).toMatchObject({ status: 429 });
  expect(await world.read(body['id'])).toMatchObject({ status: 429 });
  expect(await world.read(body['id'])).toMatchObject({ status: 200 });
});

test('lists of events have an operation of their own', async () => {
  await plant({ call: { operation: 'events', fault: 'rate_limited' } });
  expect(await world.call('GET', '/v1/payment_intents')).toMatchObject({ status: 200 });
  expect(await world.call('GET', '/v1/events')).toMatchObject({ status: 429 });
});

test('a list, in the place of another', async () => {
  await world.intent(orderNumber());
  await plant({ call: { operation: 'query', fault: 'wrong_order' } });
  const { body } = await world.call('GET', '/v1/payment_intents?limit=1');
  expect(body).toMatchObject({
    object: 'list',
    data: [{ metadata: { transaction_id: 'payment_of_somebody_else' } }],
  });
});

test('a payer’s own act knows no faults', async () => {
  const { body } = await world.intent(orderNumber());
  await plant({ call: { operation: '*', fault: 'rate_limited' } });
  const path = `/v1/payment_intents/${String(body['id'])}/confirm`;
  expect(await world.call('POST', path, 'payment_method=pm_card_visa')).toMatchObject({ status: 200 });
});

test('the log says what was answered, and that nothing was done under “before”', async () => {
  const lines: Record<string, unknown>[] = [];
  const other = await openWorld({ onEvent: (line) => lines.push(line) });
  const number = orderNumber();
  for (const fault of ['http_500_before', 'reset_before']) {
    await other.control('POST', '/faults', { call: { operation: 'prepay', fault } });
    await other.intent(number).catch(() => undefined);
  }
  await other.intent(number);
  await other.stop();
  const called = { name: 'stripe.called', operation: 'prepay', transaction_id: number };
  expect(lines).toEqual([
    { ...called, answer: 'api_error', fault: 'http_500_before' },
    { ...called, answer: null, fault: 'reset_before' },
    { ...called, answer: '200' },
  ]);
});
