// The link to the cashier and the cashier itself, in plain fetch; alipay-sdk signs the links and judges the return.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, genuine, joined, openWorld, orderNumber, type World } from './alipay-merchant.ts';
import { accountOf, arrive, link, look, order, params, sdkOf, type Signing } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const returnUrl = 'https://shop.example/back?order=7';
const ask = async (number: string) => (await world.call('alipay.trade.query', { out_trade_no: number })).node;
const open = (number: string, signing?: Signing) => arrive(world, link(world, number, 'page', signing));
const submit = (session: string, action = 'confirm') => look(world, '/alipay/cashier', { session, action });

describe.each(['page', 'wap'] as const)('alipay.trade.%s.pay', (product) => {
  test('leads to the cashier; there is no trade before the payer logs in; paid, the browser goes back', async () => {
    const number = orderNumber();
    const { session, path } = await arrive(
      world,
      link(world, number, product, { change: { return_url: returnUrl } }),
    );
    expect(path).toMatch(/^\/alipay\/cashier\?session=[0-9a-f]{32}$/);
    const cashier = await look(world, path);
    expect(cashier).toMatchObject({ status: 200, html: expect.stringContaining('¥ 8.80') });
    expect(cashier.html).toContain('测试商品 A+B 100%');
    expect(await ask(number)).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' });
    const { status, location = '' } = await submit(session);
    expect(status).toBe(302);
    expect(await ask(number)).toMatchObject({ trade_status: 'TRADE_SUCCESS', total_amount: '8.80' });

    const back = new URL(location);
    expect(back.origin + back.pathname).toBe('https://shop.example/back');
    const { order: own, ...signed } = Object.fromEntries(back.searchParams);
    const { appId, sellerId } = accountOf(world, 'public_key');
    expect(own).toBe('7');
    expect(signed).toEqual({
      app_id: appId,
      auth_app_id: appId,
      charset: 'utf-8',
      method: `alipay.trade.${product}.pay.return`,
      out_trade_no: number,
      trade_no: expect.stringMatching(/^20261120\d{20}$/),
      total_amount: '8.80',
      seller_id: sellerId,
      sign_type: 'RSA2',
      timestamp: beijing(world.clock.at),
      version: '1.0',
      sign: expect.any(String),
    });
    expect(sdkOf(world).checkNotifySignV2(signed)).toBe(true);
    expect(sdkOf(world).checkNotifySignV2({ ...signed, total_amount: '8.81' })).toBe(false);
    // The SDK would take a signature over sign_type as well.
    const key = world.gateways.alipay.platformPublicKeyPem;
    expect(genuine(joined(signed, ['sign', 'sign_type']), signed['sign'], key)).toBe(true);
    await world.gateways.idle();
    expect(world.shop.received.at(-1)?.fields).toMatchObject({
      out_trade_no: number,
      trade_status: 'TRADE_SUCCESS',
    });
  });

  test('takes its own product_code only', async () => {
    for (const code of [undefined, 'QUICK_MSECURITY_PAY', 'FACE_TO_FACE_PAYMENT']) {
      const seen = await look(world, link(world, orderNumber(), product, { biz: { product_code: code } }));
      expect(seen).toMatchObject({ status: 200, location: undefined });
      expect(seen.html).toContain('<code>ACQ.INVALID_PARAMETER</code>');
      expect(seen.html).toContain('product_code');
    }
  });
});

test('a form that the SDK makes for POST leads there too', async () => {
  const signed = params(world, order(world, orderNumber(), 'page'), { return_url: returnUrl });
  const form = sdkOf(world).pageExecute('alipay.trade.page.pay', 'POST', signed);
  const [, action = ''] = /action="([^"]*)"/.exec(form) ?? [];
  const [, biz = ''] = /name="biz_content" value="([^"]*)"/.exec(form) ?? [];
  const fields = { biz_content: biz.replaceAll('&quot;', '"'), alipay_sdk: 'alipay-sdk-nodejs-4.0.0' };
  expect(await look(world, action, fields)).toMatchObject({
    status: 302,
    location: expect.stringContaining('/alipay/cashier?session='),
  });
});

describe('a wrong link shows a page with the code, status 200, and opens nothing', () => {
  test.each([
    ['isv.invalid-charset', { charset: 'GBK' }],
    ['isv.invalid-parameter', { return_url: 'javascript:alert(1)' }],
    ['isv.invalid-timestamp', { timestamp: '2026-11-18 10:00:00' }],
    ['isv.invalid-app-id', { app_id: '2021000000000000' }],
  ])('%s: %j', async (code, change) => {
    const seen = await look(world, link(world, orderNumber(), 'page', { change }));
    expect(seen).toMatchObject({ status: 200, location: undefined });
    expect(seen.html).toContain(`<code>${code}</code>`);
    expect(seen.headers.get('content-type')).toContain('text/html');
  });

  test('a changed amount breaks the signature, and the page repeats the text without a tag of it', async () => {
    const good = link(world, orderNumber(), 'page', { biz: { subject: '<script>' } });
    const seen = await look(world, good.replace('8.80', '0.01'));
    expect(seen.html).toContain('<code>isv.invalid-signature</code>');
    expect(seen.html).toContain('&#60;script&#62;');
    expect(seen.html).not.toContain('<script>');
  });

  test('an order for the app is not taken at the gateway', async () => {
    const signed = params(world, order(world, orderNumber(), 'app'));
    const address = sdkOf(world).pageExecute('alipay.trade.app.pay', 'GET', signed);
    expect((await look(world, address)).html).toContain('isv.invalid-method');
  });
});

describe('the page of the cashier', () => {
  test('escapes what the merchant wrote, and lets nothing run', async () => {
    const { path } = await open(orderNumber(), { biz: { subject: '<script>alert("1")<b>' } });
    const { html, headers } = await look(world, path);
    expect(html).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;b&#62;');
    expect(html).not.toMatch(/<script|<b>/);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}';/);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('cancelling logs in and moves nothing; the order can still be paid', async () => {
    const number = orderNumber();
    const { session } = await open(number, { change: { return_url: returnUrl } });
    const cancelled = await submit(session, 'cancel');
    expect(cancelled).toMatchObject({ status: 200, location: undefined });
    expect(cancelled.html).toContain('is not paid. No money moved');
    expect(await ask(number)).toMatchObject({ trade_status: 'WAIT_BUYER_PAY' });
    expect((await submit(session)).status).toBe(302);
    expect(await ask(number)).toMatchObject({ trade_status: 'TRADE_SUCCESS' });
  });

  test('without a return_url says that it is paid', async () => {
    const number = orderNumber();
    const { session } = await open(number);
    const done = await submit(session);
    expect(done).toMatchObject({ status: 200, location: undefined });
    expect(done.html).toContain('is paid');
  });

  test('knows only the visits that began at the gateway, and two answers', async () => {
    const { session } = await open(orderNumber());
    expect((await look(world, '/alipay/cashier?session=0')).status).toBe(404);
    expect((await submit('0')).status).toBe(404);
    expect((await submit(session, 'refund')).status).toBe(404);
  });
});

describe('nobody pays at the cashier, and the page says why', () => {
  async function expectRefused(number: string, code: string, signing?: Signing): Promise<void> {
    const { session, path } = opened.get(number) ?? { session: '', path: '' };
    const before = world.shop.received.length;
    for (const seen of [await look(world, path), await submit(session)]) {
      expect(seen).toMatchObject({ status: 200, location: undefined });
      expect(seen.html).toContain(`<code>${code}</code>`);
      expect(seen.html).toContain('No money moved');
    }
    const again = await look(world, link(world, number, 'page', signing));
    expect(again.html).toContain(`<code>${code}</code>`);
    await world.gateways.idle();
    expect(world.shop.received).toHaveLength(before);
  }
  const opened = new Map<string, { session: string; path: string }>();
  async function visited(signing?: Signing): Promise<string> {
    const number = orderNumber();
    opened.set(number, await open(number, signing));
    return number;
  }

  test('when it is paid already', async () => {
    const number = await visited();
    await submit((await open(number)).session);
    await world.gateways.idle();
    await expectRefused(number, 'ACQ.TRADE_HAS_SUCCESS');
  });

  test('when the merchant closed it', async () => {
    const number = await visited();
    await submit((await open(number)).session, 'cancel');
    expect((await world.call('alipay.trade.close', { out_trade_no: number })).node).toMatchObject({
      code: '10000',
    });
    await world.gateways.idle();
    await expectRefused(number, 'ACQ.TRADE_HAS_CLOSE');
    expect((await world.precreate(number)).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' });
  });

  test.each([{ total_amount: '9.90' }, { subject: 'another' }])(
    'when the number was opened with other words: %j',
    async (biz) => {
      const number = await visited({ biz });
      await submit((await open(number)).session, 'cancel');
      await expectRefused(number, 'ACQ.CONTEXT_INCONSISTENT', { biz });
      expect(await ask(number)).toMatchObject({ trade_status: 'WAIT_BUYER_PAY', total_amount: '8.80' });
    },
  );

  test('when its time is over: without a trade it expired, with one it is closed, and told', async () => {
    const biz = { time_expire: beijing(world.clock.at + 60_000) };
    const [never, entered] = [await visited({ biz }), await visited({ biz })];
    await submit((await open(entered, { biz })).session, 'cancel');
    await world.clock.advance(60_000);
    await world.gateways.idle();
    expect(world.shop.received.at(-1)?.fields).toMatchObject({
      out_trade_no: entered,
      trade_status: 'TRADE_CLOSED',
    });
    await expectRefused(never, 'ACQ.INVALID_PARAMETER', { biz });
    await expectRefused(entered, 'ACQ.TRADE_HAS_CLOSE', { biz });
    expect(await ask(never)).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' });
  });
});
