// Notifications of WeChat Pay that are lost, late, false or forged, on demand.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { heard, openWorld, orderNumber, type World } from './wechat-merchant.ts';
import { heardGenuine, type Received } from './wechat-proof.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const [second, minute, hour] = [1000, 60_000, 3_600_000];

/** Pays, and gives what the shop hears of it from now on. */
async function paid(number = orderNumber()) {
  const { body } = await world.pay(number);
  return { number, notices: () => heard(world, body['gateway_transaction_id']) };
}
const genuine = (each: Received | undefined) => each !== undefined && heardGenuine(each, world.account());
const advance = async (ms: number) => {
  await world.clock.advance(ms);
  await world.gateways.idle();
};
const deliveries = async (number: string) =>
  (await world.control('GET', `/callbacks?transaction_id=${number}`)).body['callbacks'] as object[];

describe('faults', () => {
  const provider = 'wechat_pay';
  async function under(fault: string, more: object = {}) {
    const number = orderNumber();
    const callback = { kind: 'payment', fault, ...more };
    const planted = { transaction_id: number, provider, callback };
    expect(await world.control('POST', '/faults', planted)).toMatchObject({ status: 200 });
    const before = world.shop.received.length;
    const { notices } = await paid(number);
    const first = world.shop.received.slice(before);
    return { number, notices, first };
  }
  /** The second delivery, on schedule, is the truth. */
  async function thenTheTruth({ number, notices }: Awaited<ReturnType<typeof under>>, fault: string) {
    await advance(15 * second);
    const last = notices().at(-1);
    expect(genuine(last)).toBe(true);
    expect(last?.plain).toMatchObject({ out_trade_no: number, amount: { total: 880, currency: 'CNY' } });
    expect(last?.envelope['event_type']).toBe('TRANSACTION.SUCCESS');
    expect(await deliveries(number)).toMatchObject([{ fault, accepted: false }, { accepted: true }]);
  }

  test.each([
    ['wrong_amount', { amount: { total: 980, payer_total: 980 } }],
    ['wrong_currency', { amount: { total: 880, currency: 'USD' } }],
    ['wrong_merchant', { mchid: '1900009999', appid: 'wx0000000000009999' }],
    ['unknown_number', { out_trade_no: expect.any(String) }],
  ])('%s: genuinely signed, and not to be believed', async (fault, plain) => {
    const spoiled = await under(fault);
    const [notice] = spoiled.notices();
    expect(genuine(notice)).toBe(true);
    expect(notice?.plain).toMatchObject(plain);
    const same = notice?.plain['out_trade_no'] === spoiled.number;
    expect(same).toBe(fault !== 'unknown_number');
    await thenTheTruth(spoiled, fault);
  });

  test('unknown_type', async () => {
    const spoiled = await under('unknown_type');
    const [notice] = spoiled.notices();
    expect(genuine(notice)).toBe(true);
    expect(notice?.envelope['event_type']).toBe('TRANSACTION.WEATHER');
    await thenTheTruth(spoiled, 'unknown_type');
  });

  test('stale: genuinely signed, years ago', async () => {
    const spoiled = await under('stale');
    const [notice] = spoiled.notices();
    expect(genuine(notice)).toBe(true);
    expect(notice?.headers['wechatpay-timestamp']).toBe('1451577600');
    await thenTheTruth(spoiled, 'stale');
  });

  test.each(['tampered', 'wrong_key', 'signtest'])('%s: not genuine, under a true serial', async (fault) => {
    const spoiled = await under(fault);
    const [notice, ...more] = spoiled.first;
    expect(more).toEqual([]);
    expect(notice && heardGenuine(notice, world.account())).toBe(false);
    expect(notice?.headers['wechatpay-serial']).toBe(world.account().publicKeyId);
    const signature = String(notice?.headers['wechatpay-signature']);
    expect(signature.startsWith('WECHATPAY/SIGNTEST/')).toBe(fault === 'signtest');
    expect(signature).toHaveLength(344);
    await thenTheTruth(spoiled, fault);
  });

  test('duplicated: twice at once', async () => {
    const { number, notices } = await under('duplicated');
    expect(notices()).toHaveLength(2);
    expect(notices().every((each) => genuine(each))).toBe(true);
    expect(await deliveries(number)).toMatchObject([{ accepted: true }, { accepted: true }]);
  });

  test('lost: all of them, or as many as was asked', async () => {
    const { notices } = await under('lost');
    await advance(hour);
    expect(notices()).toEqual([]);
    const once = await under('lost', { times: 1 });
    await advance(15 * second);
    expect(once.notices()).toHaveLength(1);
  });

  test('delayed: by as much as was asked', async () => {
    const { notices } = await under('delayed', { delay: '20m' });
    await advance(20 * minute - 1);
    expect(notices()).toEqual([]);
    await advance(1);
    expect(notices()).toHaveLength(1);
  });

  test('early: it is there before the answer to the order', async () => {
    const number = orderNumber();
    await world.control('POST', '/faults', { provider, callback: { fault: 'early' } });
    const before = world.shop.received.length;
    expect(await world.place('native', number)).toMatchObject({ status: 200 });
    expect(world.shop.received).toHaveLength(before + 1);
    expect((await world.query(number)).body['trade_state']).toBe('SUCCESS');
  });

  test('are the named provider’s alone', async () => {
    await world.control('POST', '/faults', { provider: 'alipay', callback: { fault: 'wrong_amount' } });
    const { notices } = await paid();
    expect(notices()[0]?.plain).toMatchObject({ amount: { total: 880 } });
    const { body } = await world.control('GET', '/faults');
    expect(body['faults']).toMatchObject({ callback: [{ provider: 'alipay', fault: 'wrong_amount' }] });
  });

  test.each([
    ['carry no mode', { provider, callback: { fault: 'other_mode' } }],
    ['"provider":"wechat_pay"', { callback: { fault: 'signtest' } }],
    ['no signature probes', { provider: 'alipay', callback: { fault: 'signtest' } }],
  ])('400: …%s…', async (words, body) => {
    const answer = await world.control('POST', '/faults', body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(words) } });
  });
});
