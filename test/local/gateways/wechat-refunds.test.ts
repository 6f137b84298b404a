// Refunds at WeChat Pay: how one goes, what is refused, and what a repeat is.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, openWorld, orderNumber, type World } from './wechat-merchant.ts';
import { path, refunding, refundNumber, type PaidOrder } from './wechat-refunding.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const at = refunding(() => world);
const [second, minute, day] = [1000, 60_000, 86_400_000];
const refused = (status: number, code: string, words: string) => ({
  status,
  genuine: true,
  body: { code, message: expect.stringContaining(words) as unknown },
});

test('it is in process when it is asked for, and has succeeded five seconds later', async () => {
  const of = await at.paid();
  const asked = world.clock.at;
  const first = await at.refund(of, '00', 300);
  expect(first).toMatchObject({ status: 200, genuine: true });
  const facts = {
    refund_id: expect.stringMatching(/^503\d{26}$/) as unknown,
    out_refund_no: refundNumber(of.order),
    transaction_id: of.transactionId,
    out_trade_no: of.order,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    create_time: beijing(asked),
    funds_account: 'UNSETTLED',
    amount: {
      ...{ total: 880, refund: 300, payer_total: 880, payer_refund: 300, discount_refund: 0 },
      ...{ settlement_total: 880, settlement_refund: 300, currency: 'CNY', refund_fee: 0 },
    },
    promotion_detail: [],
  };
  expect(first.body).toEqual({ ...facts, status: 'PROCESSING' });
  await at.advance(5 * second - 1);
  expect((await at.find(of, '00')).body).toEqual({ ...facts, status: 'PROCESSING' });
  await at.advance(1);
  const done = { ...facts, status: 'SUCCESS', success_time: beijing(asked + 5 * second) };
  expect(await at.find(of, '00')).toMatchObject({ status: 200, genuine: true, body: done });
});

test('the order is called REFUND from then on, and tells of the whole payment as before', async () => {
  const of = await at.paid();
  const { body: before } = await world.query(of.order);
  await at.refund(of, '00', 1);
  expect((await world.query(of.order)).body).toEqual({
    ...before,
    trade_state: 'REFUND',
    trade_state_desc: '转入退款',
  });
  expect(await world.close(of.order)).toMatchObject({ status: 400, body: { code: 'ORDERPAID' } });
  expect(await world.place('native', of.order)).toMatchObject({ body: { code: 'ORDERPAID' } });
});

test('by the merchant’s number of the order as well as by WeChat Pay’s', async () => {
  const of = await at.paid();
  const named = { transaction_id: undefined, out_trade_no: of.order };
  expect(await at.refund(of, '00', 300, named)).toMatchObject({ status: 200 });
});

test('nobody finds another merchant’s', async () => {
  const of = await at.paid();
  await at.refund(of, '00', 300);
  const other = { channel: 'WECHAT_PAY_CERT' } as const;
  expect(await at.find(of, '00', other)).toMatchObject(refused(404, 'RESOURCE_NOT_EXISTS', '退款单'));
  expect(await at.refund(of, '01', 300, {}, other)).toMatchObject(
    refused(404, 'RESOURCE_NOT_EXISTS', '订单'),
  );
});

describe('a repeat', () => {
  test('is the same refund, however it stands', async () => {
    const of = await at.paid();
    const first = await at.refund(of, '00', 300);
    expect((await at.refund(of, '00', 300)).body).toEqual(first.body);
    await at.advance(5 * second);
    const told = await at.find(of, '00');
    expect((await at.refund(of, '00', 300, { reason: '另一个' })).body).toEqual(told.body);
    expect(await at.rows(of)).toHaveLength(1);
  });

  test('of other facts is refused, and changes nothing', async () => {
    const [of, other] = [await at.paid(), await at.paid()];
    const { body } = await at.refund(of, '00', 300);
    const mismatch = refused(400, 'INVALID_REQUEST', '与之前请求不一致');
    expect(await at.refund(of, '00', 301)).toMatchObject(mismatch);
    const same = { out_refund_no: refundNumber(of.order) };
    expect(await at.refund(other, '00', 300, same)).toMatchObject(mismatch);
    expect((await at.find(of, '00')).body).toEqual(body);
  });

  test('of one that was closed begins it anew, once', async () => {
    const of = await at.paid();
    const { body } = await at.refund(of, '00', 880);
    await at.decide({ refund_id: refundNumber(of.order), outcome: 'failed' });
    expect((await at.find(of, '00')).body).toMatchObject({ status: 'CLOSED' });
    expect(await at.refund(of, '00', 880)).toMatchObject({ status: 429 });
    await at.advance(minute);
    const again = await at.refund(of, '00', 880);
    expect(again.body).toMatchObject({ status: 'PROCESSING', refund_id: body['refund_id'] });
    await at.advance(5 * second);
    expect(await at.rows(of)).toMatchObject([{ status: 'SUCCESS', amount: '8.80' }]);
  });
});

describe('refused', () => {
  const change = (fields: object) => async (of: PaidOrder) => at.refund(of, '00', 300, { ...fields });
  test.each([
    ['an order that there is not', change({ transaction_id: '4200000000' }), 404, 'RESOURCE_NOT_EXISTS'],
    [
      'another total',
      change({ amount: { refund: 300, total: 881, currency: 'CNY' } }),
      400,
      'INVALID_REQUEST',
    ],
    [
      'more than the total',
      change({ amount: { refund: 881, total: 880, currency: 'CNY' } }),
      400,
      'PARAM_ERROR',
    ],
    ['nothing', change({ amount: { refund: 0, total: 880, currency: 'CNY' } }), 400, 'PARAM_ERROR'],
    ['half a 分', change({ amount: { refund: 1.5, total: 880, currency: 'CNY' } }), 400, 'PARAM_ERROR'],
    ['dollars', change({ amount: { refund: 300, total: 880, currency: 'USD' } }), 400, 'PARAM_ERROR'],
    ['a number of other characters', change({ out_refund_no: 'rfd 1' }), 400, 'PARAM_ERROR'],
    ['an address with a query', change({ notify_url: 'https://a.example/?b' }), 400, 'PARAM_ERROR'],
    ['a long reason', change({ reason: '退'.repeat(27) }), 400, 'PARAM_ERROR'],
    ['no order at all', change({ transaction_id: undefined }), 400, 'PARAM_ERROR'],
  ])('%s', async (_, ask, status, code) => {
    const of = await at.paid();
    expect(await ask(of)).toMatchObject({ status, genuine: true, body: { code } });
    expect(await at.rows(of)).toEqual([]);
    expect((await world.query(of.order)).body['trade_state']).toBe('SUCCESS');
  });

  test('an order that was not paid', async () => {
    const order = orderNumber();
    await world.place('native', order);
    const of = { order, transactionId: '' };
    const named = { transaction_id: undefined, out_trade_no: order };
    expect(await at.refund(of, '00', 300, named)).toMatchObject(refused(400, 'INVALID_REQUEST', '未支付'));
  });

  test('more than is left, counting what is in process and not what was closed', async () => {
    const of = await at.paid();
    await at.refund(of, '00', 500);
    await at.advance(minute);
    expect(await at.refund(of, '01', 381)).toMatchObject(refused(400, 'INVALID_REQUEST', '大于'));
    await at.refund(of, '01', 380);
    await at.advance(minute);
    expect(await at.refund(of, '02', 1)).toMatchObject(refused(400, 'INVALID_REQUEST', '全额退款'));
    const all = await at.paid();
    await at.refund(all, '00', 880);
    await at.decide({ refund_id: refundNumber(all.order), outcome: 'failed' });
    await at.advance(minute);
    expect(await at.refund(all, '01', 880)).toMatchObject({ status: 200 });
  });

  test('another within a minute', async () => {
    const of = await at.paid();
    await at.refund(of, '00', 100);
    await at.advance(minute - 1);
    expect(await at.refund(of, '01', 100)).toMatchObject(refused(429, 'FREQUENCY_LIMITED', '1分钟'));
    expect(await at.refund(of, '00', 100)).toMatchObject({ status: 200 });
    await at.advance(1);
    expect(await at.refund(of, '01', 100)).toMatchObject({ status: 200 });
  });

  test('the fifty-first', async () => {
    const of = await at.paid();
    for (let i = 0; i < 50; i++) {
      expect(await at.refund(of, String(i).padStart(2, '0'), 1)).toMatchObject({ status: 200 });
      await at.advance(minute);
    }
    expect(await at.refund(of, '50', 1)).toMatchObject(refused(400, 'INVALID_REQUEST', '50次'));
  });

  test('a year and a moment after the payment', async () => {
    const of = await at.paid();
    await at.advance(365 * day);
    expect(await at.refund(of, '00', 100)).toMatchObject({ status: 200 });
    await at.advance(minute);
    expect(await at.refund(of, '01', 100)).toMatchObject(refused(400, 'INVALID_REQUEST', '期限'));
    expect(await at.find(of, '00')).toMatchObject({ body: { status: 'SUCCESS' } });
  });
});

test.each([
  ['GET', path],
  ['GET', `${path}/`],
  ['GET', `${path}/a/b`],
  ['POST', `${path}/rfd_1`],
])('%s %s is no address', async (method, address) => {
  const answer = await world.call(method, address, method === 'POST' ? {} : undefined);
  expect(answer).toMatchObject({ status: 404, genuine: true, body: { code: 'INVALID_REQUEST' } });
});
