// 3.3 What may be asked for of a payment's money, and what is refused before anybody is asked.
import { expect } from '@jest/globals';
import { anId } from '../../contract/bench.ts';
import { beijing } from '../../contract/alipay-side.ts';
import { made, now, seen, told } from '../play.ts';
import { answers, paidOne, refunded, refundOf } from '../refunding.ts';
import { fresh, type Scene } from '../row.ts';
import { posting, saying } from '../wechat.ts';
import type { World } from '../world.ts';

const day = 86_400_000;
const conflict = [409, 'STATE_CONFLICT'];
const exceeds = [422, 'REFUND_EXCEEDS_PAID'];

async function paidByWeChat(world: World): Promise<string> {
  const { transaction_id: id } = await made(world, {
    ...{ payment_channel: 'WECHAT_PAY', payment_method: 'wechat_native' },
  });
  await world.send(await posting(saying({}, id))(world));
  await world.settled();
  expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
  return id;
}

const refused = (what: string, change: object, code: string): Scene => ({
  rows: [54],
  what: `a refund of ${what}: ${code}`,
  play: async (world) => {
    const { transaction_id: id } = await paidOne(world);
    const before = await seen(world, id);
    expect(await answers(world, [refundOf(id, change)])).toEqual([[422, code]]);
    expect(await seen(world, id)).toEqual(before);
  },
});

async function afterTheWindow(world: World): Promise<void> {
  const old = beijing((await now(world)) - 366 * day);
  const { transaction_id: id } = await paidOne(world, { gmt_payment: old });
  expect(await answers(world, [refundOf(id)])).toEqual([[422, 'REFUND_WINDOW_CLOSED']]);
  expect(world.alipay.asked.filter(({ business }) => business['out_trade_no'] === id)).toHaveLength(1);
  expect(await answers(world, [refundOf(id, { refund_method: 'OFFLINE' })])).toEqual([201]);
}

export const refundScenes: readonly Scene[] = [
  {
    rows: [52],
    what: 'of a payment that is not there, not ours, not paid, or closed',
    play: async (world) => {
      expect(await answers(world, [refundOf(anId())])).toEqual([[404, 'NOT_FOUND']]);
      const { transaction_id: id } = await made(world);
      expect(await answers(world, [refundOf(id, {}, { as: 'other-app' })])).toEqual([[404, 'NOT_FOUND']]);
      expect(await answers(world, [refundOf(id)])).toEqual([conflict]);
      await told(world, id, { trade_status: 'TRADE_CLOSED', gmt_payment: '' });
      expect(await answers(world, [refundOf(id)])).toEqual([conflict]);
    },
  },
  {
    rows: [53],
    what: 'more than is left, and two at once that fit alone: one is accepted',
    play: async (world) => {
      const { transaction_id: id } = await paidOne(world);
      expect(await answers(world, [refundOf(id, { amount: '8.81' })])).toEqual([exceeds]);
      const two = [refundOf(id, { amount: '6.00' }), refundOf(id, { amount: '6.00' })];
      expect(await answers(world, two)).toEqual(expect.arrayContaining([201, exceeds]));
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '2.80' });
    },
  },
  refused('nothing', { amount: '0' }, 'AMOUNT_INVALID'),
  refused('less than nothing', { amount: '-3.00' }, 'AMOUNT_INVALID'),
  refused('a fraction of a fen', { amount: '3.001' }, 'AMOUNT_SCALE'),
  refused('an exponent', { amount: '3e0' }, 'AMOUNT_INVALID'),
  refused('another currency', { currency: 'USD' }, 'REFUND_CURRENCY_MISMATCH'),
  {
    rows: [55],
    what: 'the 51st at WeChat Pay: refused before anybody is asked',
    play: async (world) => {
      const id = await paidByWeChat(world);
      for (let i = 0; i < 50; i++) await refunded(world, id, { amount: '0.01' });
      const fiftyFirst = refundOf(id, { amount: '0.01' });
      expect(await answers(world, [fiftyFirst])).toEqual([[422, 'REFUND_LIMIT']]);
    },
  },
  {
    rows: [55],
    what: 'after the channel’s window: refused before anybody is asked',
    play: afterTheWindow,
  },
  {
    rows: [56],
    what: 'the same number again: the same refund for the same, refused for another amount or payment',
    play: async (world) => {
      const [one, other] = [await paidOne(world), await paidOne(world)];
      const same = { business_refund_id: fresh('refund') };
      const id = await refunded(world, one.transaction_id, same);
      const again = await world.send(refundOf(one.transaction_id, same));
      expect([again.status, again.json['refund_id']]).toEqual([200, id]);
      const mismatch = [422, 'REFUND_MISMATCH'];
      const wrong = [
        refundOf(one.transaction_id, { ...same, amount: '3.01' }),
        refundOf(other.transaction_id, same),
      ];
      expect(await answers(world, wrong)).toEqual([mismatch, mismatch]);
      expect(await seen(world, other.transaction_id)).toMatchObject({ refundable_amount: '8.80' });
    },
  },
  {
    rows: [57],
    what: 'while another is under way: up to what is left',
    play: async (world) => {
      const { transaction_id: id } = await paidOne(world);
      await refunded(world, id);
      await refunded(world, id);
      expect(await answers(world, [refundOf(id)])).toEqual([exceeds]);
      await refunded(world, id, { amount: '2.80' });
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '0.00' });
    },
  },
];
