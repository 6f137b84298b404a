// Payments whose money came late or twice, in the real database, and a channel whose policy gives it back.
import type { AnomalyPolicy } from '../../lib/domain/anomaly.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import type { PaidSnapshot } from '../../lib/domain/settlement.ts';
import { settlePayment, type Settled } from '../../lib/flows/settle-payment.ts';
import { getOrderLock, type OrderLock } from '../../lib/store/locks.ts';
import { createPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { aPayment, paidFor } from '../domain/samples.ts';
import { ports, type Database } from '../store/database.ts';
import { cause, paidOne, paymentNow, refundNow } from './refunding.ts';

export const givesBack: AnomalyPolicy = { PAID_AFTER_CLOSE: 'auto_refund', DUPLICATE_PAID: 'auto_refund' };

/** The number of the money that has no place. */
export const strayOf = ({ transactionId }: Payment) => `stray-${transactionId.slice(4)}`;

export interface Straying {
  /** 8.80 CNY, closed before anybody paid */
  closed(): Promise<Payment>;
  /** 8.80 CNY, paid */
  paid(): Promise<Payment>;
  /** The channel says that 8.80 were paid, under another number than the payment's own. */
  stray(
    payment: Payment,
    changes?: Partial<PaidSnapshot>,
    policy?: AnomalyPolicy,
    tables?: Tables,
  ): Promise<Settled>;
  now(payment: Payment): Promise<Payment>;
  refunds(payment: Payment): Promise<readonly Refund[]>;
  lock(payment: Payment): Promise<OrderLock | undefined>;
}

export function straying(database: Database): Straying {
  const now = (payment: Payment) => paymentNow(database, payment);
  return {
    closed: async () => {
      const made = aPayment();
      await createPayment(database.tables(), made, cause, undefined, 0);
      const { transactionId, paymentChannel: channelCode } = made;
      const snapshot = { state: 'closed', transactionId } as const;
      await settlePayment(
        { tables: database.tables(), ports: ports() },
        { channelCode, snapshot, cause, policy: {} },
      );
      return now(made);
    },
    paid: () => paidOne(database),
    stray: (payment, changes = {}, policy = givesBack, tables = database.tables()) => {
      const gatewayTransactionId = strayOf(payment);
      const snapshot = paidFor(payment, { gatewayTransactionId, ...changes });
      return settlePayment({ tables, ports: ports() }, { channelCode: 'ALIPAY', snapshot, cause, policy });
    },
    now,
    refunds: async (payment) => {
      const { transactionId, refunds = 0 } = await now(payment);
      const ids = Array.from({ length: refunds }, (_, place) => refundIdOf(transactionId, place));
      return Promise.all(ids.map((refundId) => refundNow(database, { refundId })));
    },
    lock: (payment) => getOrderLock(database.tables(), payment),
  };
}
