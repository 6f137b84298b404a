import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  anomalyKinds,
  type Anomaly,
  type AnomalyKind,
  type ResolutionAction,
} from '../../lib/domain/anomaly.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { edge, transitions, type Payment, type PaymentStatus } from '../../lib/domain/payment.ts';
import { resolveAnomaly } from '../../lib/flows/resolve-anomaly.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { getRefund } from '../../lib/store/refunds.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { anAnomaly, decisions, other, type Decisions } from './decisions.ts';

jest.setTimeout(60_000);

let database: Database;
let on: Decisions;
beforeAll(async () => {
  database = await startDatabase();
  on = decisions(database);
});
afterAll(() => database.stop());

const paidStatuses = new Set<PaymentStatus>(['PAID_SUCCESS', 'REFUND_PARTIAL', 'REFUND_FULL']);
const mayBeTaken = new Set<AnomalyKind>(['PAID_AFTER_CLOSE', 'DUPLICATE_PAID', 'OVERPAID', 'UNDERPAID']);

interface Case {
  readonly kind: AnomalyKind;
  readonly status: PaymentStatus;
  readonly action: ResolutionAction;
  readonly orderPaidBy: 'own' | 'other' | undefined;
}

const statuses = Object.keys(transitions) as PaymentStatus[];

const every: readonly Case[] = anomalyKinds.flatMap((kind) =>
  statuses.flatMap((status) =>
    (['accept', 'dismiss'] as const).flatMap((action) =>
      (['own', 'other', undefined] as const).map((orderPaidBy) => ({ kind, status, action, orderPaidBy })),
    ),
  ),
);

/** What must come of it, said anew: the outcome, the status, and whether the money is the payment's since. */
function right({ kind, status, action, orderPaidBy }: Case) {
  const takes = action === 'accept' && !paidStatuses.has(status);
  if (action === 'accept' && !mayBeTaken.has(kind))
    return { outcome: 'not_acceptable', status, taken: false };
  if (takes && kind !== 'DUPLICATE_PAID' && orderPaidBy === 'other')
    return { outcome: 'became_duplicate', status, taken: false };
  if (takes) return { outcome: 'resolved', status: 'PAID_SUCCESS', taken: true };
  const open = status === 'PENDING_CREATE' || status === 'PENDING_PAYMENT';
  return { outcome: 'resolved', status: action === 'dismiss' && open ? 'CLOSED' : status, taken: false };
}

const earlier: Partial<Payment> = {
  amountPaid: { minor: 880, currency: 'CNY' },
  gatewayTransactionId: 'gw-first',
  paidAt: '2026-11-22T07:30:00.000Z',
};

const moneyOf = ({ amountPaid, gatewayTransactionId, paidAt }: Payment) => {
  return { amountPaid, gatewayTransactionId, paidAt };
};

async function judge(each: Case, found: Anomaly): Promise<void> {
  const isPaid = paidStatuses.has(each.status);
  const before = await on.placed(
    { status: each.status, anomaly: found, ...(isPaid && earlier) },
    each.orderPaidBy,
  );
  const { kind, payment } = await on.decide(before, each.action);
  const after = await on.rowOf(before);
  const [events, order] = [await on.eventsOf(before), await on.paidBy(before)];
  const expected = right(each);
  expect({ outcome: kind, status: after.status }).toEqual({
    outcome: expected.outcome,
    status: expected.status,
  });
  expect(payment).toEqual(after);
  if (after.status !== before.status) expect(edge(before.status, after.status)).toBeDefined();
  const money = expected.taken
    ? { amountPaid: found.amount, gatewayTransactionId: found.gatewayTransactionId, paidAt: found.paidAt }
    : {};
  expect(moneyOf(after)).toEqual({ ...moneyOf(before), ...money });
  const takesOrder = expected.taken && each.kind !== 'DUPLICATE_PAID';
  const was = { own: before.transactionId, other, nobody: undefined }[each.orderPaidBy ?? 'nobody'];
  expect(order).toBe(takesOrder ? before.transactionId : was);
  if (kind === 'not_acceptable') {
    expect(after).toEqual(before);
    expect(events).toEqual([]);
    return;
  }
  expect(after.version).toBe(before.version + 1);
  expect(events).toMatchObject([
    { version: after.version, actor: 'operators', reason: `${each.action} as agreed` },
  ]);
  const resolution = {
    action: each.action,
    by: 'operators',
    reason: `${each.action} as agreed`,
    at,
    version: 3,
  };
  expect(after.anomaly).toEqual(
    kind === 'resolved' ? { ...found, resolution } : { ...found, kind: 'DUPLICATE_PAID', foundAt: at },
  );
}

describe('a decision about late or wrong money', () => {
  it(`does what the table says: ${every.length} cases of kind, status, action and who paid the order`, async () => {
    expect(every).toHaveLength(7 * 7 * 2 * 3);
    for (const status of statuses) {
      const those = every.filter((each) => each.status === status);
      await Promise.all(those.map((each) => judge(each, anAnomaly(each.kind))));
    }
  });

  it('takes the money that came, whatever it is', async () => {
    const money = fc.record({
      minor: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      currency: fc.constantFrom('CNY' as const, 'JPY' as const),
    });
    const found = fc.record({
      amount: money,
      gatewayTransactionId: fc.string({ minLength: 1, maxLength: 64 }),
      paidAt: fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map((day) => day.toISOString()),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...every), found, (each, facts) =>
        judge(each, anAnomaly(each.kind, facts)),
      ),
      { numRuns: 100 },
    );
  });

  it('is made once: of many at the same time one wins, and the others find nothing to decide', async () => {
    const payment = await on.placed({ status: 'CLOSED', anomaly: anAnomaly('PAID_AFTER_CLOSE') });
    const actions = (['accept', 'dismiss', 'accept', 'dismiss', 'accept'] as const).map((action, place) =>
      on.decide(payment, action, `operator-${place}`),
    );
    const kinds = (await Promise.all(actions)).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual([...Array<string>(4).fill('nothing_to_decide'), 'resolved']);
    const after = await on.rowOf(payment);
    const [event, ...more] = await on.eventsOf(payment);
    expect(more).toEqual([]);
    expect(event?.actor).toBe(after.anomaly?.resolution?.by);
    expect(after.status).toBe(after.anomaly?.resolution?.action === 'accept' ? 'PAID_SUCCESS' : 'CLOSED');
    expect(await on.paidBy(payment)).toBe(
      after.status === 'PAID_SUCCESS' ? payment.transactionId : undefined,
    );
  });

  it('to give it back is made once, too: one refund of all of it, under the name of who decided', async () => {
    const payment = await on.placed({ status: 'CLOSED', anomaly: anAnomaly('OVERPAID') });
    const deciding = [1, 2, 3, 4].map((place) => on.decide(payment, 'refund', `operator-${place}`));
    const kinds = (await Promise.all(deciding)).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual([...Array<string>(3).fill('nothing_to_decide'), 'resolved']);
    const { anomaly, refunds, status } = await on.rowOf(payment);
    const refundId = refundIdOf(payment.transactionId, 0);
    expect({ refunds, status, resolution: anomaly?.resolution }).toMatchObject({
      ...{ refunds: 1, status: 'CLOSED', resolution: { action: 'refund', refundId } },
    });
    expect(await getRefund(database.tables(), refundId)).toMatchObject({
      ...{ origin: 'OPERATOR', status: 'PENDING', amountRequested: anomaly?.amount, run: 0 },
      gatewayTransactionId: anomaly?.gatewayTransactionId,
    });
    const told = await on.eventsOf(payment);
    const by = anomaly?.resolution?.by;
    expect(told).toMatchObject([
      { name: 'refund.created', actor: by },
      { name: 'payment.anomaly_resolved', actor: by },
    ]);
  });

  it('by a policy is about the money that it knows of: other money that came first waits', async () => {
    const payment = await on.placed({ status: 'CLOSED', anomaly: anAnomaly('OVERPAID') });
    const verdict = {
      action: 'refund',
      by: 'policy',
      reason: 'x',
      gatewayTransactionId: 'gw-other',
    } as const;
    const dependencies = { tables: database.tables(), ports: ports() };
    expect(await resolveAnomaly(dependencies, payment.transactionId, verdict)).toEqual({
      ...{ kind: 'changed_meanwhile', payment },
    });
    expect(await on.eventsOf(payment)).toEqual([]);
  });

  it('finds nothing to decide where there is no anomaly', async () => {
    const payment = await on.placed({ status: 'PAID_SUCCESS' });
    expect(await on.decide(payment, 'dismiss')).toEqual({ kind: 'nothing_to_decide', payment });
    await expect(on.decide(aPayment(), 'accept')).rejects.toThrow('is not there');
  });

  it('ends the asking: until then the channel is asked on', async () => {
    for (const action of ['accept', 'dismiss'] as const) {
      const payment = await on.placed({ status: 'PENDING_PAYMENT', dueAt: at });
      expect((await on.rowOf(payment)).dueAt).toBe(at);
      const snapshot = paidFor(payment, { amount: { minor: 1, currency: 'CNY' } });
      const cause = { actor: 'channel:ALIPAY', reason: 'query' };
      const word = { channelCode: 'ALIPAY', snapshot, cause, policy: {} };
      await settlePayment({ tables: database.tables(), ports: ports() }, word);
      expect((await on.rowOf(payment)).dueAt).toBe(at);
      expect(await on.decide(payment, action)).toMatchObject({ kind: 'resolved' });
      expect((await on.rowOf(payment)).dueAt).toBeUndefined();
    }
  });
});
