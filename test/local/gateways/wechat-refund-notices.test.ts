// Notifications of refunds: what they say, when they come, and how they are lost, late, false or forged on demand.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { beijing, heard, openWorld, type World } from './wechat-merchant.ts';
import { heardGenuine, type Received } from './wechat-proof.ts';
import { refunding, refundNumber, type PaidOrder } from './wechat-refunding.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  world.shop.reply = 204;
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const at = refunding(() => world);
const second = 1000;
const noticesOf = ({ transactionId }: PaidOrder) =>
  heard(world, transactionId).filter(({ envelope }) => envelope['event_type'] !== 'TRANSACTION.SUCCESS');
const genuine = (each: Received | undefined) => each !== undefined && heardGenuine(each, world.account());

test('it is sealed, signed and says of which refund, of which order, how much', async () => {
  const of = await at.paid();
  const { body } = await at.refund(of, '00', 300);
  await at.advance(5 * second);
  const [notice, ...more] = noticesOf(of);
  expect(more).toEqual([]);
  expect(genuine(notice)).toBe(true);
  expect(notice?.envelope).toMatchObject({
    id: expect.stringMatching(/^EV-\d{22}$/) as unknown,
    create_time: beijing(world.clock.at),
    resource_type: 'encrypt-resource',
    event_type: 'REFUND.SUCCESS',
    summary: '退款成功',
    resource: { original_type: 'refund', algorithm: 'AEAD_AES_256_GCM', associated_data: 'refund' },
  });
  expect(notice?.plain).toEqual({
    mchid: world.account().mchid,
    out_trade_no: of.order,
    transaction_id: of.transactionId,
    out_refund_no: refundNumber(of.order),
    refund_id: body['refund_id'],
    refund_status: 'SUCCESS',
    success_time: beijing(world.clock.at),
    user_received_account: '支付用户零钱',
    amount: { total: 880, refund: 300, payer_total: 880, payer_refund: 300 },
  });
});

test('it comes again, the same with a new proof, until it is taken', async () => {
  const of = await at.paid();
  await at.refund(of, '00', 300);
  world.shop.reply = 500;
  await at.advance(5 * second);
  await at.advance(15 * second);
  world.shop.reply = 200;
  await at.advance(15 * second);
  await at.advance(86_400_000);
  const notices = noticesOf(of);
  expect(notices).toHaveLength(3);
  expect(new Set(notices.map(({ raw }) => raw)).size).toBe(1);
  expect(new Set(notices.map(({ headers }) => headers['wechatpay-signature'])).size).toBe(3);
});

test('it is sent once more when that is asked for', async () => {
  const of = await at.paid();
  await at.refund(of, '00', 300);
  await at.advance(5 * second);
  await world.control('POST', '/callbacks/resend', { transaction_id: of.order });
  expect(noticesOf(of)).toHaveLength(2);
});

describe('faults', () => {
  async function under(fault: string, more: object = {}) {
    const of = await at.paid();
    const callback = { kind: 'refund', fault, ...more };
    const planted = { transaction_id: of.order, provider: 'wechat_pay', callback };
    expect(await world.control('POST', '/faults', planted)).toMatchObject({ status: 200 });
    await at.refund(of, '00', 300);
    const before = world.shop.received.length;
    await at.advance(5 * second);
    return { of, first: world.shop.received.slice(before) };
  }
  /** The second delivery, on schedule, is the truth. */
  async function expectTruth(of: PaidOrder) {
    await at.advance(15 * second);
    const last = noticesOf(of).at(-1);
    expect(genuine(last)).toBe(true);
    expect(last?.envelope['event_type']).toBe('REFUND.SUCCESS');
    expect(last?.plain).toMatchObject({
      mchid: world.account().mchid,
      out_trade_no: of.order,
      out_refund_no: refundNumber(of.order),
      amount: { refund: 300 },
    });
  }

  test.each([
    ['wrong_amount', { amount: { refund: 400, payer_refund: 400 } }],
    ['wrong_currency', { amount: { refund: 300, currency: 'USD' } }],
    ['wrong_merchant', { mchid: '1900009999' }],
    ['unknown_number', { refund_status: 'SUCCESS' }],
  ])('%s: genuinely signed, and not to be believed', async (fault, plain) => {
    const { of } = await under(fault);
    const [notice] = noticesOf(of);
    expect(genuine(notice)).toBe(true);
    expect(notice?.plain).toMatchObject(plain);
    await expectTruth(of);
  });

  test('unknown_number: of another order, and of a refund that would be its', async () => {
    const { of } = await under('unknown_number');
    const [notice] = noticesOf(of);
    const other = String(notice?.plain['out_trade_no']);
    expect(other).not.toBe(of.order);
    expect(notice?.plain['out_refund_no']).toBe(refundNumber(other));
  });

  test('unknown_type', async () => {
    const { of } = await under('unknown_type');
    expect(noticesOf(of)[0]?.envelope['event_type']).toBe('REFUND.WEATHER');
    await expectTruth(of);
  });

  test.each(['tampered', 'wrong_key', 'signtest'])('%s: not genuine', async (fault) => {
    const { of, first } = await under(fault);
    expect(first.map((each) => genuine(each))).toEqual([false]);
    await expectTruth(of);
  });

  test('stale: genuinely signed, years ago', async () => {
    const { of } = await under('stale');
    expect(noticesOf(of)[0]?.headers['wechatpay-timestamp']).toBe('1451577600');
    await expectTruth(of);
  });

  test('duplicated, lost and delayed', async () => {
    expect(noticesOf((await under('duplicated')).of)).toHaveLength(2);
    const lost = await under('lost');
    const late = await under('delayed', { delay: '20m' });
    await at.advance(20 * 60 * second - 1);
    expect([noticesOf(lost.of), noticesOf(late.of)]).toEqual([[], []]);
    await at.advance(1);
    expect(noticesOf(late.of)).toHaveLength(1);
  });

  test('early: it is there before the answer to the request', async () => {
    const of = await at.paid();
    const planted = { transaction_id: of.order, callback: { kind: 'refund', fault: 'early' } };
    await world.control('POST', '/faults', { provider: 'wechat_pay', ...planted });
    expect((await at.refund(of, '00', 300)).body).toMatchObject({ status: 'PROCESSING' });
    expect(noticesOf(of)).toHaveLength(1);
    expect((await at.find(of, '00')).body).toMatchObject({ status: 'SUCCESS' });
  });

  test('of payments leave refunds alone, and the reverse', async () => {
    const of = await at.paid();
    const plant = (kind: string) =>
      world.control('POST', '/faults', { provider: 'wechat_pay', callback: { kind, fault: 'unknown_type' } });
    await plant('payment');
    await at.refund(of, '00', 300);
    await at.advance(5 * second);
    expect(noticesOf(of)[0]?.envelope['event_type']).toBe('REFUND.SUCCESS');
    await world.control('DELETE', '/faults');
    await plant('refund');
    const { transactionId } = await at.paid();
    expect(heard(world, transactionId)[0]?.envelope['event_type']).toBe('TRANSACTION.SUCCESS');
  });
});
