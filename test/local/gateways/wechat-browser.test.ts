// The page of an H5 order, for a browser with a person or without one.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type World } from './wechat-merchant.ts';
import { show } from './wechat-shown.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const pay = (number: string, prepay: object, more: object = {}) =>
  world.control('POST', '/pay', {
    ...{ transaction_id: number, outcome: 'success', prepay_info: prepay },
    ...more,
  });
const stateOf = async (number: string) => (await world.query(number)).body['trade_state'];

describe('in a browser', () => {
  const address = async (number: string) => ((await show(world, 'h5', number)) as { url: string }).url;
  const submit = (url: string, action: string) =>
    fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ action }) });

  test('the page names the order and opens WeChat; a person decides by its form', async () => {
    const number = orderNumber();
    const url = await address(number);
    const page = await (await fetch(url)).text();
    expect(page).toContain('测试商品 A+B 100%');
    expect(page).toContain('¥ 8.80');
    expect(page).toMatch(/href="weixin:\/\/wap\/pay\?prepayid=wx/);
    expect(await (await submit(url, 'cancel')).text()).toContain('not paid');
    expect(await stateOf(number)).toBe('NOTPAY');
    expect(await (await submit(url, 'confirm')).text()).toContain('is paid');
    expect(await stateOf(number)).toBe('SUCCESS');
    expect((await submit(url, 'confirm')).status).toBe(409);
  });

  test('what the shop says is text', async () => {
    const number = orderNumber();
    const shown = await show(world, 'h5', number, { terms: { description: '<b>"x"</b>' } });
    const page = await (await fetch((shown as { url: string }).url)).text();
    expect(page).not.toContain('<b>');
  });

  test('it goes back where the link says', async () => {
    const number = orderNumber();
    const to = `${new URL(world.shop.url).origin}/thanks`;
    const url = `${await address(number)}&redirect_url=${encodeURIComponent(to)}`;
    const { body } = await pay(number, { kind: 'redirect_url', url });
    expect(body).toMatchObject({ trade_status: 'SUCCESS', returned: { url: to, status: 204 } });
    const stays = orderNumber();
    const other = `${await address(stays)}&redirect_url=${encodeURIComponent(to)}`;
    const closed = await pay(stays, { kind: 'redirect_url', url: other }, { return: false });
    expect(closed.body).not.toHaveProperty('returned');
    const byHand = orderNumber();
    const third = `${await address(byHand)}&redirect_url=${encodeURIComponent(to)}`;
    const moved = await submit(third, 'confirm');
    expect([moved.status, moved.headers.get('location')]).toEqual([303, to]);
  });

  test('a link of nothing, and one that goes nowhere', async () => {
    const url = `${world.gateways.url}/wechat-pay/checkmweb?prepay_id=wx0`;
    expect(await pay('x', { kind: 'redirect_url', url })).toMatchObject({ status: 404 });
    const elsewhere = 'http://127.0.0.1:1/wechat-pay/checkmweb?prepay_id=wx0';
    expect(await pay('x', { kind: 'redirect_url', url: elsewhere })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('does not lead') },
    });
  });
});
