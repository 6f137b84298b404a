// What people decide about refunds at WeChat Pay, what its console does, and what the books then say.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { heard, openWorld, type World } from './wechat-merchant.ts';
import { refunding, refundNumber, type PaidOrder } from './wechat-refunding.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const at = refunding(() => world);
const [second, minute] = [1000, 60_000];
const statusOf = async (of: PaidOrder, own = '00') => (await at.find(of, own)).body['status'];
const newsOf = ({ transactionId }: PaidOrder) =>
  heard(world, transactionId).map(({ envelope }) => envelope['event_type']);
const sum = (balances: Record<string, number>) => Object.values(balances).reduce((all, fen) => all + fen, 0);

/** What each account has gained by `act`, where that is not nothing. */
async function gained(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await at.balances();
  await act();
  const after = await at.balances();
  expect(sum(after)).toBe(0);
  return Object.fromEntries(
    Object.entries(after)
      .map(([account, fen]) => [account.replace(/:.*:/, ':'), fen - (before[account] ?? 0)] as const)
      .filter(([, fen]) => fen !== 0),
  );
}
const decide = (of: PaidOrder, outcome: string) => at.decide({ refund_id: refundNumber(of.order), outcome });
const ahead = (of: PaidOrder, outcome: string) => at.decide({ transaction_id: of.order, outcome });
const buyer = `buyer:oUpF8uMuAJO_M2pxb1Q9zNjWeS6o`;

describe('money', () => {
  test('moves when it has reached the payer, and not before', async () => {
    const of = await at.paid();
    expect(await gained(() => at.refund(of, '00', 300))).toEqual({});
    expect(await gained(() => at.advance(5 * second))).toEqual({ 'merchant:unsettled': -300, [buyer]: 300 });
    expect(await at.rows(of)).toEqual([
      {
        provider: 'wechat_pay',
        channel_code: 'WECHAT_PAY',
        refund_id: refundNumber(of.order),
        gateway_refund_id: (await at.find(of, '00')).body['refund_id'],
        transaction_id: of.order,
        gateway_transaction_id: of.transactionId,
        amount: '3.00',
        currency: 'CNY',
        status: 'SUCCESS',
        created_at: new Date(world.clock.at - 5 * second).toISOString(),
        refunded_at: new Date(world.clock.at).toISOString(),
      },
    ]);
  });

  test('never moves for one that is closed', async () => {
    const of = await at.paid();
    await at.refund(of, '00', 300);
    expect(await gained(() => decide(of, 'failed'))).toEqual({});
    expect(await gained(() => at.advance(minute))).toEqual({});
    expect(await at.rows(of)).toMatchObject([{ status: 'CLOSED', refunded_at: null }]);
    expect(newsOf(of)).toEqual(['TRANSACTION.SUCCESS', 'REFUND.CLOSED']);
  });

  test('that goes astray is neither here nor there until a person sees to it', async () => {
    const of = await at.paid();
    await at.refund(of, '00', 300);
    const gone = { 'merchant:unsettled': -300, 'wechat_pay:refunds_astray': 300 };
    expect(await gained(() => decide(of, 'abnormal'))).toEqual(gone);
    expect(await gained(() => at.advance(minute))).toEqual({});
    expect(await at.refund(of, '00', 300)).toMatchObject({ body: { status: 'ABNORMAL' } });
    const arrived = { 'wechat_pay:refunds_astray': -300, [buyer]: 300 };
    expect(await gained(() => decide(of, 'success'))).toEqual(arrived);
    expect(newsOf(of)).toEqual(['TRANSACTION.SUCCESS', 'REFUND.ABNORMAL', 'REFUND.SUCCESS']);
    await at.refund(of, '01', 200);
    await at.decide({ refund_id: refundNumber(of.order, '01'), outcome: 'abnormal' });
    const back = () => at.decide({ refund_id: refundNumber(of.order, '01'), outcome: 'failed' });
    expect(await gained(back)).toEqual({ 'merchant:unsettled': 200, 'wechat_pay:refunds_astray': -200 });
  });

  test('of a coupon goes back to it, to the last 分', async () => {
    const of = await at.paid({ method: 'coupon' });
    const parts = await gained(async () => {
      for (const [own, fen] of [
        ['00', 333],
        ['01', 334],
        ['02', 213],
      ] as const) {
        await at.refund(of, own, fen);
        await at.advance(minute);
      }
    });
    expect(parts).toEqual({ 'merchant:unsettled': -880, [buyer]: 440, 'wechat_pay:coupons': 440 });
    expect((await at.find(of, '00')).body['amount']).toMatchObject({
      ...{ refund: 333, payer_total: 440, payer_refund: 167, discount_refund: 166 },
    });
  });
});

describe('decided ahead', () => {
  test.each([
    ['failed', 'CLOSED'],
    ['abnormal', 'ABNORMAL'],
    ['success', 'SUCCESS'],
  ])('%s: of the next one, in its time', async (outcome, status) => {
    const of = await at.paid();
    expect(await ahead(of, outcome)).toMatchObject({ status: 200 });
    await at.refund(of, '00', 300);
    expect(await statusOf(of)).toBe('PROCESSING');
    await at.advance(minute);
    expect(await statusOf(of)).toBe(status);
    await at.refund(of, '01', 300);
    await at.advance(minute);
    expect(await statusOf(of, '01')).toBe('SUCCESS');
  });

  test('pending: for days, until something else is decided', async () => {
    const of = await at.paid();
    await ahead(of, 'pending');
    await at.refund(of, '00', 300);
    await at.advance(20 * 86_400_000);
    expect(await statusOf(of)).toBe('PROCESSING');
    await decide(of, 'success');
    expect(await statusOf(of)).toBe('SUCCESS');
  });

  test('want of money: this number is refused until it is decided otherwise', async () => {
    const of = await at.paid();
    await ahead(of, 'insufficient_balance');
    const refused = { status: 403, genuine: true, body: { code: 'NOT_ENOUGH' } };
    expect(await at.refund(of, '00', 300)).toMatchObject(refused);
    expect(await at.find(of, '00')).toMatchObject({ status: 404 });
    await at.advance(minute);
    expect(await at.refund(of, '00', 300)).toMatchObject(refused);
    expect((await world.query(of.order)).body['trade_state']).toBe('SUCCESS');
    expect(await decide(of, 'success')).toMatchObject({ status: 200 });
    expect(await at.refund(of, '00', 300)).toMatchObject({ body: { status: 'PROCESSING' } });
    await at.advance(5 * second);
    expect(await at.rows(of)).toMatchObject([{ status: 'SUCCESS' }]);
  });
});

test('pending holds one that is in process', async () => {
  const of = await at.paid();
  await at.refund(of, '00', 300);
  await decide(of, 'pending');
  await at.advance(minute);
  expect(await statusOf(of)).toBe('PROCESSING');
});

describe('what cannot be', () => {
  test.each([
    ['success', 'success', 409],
    ['success', 'failed', 409],
    ['success', 'abnormal', 409],
    ['success', 'pending', 409],
    ['success', 'insufficient_balance', 409],
    ['success', 'returned', 422],
    ['failed', 'success', 409],
    ['abnormal', 'abnormal', 409],
  ])('after %s: %s', async (first, then, status) => {
    const of = await at.paid();
    await at.refund(of, '00', 300);
    expect(await decide(of, first)).toMatchObject({ status: 200 });
    const before = await statusOf(of);
    expect(await gained(() => decide(of, then))).toEqual({});
    const answer = await decide(of, then);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(/\.$/) as unknown } });
    expect(await statusOf(of)).toBe(before);
  });

  test('returned is not decided ahead either; of strangers nothing is', async () => {
    const of = await at.paid();
    expect(await ahead(of, 'returned')).toMatchObject({ status: 422 });
    expect(await decide(of, 'success')).toMatchObject({ status: 404 });
    expect(await at.decide({ transaction_id: 'pay_x', outcome: 'success' })).toMatchObject({ status: 404 });
  });
});

describe('at the console', () => {
  test('it takes the ordinary course, under a number of the console’s', async () => {
    const of = await at.paid();
    const { status, body } = await at.console(of, '3.00');
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ transaction_id: of.order, amount: '3.00', status: 'PROCESSING' }),
    ]);
    expect(body['refund_id']).toBe(body['gateway_refund_id']);
    expect(await gained(() => at.advance(5 * second))).toEqual({ 'merchant:unsettled': -300, [buyer]: 300 });
    const [, notice] = heard(world, of.transactionId);
    expect(notice?.envelope['event_type']).toBe('REFUND.SUCCESS');
    expect(notice?.plain).toMatchObject({
      refund_id: body['refund_id'],
      out_refund_no: expect.stringMatching(/^1900006511\d{22}$/) as unknown,
      out_trade_no: of.order,
      amount: { refund: 300, total: 880 },
    });
    expect(await at.rows(of)).toMatchObject([{ refund_id: body['refund_id'], status: 'SUCCESS' }]);
  });

  test('people decide about it by WeChat Pay’s number', async () => {
    const of = await at.paid();
    const { body } = await at.console(of, '8.80');
    await at.decide({ refund_id: body['refund_id'], outcome: 'abnormal' });
    expect(await at.rows(of)).toMatchObject([{ status: 'ABNORMAL' }]);
  });

  test('what cannot be given back is not', async () => {
    const of = await at.paid();
    expect(await at.console(of, '8.81')).toMatchObject({ status: 409 });
    expect(await at.console(of, '1.005')).toMatchObject({ status: 422 });
    expect(await at.console({ ...of, order: 'pay_x' }, '1.00')).toMatchObject({ status: 404 });
    expect(await at.rows(of)).toEqual([]);
    await at.console(of, '8.00');
    expect(await at.console(of, '0.80')).toMatchObject({ status: 200 });
    expect(await at.console(of, '0.01')).toMatchObject({ status: 409 });
    expect(await at.refund(of, '00', 1)).toMatchObject({ body: { code: 'INVALID_REQUEST' } });
  });

  test('its news goes to the address that the merchant left there', async () => {
    const other = await openWorld();
    const url = `${other.shop.url}/console`;
    const [channel] = other.gateways.wechatPay.channels;
    channel?.connect({ callbackUrl: url, publicKeyPem: undefined });
    const own = refunding(() => other);
    const of = await own.paid();
    await own.console(of, '3.00');
    await own.refund(of, '00', 100, { notify_url: undefined });
    await own.advance(minute);
    await own.refund(of, '00', 100, { notify_url: undefined });
    await own.advance(minute);
    const told = await other.control('GET', `/callbacks?transaction_id=${of.order}`);
    expect(told.body['callbacks']).toMatchObject([{ url: other.shop.url }, { url }, { url }]);
    await other.stop();
  });
});
