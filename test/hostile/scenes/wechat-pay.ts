// 3.6 WeChat Pay: genuine words about payments of ours, by every key that proves them.
import { expect } from '@jest/globals';
import { made, seen } from '../play.ts';
import type { Scene } from '../row.ts';
import { byCertificate, posting, saying, type Posting } from '../wechat.ts';
import type { World } from '../world.ts';

const byWeChat = { payment_channel: 'WECHAT_PAY', payment_method: 'wechat_native' };

async function told(world: World, id: string, text: ReturnType<typeof saying>, how: Posting = {}) {
  const answer = await world.send(await posting(text, how)(world));
  expect([answer.status, answer.text]).toEqual([200, '']);
  await world.settled();
  return seen(world, id);
}

const paid = { status: 'PAID_SUCCESS', amount_paid: '8.80' };
const pending = { status: 'PENDING_PAYMENT', version: 2 };
const amount = (change: object) => ({
  amount: { total: 880, payer_total: 880, currency: 'CNY', payer_currency: 'CNY', ...change },
});

/** What becomes of a fresh payment of 8.80 by these words. */
const becomes = (
  rows: readonly number[],
  what: string,
  change: object,
  expected: object,
  how: Posting & { readonly envelope?: Parameters<typeof saying>[2] } = {},
): Scene => ({
  rows,
  what,
  play: async (world) => {
    const { transaction_id: id } = await made(world, byWeChat);
    const { envelope, ...signed } = how;
    expect(await told(world, id, saying(change, id, envelope), signed)).toMatchObject(expected);
  },
});

async function quarantined(world: World): Promise<void> {
  const { transaction_id: id } = await made(world);
  const before = await seen(world, id);
  expect(await told(world, id, saying({}, id))).toEqual(before);
  const query = 'channel_code=WECHAT_PAY&limit=50';
  const { json } = await world.send({ path: '/quarantine', query, as: 'operator' });
  const facts = { state: 'paid', amount: '8.80' };
  expect(json['items']).toContainEqual(
    expect.objectContaining({
      transaction_id: id,
      reason: 'other_channel',
      facts: expect.objectContaining(facts) as object,
    }),
  );
}

export const weChatPayScenes: readonly Scene[] = [
  becomes([114], 'during the switch: by the public key', {}, paid),
  becomes([114], 'during the switch: by a platform certificate', {}, paid, { signing: byCertificate }),
  becomes([112], 'at the edge of the window', {}, paid, { late: -290_000 }),
  becomes([115], 'the kind of signature unnamed', {}, paid, {
    headers: { 'wechatpay-signature-type': undefined },
  }),
  ...[['empty', ''] as const, ['null', null] as const, ['left out', undefined] as const].map(
    ([what, associated]) =>
      becomes([118], `associated data ${what}: genuine`, {}, paid, { envelope: { sealing: { associated } } }),
  ),
  becomes([121], 'coupons: what was ordered counts, not what the payer gave', amount({ payer_total: 500 }), {
    ...paid,
    channel_amounts: { payer_total: '5.00' },
  }),
  becomes([121], 'less was ordered, whatever was given: held', amount({ total: 879 }), {
    status: 'PENDING_PAYMENT',
    anomaly: { kind: 'UNDERPAID' },
  }),
  becomes([121], 'another currency: held', amount({ currency: 'USD' }), {
    status: 'PENDING_PAYMENT',
    anomaly: { kind: 'CURRENCY_MISMATCH' },
  }),
  ...['CLOSED', 'REFUND', 'NOTPAY', 'WONDERFUL'].map((trade_state) =>
    becomes(
      [122],
      `trade_state ${trade_state} under TRANSACTION.SUCCESS: kept, nothing is guessed`,
      { trade_state },
      pending,
    ),
  ),
  becomes([122], 'TRANSACTION.CLOSED around a success: kept, nothing is guessed', {}, pending, {
    envelope: { type: 'TRANSACTION.CLOSED' },
  }),
  {
    rows: [72],
    what: 'a genuine one of WeChat Pay about a payment of Alipay’s: acknowledged, quarantined, the payment untouched',
    play: quarantined,
  },
];
