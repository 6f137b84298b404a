// Decisions that meet a payment which has moved on: the channel has corrected its word, other money has been decided about.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { money } from '../../lib/domain/money.ts';
import { withAnomaly } from '../../lib/domain/settlement.ts';
import { resolveAnomaly, type Verdict } from '../../lib/flows/resolve-anomaly.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { changePayment } from '../../lib/store/payments.ts';
import { paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { anAnomaly, decisions, type Decisions } from './decisions.ts';
import { storedNow } from './refunding.ts';

let database: Database;
let on: Decisions;
beforeAll(async () => {
  database = await startDatabase();
  on = decisions(database);
});
afterAll(() => database.stop());

describe('a decision', () => {
  it('is not answered as made because the same person decided so about other money before', async () => {
    const first = anAnomaly('OVERPAID');
    const second = anAnomaly('UNDERPAID', { gatewayTransactionId: 'gw-second' });
    const payment = await on.placed({ status: 'CLOSED', anomaly: first, otherAnomalies: [second] });
    const dependencies = { tables: database.tables(), ports: ports() };
    const verdict = { action: 'dismiss', by: 'operators', reason: 'looked at it' } as const;
    const decide = (changes: Partial<Verdict>) =>
      resolveAnomaly(dependencies, payment.transactionId, { ...verdict, ...changes });
    // Its answer was lost: it is told as made, though other money waits.
    for (let times = 1; times <= 2; times++)
      expect(await decide({ version: 3 })).toMatchObject({ kind: 'resolved', payment: { version: 4 } });
    expect(await decide({ version: 3, reason: 'another' })).toMatchObject({ kind: 'changed_meanwhile' });
    // More becomes known of the second, between its being read and the decision.
    const stored = await storedNow(database, payment);
    const { anomaly: waits } = stored.payment;
    if (!waits) throw new Error('nothing waits');
    const known = withAnomaly(stored.payment, { ...waits, kind: 'GATEWAY_ID_REUSED' });
    const cause = { actor: 'channel:ALIPAY', reason: 'callback' };
    await changePayment(dependencies.tables, stored, { ...stored.payment, ...known, version: 5 }, cause);
    const now = await on.rowOf(payment);
    expect(await decide({ version: 4 })).toEqual({ kind: 'changed_meanwhile', payment: now });
    // Nor when somebody else has decided otherwise about it since.
    await decide({ version: 5, by: 'others' });
    expect(await decide({ version: 4 })).toMatchObject({ kind: 'nothing_to_decide' });
    expect(await decide({ version: 5, by: 'others' })).toMatchObject({ kind: 'resolved' });
    expect(await on.rowOf(payment)).toMatchObject({ version: 6 });
  });
});

describe('wrong money', () => {
  it.each([
    ['OVERPAID', 980],
    ['UNDERPAID', 300],
    ['UNDERPAID', 880],
  ] as const)('gives nothing back of %s %i that became what was paid', async (kind, minor) => {
    const found = anAnomaly(kind, { amount: { minor, currency: 'CNY' } });
    const paid = {
      amountPaid: money(880, 'CNY'),
      gatewayTransactionId: found.gatewayTransactionId,
    };
    for (const status of ['PAID_SUCCESS', 'REFUND_PARTIAL'] as const) {
      const payment = await on.placed({ status, ...paid, anomaly: found }, 'own');
      expect(await on.decide(payment, 'refund')).toEqual({ kind: 'paid_with_it', payment });
      const snapshot = paidFor(payment, { gatewayTransactionId: found.gatewayTransactionId });
      const cause = { actor: 'channel:ALIPAY', reason: 'callback' };
      const word = { channelCode: 'ALIPAY', snapshot, cause, policy: { [kind]: 'auto_refund' } } as const;
      for (let times = 1; times <= 2; times++)
        await settlePayment({ tables: database.tables(), ports: ports() }, word);
      expect(await on.rowOf(payment)).toEqual(payment);
      expect(await on.decide(payment, 'dismiss')).toMatchObject({ kind: 'resolved' });
    }
  });
});
