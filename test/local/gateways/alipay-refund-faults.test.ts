// Faults on the way of a refund, of its query and of its notice, seen from the merchant's side.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { openWorld, type World } from './alipay-merchant.ts';
import { paidTrade, type Refunding } from './alipay-refunding.ts';
import { sdkOf } from './alipay-shop-sdk.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const no = (subCode: string) => ({ code: '40004', sub_code: subCode });
const plant = (trade: Refunding, body: object) =>
  world.control('POST', '/faults', { transaction_id: trade.number, ...body });
const call = (trade: Refunding, operation: string, fault: string) =>
  plant(trade, { call: { operation, fault, ms: 100 } });
/** Asked for once (the SDK would repeat it by itself): whether an answer came, and was genuine. */
async function answered({ tradeNo }: Refunding): Promise<boolean> {
  const biz = { trade_no: tradeNo, out_request_no: 'rfd_1', refund_amount: '3.00' };
  const answer = await world.call('alipay.trade.refund', biz).catch(() => undefined);
  return answer?.genuine ?? false;
}
const callback = (trade: Refunding, fault: string) => plant(trade, { callback: { kind: 'refund', fault } });

test.each(['timeout_before', 'reset_before', 'http_500_before'])('%s: no money moved', async (fault) => {
  const trade = await paidTrade(world);
  await call(trade, 'refund', fault);
  expect(await answered(trade)).toBe(false);
  expect(await trade.books()).toMatchObject({ refunds: [] });
  expect(await trade.refund('rfd_1', '3.00')).toMatchObject({ fund_change: 'Y' });
});

test.each(['timeout_after', 'reset_after', 'http_500_after', 'html_200', 'truncated', 'bad_signature'])(
  '%s: the money moved, and only a repeat or a query says so',
  async (fault) => {
    const trade = await paidTrade(world);
    await call(trade, 'refund', fault);
    expect(await answered(trade)).toBe(false);
    expect(await trade.books()).toMatchObject({ refunds: [{ status: 'REFUND_SUCCESS' }] });
    expect(await trade.refund('rfd_1', '3.00')).toMatchObject({ fund_change: 'N', refund_fee: '3.00' });
  },
);

test('rate_limited, unknown_code, wrong_order: genuine, and no word of the refund', async () => {
  const trade = await paidTrade(world);
  await call(trade, 'refund', 'rate_limited');
  expect(await trade.refund('rfd_1', '3.00')).toMatchObject({ sub_code: 'app.call-limited' });
  expect(await trade.books()).toMatchObject({ refunds: [] });
  await call(trade, 'refund', 'wrong_order');
  expect(await trade.refund('rfd_1', '3.00')).toMatchObject({ out_trade_no: 'order_of_somebody_else' });
  await call(trade, 'refund_query', 'unknown_code');
  expect(await trade.ask('rfd_1')).toMatchObject(no('ACQ.NEVER_HEARD_OF'));
  expect(await trade.ask('rfd_1')).toMatchObject({ refund_status: 'REFUND_SUCCESS' });
});

test('early: the shop hears of it before its call is answered; a fault of payments does not touch it', async () => {
  const trade = await paidTrade(world);
  await plant(trade, { callback: { kind: 'payment', fault: 'lost' } });
  await callback(trade, 'early');
  expect(await answered(trade)).toBe(true);
  expect(trade.told()).toHaveLength(1);
});

test.each([
  ['wrong_amount', true, { refund_fee: '4.00', total_amount: '8.80' }],
  ['unknown_number', true, { out_biz_no: 'rfd_abczz' }],
  ['wrong_merchant', true, { seller_id: '2088900000000009' }],
  ['tampered', false, { out_biz_no: 'rfd_abc01' }],
  ['wrong_key', false, { out_biz_no: 'rfd_abc01' }],
])('%s: such a notice first, the genuine one on schedule', async (fault, isGenuine, fields) => {
  const trade = await paidTrade(world);
  await callback(trade, fault);
  await trade.refund('rfd_abc01', '3.00');
  await world.clock.advance(4 * 60_000);
  const [first, second] = trade.told();
  expect(first).toMatchObject(fields);
  expect(sdkOf(world).checkNotifySignV2(first)).toBe(isGenuine);
  expect(second).toMatchObject({
    out_biz_no: 'rfd_abc01',
    refund_fee: '3.00',
    notify_id: first?.['notify_id'],
  });
  expect(sdkOf(world).checkNotifySignV2(second)).toBe(true);
});
