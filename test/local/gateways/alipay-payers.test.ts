// `_control/pay` for links and app strings: the payer opens, pays or not, and comes back to the shop.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type World } from './alipay-merchant.ts';
import { link, orderString, sdkOf, type Signing } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const ask = async (number: string) => (await world.call('alipay.trade.query', { out_trade_no: number })).node;

async function pay(number: string, prepay: object, more: object = {}) {
  const body = { transaction_id: number, outcome: 'success', prepay_info: prepay, ...more };
  const answer: { status: number; body: Record<string, unknown> } = await world.control('POST', '/pay', body);
  await world.gateways.idle();
  return answer;
}
const byLink = (number: string, signing?: Signing) => ({
  kind: 'redirect_url',
  url: link(world, number, 'page', signing),
});
const byApp = (number: string, signing?: Signing) => ({
  kind: 'app_parameters',
  parameters: { order_string: orderString(world, number, signing) },
});
const notices = (number: string) =>
  world.shop.received.filter(({ fields }) => fields['out_trade_no'] === number).map(({ fields }) => fields);

describe.each([
  ['redirect_url', byLink],
  ['app_parameters', byApp],
])('by %s', (_kind, by) => {
  test('success pays, and the shop is told', async () => {
    const number = orderNumber();
    expect(await pay(number, by(number))).toEqual({
      status: 200,
      body: {
        transaction_id: number,
        outcome: 'success',
        scanned: true,
        trade_status: 'TRADE_SUCCESS',
        gateway_transaction_id: expect.stringMatching(/^\d{28}$/),
        amount: '8.80',
      },
    });
    expect(notices(number)).toMatchObject([{ trade_status: 'TRADE_SUCCESS', total_amount: '8.80' }]);
    expect(sdkOf(world).checkNotifySignV2(notices(number)[0])).toBe(true);
  });

  test('another sum is paid as it was asked of the payer', async () => {
    const number = orderNumber();
    expect(await pay(number, by(number), { amount: '5.00' })).toMatchObject({ body: { amount: '5.00' } });
    expect(notices(number)).toMatchObject([{ total_amount: '5.00' }]);
    expect(await pay(number, by(orderNumber()), { amount: '1.005' })).toMatchObject({ status: 400 });
  });

  test.each(['decline', 'pending'])('%s comes and does not pay; later it can be paid', async (outcome) => {
    const number = orderNumber();
    const prepay = by(number);
    expect(await pay(number, prepay, { outcome })).toMatchObject({
      status: 200,
      body: { outcome, scanned: true, trade_status: 'WAIT_BUYER_PAY', amount: '8.80' },
    });
    expect(notices(number)).toEqual([]);
    expect(await pay(number, prepay)).toMatchObject({ body: { trade_status: 'TRADE_SUCCESS' } });
  });

  test('abandon never comes', async () => {
    const number = orderNumber();
    expect(await pay(number, by(number), { outcome: 'abandon' })).toMatchObject({
      body: { scanned: false, trade_status: null, gateway_transaction_id: null },
    });
    expect(await ask(number)).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' });
  });

  test('a second payment is refused in words, and none is taken', async () => {
    const number = orderNumber();
    const prepay = by(number);
    await pay(number, prepay);
    const again = await pay(number, prepay);
    expect(again).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('ACQ.TRADE_HAS_SUCCESS') },
    });
    expect(again.body['error']).toContain('No money moved');
    expect(notices(number)).toHaveLength(1);
  });

  test.each([
    ['a wrong product', { biz: { product_code: 'FACE_TO_FACE_PAYMENT' } }, 409, 'product_code'],
    ['another merchant’s order', { biz: { seller_id: '2088000000000000' } }, 409, 'seller_id'],
    ['a strange application', { change: { app_id: '2021000000000000' } }, undefined, 'isv.invalid-app-id'],
    ['a GBK order', { change: { charset: 'GBK' } }, undefined, 'isv.invalid-charset'],
  ])('%s is refused', async (_what, signing, status, words) => {
    const number = orderNumber();
    const answer = await pay(number, by(number, signing));
    expect([409, 422]).toContain(answer.status);
    expect(answer.status).toBe(status ?? answer.status);
    expect(answer.body['error']).toContain(words);
    expect(notices(number)).toEqual([]);
  });

  test('what nobody paid ends with its time, and is told if the payer had come', async () => {
    const [never, entered] = [orderNumber(), orderNumber()];
    const prepay = by(never);
    await pay(entered, by(entered), { outcome: 'pending' });
    await world.clock.advance(15 * 60_000);
    await world.gateways.idle();
    expect(notices(never)).toEqual([]);
    expect(notices(entered)).toMatchObject([{ trade_status: 'TRADE_CLOSED' }]);
    expect(await pay(never, prepay)).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('over') },
    });
  });
});

describe('back at the shop', () => {
  const to = (url: string) => ({ change: { return_url: url } });

  test('the browser asks for the page once, and follows no redirect of it', async () => {
    const number = orderNumber();
    world.shop.reply = { status: 302, body: '', location: '/thanks' };
    const { body } = await pay(number, byLink(number, to(world.shop.url)));
    world.shop.reply = { status: 200, body: 'success' };
    expect(body['returned']).toMatchObject({ status: 302, location: '/thanks' });
    const { url } = body['returned'] as { url: string };
    expect(url).toContain(`${world.shop.url}&`);
    const { a, ...signed } = Object.fromEntries(new URL(url).searchParams);
    expect(a).toBe('1');
    expect(sdkOf(world).checkNotifySignV2(signed)).toBe(true);
    expect(signed).toMatchObject({ out_trade_no: number, method: 'alipay.trade.page.pay.return' });
  });

  test('`return: false` closes the window before it is back', async () => {
    const number = orderNumber();
    const before = world.shop.received.length;
    const { body } = await pay(number, byLink(number, to(world.shop.url)), { return: false });
    expect(body).toMatchObject({ trade_status: 'TRADE_SUCCESS' });
    expect(body).not.toHaveProperty('returned');
    expect(world.shop.received).toHaveLength(before + 1);
  });

  test('a shop that is not there changes nothing of the payment', async () => {
    const number = orderNumber();
    const { status, body } = await pay(number, byLink(number, to('http://127.0.0.1:1/')));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      trade_status: 'TRADE_SUCCESS',
      returned: { status: null, error: expect.any(String) },
    });
  });
});

describe('what was shown is not Alipay’s', () => {
  test.each(['https://shop.example/pay', 'no address', 'http://127.0.0.1:1/alipay/gateway.do'])(
    'a link elsewhere is not opened: %s',
    async (url) => {
      const answer = await pay('x', { kind: 'redirect_url', url });
      expect(answer).toMatchObject({
        status: 422,
        body: { error: expect.stringContaining('does not lead') },
      });
    },
  );

  test('another page of this Alipay is no cashier', async () => {
    const url = `${world.gateways.url}/alipay/cashier?session=0`;
    expect(await pay('x', { kind: 'redirect_url', url })).toMatchObject({ status: 409 });
  });

  test('a link is no app string, and a changed one is not genuine', async () => {
    const number = orderNumber();
    const handIn = (text: string) =>
      pay(number, { kind: 'app_parameters', parameters: { order_string: text } });
    const asString = new URL(link(world, number, 'page')).search.slice(1);
    expect(await handIn(asString)).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('takes alipay.trade.app.pay') },
    });
    const changed = orderString(world, number).replace('8.80', '0.01');
    expect(await handIn(changed)).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('isv.invalid-signature') },
    });
    expect(await handIn('%')).toMatchObject({ status: 422 });
  });
});
