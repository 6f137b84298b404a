// 3.4 to 3.7 Genuine news of refunds: of ours, early or wrong, and of the provider's console.
import { expect } from '@jest/globals';
import { refundIdOf, type TransactionId } from '../../../lib/domain/ids.ts';
import { account, beijing, notice } from '../../contract/wechat-pay-side.ts';
import { refund as stripeRefund } from '../../contract/stripe-side.ts';
import { accepted, made, noticeFor, now, seen } from '../play.ts';
import { paidOne, refunded, refundSeen } from '../refunding.ts';
import type { Scene } from '../row.ts';
import { accepted as acceptedOfStripe, ordered, saying as stripeSaying, telling } from '../stripe.ts';
import { linesOf } from '../watching.ts';
import { posting, saying } from '../wechat.ts';
import type { World } from '../world.ts';

const said = async (world: World, text: Parameters<typeof posting>[0]) => {
  const answer = await world.send(await posting(text)(world));
  expect([answer.status, answer.text]).toEqual([200, '']);
  await world.settled();
};

/** Paid by WeChat Pay, and 3.00 of it asked back, if wanted. */
async function byWeChat(world: World) {
  const { transaction_id: id } = await made(world, {
    ...{ payment_channel: 'WECHAT_PAY', payment_method: 'wechat_native' },
  });
  await said(world, saying({}, id));
  const paid = await seen(world, id);
  return { id, refundId: await refunded(world, id), money: String(paid['gateway_transaction_id']) };
}

type Of = Awaited<ReturnType<typeof byWeChat>>;
/** WeChat Pay's number of a refund: the same in all that it says of it. */
const numbers = new Map<string, string>();
const numberOf = (refundId: string): string => {
  const number = numbers.get(refundId) ?? `503000000020261120${String(numbers.size + 1).padStart(11, '0')}`;
  numbers.set(refundId, number);
  return number;
};

const news =
  (status: string, { id, refundId, money }: Of, change: object = {}) =>
  (at: number): string =>
    JSON.stringify(
      notice(
        {
          ...{ mchid: account.merchant_id, out_trade_no: id, transaction_id: money },
          ...{ out_refund_no: refundId, refund_id: numberOf(refundId) },
          ...{ refund_status: status, user_received_account: '招商银行信用卡0403' },
          ...(status === 'SUCCESS' && { success_time: beijing(at) }),
          amount: { total: 880, refund: 300, payer_total: 880, payer_refund: 300 },
          ...change,
        },
        { type: `REFUND.${status}`, kind: 'refund' },
      ),
    );

const partial = { status: 'REFUND_PARTIAL', amount_refunded: '3.00', refundable_amount: '5.80' };

async function tenAtOnce(world: World): Promise<void> {
  const one = await byWeChat(world);
  const sent = await posting(news('SUCCESS', one))(world);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.send(sent)));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
  await world.settled();
  expect(await refundSeen(world, one.refundId)).toMatchObject({
    status: 'SUCCESS',
    amount_refunded: '3.00',
  });
  expect(await seen(world, one.id)).toMatchObject(partial);
}

export const refundNewsScenes: readonly Scene[] = [
  {
    rows: [65],
    what: 'a payment’s, posted to the address for refunds: taken for what it says',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      await accepted(world, await noticeFor(world, id), { path: '/refunds/callbacks/alipay' });
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
    },
  },
  {
    rows: [77],
    what: 'of success before the refund is PROCESSING, ten times at once: applied once',
    play: tenAtOnce,
  },
  {
    rows: [77],
    what: 'of a refund of ours that we never made: acknowledged, put aside, nothing is applied',
    play: async (world) => {
      const one = await byWeChat(world);
      const refundId = refundIdOf(one.id as TransactionId, 9);
      await said(world, news('SUCCESS', { ...one, refundId }));
      expect(await seen(world, one.id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '5.80' });
      expect((await refundSeen(world, one.refundId))['status']).not.toBe('SUCCESS');
    },
  },
  {
    rows: [77, 132],
    what: 'of the console, before we refund anything: written down as it is, and counted once',
    play: async (world) => {
      const { id, intentId } = await ordered(world);
      await acceptedOfStripe(world, stripeSaying({ id: intentId }, {}, id));
      const made = stripeRefund(undefined, 300, 'usd', {
        payment_intent: intentId,
        id: 're_3HostileConsole1',
      });
      for (const type of ['refund.created', 'refund.updated'])
        await acceptedOfStripe(world, telling(type, made));
      expect(await seen(world, id)).toMatchObject(partial);
      expect(await refundSeen(world, refundIdOf(id as TransactionId, 0))).toMatchObject({
        ...{ origin: 'EXTERNAL', status: 'SUCCESS', gateway_refund_id: 're_3HostileConsole1' },
      });
    },
  },
  {
    rows: [78],
    what: 'of another amount than ours: acknowledged and told, nothing is applied',
    play: async (world) => {
      const one = await byWeChat(world);
      const before = linesOf(world, 'refund.callback_contradicts').length;
      const amount = { amount: { total: 880, refund: 301, payer_total: 880, payer_refund: 301 } };
      await said(world, news('SUCCESS', one, amount));
      expect(linesOf(world, 'refund.callback_contradicts')).toHaveLength(before + 1);
      expect((await refundSeen(world, one.refundId))['status']).not.toBe('SUCCESS');
      expect(await seen(world, one.id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '5.80' });
    },
  },
  {
    rows: [106],
    what: 'TRADE_SUCCESS again with refund_fee, at the payment’s address: the refund is asked for, nobody paid again',
    play: async (world) => {
      const { transaction_id: id, gateway_transaction_id: money } = await paidOne(world);
      const refundId = await refunded(world, id);
      const trade_no = String(money);
      world.alipay.refunds.set(refundId, {
        ...{ trade_no, out_request_no: refundId, refund_amount: '3.00', refund_status: 'REFUND_SUCCESS' },
      });
      const gmt_refund = beijing(await now(world))
        .slice(0, 19)
        .replace('T', ' ');
      const says = { trade_no, refund_fee: '3.00', gmt_refund, out_biz_no: refundId };
      await accepted(world, await noticeFor(world, id, says));
      expect(await refundSeen(world, refundId)).toMatchObject({ status: 'SUCCESS' });
      const after = await seen(world, id);
      expect(after).toMatchObject({ ...partial, gateway_transaction_id: money });
      expect(after['anomaly']).toBeUndefined();
    },
  },
  {
    rows: [124],
    what: 'ABNORMAL: a person is to act, and the amount stays held; CLOSED: refused, and it is free again',
    play: async (world) => {
      const one = await byWeChat(world);
      await said(world, news('ABNORMAL', one));
      expect(await refundSeen(world, one.refundId)).toMatchObject({
        ...{ status: 'PROCESSING', needs_action: { reason: 'abnormal' } },
      });
      expect(await seen(world, one.id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '5.80' });
      await said(world, news('CLOSED', one));
      expect(await refundSeen(world, one.refundId)).toMatchObject({
        ...{ status: 'FAILED', error_code: 'REFUND_DECLINED', channel_error_code: 'CLOSED' },
      });
      expect(await seen(world, one.id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '8.80' });
    },
  },
];
