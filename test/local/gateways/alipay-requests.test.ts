// What Alipay's side lets in, judged by alipay-sdk and by hand-made requests.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AlipaySdk } from 'alipay-sdk';
import { beijing, openWorld, orderNumber, type World } from './alipay-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

describe('alipay-sdk', () => {
  const sdk = (change: object = {}) =>
    new AlipaySdk({
      appId: world.gateways.alipay.account.appId,
      privateKey: world.gateways.alipay.merchantPrivateKeyPem,
      keyType: 'PKCS8',
      alipayPublicKey: world.gateways.alipay.platformPublicKeyPem,
      gateway: world.gateways.alipay.gatewayUrl,
      camelcase: false,
      ...change,
    });
  // The SDK writes the machine's own wall clock, wherever that hangs: the moment is given.
  const params = (biz: object) => ({ timestamp: beijing(world.clock.at), biz_content: biz });

  test('makes a code, and accepts the signature of the answer', async () => {
    const biz = { out_trade_no: orderNumber(), total_amount: '8.80', subject: '测试商品 A+B 100%' };
    const notify = { notify_url: world.shop.url };
    const answer = await sdk().exec(
      'alipay.trade.precreate',
      { ...params(biz), ...notify },
      { validateSign: true },
    );
    expect(answer).toMatchObject({ code: '10000', out_trade_no: biz.out_trade_no });
    expect(answer['qr_code']).toMatch(/^https:\/\/qr\.alipay\.com\/bax[0-9a-z]{18}$/);
  });

  test('reads a paid trade', async () => {
    const number = orderNumber();
    await world.pay(number, 'success');
    const biz = { out_trade_no: number, query_options: ['fund_bill_list'] };
    const answer = await sdk().exec('alipay.trade.query', params(biz), { validateSign: true });
    expect(answer).toMatchObject({ code: '10000', trade_status: 'TRADE_SUCCESS', total_amount: '8.80' });
    expect(answer['fund_bill_list']).toEqual([{ amount: '8.80', fund_channel: 'ALIPAYACCOUNT' }]);
  });

  test('accepts the signature of a refusal too', async () => {
    const answer = await sdk().exec('alipay.trade.query', params({ out_trade_no: orderNumber() }), {
      validateSign: true,
    });
    expect(answer).toMatchObject({ code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' });
  });

  test('is refused with a key that is not the merchant’s', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const privateKey = stranger.export({ type: 'pkcs8', format: 'pem' });
    const answer = await sdk({ privateKey }).exec('alipay.trade.query', params({ out_trade_no: 'x' }));
    expect(answer).toMatchObject({ code: '40002', sub_code: 'isv.invalid-signature' });
  });
});

describe('the frame of a request', () => {
  const query = 'alipay.trade.query';

  test.each([
    [{ app_id: '' }, '40001', 'isv.missing-app-id'],
    [{ app_id: '2021000000000000' }, '40002', 'isv.invalid-app-id'],
    [{ timestamp: '' }, '40001', 'isv.missing-timestamp'],
    [{ timestamp: '2026-11-20T10:10:00' }, '40002', 'isv.invalid-timestamp'],
    [{ timestamp: '2026-11-20 02:10:00' }, '40002', 'isv.invalid-timestamp'],
    [{ sign_type: '' }, '40001', 'isv.missing-signature-type'],
    [{ sign_type: 'RSA' }, '40002', 'isv.invalid-signature-type'],
    [{ charset: '' }, '40002', 'isv.invalid-charset'],
    [{ charset: 'GBK' }, '40002', 'isv.invalid-charset'],
    [{ format: 'xml' }, '40002', 'isv.invalid-format'],
    [{ version: '' }, '40001', 'isv.missing-version'],
    [{ version: '2.0' }, '40002', 'isv.invalid-parameter'],
    [{ notify_url: 'ftp://shop.example' }, '40002', 'isv.invalid-parameter'],
  ])('%j is refused with %s %s, genuinely signed', async (change, code, subCode) => {
    const answer = await world.call(query, { out_trade_no: 'x' }, change);
    expect(answer).toMatchObject({ status: 200, genuine: true, name: 'alipay_trade_query_response' });
    expect(answer.node).toMatchObject({ code, sub_code: subCode });
  });

  test('an unknown or missing method is an error_response', async () => {
    const unknown = await world.call('alipay.trade.cancel', {});
    expect(unknown).toMatchObject({ name: 'error_response', genuine: true });
    expect(unknown.node).toMatchObject({ sub_code: 'isv.invalid-method' });
    expect((await world.call('', {})).node).toMatchObject({ sub_code: 'isv.missing-method' });
  });

  test.each([
    ['an altered parameter', { biz_content: '{"out_trade_no":"y"}' }],
    ['an added parameter', { extra: '1' }],
    ['junk around the signature', { sign: 'AAAA' }],
  ])('%s is isv.invalid-signature, and the answer shows the text that was checked', async (_what, change) => {
    const params = { ...world.signed(query, { out_trade_no: 'x' }), ...change };
    const text = await (await world.raw(params)).text();
    expect(text).toContain('isv.invalid-signature');
    expect(text).toContain('&amp;sign_type=RSA2&amp;');
  });

  test('a parameter given twice and a broken escape are refused', async () => {
    const address = `${world.gateways.alipay.gatewayUrl}?method=${query}`;
    const twice = await fetch(address, { method: 'POST', body: new URLSearchParams({ method: query }) });
    expect(await twice.text()).toContain('isv.invalid-parameter');
    const broken = await fetch(address, { method: 'POST', body: 'biz_content=%E6%' });
    expect(await broken.text()).toContain('isv.invalid-parameter');
  });
});

describe('the business of a request', () => {
  test.each([
    ['out_trade_no', { out_trade_no: 'a-b' }],
    ['out_trade_no', { out_trade_no: undefined }],
    ['subject', { subject: 'a&b' }],
    ['subject', { subject: '品'.repeat(257) }],
    ['total_amount', { total_amount: 8.8 }],
    ['total_amount', { total_amount: '8.801' }],
    ['total_amount', { total_amount: '0.00' }],
    ['total_amount', { total_amount: '100000000.01' }],
    ['time_expire', { time_expire: '2026-11-20 10:09:59' }],
    ['time_expire', { time_expire: '2026-11-31 10:30:00' }],
    ['time_expire', { time_expire: undefined, timeout_express: '16d' }],
    ['product_code', { product_code: 'QUICK_WAP_WAY' }],
    ['seller_id', { seller_id: '2088000000000000' }],
  ])('a precreate with a wrong %s says so: %j', async (field, biz) => {
    const { node } = await world.precreate(orderNumber(), biz);
    expect(node).toMatchObject({ code: '40004', sub_code: 'ACQ.INVALID_PARAMETER' });
    expect(node['sub_msg']).toContain(field);
  });

  test.each([
    { time_expire: undefined },
    { time_expire: undefined, timeout_express: '1c' },
    { body: '说明' },
  ])('a precreate takes %j', async (biz) => {
    expect((await world.precreate(orderNumber(), biz)).node).toMatchObject({ code: '10000' });
  });

  test('a query needs a number, and biz_content has to be an object', async () => {
    for (const biz of [{}, { out_trade_no: '' }, { trade_no: 7 }, '[]', 'no json']) {
      const { node } = await world.call('alipay.trade.query', biz);
      expect(node).toMatchObject({ sub_code: 'ACQ.INVALID_PARAMETER' });
    }
  });

  test('slashes are escaped on the wire, Chinese is not', async () => {
    const { text } = await world.precreate(orderNumber());
    expect(text).toContain('"qr_code":"https:\\/\\/qr.alipay.com\\/bax');
    expect((await world.call('alipay.trade.query', { out_trade_no: 'none' })).text).toContain('交易不存在');
  });
});
