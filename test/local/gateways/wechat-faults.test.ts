// Every fault of a call, seen from the merchant's side: what arrives, and whether it was done.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type World } from './wechat-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const operations = ['prepay', 'query', 'close'] as const;
type Operation = (typeof operations)[number];

const plant = async (body: object) => {
  expect(await world.control('POST', '/faults', { provider: 'wechat_pay', ...body })).toMatchObject({
    status: 200,
  });
};
const call = (operation: Operation, number: string) => {
  if (operation === 'query') return world.query(number);
  return operation === 'close' ? world.close(number) : world.place('native', number);
};
/** An operation under a fault, on an order that is there unless it is the one being placed. */
async function under(operation: Operation, fault: string, ms?: number) {
  const number = orderNumber();
  if (operation !== 'prepay') await world.place('native', number);
  await plant({ transaction_id: number, call: { operation, fault, ms } });
  const seen = await call(operation, number).catch(() => undefined);
  const after = await world.query(number);
  const done = { prepay: after.status === 200, close: after.body['trade_state'] === 'CLOSED', query: null };
  return { seen, done: done[operation] };
}
const undone = { prepay: false, close: false, query: null };
const done = { prepay: true, close: true, query: null };

describe.each(operations)('%s', (operation) => {
  test.each(['reset_before', 'reset_after', 'timeout_before', 'timeout_after'])(
    '%s: no answer',
    async (fault) => {
      const expected = fault.endsWith('before') ? undone : done;
      expect(await under(operation, fault, 50)).toEqual({ seen: undefined, done: expected[operation] });
    },
  );

  test.each(['http_500_before', 'http_500_after', 'html_200'])('%s: a page, unsigned', async (fault) => {
    const number = orderNumber();
    if (operation !== 'prepay') await world.place('native', number);
    await plant({ transaction_id: number, call: { operation, fault } });
    const { mchid } = world.account();
    const path = `/v3/pay/transactions/out-trade-no/${number}`;
    const response = await {
      prepay: () => world.raw('POST', '/v3/pay/transactions/native', world.order(number)),
      query: () => world.raw('GET', `${path}?mchid=${mchid}`),
      close: () => world.raw('POST', `${path}/close`, { mchid }),
    }[operation]();
    expect(await response.text()).toMatch(/^<!doctype html>/);
    expect(response.headers.get('wechatpay-signature')).toBeNull();
    const statuses: Record<string, number> = { http_500_before: 503, http_500_after: 502, html_200: 200 };
    expect(response.status).toBe(statuses[fault]);
    const after = await world.query(number);
    const isDone = {
      prepay: after.status === 200,
      close: after.body['trade_state'] === 'CLOSED',
      query: null,
    };
    expect(isDone[operation]).toBe((fault.endsWith('before') ? undone : done)[operation]);
  });

  test('truncated: the beginning of an answer', async () => {
    const number = orderNumber();
    if (operation !== 'prepay') await world.place('native', number);
    await plant({ transaction_id: number, call: { operation, fault: 'truncated' } });
    await expect(call(operation, number)).rejects.toThrow(SyntaxError);
  });

  test('bad_signature: done, and signed by somebody', async () => {
    const { seen, done: isDone } = await under(operation, 'bad_signature');
    expect(seen).toMatchObject({ status: operation === 'close' ? 204 : 200, genuine: false });
    expect(seen?.headers.get('wechatpay-serial')).toBe(world.account().publicKeyId);
    expect(isDone).toBe(done[operation]);
  });

  test('wrong_order: genuinely signed, and about somebody else', async () => {
    const { seen, done: isDone } = await under(operation, 'wrong_order');
    const body = { out_trade_no: 'order_of_somebody_else', trade_state: 'NOTPAY' };
    expect(seen).toMatchObject({ status: 200, genuine: true, body });
    expect(isDone).toBe(done[operation]);
  });

  test('unknown_code: genuinely signed, and done', async () => {
    const { seen, done: isDone } = await under(operation, 'unknown_code');
    expect(seen).toMatchObject({ status: 400, genuine: true, body: { code: 'NEVER_HEARD_OF' } });
    expect(isDone).toBe(done[operation]);
  });

  test('rate_limited: genuinely signed, and not done', async () => {
    const { seen, done: isDone } = await under(operation, 'rate_limited');
    expect(seen).toMatchObject({ status: 429, genuine: true, body: { code: 'FREQUENCY_LIMITED' } });
    expect(isDone).toBe(undone[operation]);
  });

  test('slow: right, and late', async () => {
    const began = performance.now();
    const { seen, done: isDone } = await under(operation, 'slow', 200);
    expect(seen).toMatchObject({ status: operation === 'close' ? 204 : 200, genuine: true });
    expect(performance.now() - began).toBeGreaterThanOrEqual(190);
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
  expect(await world.place('native', number)).toMatchObject({ status: 200 });
  expect(await world.query('another_number')).toMatchObject({ status: 404 });
  expect(await world.query(number)).toMatchObject({ status: 429 });
  expect(await world.query(number)).toMatchObject({ status: 429 });
  expect(await world.query(number)).toMatchObject({ status: 200 });
});

test('a query by WeChat Pay’s own number is known by ours', async () => {
  const number = orderNumber();
  const { body } = await world.pay(number);
  await plant({ transaction_id: number, call: { operation: 'query', fault: 'rate_limited' } });
  const path = `/v3/pay/transactions/id/${String(body['gateway_transaction_id'])}`;
  const answer = await world.call('GET', `${path}?mchid=${world.account().mchid}`);
  expect(answer).toMatchObject({ status: 429 });
});

test('the log says what was answered, and that nothing was done under “before”', async () => {
  const lines: Record<string, unknown>[] = [];
  const other = await openWorld({ onEvent: (line) => lines.push(line) });
  const number = orderNumber();
  for (const fault of ['http_500_before', 'http_500_after']) {
    await other.control('POST', '/faults', { call: { operation: 'prepay', fault } });
    const response = await other.raw('POST', '/v3/pay/transactions/native', other.order(number));
    await response.text();
  }
  await other.stop();
  const called = { name: 'wechat_pay.called', operation: 'prepay', transaction_id: number };
  expect(lines).toEqual([
    { ...called, answer: null, fault: 'http_500_before' },
    { ...called, answer: '200', fault: 'http_500_after' },
  ]);
});
