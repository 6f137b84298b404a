// Refunds over the wire: what moves money, what a repeat is, what is refused, and what the books say. The SDK is the judge
// of every answer and of every notice.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, openWorld, orderNumber, type World } from './alipay-merchant.ts';
import { paidTrade } from './alipay-refunding.ts';
import { order, params, sdkOf, type Mode } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const no = (subCode: string) => ({ code: '40004', sub_code: subCode });
const modes: Mode[] = ['public_key', 'certificate'];

describe.each(modes)('in the mode %s', (mode) => {
  test('a part goes back at once: the answer, the query, the notice and the books agree', async () => {
    const trade = await paidTrade(world, { mode });
    const before = await trade.books();
    expect(await trade.refund('rfd_1', '3.00', { refund_reason: '不想要了' })).toMatchObject({
      code: '10000',
      out_trade_no: trade.number,
      trade_no: trade.tradeNo,
      fund_change: 'Y',
      refund_fee: '3.00',
      gmt_refund_pay: beijing(world.clock.at),
    });
    const known = { out_request_no: 'rfd_1', refund_amount: '3.00', total_amount: '8.80' };
    expect(await trade.ask('rfd_1')).toMatchObject({ ...known, refund_status: 'REFUND_SUCCESS' });
    const [notice, ...others] = trade.told();
    expect(others).toEqual([]);
    expect(notice).toMatchObject({
      notify_type: 'trade_status_sync',
      trade_status: 'TRADE_SUCCESS',
      out_biz_no: 'rfd_1',
      refund_fee: '3.00',
      gmt_refund: `${beijing(world.clock.at)}.000`,
      total_amount: '8.80',
    });
    expect(notice).not.toHaveProperty('gmt_close');
    expect(sdkOf(world, mode).checkNotifySignV2(notice)).toBe(true);
    const { refunds, sum, held } = await trade.books();
    expect(refunds).toEqual([
      {
        provider: 'alipay',
        channel_code: mode === 'certificate' ? 'ALIPAY_CERT' : 'ALIPAY',
        refund_id: 'rfd_1',
        transaction_id: trade.number,
        gateway_transaction_id: trade.tradeNo,
        amount: '3.00',
        currency: 'CNY',
        status: 'REFUND_SUCCESS',
        refunded_at: new Date(world.clock.at).toISOString(),
      },
    ]);
    expect(sum).toBe(0);
    expect(held).toBe(before.held - 300);
  });
});

test('the sum of all refunds rises, and the last closes the trade, which was paid for all that', async () => {
  const trade = await paidTrade(world);
  expect(await trade.refund('rfd_1', '3.00')).toMatchObject({ fund_change: 'Y', refund_fee: '3.00' });
  expect(await trade.refund('rfd_2', '3.00')).toMatchObject({ fund_change: 'Y', refund_fee: '6.00' });
  expect(await trade.refund('rfd_3', '2.80')).toMatchObject({ fund_change: 'Y', refund_fee: '8.80' });
  expect(
    trade.told().map(({ trade_status, refund_fee, out_biz_no }) => [trade_status, refund_fee, out_biz_no]),
  ).toEqual([
    ['TRADE_SUCCESS', '3.00', 'rfd_1'],
    ['TRADE_SUCCESS', '6.00', 'rfd_2'],
    ['TRADE_CLOSED', '8.80', 'rfd_3'],
  ]);
  expect(trade.told()[2]).toMatchObject({ gmt_close: beijing(world.clock.at) });
  expect(await trade.trade()).toMatchObject({
    trade_status: 'TRADE_CLOSED',
    total_amount: '8.80',
    send_pay_date: beijing(world.clock.at),
    receipt_amount: '0.00',
  });
  const { charges, refunds, sum } = await trade.books();
  expect(charges).toMatchObject([{ amount: '8.80', status: 'TRADE_CLOSED' }]);
  expect(refunds).toMatchObject([{ amount: '3.00' }, { amount: '3.00' }, { amount: '2.80' }]);
  expect(sum).toBe(0);
});

test('the same number again moves nothing, and is told with the sum of all', async () => {
  const trade = await paidTrade(world);
  await trade.refund('rfd_1', '3.00');
  await trade.refund('rfd_2', '5.80');
  const { held } = await trade.books();
  expect(await trade.refund('rfd_1', '3.0')).toMatchObject({ fund_change: 'N', refund_fee: '8.80' });
  expect(await trade.refund('rfd_1', '3.01')).toMatchObject(no('ACQ.DISCORDANT_REPEAT_REQUEST'));
  expect(trade.told()).toHaveLength(2);
  expect(await trade.books()).toMatchObject({ held, refunds: [{}, {}] });
});

test('two at once of one number are one refund', async () => {
  const trade = await paidTrade(world);
  const both = await Promise.all([trade.refund('rfd_1', '5.00'), trade.refund('rfd_1', '5.00')]);
  expect(both.map((each) => each['fund_change'] as string).sort()).toEqual(['N', 'Y']);
  expect((await trade.books()).refunds).toHaveLength(1);
});

test('without a number all of it goes back, under the number of the trade', async () => {
  const trade = await paidTrade(world, { amount: '5.00' });
  expect(await trade.refund(undefined, '4.99')).toMatchObject(no('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL'));
  expect(await trade.refund(undefined, '5.00')).toMatchObject({ fund_change: 'Y', refund_fee: '5.00' });
  expect(await trade.refund(undefined, '5.00')).toMatchObject({ fund_change: 'N' });
  expect(await trade.ask(trade.number)).toMatchObject({
    refund_status: 'REFUND_SUCCESS',
    total_amount: '5.00',
  });
});

describe('refused', () => {
  test('what is more than the rest', async () => {
    const trade = await paidTrade(world);
    expect(await trade.refund('rfd_1', '8.81')).toMatchObject(no('ACQ.REASON_TRADE_REFUND_FEE_ERR'));
    await trade.refund('rfd_2', '8.80');
    expect(await trade.refund('rfd_3', '0.01')).toMatchObject(no('ACQ.REASON_TRADE_REFUND_FEE_ERR'));
    expect(await trade.books()).toMatchObject({ refunds: [{ refund_id: 'rfd_2' }] });
  });

  test('a trade that does not exist, that was not paid, or that was closed unpaid', async () => {
    const number = orderNumber();
    const call = async () =>
      (await world.call('alipay.trade.refund', { out_trade_no: number, refund_amount: '8.80' })).node;
    const absent = { ...no('ACQ.TRADE_NOT_EXIST'), refund_fee: '0.00', send_back_fee: '0.00' };
    expect(await call()).toMatchObject(absent);
    await world.pay(number, 'pending');
    expect(await call()).toMatchObject(no('ACQ.TRADE_STATUS_ERROR'));
    await world.call('alipay.trade.close', { out_trade_no: number });
    expect(await call()).toMatchObject(no('ACQ.TRADE_STATUS_ERROR'));
  });

  test('a trade of the other seller', async () => {
    const trade = await paidTrade(world, { mode: 'certificate' });
    const asked = { out_trade_no: trade.number, out_request_no: 'rfd_1', refund_amount: '1.00' };
    for (const method of ['alipay.trade.refund', 'alipay.trade.fastpay.refund.query'])
      expect((await world.call(method, asked)).node).toMatchObject(no('ACQ.TRADE_NOT_EXIST'));
  });

  test.each([
    [{ refund_amount: '0' }],
    [{ refund_amount: '1.001' }],
    [{ refund_amount: 1 }],
    [{ out_request_no: 'a b' }],
    [{ out_request_no: 'a'.repeat(65) }],
    [{ refund_reason: '啊'.repeat(257) }],
    [{ out_trade_no: '', trade_no: undefined }],
  ])('%j', async (change) => {
    const trade = await paidTrade(world);
    expect(await trade.refund('rfd_1', '1.00', change)).toMatchObject(no('ACQ.INVALID_PARAMETER'));
    expect(await trade.books()).toMatchObject({ refunds: [] });
  });

  test('a trade that was paid a year ago is finished', async () => {
    const own = await openWorld();
    const trade = await paidTrade(own);
    await trade.refund('rfd_1', '1.00');
    await own.clock.advance(365 * 86_400_000 - 1);
    expect(await trade.trade()).toMatchObject({ trade_status: 'TRADE_SUCCESS' });
    await own.clock.advance(1);
    expect(await trade.trade()).toMatchObject({ trade_status: 'TRADE_FINISHED', receipt_amount: '8.80' });
    expect(await trade.refund('rfd_2', '1.00')).toMatchObject(no('ACQ.TRADE_HAS_FINISHED'));
    expect(await trade.refund('rfd_1', '1.00')).toMatchObject({ fund_change: 'N' });
    const again = params(own, order(own, trade.number, 'page', { product_code: undefined }));
    expect(await sdkOf(own).exec('alipay.trade.precreate', again)).toMatchObject(no('ACQ.TRADE_HAS_SUCCESS'));
    await own.stop();
  });
});

describe('the query', () => {
  test('of a refund that is not known says nothing at all', async () => {
    const trade = await paidTrade(world);
    const { node } = await world.call('alipay.trade.fastpay.refund.query', {
      trade_no: trade.tradeNo,
      out_request_no: 'rfd_9',
    });
    expect(node).toEqual({ code: '10000', msg: 'Success' });
  });

  test('tells when, and by what, only where it is asked to', async () => {
    const trade = await paidTrade(world);
    await trade.refund('rfd_1', '3.00');
    const bare = await trade.ask('rfd_1');
    expect(bare).not.toHaveProperty('gmt_refund_pay');
    expect(bare).not.toHaveProperty('refund_detail_item_list');
    const query_options = ['gmt_refund_pay', 'refund_detail_item_list'];
    expect(await trade.ask('rfd_1', { query_options })).toMatchObject({
      gmt_refund_pay: beijing(world.clock.at),
      refund_detail_item_list: [{ amount: '3.00', fund_channel: 'ALIPAYACCOUNT' }],
    });
  });

  test('without a number is refused', async () => {
    const trade = await paidTrade(world);
    const { node } = await world.call('alipay.trade.fastpay.refund.query', { trade_no: trade.tradeNo });
    expect(node).toMatchObject(no('ACQ.INVALID_PARAMETER'));
  });
});
