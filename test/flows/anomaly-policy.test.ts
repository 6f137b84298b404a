import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { settlePayment, type Word } from '../../lib/flows/settle-payment.ts';
import type { Tables } from '../../lib/store/table.ts';
import { at, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { anAnomaly, decisions, held, type Decisions } from './decisions.ts';

let database: Database;
let on: Decisions;
beforeAll(async () => {
  database = await startDatabase();
  on = decisions(database);
});
afterAll(() => database.stop());

describe('money of two payments of one order', () => {
  it('pays it once, whoever comes first: a decision, or the channel’s word for the other', async () => {
    for (let round = 1; round <= 10; round++) {
      const late = await on.placed({ status: 'CLOSED', anomaly: anAnomaly('PAID_AFTER_CLOSE') });
      const { businessOrderId } = late;
      const live = await on.placed({ status: 'PENDING_PAYMENT', businessOrderId });
      const gatewayTransactionId = `gw-live-${live.transactionId}`;
      const snapshot = paidFor(live, { gatewayTransactionId });
      const word = {
        channelCode: 'ALIPAY',
        snapshot,
        cause: { actor: 'channel:ALIPAY', reason: 'callback' },
        policy: held,
      };
      const settling = () => settlePayment({ tables: database.tables(), ports: ports() }, word);
      await Promise.all(
        round % 2 ? [settling(), on.decide(late, 'accept')] : [on.decide(late, 'accept'), settling()],
      );
      const rows = [await on.rowOf(late), await on.rowOf(live)];
      const [winner, ...more] = rows.filter(({ status }) => status === 'PAID_SUCCESS');
      expect(more).toEqual([]);
      expect(await on.paidBy(late)).toBe(winner?.transactionId);
      const loser = rows.find((row) => row !== winner);
      expect(loser?.anomaly).toMatchObject({ kind: 'DUPLICATE_PAID' });
      expect(loser?.anomaly?.resolution).toBeUndefined();
    }
  });
});

describe('a policy', () => {
  const cause = { actor: 'channel:ALIPAY', reason: 'callback' };

  function wordFor(payment: Payment, policy: AnomalyPolicy): Word {
    const { transactionId } = payment;
    const snapshot = paidFor(payment, { gatewayTransactionId: `gw-${transactionId}` });
    const callback = {
      transactionId,
      digest: 'c'.repeat(64),
      receivedAt: at,
      keyVersion: 'k1',
      headers: {},
      bodyBase64: 'YQ==',
    };
    return { channelCode: 'ALIPAY', snapshot, cause, policy, callback };
  }

  /** The process ends when it is about to write for the `nth` time. */
  function dyingAt(nth: number): Tables {
    const { client, ...rest } = database.tables();
    let writes = 0;
    const send = (command: Parameters<typeof client.send>[0]) =>
      command instanceof TransactWriteCommand && ++writes >= nth
        ? Promise.reject(new Error('the function was killed'))
        : client.send(command);
    return { ...rest, client: { send } as unknown as typeof client };
  }

  it('takes late money at once, with the policy as the actor', async () => {
    const payment = await on.placed({ status: 'CLOSED' });
    const word = wordFor(payment, { PAID_AFTER_CLOSE: 'accept' });
    const settled = await settlePayment({ tables: database.tables(), ports: ports() }, word);
    expect(settled).toMatchObject({ kind: 'anomaly', payment: { status: 'PAID_SUCCESS' } });
    const events = await on.eventsOf(payment);
    expect(events.map(({ name, actor }) => [name, actor])).toEqual([
      ['payment.anomaly_found', 'channel:ALIPAY'],
      ['payment.paid_late', 'policy'],
    ]);
    expect(await on.paidBy(payment)).toBe(payment.transactionId);
  });

  it('that was not carried out, because the process died, is by the next word', async () => {
    const payment = await on.placed({ status: 'CLOSED' });
    const word = wordFor(payment, { PAID_AFTER_CLOSE: 'accept' });
    await expect(settlePayment({ tables: dyingAt(2), ports: ports() }, word)).rejects.toThrow('killed');
    expect(await on.rowOf(payment)).toMatchObject({
      status: 'CLOSED',
      anomaly: { kind: 'PAID_AFTER_CLOSE' },
    });
    for (let times = 1; times <= 2; times++)
      await settlePayment({ tables: database.tables(), ports: ports() }, word);
    expect(await on.rowOf(payment)).toMatchObject({
      status: 'PAID_SUCCESS',
      amountPaid: word.snapshot.state === 'paid' ? word.snapshot.amount : undefined,
      anomaly: { resolution: { action: 'accept', by: 'policy' } },
    });
    expect(await on.eventsOf(payment)).toHaveLength(2);
  });

  it('that holds leaves it to a person', async () => {
    for (const policy of [held, { PAID_AFTER_CLOSE: 'hold', OVERPAID: 'accept' }] as const) {
      const payment = await on.placed({ status: 'CLOSED' });
      await settlePayment({ tables: database.tables(), ports: ports() }, wordFor(payment, policy));
      const row = await on.rowOf(payment);
      expect(row).toMatchObject({ status: 'CLOSED', anomaly: { kind: 'PAID_AFTER_CLOSE' } });
      expect(row.anomaly?.resolution).toBeUndefined();
    }
  });

  it('that names other kinds, or none, gives late money back, and holds money of another amount', async () => {
    for (const policy of [{}, { DUPLICATE_PAID: 'hold', OVERPAID: 'accept' }] as const) {
      const payment = await on.placed({ status: 'CLOSED' });
      await settlePayment({ tables: database.tables(), ports: ports() }, wordFor(payment, policy));
      const { status, anomaly } = await on.rowOf(payment);
      expect({ status, action: anomaly?.resolution?.action }).toEqual({ status: 'CLOSED', action: 'refund' });
      const less = wordFor(await on.placed({ status: 'PENDING_PAYMENT' }), policy);
      const snapshot = { ...less.snapshot, amount: { minor: 1, currency: 'CNY' } } as Word['snapshot'];
      const settled = await settlePayment(
        { tables: database.tables(), ports: ports() },
        { ...less, snapshot },
      );
      expect(settled).toMatchObject({ payment: { anomaly: { kind: 'UNDERPAID' } } });
      expect(settled).not.toHaveProperty('payment.anomaly.resolution');
    }
  });
});
