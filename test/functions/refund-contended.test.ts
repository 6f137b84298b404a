// Refunds in a store where every transaction meets another: who asks is told to come again, and nothing is half done.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { confirmRefund } from '../../functions/confirm-refund/confirm-refund.ts';
import { findRefund } from '../../lib/store/refunds.ts';
import { documentClient, type Tables } from '../../lib/store/table.ts';
import { settleRefund } from '../../lib/flows/settle-refund.ts';
import { cause, madeRefund, paidOne, paymentNow, refundNow, succeeded } from '../flows/refunding.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { alwaysConflict } from '../store/faults.ts';
import { askRefund, minor } from './asking-refund.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** Tables in which nothing can be written until `calm` is called. */
function contended(): { readonly client: Tables['client']; readonly calm: () => void } {
  const client = database.client();
  const calm = alwaysConflict(client);
  return { client: documentClient(client), calm };
}

const later = { code: 'STATE_CONFLICT', details: { retryAfter: 1 } };

describe('where every transaction meets another', () => {
  it('a refund is not made: its caller is to come again before his time is over, and does so well', async () => {
    const payment = await paidOne(database);
    const { client, calm } = contended();
    const body = { business_refund_id: 'contended' };
    const slept: number[] = [];
    const asking = { tables: { client }, slept };
    await expect(askRefund(database, payment, body, asking)).rejects.toMatchObject(later);
    const sum = slept.reduce((all, ms) => all + ms, 0);
    expect([sum > 5_000, sum < 20_000]).toEqual([true, true]);
    expect(await paymentNow(database, payment)).toEqual(payment);
    const name = { application: 'shop', businessRefundId: 'contended' };
    expect(await findRefund(database.tables(), name)).toBeUndefined();
    calm();
    expect(await askRefund(database, payment, body, asking)).toMatchObject({ kind: 'created' });
    expect(await paymentNow(database, payment)).toMatchObject({ amountReserved: minor(300), refunds: 1 });
  });

  it('a refund that was handed over is not confirmed: who confirms is to come again', async () => {
    const payment = await paidOne(database);
    const refund = await madeRefund(database, payment, { refundMethod: 'OFFLINE' });
    const { client, calm } = contended();
    const confirming = () =>
      confirmRefund(
        { tables: database.tables({ client }), ports: ports() },
        {
          id: refund.refundId,
          body: { result: 'refunded', reference: 'booking 7' },
          caller: { application: 'shop' },
        },
      );
    await expect(confirming()).rejects.toMatchObject(later);
    expect(await refundNow(database, refund)).toEqual(refund);
    calm();
    expect(await confirming()).toMatchObject({ status: 'SUCCESS' });
  });

  it('a channel’s word is not applied, and not lost: it is to be brought again', async () => {
    const payment = await paidOne(database);
    const refund = await madeRefund(database, payment);
    const before = await paymentNow(database, payment);
    const { client, calm } = contended();
    const word = { channelCode: 'ALIPAY', snapshot: succeeded(refund), cause };
    const saying = () => settleRefund({ tables: database.tables({ client }), ports: ports() }, word);
    await expect(saying()).rejects.toThrow('Transaction cancelled');
    expect([await paymentNow(database, payment), await refundNow(database, refund)]).toEqual([
      before,
      refund,
    ]);
    calm();
    expect(await saying()).toMatchObject({ kind: 'moved', why: 'SUCCESS' });
  });
});
