// Orders: what is taken, what a repeat gives, how an order ends.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, openWorld, orderNumber, type World } from './wechat-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const minute = 60_000;

describe('placing', () => {
  test.each([
    ['native', 'code_url', /^weixin:\/\/wxpay\/bizpayurl\?pr=\w{9,}$/],
    ['jsapi', 'prepay_id', /^wx20261120\d{6}[0-9a-f]{20}$/],
    ['app', 'prepay_id', /^wx20261120\d{6}[0-9a-f]{20}$/],
    ['h5', 'h5_url', /^http:\/\/127\.0\.0\.1:\d+\/wechat-pay\/checkmweb\?prepay_id=wx\w+&package=\d+$/],
  ])('%s gives %s, and the order is there', async (product, name, form) => {
    const number = orderNumber();
    const { status, body } = await world.place(product, number, { attach: 'x=1' });
    expect([status, Object.keys(body)]).toEqual([200, [name]]);
    expect(body[name]).toMatch(form);
    const { appid, mchid } = world.account();
    const { body: order } = await world.query(number);
    expect(order).toMatchObject({ appid, mchid, out_trade_no: number, trade_state: 'NOTPAY', attach: 'x=1' });
    expect(order['amount']).toEqual({ total: 880, currency: 'CNY', payer_currency: 'CNY' });
    expect(order).not.toHaveProperty('transaction_id');
  });

  test.each([
    ['/description', { description: undefined }],
    ['/description', { description: '好'.repeat(128) }],
    ['/out_trade_no', { out_trade_no: 'short' }],
    ['/out_trade_no', { out_trade_no: 'with space' }],
    ['/out_trade_no', { out_trade_no: 'n'.repeat(33) }],
    ['/time_expire', { time_expire: '2026-11-20 10:30:00' }],
    ['/time_expire', { time_expire: '2026-11-20T10:09:59+08:00' }],
    ['/notify_url', { notify_url: 'http://127.0.0.1:1/callbacks?a=1' }],
    ['/notify_url', { notify_url: 'not an address' }],
    ['/attach', { attach: 'a'.repeat(129) }],
    ['/amount/total', { amount: { total: 0, currency: 'CNY' } }],
    ['/amount/total', { amount: { total: 8.8, currency: 'CNY' } }],
    ['/amount/total', { amount: { total: '880', currency: 'CNY' } }],
    ['/amount/currency', { amount: { total: 880, currency: 'USD' } }],
  ])('%s is refused: %j', async (field, change) => {
    const number = orderNumber();
    const answer = await world.place('native', number, change);
    expect(answer).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail: { field } } });
    expect(await world.query(number)).toMatchObject({ status: 404 });
  });

  test.each([
    ['jsapi', '/payer/openid', { payer: undefined }],
    ['h5', '/scene_info/h5_info', { scene_info: { payer_client_ip: '198.51.100.7' } }],
    ['h5', '/scene_info/payer_client_ip', { scene_info: { h5_info: { type: 'Wap' } } }],
  ])('%s needs %s', async (product, field, change) => {
    const answer = await world.place(product, orderNumber(), change);
    expect(answer).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail: { field } } });
  });

  test('for this merchant and its app alone', async () => {
    const other = world.account('WECHAT_PAY_CERT');
    const asOther = await world.place('native', orderNumber(), { mchid: other.mchid });
    expect(asOther).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    const byOther = await world.place('native', orderNumber(), { appid: other.appid });
    expect(byOther).toMatchObject({ status: 400, body: { code: 'APPID_MCHID_NOT_MATCH' } });
  });
});

describe('the same number again', () => {
  test('with the same terms: the same order, and the same code while it can be opened', async () => {
    const number = orderNumber();
    const terms = { time_expire: beijing(world.clock.at + 3 * 60 * minute) };
    const { body: first } = await world.place('native', number, terms);
    expect((await world.place('native', number, terms)).body).toEqual(first);
    await world.clock.advance(120 * minute);
    const { status, body: later } = await world.place('native', number, terms);
    expect(status).toBe(200);
    expect(later['code_url']).not.toBe(first['code_url']);
    expect((await world.query(number)).body['trade_state']).toBe('NOTPAY');
  });

  test('the order of the fields is no term', async () => {
    const number = orderNumber();
    const order = world.order(number);
    const turned = Object.fromEntries(Object.entries(order).reverse());
    const path = '/v3/pay/transactions/native';
    const { body: first } = await world.call('POST', path, order);
    expect((await world.call('POST', path, turned)).body).toEqual(first);
  });

  test.each([
    [403, 'OUT_TRADE_NO_USED', 'native', { amount: { total: 881, currency: 'CNY' } }],
    [400, 'INVALID_REQUEST', 'native', { description: 'another' }],
    [400, 'INVALID_REQUEST', 'native', { attach: 'another' }],
    [400, 'INVALID_REQUEST', 'native', { notify_url: 'http://127.0.0.1:1/elsewhere' }],
    [400, 'INVALID_REQUEST', 'app', {}],
  ])('%i %s: %s %j', async (status, code, product, change) => {
    const number = orderNumber();
    await world.place('native', number);
    expect(await world.place(product, number, change)).toMatchObject({ status, body: { code } });
  });

  test('after it was paid, or closed', async () => {
    const [paid, closed] = [orderNumber(), orderNumber()];
    await world.pay(paid);
    await world.place('native', closed);
    await world.close(closed);
    expect(await world.place('native', paid)).toMatchObject({ status: 400, body: { code: 'ORDERPAID' } });
    expect(await world.place('native', closed)).toMatchObject({
      status: 400,
      body: { code: 'ORDER_CLOSED' },
    });
  });

  test('of the other merchant is another order', async () => {
    const number = orderNumber();
    await world.place('native', number);
    expect(await world.query(number, { channel: 'WECHAT_PAY_CERT' })).toMatchObject({ status: 404 });
    const other = await world.place('app', number, {}, { channel: 'WECHAT_PAY_CERT' });
    expect(other).toMatchObject({ status: 200, genuine: true });
  });
});

describe('telling', () => {
  test('a paid order, by either number', async () => {
    const number = orderNumber();
    await world.pay(number);
    const { body } = await world.query(number);
    const { appid, mchid } = world.account();
    expect(body).toEqual({
      ...{ appid, mchid, out_trade_no: number },
      ...{ trade_type: 'NATIVE', trade_state: 'SUCCESS', trade_state_desc: '支付成功', bank_type: 'OTHERS' },
      transaction_id: expect.stringMatching(/^4200\d{6}20261120\d{10}$/),
      success_time: beijing(world.clock.at),
      payer: { openid: expect.stringMatching(/^o\S{27}$/) },
      amount: { total: 880, payer_total: 880, currency: 'CNY', payer_currency: 'CNY' },
      promotion_detail: [],
    });
    const byTheirs = `/v3/pay/transactions/id/${String(body['transaction_id'])}?mchid=${mchid}`;
    expect((await world.call('GET', byTheirs)).body).toEqual(body);
  });

  test('needs the merchant’s own number', async () => {
    const path = '/v3/pay/transactions/out-trade-no/number_1';
    expect(await world.call('GET', path)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
    const asOther = `${path}?mchid=${world.account('WECHAT_PAY_CERT').mchid}`;
    expect(await world.call('GET', asOther)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
  });
});

describe('the end', () => {
  test('by the merchant: closed once, and for good', async () => {
    const number = orderNumber();
    await world.place('native', number);
    expect(await world.close(number)).toMatchObject({ status: 204 });
    expect((await world.query(number)).body).toMatchObject({
      trade_state: 'CLOSED',
      trade_state_desc: '订单已关闭',
      success_time: '',
    });
    expect(await world.close(number)).toMatchObject({ status: 400, body: { code: 'ORDER_CLOSED' } });
  });

  test('what is paid is not closed', async () => {
    const number = orderNumber();
    await world.pay(number);
    expect(await world.close(number)).toMatchObject({ status: 400, body: { code: 'ORDERPAID' } });
    expect((await world.query(number)).body['trade_state']).toBe('SUCCESS');
  });

  test('nothing to close, or not by this merchant', async () => {
    expect(await world.close('never_was')).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_EXIST' } });
    const path = '/v3/pay/transactions/out-trade-no/never_was/close';
    expect(await world.call('POST', path, {})).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
    const { mchid } = world.account('WECHAT_PAY_CERT');
    expect(await world.call('POST', path, { mchid })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    });
  });

  test('by its time: closed to the millisecond, and nobody is told', async () => {
    const number = orderNumber();
    const before = world.shop.received.length;
    await world.place('native', number);
    await world.clock.advance(15 * minute - 1);
    expect((await world.query(number)).body['trade_state']).toBe('NOTPAY');
    await world.clock.advance(1);
    expect((await world.query(number)).body['trade_state']).toBe('CLOSED');
    expect(await world.close(number)).toMatchObject({ body: { code: 'ORDER_CLOSED' } });
    await world.gateways.idle();
    expect(world.shop.received).toHaveLength(before);
  });

  test('without a time: after seven days', async () => {
    const number = orderNumber();
    await world.place('native', number, { time_expire: undefined });
    await world.clock.advance(7 * 24 * 60 * minute - 1);
    expect((await world.query(number)).body['trade_state']).toBe('NOTPAY');
    await world.clock.advance(1);
    expect((await world.query(number)).body['trade_state']).toBe('CLOSED');
  });
});
