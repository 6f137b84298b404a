// Payers at WeChat Pay: by code, from a page or an app of the shop, in a browser.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, openWorld, orderNumber, type Channel, type Fields, type World } from './wechat-merchant.ts';
import { signed } from './wechat-proof.ts';
import { show, type Way } from './wechat-shown.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const minute = 60_000;
const pay = (number: string, prepay: object, more: object = {}) =>
  world.control('POST', '/pay', {
    ...{ transaction_id: number, outcome: 'success', prepay_info: prepay },
    ...more,
  });
const stateOf = async (number: string, channel?: Channel) =>
  (await world.query(number, channel ? { channel } : {})).body['trade_state'];

describe.each<Way>(['native', 'jsapi', 'app', 'h5'])('%s', (way) => {
  test.each<Channel>(['WECHAT_PAY', 'WECHAT_PAY_CERT'])('is paid, at %s', async (channel) => {
    const number = orderNumber();
    const answer = await pay(number, await show(world, way, number, { channel }));
    expect(answer).toEqual({
      status: 200,
      body: {
        transaction_id: number,
        outcome: 'success',
        scanned: true,
        trade_status: 'SUCCESS',
        gateway_transaction_id: expect.stringMatching(/^4200\d{24}$/),
        amount: '8.80',
      },
    });
    const { body } = await world.query(number, { channel });
    expect(body).toMatchObject({
      trade_state: 'SUCCESS',
      trade_type: { native: 'NATIVE', jsapi: 'JSAPI', app: 'APP', h5: 'MWEB' }[way],
      transaction_id: answer.body['gateway_transaction_id'],
    });
  });

  test.each(['decline', 'pending'])('%s leaves it waiting, and tells nobody', async (outcome) => {
    const number = orderNumber();
    const before = world.shop.received.length;
    const { body } = await pay(number, await show(world, way, number), { outcome });
    expect(body).toMatchObject({ outcome, scanned: true, trade_status: 'NOTPAY', amount: '8.80' });
    expect(await stateOf(number)).toBe('NOTPAY');
    await world.gateways.idle();
    expect(world.shop.received).toHaveLength(before);
  });

  test('abandon never opens it', async () => {
    const number = orderNumber();
    const { body } = await pay(number, await show(world, way, number), { outcome: 'abandon' });
    expect(body).toMatchObject({ scanned: false, trade_status: null, amount: null });
  });

  test('is paid once', async () => {
    const number = orderNumber();
    const shown = await show(world, way, number);
    await pay(number, shown);
    const again = await pay(number, shown);
    expect(again).toMatchObject({ status: 409, body: { error: expect.stringContaining('already paid') } });
    const { body } = await world.control('GET', '/books');
    const rows = body['charges'] as Fields[];
    expect(rows.filter((row) => row['transaction_id'] === number)).toHaveLength(1);
  });

  test('cannot be paid once it is closed', async () => {
    const number = orderNumber();
    const shown = await show(world, way, number);
    await world.close(number);
    const late = await pay(number, shown);
    expect(late).toMatchObject({ status: 409, body: { error: expect.stringContaining('closed') } });
    expect(await stateOf(number)).toBe('CLOSED');
  });

  test('can be opened for its time alone', async () => {
    const number = orderNumber();
    const terms = { time_expire: beijing(world.clock.at + 600 * minute) };
    const shown = await show(world, way, number, { terms });
    const lifetime = (way === 'h5' ? 5 : 120) * minute;
    await world.clock.advance(lifetime - 1);
    expect(await pay(number, shown, { outcome: 'decline' })).toMatchObject({ status: 200 });
    await world.clock.advance(1);
    const late = await pay(number, shown);
    expect(late).toMatchObject({ status: 409, body: { error: expect.stringContaining('is over') } });
    expect(await stateOf(number)).toBe('NOTPAY');
  });
});

describe('the phone checks the second signature', () => {
  test.each<[Way, Record<string, string>, number]>([
    ['jsapi', { timeStamp: '1763604601' }, 422],
    ['jsapi', { nonceStr: 'another' }, 422],
    ['jsapi', { paySign: 'AAAA' }, 422],
    ['jsapi', { signType: 'MD5' }, 422],
    ['jsapi', { appId: 'wx0000000000000000' }, 422],
    ['jsapi', { package: 'prepay_id=wx0' }, 404],
    ['jsapi', { timeStamp: '' }, 422],
    ['app', { timestamp: '1763604601' }, 422],
    ['app', { sign: 'AAAA' }, 422],
    ['app', { package: 'prepay_id=x' }, 422],
    ['app', { partnerid: '1900000000' }, 422],
    ['app', { appid: 'wx0000000000000000' }, 422],
    ['app', { prepayid: 'wx0' }, 404],
  ])('%s with %j: refused', async (way, change, status) => {
    const number = orderNumber();
    const answer = await pay(number, await show(world, way, number, { change }));
    expect(answer).toMatchObject({ status, body: { error: expect.stringContaining('No money moved') } });
    expect(await stateOf(number)).toBe('NOTPAY');
  });

  test('and that the order was placed for it', async () => {
    const number = orderNumber();
    const { parameters } = (await show(world, 'app', number)) as { parameters: Record<string, string> };
    const { appid, merchantPrivateKeyPem: key } = world.account();
    const package_ = `prepay_id=${parameters['prepayid'] ?? ''}`;
    const paySign = signed(`${appid}\n1\nn\n${package_}\n`, key);
    const asPage = {
      appId: appid,
      timeStamp: '1',
      nonceStr: 'n',
      package: package_,
      signType: 'RSA',
      paySign,
    };
    const answer = await pay(number, { kind: 'jsapi_parameters', parameters: asPage });
    expect(answer).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('another way to pay') },
    });
  });
});

test('a code that nobody gave out, or of another product', async () => {
  const code = (pr: string) => ({ kind: 'qr_code', qr_code: `weixin://wxpay/bizpayurl?pr=${pr}` });
  expect(await pay('x', code('nothing'))).toMatchObject({
    status: 404,
    body: { error: expect.stringContaining('never gave out') },
  });
  expect(await pay('x', { kind: 'app_parameters', parameters: {} })).toMatchObject({ status: 422 });
});
