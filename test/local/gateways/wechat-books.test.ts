// What WeChat Pay's books say of wrong sums, coupons and both merchants.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type Fields, type World } from './wechat-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

interface BookFacts {
  readonly charges: (Fields & { transaction_id: string; provider: string })[];
  readonly balances: Record<string, string>;
}
const books = async (query = '?provider=wechat_pay') =>
  (await world.control('GET', `/books${query}`)).body as unknown as BookFacts;
const charged = ({ charges }: BookFacts, number: string) =>
  charges.filter(({ transaction_id: id }) => id === number);
const fen = (yuan: string) => Math.round(Number(yuan) * 100);

describe('money', () => {
  test('a wrong sum is told as it was paid', async () => {
    const number = orderNumber();
    const { body } = await world.pay(number, { amount: '7.80' });
    expect(body).toMatchObject({ amount: '7.80' });
    const { body: order } = await world.query(number);
    expect(order['amount']).toMatchObject({ total: 780, payer_total: 780 });
    expect(charged(await books(), number)).toMatchObject([{ amount: '7.80' }]);
  });

  test('a coupon takes over half: the merchant gets all, the payer pays the rest', async () => {
    const before = await books();
    const number = orderNumber();
    await world.pay(number, { method: 'coupon' });
    const { body: order } = await world.query(number);
    expect(order['amount']).toEqual({
      ...{ total: 880, payer_total: 440 },
      ...{ currency: 'CNY', payer_currency: 'CNY' },
    });
    expect(order['promotion_detail']).toMatchObject([{ amount: 440, wechatpay_contribute: 440 }]);
    const after = await books();
    expect(charged(after, number)).toMatchObject([{ amount: '8.80' }]);
    const account = `merchant:${world.account().mchid}:unsettled`;
    const gained = fen(after.balances[account] ?? '0') - fen(before.balances[account] ?? '0');
    expect(gained).toBe(880);
    expect(fen(after.balances['wechat_pay:coupons'] ?? '0')).toBe(-440);
  });

  test.each([{ amount: '1.005' }, { amount: '0' }, { method: 'gold' }])('%j is refused', async (conduct) => {
    expect(await world.pay(orderNumber(), conduct)).toMatchObject({ status: 400 });
  });

  test('the books balance, and name channel, numbers and time', async () => {
    const number = orderNumber();
    const { body } = await world.pay(number, {}, 'WECHAT_PAY_CERT');
    const { charges, balances } = await books();
    expect(charges.at(-1)).toEqual({
      provider: 'wechat_pay',
      channel_code: 'WECHAT_PAY_CERT',
      transaction_id: number,
      gateway_transaction_id: body['gateway_transaction_id'],
      amount: '8.80',
      currency: 'CNY',
      status: 'SUCCESS',
      paid_at: new Date(world.clock.at).toISOString(),
    });
    expect(Object.values(balances).reduce((sum, each) => sum + fen(each), 0)).toBe(0);
    const received = Object.entries(balances).filter(([account]) => account.startsWith('merchant:'));
    const total = charges.reduce((sum, { amount }) => sum + fen(String(amount)), 0);
    expect(received.reduce((sum, [, each]) => sum + fen(each), 0)).toBe(total);
  });

  test('without a provider: everybody’s', async () => {
    expect((await books('')).charges).toEqual((await books()).charges);
    expect((await books('?provider=alipay')).charges).toEqual([]);
  });
});
