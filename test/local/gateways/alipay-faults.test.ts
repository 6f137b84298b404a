// Every fault that can be planted, seen from the merchant's side.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { genuine, joined, openWorld, orderNumber, type World } from './alipay-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const plant = async (body: object) => {
  expect(await world.control('POST', '/faults', { provider: 'alipay', ...body })).toMatchObject({
    status: 200,
  });
};
const terms = { total_amount: '8.80', subject: 'x' };
/** What reaches the merchant, and whether Alipay knows the code it asked for. */
async function precreateUnder(fault: string, ms?: number) {
  const number = orderNumber();
  await plant({ transaction_id: number, call: { operation: 'prepay', fault, ms } });
  const signed = world.signed('alipay.trade.precreate', { out_trade_no: number, ...terms });
  const began = performance.now();
  const response = await world.raw(signed, AbortSignal.timeout(5000)).catch(() => undefined);
  const text = await response?.text();
  return { number, status: response?.status, text: text ?? '', ms: performance.now() - began };
}

describe('calls', () => {
  test.each(['reset_before', 'reset_after'])('%s: the connection breaks', async (fault) => {
    expect(await precreateUnder(fault)).toMatchObject({ status: undefined });
  });

  test.each(['timeout_before', 'timeout_after'])('%s: silence, then the line is cut', async (fault) => {
    const seen = await precreateUnder(fault, 300);
    expect(seen.status).toBeUndefined();
    expect(seen.ms).toBeGreaterThanOrEqual(290);
  });

  test.each(['http_500_before', 'http_500_after'])('%s: a status and a page', async (fault) => {
    expect(await precreateUnder(fault)).toMatchObject({ status: 500, text: expect.stringContaining('<h1>') });
  });

  test('html_200, truncated: what came is no answer', async () => {
    const page = await precreateUnder('html_200');
    expect(page).toMatchObject({ status: 200, text: expect.stringMatching(/^<!doctype html>/) });
    const half = await precreateUnder('truncated');
    expect(half).toMatchObject({ status: 200, text: expect.stringMatching(/^\{"alipay_trade_precreate/) });
    expect(() => JSON.parse(half.text) as unknown).toThrow(SyntaxError);
  });

  test('slow: the answer is right, and late', async () => {
    const seen = await precreateUnder('slow', 250);
    expect(seen).toMatchObject({ status: 200, text: expect.stringContaining('"code":"10000"') });
    expect(seen.ms).toBeGreaterThanOrEqual(240);
  });

  test.each([
    ['bad_signature', false, { code: '10000' }],
    ['rate_limited', true, { code: '40005', sub_code: 'app.call-limited' }],
    ['unknown_code', true, { code: '40004', sub_code: 'ACQ.NEVER_HEARD_OF' }],
    ['wrong_order', true, { code: '10000', out_trade_no: 'order_of_somebody_else' }],
  ])('%s: genuinely signed = %s, %j', async (fault, isGenuine, node) => {
    await plant({ call: { operation: 'prepay', fault } });
    expect(await world.precreate(orderNumber())).toMatchObject({ genuine: isGenuine, node });
    expect(await world.precreate(orderNumber())).toMatchObject({ genuine: true, node: { code: '10000' } });
  });

  // An event line tells what Alipay did: its answer stands there only when the request was carried out.
  test('before means not done, after means done', async () => {
    const lines: Record<string, unknown>[] = [];
    const other = await openWorld({ onEvent: (line) => lines.push(line) });
    for (const fault of ['http_500_before', 'http_500_after']) {
      await other.control('POST', '/faults', { call: { operation: 'prepay', fault } });
      await (await other.raw(other.signed('alipay.trade.precreate', { out_trade_no: 'a', ...terms }))).text();
    }
    await other.stop();
    const called = { name: 'alipay.called', operation: 'prepay', transaction_id: 'a' };
    expect(lines).toEqual([
      { ...called, answer: null, fault: 'http_500_before' },
      { ...called, answer: '10000', fault: 'http_500_after' },
    ]);
  });

  test('times, operation and transaction choose the calls', async () => {
    const number = orderNumber();
    const query = () => world.call('alipay.trade.query', { out_trade_no: number });
    await plant({ transaction_id: number, call: { operation: 'query', fault: 'rate_limited', times: 2 } });
    expect((await world.precreate(number)).node).toMatchObject({ code: '10000' });
    expect((await world.call('alipay.trade.query', { out_trade_no: 'b' })).node['code']).toBe('40004');
    expect((await query()).node['code']).toBe('40005');
    expect((await query()).node['code']).toBe('40005');
    expect((await query()).node['code']).toBe('40004');
  });

  test('a held call ends with the machine', async () => {
    const other = await openWorld();
    await other.control('POST', '/faults', { call: { operation: '*', fault: 'timeout_before' } });
    const held = other.raw(other.signed('alipay.trade.query', { out_trade_no: 'a' }));
    const ended = held.then(
      () => 'answered',
      () => 'cut',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await other.stop();
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await ended).toBe('cut');
  });
});

describe('callbacks', () => {
  async function payUnder(fault: string, more: object = {}) {
    const number = orderNumber();
    await plant({ transaction_id: number, callback: { kind: 'payment', fault, ...more } });
    const { body } = await world.pay(number, 'success');
    const trade = (body as { gateway_transaction_id: string }).gateway_transaction_id;
    const heard = () =>
      world.shop.received.map(({ fields }) => fields).filter((fields) => fields['trade_no'] === trade);
    return { number, heard };
  }
  const isGenuine = (fields: Record<string, string> = {}) =>
    genuine(
      joined(fields, ['sign', 'sign_type']),
      fields['sign'],
      world.gateways.alipay.platformPublicKeyPem,
    );

  test.each([
    ['tampered', false, { total_amount: '9.80' }],
    ['wrong_key', false, { total_amount: '8.80' }],
    ['stale', true, { notify_time: '2016-01-01 00:00:00' }],
    ['wrong_amount', true, { total_amount: '9.80' }],
    ['wrong_merchant', true, { app_id: '2021009900000009', seller_id: '2088900000000009' }],
    ['unknown_type', true, { notify_type: 'trade_weather_sync' }],
    ['unknown_number', true, { out_trade_no: expect.not.stringMatching(/^$/) }],
  ])('%s (genuine = %s) comes first, the truth four minutes later', async (fault, signed, fields) => {
    const { number, heard } = await payUnder(fault);
    expect(heard()).toMatchObject([fields]);
    expect(isGenuine(heard()[0])).toBe(signed);
    await world.clock.advance(4 * 60_000);
    await world.gateways.idle();
    expect(heard()[1]).toMatchObject({
      out_trade_no: number,
      total_amount: '8.80',
      notify_type: 'trade_status_sync',
    });
    expect(isGenuine(heard()[1])).toBe(true);
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect(body).toMatchObject({ callbacks: [{ fault, accepted: false }, { accepted: true }] });
  });

  test('unknown_number names an order that nobody made', async () => {
    const { number, heard } = await payUnder('unknown_number');
    expect(heard()[0]?.['out_trade_no']).not.toBe(number);
  });

  test('duplicated: twice at once, and both are recorded', async () => {
    const { number, heard } = await payUnder('duplicated');
    expect(heard()).toHaveLength(2);
    expect(heard()[0]).toEqual(heard()[1]);
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect(body).toMatchObject({ callbacks: [{ accepted: true }, { accepted: true }] });
  });

  test('lost: all of them, until DELETE', async () => {
    const { number, heard } = await payUnder('lost');
    await world.clock.advance(30 * 60_000);
    expect(heard()).toEqual([]);
    const { body } = await world.control('GET', `/callbacks?transaction_id=${number}`);
    expect((body as { callbacks: object[] }).callbacks).toHaveLength(4);
    await world.control('DELETE', '/faults');
    await world.control('POST', '/callbacks/resend', { transaction_id: number });
    expect(heard()).toHaveLength(1);
  });

  test('lost with times: only so many', async () => {
    const { heard } = await payUnder('lost', { times: 1 });
    expect(heard()).toEqual([]);
    await world.clock.advance(4 * 60_000);
    expect(heard()).toHaveLength(1);
  });

  test('delayed: by as much as was asked', async () => {
    const { heard } = await payUnder('delayed', { delay: '20m' });
    await world.clock.advance(20 * 60_000 - 1);
    expect(heard()).toEqual([]);
    await world.clock.advance(1);
    expect(heard()).toHaveLength(1);
  });

  test('early: the notification is there before the answer to the precreate', async () => {
    const before = world.shop.received.length;
    await plant({ callback: { kind: '*', fault: 'early' } });
    const number = orderNumber();
    expect((await world.precreate(number)).node).toMatchObject({ code: '10000' });
    expect(world.shop.received.slice(before)).toMatchObject([{ fields: { out_trade_no: number } }]);
  });
});
