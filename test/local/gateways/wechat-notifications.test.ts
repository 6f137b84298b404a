// Notifications of WeChat Pay: what they say, how they are proved, and when they come again.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  beijing,
  heard,
  openWorld,
  orderNumber,
  type Channel,
  type Heard,
  type World,
} from './wechat-merchant.ts';
import { heardGenuine } from './wechat-proof.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => {
  world.shop.reply = 204;
});
afterAll(() => world.stop());

const [second, hour] = [1000, 3_600_000];

/** Pays, and gives what the shop hears of it from now on. */
async function paid(number = orderNumber(), channel?: Channel, conduct: object = {}) {
  const { body } = await world.pay(number, { ...conduct }, channel);
  return { number, notices: () => heard(world, body['gateway_transaction_id'], channel) };
}
const genuine = (each: Heard | undefined, channel?: Channel) =>
  each !== undefined && heardGenuine(each, world.account(channel));
const advance = async (ms: number) => {
  await world.clock.advance(ms);
  await world.gateways.idle();
};
const deliveries = async (number: string) =>
  (await world.control('GET', `/callbacks?transaction_id=${number}`)).body['callbacks'] as object[];

describe('a notification', () => {
  test.each<Channel>(['WECHAT_PAY', 'WECHAT_PAY_CERT'])(
    'at %s is the order, hidden and proved',
    async (channel) => {
      const { number, notices } = await paid(undefined, channel, { method: 'coupon' });
      const [notice, ...more] = notices();
      expect(more).toEqual([]);
      expect(genuine(notice, channel)).toBe(true);
      expect(notice?.plain).toEqual((await world.query(number, { channel })).body);
      expect(notice?.plain).toMatchObject({
        trade_state: 'SUCCESS',
        amount: { total: 880, payer_total: 440 },
      });
      expect(notice?.envelope).toEqual({
        id: expect.stringMatching(/^EV-\d{22}$/),
        create_time: beijing(world.clock.at),
        resource_type: 'encrypt-resource',
        event_type: 'TRANSACTION.SUCCESS',
        summary: '支付成功',
        resource: {
          original_type: 'transaction',
          algorithm: 'AEAD_AES_256_GCM',
          ciphertext: expect.any(String),
          associated_data: 'transaction',
          nonce: expect.stringMatching(/^.{12}$/),
        },
      });
      expect(notice?.headers).toMatchObject({
        'content-type': 'application/json',
        'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
        'wechatpay-timestamp': String(Math.floor(world.clock.at / 1000)),
      });
    },
  );

  test('the other merchant cannot open it', async () => {
    const { body } = await world.pay(orderNumber());
    expect(heard(world, body['gateway_transaction_id'], 'WECHAT_PAY_CERT')).toEqual([]);
  });

  test('is proved over its bytes: the same JSON written anew is not genuine', async () => {
    // A cipher text without a slash would be the same either way: it happens once in many.
    const told: Heard[] = [];
    while (!told.some(({ raw }) => raw.includes('\\/'))) told.push(...(await paid()).notices());
    const escaped = told.find(({ raw }) => raw.includes('\\/')) as Heard;
    expect(genuine(escaped)).toBe(true);
    expect(genuine({ ...escaped, raw: JSON.stringify(escaped.envelope) })).toBe(false);
  });

  test('is taken with 200 and with 204, whatever stands in it', async () => {
    for (const reply of [200, 204]) {
      world.shop.reply = reply;
      const { number } = await paid();
      expect(await deliveries(number)).toMatchObject([{ status: reply, accepted: true }]);
    }
  });

  test.each([201, 302, 400, 401, 500])('comes again after %i', async (reply) => {
    world.shop.reply = reply;
    const { number, notices } = await paid();
    expect(await deliveries(number)).toMatchObject([{ status: reply, accepted: false }]);
    world.shop.reply = 204;
    await advance(15 * second);
    expect(notices()).toHaveLength(2);
  });

  test('sixteen times within 24 h 4 min: one body, and a new proof each time', async () => {
    world.shop.reply = 500;
    const began = world.clock.at;
    const { number, notices } = await paid();
    await advance(3 * 24 * hour);
    const made = (await deliveries(number)) as { at: string; attempt: number; notify_id: string }[];
    expect(made.map(({ at }) => (Date.parse(at) - began) / second)).toEqual([
      ...[0, 15, 30, 60, 240, 840, 2040, 3840, 5640, 7440, 11040],
      ...[21840, 32640, 43440, 65040, 86640],
    ]);
    const told = notices();
    expect(told).toHaveLength(16);
    expect(new Set(told.map(({ raw }) => raw)).size).toBe(1);
    expect(new Set(made.map(({ notify_id: id }) => id))).toEqual(new Set([told[0]?.envelope['id']]));
    for (const name of ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature']) {
      expect(new Set(told.map(({ headers }) => headers[name])).size).toBe(16);
    }
    expect(told.every((each) => genuine(each))).toBe(true);
  });

  test('can be asked for again', async () => {
    const { number, notices } = await paid();
    expect(await world.control('POST', '/callbacks/resend', { transaction_id: number })).toMatchObject({
      status: 200,
      body: { callbacks: [{ attempt: 1 }, { attempt: 2, accepted: true }] },
    });
    expect(notices()).toHaveLength(2);
    const unpaid = orderNumber();
    await world.place('native', unpaid);
    const answer = await world.control('POST', '/callbacks/resend', { transaction_id: unpaid });
    expect(answer.status).toBe(404);
  });
});
