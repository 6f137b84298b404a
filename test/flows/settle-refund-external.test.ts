import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRefundId, refundIdOf } from '../../lib/domain/ids.ts';
import { money } from '../../lib/domain/money.ts';
import type { RefundSnapshot } from '../../lib/domain/refund.ts';
import { findRefund } from '../../lib/store/refunds.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { eventNames, paidOne, paymentNow, refundNow, say } from './refunding.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const born = ['payment.created', 'payment.paid', 'refund.created'];
const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });

describe('a refund of the provider’s console', () => {
  const external = (gatewayTransactionId: string, changes: object = {}) =>
    ({
      ...{ state: 'succeeded', gatewayRefundId: `console-${gatewayTransactionId}`, gatewayTransactionId },
      amount: money(200, 'CNY'),
      ...changes,
    }) as RefundSnapshot;

  it('is written down once, by the money it is of, and counts', async () => {
    const payment = await paidOne(database);
    const word = external(payment.gatewayTransactionId ?? '');
    const settled = await Promise.all(Array.from({ length: 10 }, () => say(database, word)));
    expect(settled.filter(({ kind }) => kind === 'moved')).toHaveLength(1);
    const { gatewayRefundId = '' } = word;
    const id = await findRefund(database.tables(), {
      channelCode: 'ALIPAY',
      transactionId: payment.transactionId,
      gatewayRefundId,
    });
    if (id === undefined || !isRefundId(id)) throw new Error('not written down');
    expect(await refundNow(database, { refundId: id })).toMatchObject({
      origin: 'EXTERNAL',
      status: 'SUCCESS',
    });
    expect(await paymentNow(database, payment)).toMatchObject({
      ...{ status: 'REFUND_PARTIAL', amountRefunded: minor(200), refunds: 1 },
    });
    const told = ['refund.succeeded', 'payment.partially_refunded'];
    expect(await eventNames(database, payment)).toEqual([...born, ...told]);
  });

  it('that is under way holds its amount until it is over', async () => {
    const payment = await paidOne(database);
    const word = external(payment.gatewayTransactionId ?? '', { state: 'processing' });
    await say(database, word);
    expect((await paymentNow(database, payment)).amountReserved).toEqual(minor(200));
    await say(database, { ...word, state: 'succeeded' });
    expect(await paymentNow(database, payment)).toMatchObject({
      ...{ amountReserved: minor(0), amountRefunded: minor(200) },
    });
  });

  it('that waits for a person holds it too, and says why', async () => {
    const payment = await paidOne(database);
    const stuck = { state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' };
    await say(database, external(payment.gatewayTransactionId ?? '', stuck));
    const refund = await refundNow(database, { refundId: refundIdOf(payment.transactionId, 0) });
    expect(refund).toMatchObject({ status: 'PROCESSING', needsAction: { reason: 'abnormal' } });
    expect((await paymentNow(database, payment)).amountReserved).toEqual(minor(200));
  });

  it('of no money of ours is nothing of ours', async () => {
    expect(await say(database, external('gw-nobody'))).toMatchObject({ kind: 'nothing_of_ours' });
  });
});
