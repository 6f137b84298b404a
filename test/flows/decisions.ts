// Payments with late or wrong money, written as they might stand, and decisions about them.
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Anomaly, AnomalyKind, AnomalyPolicy, ResolutionAction } from '../../lib/domain/anomaly.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { resolveAnomaly, type Resolved } from '../../lib/flows/resolve-anomaly.ts';
import { listEvents, type PaymentEvent } from '../../lib/store/events.ts';
import { dueKey } from '../../lib/store/due.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { aPayment, at } from '../domain/samples.ts';
import { ports, type Database } from '../store/database.ts';

/** All of it waits for a person. */
export const held: AnomalyPolicy = { PAID_AFTER_CLOSE: 'hold', DUPLICATE_PAID: 'hold' };

/** Another payment of an order. */
export const other: TransactionId = 'pay_01h455vb4pex5vsknk084sn02q';

export function anAnomaly(kind: AnomalyKind, changes: Partial<Anomaly> = {}): Anomaly {
  return {
    kind,
    foundAt: at,
    amount: { minor: 1234, currency: 'CNY' },
    paidAt: '2026-11-22T07:59:00.000Z',
    gatewayTransactionId: 'gw-late',
    ...changes,
  };
}

export interface Decisions {
  /** a row past all conditions, beside its order's lock */
  placed(changes: Partial<Payment>, paidBy?: 'own' | 'other'): Promise<Payment>;
  decide(payment: Payment, action: ResolutionAction, by?: string): Promise<Resolved>;
  rowOf(payment: Payment): Promise<Payment>;
  paidBy(payment: Payment): Promise<TransactionId | undefined>;
  eventsOf(payment: Payment): Promise<PaymentEvent[]>;
}

export function decisions(database: Database): Decisions {
  const tables = database.tables();
  return {
    placed: async (changes, paidBy) => {
      const { dueAt, ...payment } = aPayment({ version: 3, ...changes });
      const { transactionId: live, application, businessOrderId } = payment;
      const due = dueAt === undefined ? {} : dueKey({ ...payment, dueAt }, 2);
      const row = { pk: live, sk: 'PAYMENT', ...payment, ...due, lastEventHash: 'a'.repeat(64) };
      const paid = paidBy && { paidBy: paidBy === 'own' ? live : other };
      const order = { pk: `ORDER#${application}#-#${businessOrderId}`, sk: 'LOCK' };
      for (const Item of [row, { ...order, live, creatingUntil: 0, all: [live], ...paid }])
        await tables.client.send(new PutCommand({ TableName: tables.payments, Item }));
      return { ...payment, ...(dueAt !== undefined && { dueAt }) };
    },
    decide: (payment, action, by = 'operators') => {
      const decision = { action, by, reason: `${action} as agreed` };
      return resolveAnomaly({ tables, ports: ports() }, payment.transactionId, decision);
    },
    rowOf: async ({ transactionId }) => {
      const stored = await getPayment(tables, transactionId);
      if (!stored) throw new Error('gone');
      return stored.payment;
    },
    paidBy: async (payment) => (await getOrderLock(tables, payment))?.paidBy,
    eventsOf: ({ transactionId }) => listEvents(tables, transactionId),
  };
}
