// What people decide about refunds at Alipay, and what a console refund tells the shop.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, type World } from './alipay-merchant.ts';
import { paidTrade, type Refunding } from './alipay-refunding.ts';
import { sdkOf } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const decide = (body: object) => world.control('POST', '/refunds/decide', body);
const ahead = (trade: Refunding, outcome: string) => decide({ transaction_id: trade.number, outcome });
const about = (outcome: string, refundNumber: string) => decide({ refund_id: refundNumber, outcome });
const no = (subCode: string) => ({ code: '40004', sub_code: subCode });
/** a number that no other test has */
const aNumber = () => orderNumber().replace('pay', 'rfd');

async function pendingRefund() {
  const trade = await paidTrade(world);
  await ahead(trade, 'pending');
  const number = aNumber();
  const answer = await trade.refund(number, '3.00');
  return { trade, number, answer };
}

describe('a refund that takes its time', () => {
  test('is taken up, moves nothing, and leaves its status out', async () => {
    const { trade, number, answer } = await pendingRefund();
    expect(answer).toMatchObject({ code: '10000', fund_change: 'N', refund_fee: '0.00' });
    const { held } = await trade.books();
    const told = await trade.ask(number);
    expect(told).toMatchObject({ out_request_no: number, refund_amount: '3.00' });
    expect(told).not.toHaveProperty('refund_status');
    expect(await trade.refund(number, '3.00')).toMatchObject({ fund_change: 'N' });
    expect(await trade.refund('rfd_other', '5.81')).toMatchObject(no('ACQ.REASON_TRADE_REFUND_FEE_ERR'));
    expect(trade.told()).toEqual([]);
    expect(await trade.books()).toMatchObject({
      held,
      refunds: [{ status: 'REFUND_PROCESSING', refunded_at: null }],
    });
  });

  test('success: now the money moves, and the shop hears of it', async () => {
    const { trade, number } = await pendingRefund();
    const { held } = await trade.books();
    expect(await about('pending', number)).toMatchObject({ status: 200 });
    expect(await about('success', number)).toMatchObject({ status: 200, body: { refund_id: number } });
    await world.gateways.idle();
    expect(await trade.ask(number)).toMatchObject({ refund_status: 'REFUND_SUCCESS' });
    expect(trade.told()).toMatchObject([{ out_biz_no: number, refund_fee: '3.00' }]);
    expect(await trade.books()).toMatchObject({ held: held - 300, refunds: [{ status: 'REFUND_SUCCESS' }] });
    expect(await about('failed', number)).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('REFUND_SUCCESS already') },
    });
  });

  test('failed: a query still says nothing, and a repeat is refused', async () => {
    const { trade, number } = await pendingRefund();
    await about('failed', number);
    expect(await trade.ask(number)).not.toHaveProperty('refund_status');
    expect(await trade.refund(number, '3.00')).toMatchObject(no('ACQ.TRADE_NOT_ALLOW_REFUND'));
    expect(trade.told()).toEqual([]);
    expect(await trade.books()).toMatchObject({ sum: 0, refunds: [{ status: 'REFUND_FAILED' }] });
    expect(await trade.refund(aNumber(), '8.80')).toMatchObject({ fund_change: 'Y' });
  });
});

test('failed ahead: refused, and refused again', async () => {
  const trade = await paidTrade(world);
  await ahead(trade, 'failed');
  const number = aNumber();
  for (let i = 0; i < 2; i++)
    expect(await trade.refund(number, '3.00')).toMatchObject(no('ACQ.TRADE_NOT_ALLOW_REFUND'));
});

test('insufficient balance: refused until money was put in; then the same call works', async () => {
  const trade = await paidTrade(world);
  await ahead(trade, 'insufficient_balance');
  const number = aNumber();
  for (let i = 0; i < 2; i++)
    expect(await trade.refund(number, '3.00')).toMatchObject(no('ACQ.SELLER_BALANCE_NOT_ENOUGH'));
  expect(await trade.ask(number)).not.toHaveProperty('out_request_no');
  expect(await trade.books()).toMatchObject({ refunds: [] });
  expect(await about('success', number)).toMatchObject({ status: 200 });
  expect(await trade.books()).toMatchObject({ refunds: [] });
  expect(await trade.refund(number, '3.00')).toMatchObject({ fund_change: 'Y' });
});

test.each(['abnormal', 'returned'])(
  '%s never becomes of a refund here: 422 with a sentence',
  async (outcome) => {
    const { trade, number } = await pendingRefund();
    const refused = { status: 422, body: { error: expect.stringMatching(/At|From Alipay/) } };
    expect(await about(outcome, number)).toMatchObject(refused);
    expect(await ahead(trade, outcome)).toMatchObject(refused);
  },
);

test('what nobody asked for, or nobody paid, cannot be decided about', async () => {
  const unpaid = orderNumber();
  await world.pay(unpaid, 'pending');
  expect(await about('abnormal', 'rfd_nobody')).toMatchObject({ status: 404 });
  expect(await decide({ transaction_id: unpaid, outcome: 'abnormal' })).toMatchObject({ status: 404 });
});

describe('at the console', () => {
  const refund = (number: string, amount: string) =>
    world.control('POST', '/refunds/console', { transaction_id: number, amount });

  test('the refund has a number of Alipay’s, by which it is told and asked for', async () => {
    const trade = await paidTrade(world);
    await trade.refund(aNumber(), '1.00');
    const { status, body } = await refund(trade.number, '3.00');
    await world.gateways.idle();
    const { refund_id: made } = body as { refund_id: string };
    expect(status).toBe(200);
    expect(body).toMatchObject({
      refund_id: expect.stringMatching(/^\d{24}$/),
      amount: '3.00',
      status: 'REFUND_SUCCESS',
    });
    expect(trade.told()[1]).toMatchObject({ out_biz_no: made, refund_fee: '4.00' });
    expect(sdkOf(world).checkNotifySignV2(trade.told()[1])).toBe(true);
    expect(await trade.ask(made)).toMatchObject({ refund_amount: '3.00', refund_status: 'REFUND_SUCCESS' });
    expect((await trade.books()).refunds).toHaveLength(2);
  });

  test('what cannot go back is refused in words', async () => {
    const trade = await paidTrade(world);
    expect(await refund(trade.number, '8.81')).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('8.80 of') },
    });
    expect(await refund(trade.number, '1.001')).toMatchObject({ status: 422 });
    expect(await refund(orderNumber(), 'x')).toMatchObject({ status: 404 });
    expect(await trade.books()).toMatchObject({ refunds: [], sum: 0 });
  });
});
