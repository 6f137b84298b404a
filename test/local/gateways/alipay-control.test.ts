// The control routes: who is found, and refusals that say what to do.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { realTimers } from '../../../local/gateways/ports.ts';
import { openWorld, orderNumber, type World } from './alipay-merchant.ts';

const shown = new Map<string, object>();
let world: World;
beforeAll(async () => {
  world = await openWorld({ transaction: (id) => Promise.resolve(shown.get(id)) });
});
afterAll(() => world.stop());

const pay = (body: object) => world.control('POST', '/pay', { outcome: 'success', ...body });

describe('the payer', () => {
  test('looks the transaction up when nothing is shown', async () => {
    const number = orderNumber();
    const { node } = await world.precreate(number);
    shown.set(number, { prepay_info: { kind: 'qr_code', qr_code: node['qr_code'] } });
    const { status, body } = await pay({ transaction_id: number });
    expect(status).toBe(200);
    expect(body).toEqual({
      transaction_id: number,
      outcome: 'success',
      scanned: true,
      trade_status: 'TRADE_SUCCESS',
      gateway_transaction_id: expect.stringMatching(/^\d{28}$/),
      amount: '8.80',
    });
  });

  test.each([
    [404, 'There is no transaction pay_none', { transaction_id: 'pay_none' }],
    [409, 'has no prepay_info', { transaction_id: 'pay_bare' }],
    [422, 'needs {"kind":"qr_code"', { transaction_id: 'x', prepay_info: { kind: 'redirect_url' } }],
    [404, 'never gave out', { transaction_id: 'x', prepay_info: { kind: 'qr_code', qr_code: 'https://qr' } }],
    [400, 'outcome: ', { transaction_id: 'x', outcome: 'maybe' }],
    [400, 'Unrecognized key', { transaction_id: 'x', colour: 'red' }],
  ])('%i: …%s…', async (status, words, body) => {
    shown.set('pay_bare', {});
    const answer = await pay(body);
    expect(answer.status).toBe(status);
    expect((answer.body as { error: string }).error).toContain(words);
  });

  test('does not pay half a 分', async () => {
    const answer = await world.pay(orderNumber(), 'success', '1.005');
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining('"8.80"') } });
  });
});

describe('faults', () => {
  test('are listed and swept away', async () => {
    const call = { operation: '*', fault: 'slow', ms: 5 };
    const { body } = await world.control('POST', '/faults', { call, callback: { fault: 'lost' } });
    expect(body).toEqual({
      faults: { call: [{ ...call, times: 1 }], callback: [{ kind: '*', fault: 'lost', delay: '10m' }] },
    });
    expect(await world.control('DELETE', '/faults')).toMatchObject({
      body: { faults: { call: [], callback: [] } },
    });
  });

  test.each([
    ['carry no currency', { callback: { kind: '*', fault: 'wrong_currency' } }],
    ['carry no mode', { callback: { kind: '*', fault: 'other_mode' } }],
    ['no signature probes', { callback: { kind: '*', fault: 'signtest' } }],
    ['Say which fault', {}],
    ['call.operation', { call: { operation: 'dispute', fault: 'slow' } }],
    ['provider', { provider: 'nobody', call: { operation: '*', fault: 'slow' } }],
    ['body', 'text'],
  ])('400: …%s…', async (words, body) => {
    const answer = await world.control('POST', '/faults', body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(words) } });
  });
});

describe('the address', () => {
  test('an unknown route names the known ones', async () => {
    const { status, body } = await world.control('GET', '/nothing');
    expect(status).toBe(404);
    expect((body as { error: string }).error).toContain('POST /_control/pay');
  });

  test('another provider has no books here, and a body has to be JSON', async () => {
    expect(await world.control('GET', '/books?provider=nobody')).toMatchObject({ status: 404 });
    const response = await fetch(`${world.gateways.url}/_control/pay`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
  });

  test('a body above 64 KB is refused', async () => {
    const response = await fetch(world.gateways.alipay.gatewayUrl, {
      method: 'POST',
      body: 'x'.repeat(70_000),
    });
    expect(response.status).toBe(413);
  });
});

test('real timers ring once, never early, and can be cancelled', async () => {
  let now = 0;
  const rung: string[] = [];
  const schedule = realTimers(() => now);
  schedule(20, () => {
    rung.push('kept');
  });
  schedule(10, () => {
    rung.push('cancelled');
  })();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(rung).toEqual([]);
  now = 20;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(rung).toEqual(['kept']);
});
