// What a proved notification of a refund comes to, on the real database. @see QUALITY rows 77, 78
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund, RefundSnapshot } from '../../lib/domain/refund.ts';
import type { CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { listEvents } from '../../lib/store/events.ts';
import { aPayment } from '../domain/samples.ts';
import { aRefund, toldOf } from '../domain/refund-samples.ts';
import {
  callbacksOf,
  failed,
  madeRefund,
  paidOne,
  paymentNow,
  refundNow,
  say,
  succeeded,
} from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { hint, notice, quarantined, word } from './noticing.ts';
import { refundOne } from './refunding.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });
const apply = (message: CallbackMessage) => notice(database, message);
const keptWith = (payment: Pick<Payment, 'transactionId'>) => callbacksOf(database, payment);

async function one() {
  const payment = await paidOne(database);
  return { payment, refund: await madeRefund(database, payment) };
}

const standing = async ({ payment, refund }: { payment: Payment; refund: Refund }) => [
  await paymentNow(database, payment),
  await refundNow(database, refund),
];

describe('a word that is believed', () => {
  it('moves the refund, in the name of the channel and its callback, and is kept', async () => {
    const { payment, refund } = await one();
    const message = word(succeeded(refund));
    const { applied, asked } = await apply(message);
    expect(applied).toMatchObject({ kind: 'refund', settled: { kind: 'moved', why: 'SUCCESS' } });
    expect([asked, await keptWith(payment)]).toEqual([[], 1]);
    const last = (await listEvents(database.tables(), payment.transactionId)).slice(-2);
    const reason = `callback ${message.digest.slice(0, 16)}`;
    expect(last).toMatchObject([
      { name: 'refund.succeeded', actor: 'channel:ALIPAY', reason },
      { name: 'payment.partially_refunded', actor: 'channel:ALIPAY', reason },
    ]);
  });

  it('before its sending is written down counts, and nothing is sent any more', async () => {
    const given = await refundOne(database, {});
    await apply(word(succeeded(given.refund)));
    expect((await given.now()).refund).toMatchObject({ status: 'SUCCESS' });
    expect(await given.step('submit')).toEqual({ next: 'end', waitSeconds: 0 });
    expect(given.orders).toEqual([]);
  });

  it('before its refund is there is looked at again, and counts then', async () => {
    const payment = await paidOne(database);
    const message = word(succeeded(aRefund(payment)));
    const { applied, sentAgain } = await apply(message);
    expect(applied).toMatchObject({ kind: 'later', transactionId: payment.transactionId });
    expect(sentAgain).toEqual([[1, 10]]);
    await madeRefund(database, payment);
    expect((await apply({ ...message, attempt: 1 })).applied).toMatchObject({ settled: { kind: 'moved' } });
    expect((await paymentNow(database, payment)).amountRefunded).toEqual(minor(300));
  });

  it('again is a duplicate; again of the same refund with other bytes, too', async () => {
    const given = await one();
    const message = word(succeeded(given.refund));
    await apply(message);
    const before = await standing(given);
    for (const again of [message, { ...message, receivedAt: '2026-11-22T09:00:00.000Z' }])
      expect((await apply(again)).applied).toMatchObject({
        settled: { kind: 'unchanged', why: 'duplicate' },
      });
    expect([await standing(given), await keptWith(given.payment)]).toEqual([before, 1]);
  });

  it('ten times at once counts once', async () => {
    const { payment, refund } = await one();
    const message = word(succeeded(refund));
    const all = await Promise.all(Array.from({ length: 10 }, () => apply(message)));
    const moved = all.filter(({ applied }) => applied.kind === 'refund' && applied.settled.kind === 'moved');
    expect(moved).toHaveLength(1);
    expect(await paymentNow(database, payment)).toMatchObject({
      amountRefunded: minor(300),
      amountReserved: minor(0),
    });
  });

  it.each([
    ['that it is under way, after its success', 'SUCCESS', { state: 'processing' }],
    ['that it failed before, after its success', 'SUCCESS', { state: 'failed', channelCode: 'NO' }],
    ['that it is under way, after its failure', 'FAILED', { state: 'processing' }],
  ] as const)('%s, is late: kept, and nothing moves', async (_, status, told) => {
    const given = await one();
    const when = '2026-11-22T09:00:00.000Z';
    const end = status === 'SUCCESS' ? succeeded : failed;
    await say(database, end(given.refund, { at: when }));
    const before = await standing(given);
    const message = word(toldOf(given.refund, { ...told, at: '2026-11-22T08:30:00.000Z' }));
    for (let times = 1; times <= 2; times++)
      expect((await apply(message)).applied).toMatchObject({ settled: { kind: 'unchanged', why: 'stale' } });
    expect([await standing(given), await keptWith(given.payment)]).toEqual([before, 1]);
  });
});

describe('a word that does not fit', () => {
  it.each([
    ['another amount', { amount: { minor: 301, currency: 'CNY' } }, 'amount'],
    ['other money', { gatewayTransactionId: 'gw-other' }, 'other_money'],
  ] as const)('%s: it contradicts, is kept once, and nothing moves', async (_, changes, why) => {
    const given = await one();
    const before = await standing(given);
    const message = word(succeeded(given.refund, changes));
    for (let times = 1; times <= 2; times++)
      expect((await apply(message)).applied).toMatchObject({ settled: { kind: 'contradicts', why } });
    expect([await standing(given), await keptWith(given.payment)]).toEqual([before, 1]);
  });

  it('the provider’s number of another refund: it contradicts, is kept once, and nothing moves', async () => {
    const given = await one();
    const other = await madeRefund(database, given.payment, { minor: 200 });
    await say(database, succeeded(other, { gatewayRefundId: 'r-other' }));
    const before = await standing(given);
    const message = word(succeeded(given.refund, { gatewayRefundId: 'r-other' }));
    for (let times = 1; times <= 2; times++)
      expect((await apply(message)).applied).toMatchObject({
        settled: { kind: 'contradicts', why: 'number_of_another' },
      });
    expect([await standing(given), await keptWith(given.payment)]).toEqual([before, 1]);
  });
});

describe('a word that ours went, by a refund of the provider that is not the one we know', () => {
  it('is believed, and that refund is ours: nobody records it once more', async () => {
    const given = await one();
    await say(database, { ...succeeded(given.refund, { gatewayRefundId: 'r1' }), state: 'processing' });
    await apply(word(succeeded(given.refund, { gatewayRefundId: 'r2' })));
    expect(await refundNow(database, given.refund)).toMatchObject({
      ...{ status: 'SUCCESS', gatewayRefundId: 'r2' },
    });
    const before = await standing(given);
    const { gatewayTransactionId } = given.refund;
    const unnamed = { gatewayTransactionId, refundId: undefined, gatewayRefundId: 'r2' };
    await apply(word(succeeded(given.refund, unnamed)));
    expect(await standing(given)).toEqual(before);
  });

  it('contradicts where that one is known as another of ours', async () => {
    const given = await one();
    await say(database, { ...succeeded(given.refund, { gatewayRefundId: 'r1' }), state: 'processing' });
    const { gatewayTransactionId } = given.refund;
    const external = { gatewayTransactionId, refundId: undefined, gatewayRefundId: 'r2' };
    await say(database, succeeded(given.refund, external));
    const before = await standing(given);
    expect(before[0]).toMatchObject({ amountRefunded: { minor: 300 } });
    expect((await apply(word(succeeded(given.refund, { gatewayRefundId: 'r2' })))).applied).toMatchObject({
      settled: { kind: 'contradicts', why: 'number_of_another' },
    });
    expect(await standing(given)).toEqual(before);
  });
});

describe('a word about nobody’s refund', () => {
  const nobody = () => aRefund(aPayment());

  it.each([
    ['a payment that is not there', () => Promise.resolve(word(succeeded(nobody())))],
    [
      'a refund that is not there',
      async () => {
        const { transactionId } = await paidOne(database);
        return word(succeeded({ ...nobody(), refundId: refundIdOf(transactionId, 9) }));
      },
    ],
    [
      'money that is not ours',
      () => {
        const money = { gatewayRefundId: 'console', gatewayTransactionId: 'gw-nobody', amount: minor(1) };
        return Promise.resolve(word({ ...money, state: 'succeeded' } as RefundSnapshot));
      },
    ],
    ['a hint of a refund that is not there', () => Promise.resolve(hint({ refundId: nobody().refundId }))],
    [
      'a hint without a number',
      () => Promise.resolve(hint({ transactionId: nobody().originalTransactionId })),
    ],
  ])('%s: is looked for again, and kept for a person in the end', async (_, make) => {
    const message = await make();
    for (const [attempt, delay] of [10, 60, 300, 900, 900, 900].entries()) {
      const now = attempt === 0 ? message : { ...message, attempt };
      expect((await apply(now)).sentAgain).toEqual([[attempt + 1, delay]]);
    }
    expect(await quarantined(database, message)).toEqual([]);
    for (let times = 1; times <= 2; times++)
      expect((await apply({ ...message, attempt: 6 })).applied).toMatchObject({
        ...{ kind: 'quarantined', reason: 'no_such_payment' },
      });
    expect(await quarantined(database, message)).toEqual(['no_such_payment']);
  });

  it.each(['word', 'hint'] as const)('of another channel (%s): kept for a person at once', async (kind) => {
    const given = await one();
    const before = await standing(given);
    const { refundId } = given.refund;
    const changes = { channelCode: 'STRIPE' };
    const message = kind === 'word' ? word(succeeded(given.refund), changes) : hint({ refundId }, changes);
    const { applied, asked } = await apply(message);
    expect(applied).toMatchObject({ kind: 'quarantined', reason: 'other_channel' });
    expect([asked, await quarantined(database, message)]).toEqual([[], ['other_channel']]);
    expect([await standing(given), await keptWith(given.payment)]).toEqual([before, 0]);
  });
});

describe('a hint', () => {
  it('of our refund moves nothing: it is kept once, and the channel is asked each time', async () => {
    const given = await one();
    const before = await standing(given);
    const { refundId } = given.refund;
    for (let times = 1; times <= 2; times++)
      expect(await apply(hint({ refundId }))).toMatchObject({
        applied: { kind: 'asked', what: 'A', transactionId: given.payment.transactionId },
        asked: [{ refundId, hinted: true }],
      });
    expect([await standing(given), await keptWith(given.payment)]).toEqual([before, 1]);
  });

  it.each(['transactionId', 'gatewayTransactionId'] as const)(
    'of a refund at the console is asked for by the provider’s number, found by its %s',
    async (by) => {
      const payment = await paidOne(database);
      const { transactionId } = payment;
      const { asked } = await apply(hint({ gatewayRefundId: 'r9', [by]: payment[by] }));
      const money = by === 'gatewayTransactionId' && { gatewayTransactionId: payment[by] };
      expect(asked).toEqual([{ transactionId, gatewayRefundId: 'r9', ...money }]);
    },
  );
});
