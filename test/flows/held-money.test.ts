// Money that waits for a decision: what it means for its order, for the order's other payments, and for the next word.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { PaidSnapshot } from '../../lib/domain/settlement.ts';
import { resolveAnomaly } from '../../lib/flows/resolve-anomaly.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { paidFor } from '../domain/samples.ts';
import { qr } from '../functions/channel.ts';
import { codeOf, notFound, shopOf } from '../functions/shop.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { held } from './decisions.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const late = '2026-11-22T08:00:30.000Z';
const otherWay = { payment_method: 'alipay_page' };

/** One order, first shown one way (`first`), then another (`second`); both can still be paid. */
async function twoWays() {
  const shop = shopOf(database, { prepay: [() => qr], query: [notFound] });
  const first = (await shop.ask()).payment;
  const second = (await shop.ask(otherWay)).payment;
  const tables = database.tables({ ports: shop.clock });
  const on = { tables, ports: shop.clock };
  const word = (payment: Payment, changes: Partial<PaidSnapshot> = {}, policy: AnomalyPolicy = held) =>
    settlePayment(on, {
      channelCode: 'ALIPAY',
      snapshot: paidFor(payment, { paidAt: late, ...changes }),
      cause: { actor: 'channel:ALIPAY', reason: 'callback' },
      policy,
    });
  const decide = (payment: Payment, action: 'accept' | 'dismiss') =>
    resolveAnomaly(on, payment.transactionId, { action, by: 'operators', reason: 'looked at it' });
  const now = async ({ transactionId }: Payment): Promise<Payment> => {
    const stored = await getPayment(tables, transactionId);
    if (!stored) throw new Error('gone');
    return stored.payment;
  };
  const names = async ({ transactionId }: Payment) =>
    (await listEvents(tables, transactionId)).map(({ name, actor }) => `${name} ${actor}`);
  const lock = () => getOrderLock(tables, first);
  return { ...shop, first, second, word, decide, now, names, lock };
}

describe('an order with money that waits for a decision', () => {
  it('is not collected again by any way, until it is decided', async () => {
    const { ask, first, second, word, decide, lock } = await twoWays();
    await word(first);
    for (const way of [{}, otherWay]) expect(await codeOf(ask(way))).toBe('ORDER_UNDER_REVIEW');
    await decide(first, 'dismiss');
    expect((await lock())?.underReview).toBeUndefined();
    expect(await ask(otherWay)).toMatchObject({
      kind: 'live',
      payment: { transactionId: second.transactionId },
    });
  });

  it('is not collected again while the second of two waits', async () => {
    const { ask, first, second, word, decide } = await twoWays();
    await word(first);
    await word(second, { amount: { minor: 1, currency: 'CNY' } });
    await decide(first, 'dismiss');
    expect(await codeOf(ask(otherWay))).toBe('ORDER_UNDER_REVIEW');
    await decide(second, 'dismiss');
    expect((await ask(otherWay)).kind).toBe('created');
  });

  it('and that another payment pays: the money that waited is a duplicate, in the same transaction', async () => {
    const { first, second, word, now, names, lock } = await twoWays();
    await word(first);
    expect(await word(second)).toMatchObject({ kind: 'moved' });
    expect((await now(first)).anomaly).toMatchObject({ kind: 'DUPLICATE_PAID' });
    expect((await names(first)).slice(-2)).toEqual([
      'payment.anomaly_found channel:ALIPAY',
      'payment.anomaly_found payments',
    ]);
    expect((await lock())?.paidBy).toBe(second.transactionId);
  });
});

describe('an order that is paid by a payment which was superseded', () => {
  it.each(['accepted late money', 'money from before the wish'] as const)(
    'with %s: the one that is still shown is to be closed, at once',
    async (which) => {
      const { first, second, word, decide, now, names, clock } = await twoWays();
      await word(first, which === 'accepted late money' ? {} : { paidAt: '2026-11-22T07:59:00.000Z' });
      if (which === 'accepted late money') await decide(first, 'accept');
      expect(await now(first)).toMatchObject({ status: 'PAID_SUCCESS' });
      const at = new Date(clock.time).toISOString();
      expect(await now(second)).toMatchObject({ closeRequestedAt: at, dueAt: at });
      expect((await names(second)).at(-1)).toBe('payment.close_requested payments');
      expect(await word(second)).toMatchObject({ kind: 'anomaly', why: 'DUPLICATE_PAID' });
    },
  );
});

describe('the next word about money that was found before', () => {
  it('does not find it again, whatever became of it', async () => {
    const { first, second, word, decide, now } = await twoWays();
    await word(first, { amount: { minor: 900, currency: 'CNY' } });
    await word(second);
    expect((await decide(first, 'accept')).kind).toBe('became_duplicate');
    await decide(first, 'dismiss');
    const before = await now(first);
    expect(before).toMatchObject({ status: 'CLOSED', anomaly: { resolution: { action: 'dismiss' } } });
    expect(await word(first, { amount: { minor: 900, currency: 'CNY' } })).toMatchObject({
      why: 'duplicate',
    });
    expect(await now(first)).toEqual(before);
  });

  it('follows the policy of what it became, once', async () => {
    const { first, second, word, now } = await twoWays();
    await word(second);
    const policy = { OVERPAID: 'accept', DUPLICATE_PAID: 'accept' } as const;
    const more = { amount: { minor: 900, currency: 'CNY' as const } };
    await word(first, more, policy);
    const before = await now(first);
    expect(before).toMatchObject({
      status: 'PAID_SUCCESS',
      anomaly: { kind: 'DUPLICATE_PAID', resolution: { action: 'accept', by: 'policy' } },
    });
    for (let n = 1; n <= 3; n++) await word(first, more, policy);
    expect(await now(first)).toEqual(before);
  });

  it.each([
    ['WRONG_PAYEE', { payee: { merchantId: 'somebody-else' } }, { payee: {} }],
    ['CURRENCY_MISMATCH', { amount: { minor: 880, currency: 'JPY' } }, {}],
  ] as const)('that says less does not make it right: %s', async (kind, wrong, less) => {
    const { second, word, now } = await twoWays();
    expect(await word(second, wrong)).toMatchObject({ kind: 'anomaly', why: kind });
    const before = await now(second);
    expect(await word(second, less)).toMatchObject({ kind: 'unchanged', why: 'duplicate' });
    expect(await now(second)).toEqual(before);
  });
});

describe('the amount, which every word says', () => {
  it('may be corrected by the channel: the payment is paid, and a person still looks at why', async () => {
    const { second, word, now, lock } = await twoWays();
    await word(second, { amount: { minor: 980, currency: 'CNY' } });
    expect(await word(second)).toMatchObject({ kind: 'moved' });
    expect(await now(second)).toMatchObject({ status: 'PAID_SUCCESS', anomaly: { kind: 'OVERPAID' } });
    expect((await lock())?.underReview?.has(second.transactionId)).toBe(true);
  });
});

describe('two sums for one payment', () => {
  it('are both kept, and decided about one after the other', async () => {
    const { second, word, decide, now, lock } = await twoWays();
    const one = { amount: { minor: 1, currency: 'CNY' as const }, gatewayTransactionId: 'gw-one' };
    const two = { amount: { minor: 2, currency: 'CNY' as const }, gatewayTransactionId: 'gw-two' };
    await word(second, one);
    await word(second, two);
    for (const again of [one, two]) expect(await word(second, again)).toMatchObject({ why: 'duplicate' });
    await decide(second, 'dismiss');
    const half = await now(second);
    expect([half.anomaly?.resolution, half.otherAnomalies?.length]).toEqual([undefined, 1]);
    expect((await lock())?.underReview?.size).toBe(1);
    await decide(second, 'dismiss');
    const whole = await now(second);
    expect([whole.anomaly, ...(whole.otherAnomalies ?? [])].every((each) => each?.resolution)).toBe(true);
    expect((await lock())?.underReview).toBeUndefined();
    expect((await decide(second, 'dismiss')).kind).toBe('nothing_to_decide');
  });

  it('of which the second is right: the payment is paid, and the first still waits', async () => {
    const { second, word, now, lock } = await twoWays();
    await word(second, { amount: { minor: 1, currency: 'CNY' }, gatewayTransactionId: 'gw-less' });
    expect(await word(second, { gatewayTransactionId: 'gw-right' })).toMatchObject({ kind: 'moved' });
    expect(await now(second)).toMatchObject({
      status: 'PAID_SUCCESS',
      gatewayTransactionId: 'gw-right',
      anomaly: { kind: 'UNDERPAID' },
    });
    expect((await lock())?.paidBy).toBe(second.transactionId);
  });
});
