// Late or wrong money of which a part has gone back at the provider's console: it is not taken as if all of it were there.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import { money } from '../../lib/domain/money.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { isBeyondPaid, refundable } from '../../lib/domain/refund-settlement.ts';
import type { RefundSnapshot } from '../../lib/domain/refund.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { createPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { aPayment, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { decisions, held, type Decisions } from './decisions.ts';
import { aCallback, callbacksOf, cause, eventNames, failed, say } from './refunding.ts';
import { givesBack, straying, strayOf, type Straying } from './straying.ts';

let database: Database;
let on: Straying;
let people: Decisions;
beforeAll(async () => {
  database = await startDatabase();
  on = straying(database);
  people = decisions(database);
});
afterAll(() => database.stop());

/** 3.00 of the money, given back at the console. */
const console3 = (payment: Payment, changes: object = {}) =>
  ({
    ...{ state: 'succeeded', gatewayRefundId: `console-${payment.transactionId}` },
    ...{ gatewayTransactionId: strayOf(payment), transactionId: payment.transactionId },
    ...{ amount: money(300, 'CNY'), ...changes },
  }) as RefundSnapshot;

async function waiting(): Promise<Payment> {
  const made = aPayment({ status: 'PENDING_PAYMENT' });
  await createPayment(database.tables(), made, cause, undefined, 0);
  return made;
}

/** Counts what is read of refunds. */
function counting(): { readonly tables: Tables; readonly refundsRead: () => number } {
  const { client, ...rest } = database.tables();
  let reads = 0;
  const send = (command: Parameters<typeof client.send>[0]) => {
    const { Key } = command.input as { Key?: { sk?: string } };
    if (Key?.sk?.startsWith('REFUND#')) reads++;
    return client.send(command);
  };
  return { tables: { ...rest, client: { send } as unknown as typeof client }, refundsRead: () => reads };
}

describe('late money of which a part went back at the console', () => {
  it('is not taken by a person: he is told by which refund, and nothing changes', async () => {
    const payment = await on.closed();
    await on.stray(payment);
    const [ours] = await on.refunds(payment);
    await say(database, console3(payment));
    if (ours) await say(database, failed(ours));
    const before = await on.now(payment);
    expect(before.anomaly).toMatchObject({ refusedRefundId: ours?.refundId });
    const { kind, payment: after, back } = await people.decide(payment, 'accept');
    expect({ kind, back }).toMatchObject({
      kind: 'partly_back',
      back: [{ origin: 'EXTERNAL', status: 'SUCCESS', amountRequested: money(300, 'CNY') }],
    });
    expect(after).toEqual(before);
    expect(await on.now(payment)).toEqual(before);
    expect(await people.decide(payment, 'dismiss')).toMatchObject({ kind: 'resolved' });
  });

  it('is not taken while that part is under way; once it has failed, it is, and all of it is there', async () => {
    const payment = await on.closed();
    await on.stray(payment, {}, held);
    await say(database, console3(payment, { state: 'processing' }));
    expect(await people.decide(payment, 'accept')).toMatchObject({ kind: 'partly_back' });
    await say(database, console3(payment, { state: 'failed', channelCode: 'NO' }));
    expect(await people.decide(payment, 'accept')).toMatchObject({ kind: 'resolved' });
    expect(refundable(await on.now(payment))).toEqual(money(880, 'CNY'));
    // Proved late: it has gone after all, and the payment's own sums know it.
    await say(database, console3(payment));
    const now = await on.now(payment);
    expect([now.status, refundable(now)]).toEqual(['REFUND_PARTIAL', money(580, 'CNY')]);
  });

  it('is not taken by a policy, however often its word comes', async () => {
    const payment = await on.closed();
    await on.stray(payment, {}, held);
    await say(database, console3(payment));
    const before = await on.now(payment);
    for (let n = 1; n <= 2; n++)
      expect(await on.stray(payment, {}, { PAID_AFTER_CLOSE: 'accept' })).toMatchObject({ payment: before });
    expect(await on.now(payment)).toEqual(before);
  });

  it('whoever comes first, the part that goes back or the taking of it: the sums are right', async () => {
    for (let round = 1; round <= 6; round++) {
      const payment = await on.closed();
      await on.stray(payment, {}, held);
      const acts = [() => say(database, console3(payment)), () => people.decide(payment, 'accept')];
      await Promise.all((round % 2 ? acts : acts.reverse()).map((act) => act()));
      const now = await on.now(payment);
      expect(['CLOSED', 'REFUND_PARTIAL']).toContain(now.status);
      expect(refundable(now)).toEqual(money(now.status === 'CLOSED' ? 0 : 580, 'CNY'));
      expect(isBeyondPaid(now)).toBe(false);
    }
  });

  it('of which nothing went back is taken with no read of refunds', async () => {
    const payment = await on.closed();
    const { tables, refundsRead } = counting();
    const policy: AnomalyPolicy = { PAID_AFTER_CLOSE: 'accept' };
    await on.stray(payment, {}, policy, tables);
    expect([(await on.now(payment)).status, refundsRead()]).toEqual(['PAID_SUCCESS', 0]);
  });
});

describe('money for a payment that is still open, of which a part went back at the console', () => {
  const wrong = { amount: money(980, 'CNY') };

  it('does not pay it when the channel corrects the amount: a person decides', async () => {
    const payment = await waiting();
    await on.stray(payment, wrong);
    await say(database, console3(payment));
    const before = await on.now(payment);
    const snapshot = paidFor(payment, { gatewayTransactionId: strayOf(payment) });
    const callback = { ...aCallback('c'), transactionId: payment.transactionId };
    const word = { channelCode: 'ALIPAY', snapshot, cause, policy: givesBack, callback };
    for (let times = 1; times <= 2; times++)
      expect(await settlePayment({ tables: database.tables(), ports: ports() }, word)).toMatchObject({
        kind: 'unchanged',
        why: 'stale',
      });
    expect([await on.now(payment), await callbacksOf(database, payment)]).toEqual([before, 1]);
    expect(before).toMatchObject({ status: 'PENDING_PAYMENT', anomaly: { kind: 'OVERPAID' } });
  });

  it('does not pay it when only the refund of it was known: less is there than was asked for', async () => {
    const payment = await waiting();
    await on.stray(payment, { ...wrong, gatewayTransactionId: `other-${payment.transactionId}` });
    await say(database, console3(payment));
    for (const kind of ['anomaly', 'unchanged'])
      expect(await on.stray(payment, {}, givesBack)).toMatchObject({ kind });
    const now = await on.now(payment);
    expect([now.status, now.amountPaid]).toEqual(['PENDING_PAYMENT', undefined]);
    expect([now.anomaly, ...(now.otherAnomalies ?? [])]).toMatchObject([
      { kind: 'UNDERPAID', gatewayTransactionId: strayOf(payment), amount: money(880, 'CNY') },
      { kind: 'OVERPAID' },
    ]);
    expect((await eventNames(database, payment)).at(-1)).toBe('payment.anomaly_found');
  });

  it('pays it once that part has failed, and when another sum is what went back', async () => {
    const payment = await waiting();
    await on.stray(payment, { ...wrong, gatewayTransactionId: `other-${payment.transactionId}` });
    await say(database, console3(payment, { gatewayTransactionId: `other-${payment.transactionId}` }));
    await say(database, console3(payment, { state: 'failed', channelCode: 'NO', gatewayRefundId: 'no' }));
    expect(await on.stray(payment)).toMatchObject({ kind: 'moved', payment: { status: 'PAID_SUCCESS' } });
  });
});
