// Money that came late or twice goes back by itself, where the channel's policy says so.
import { refundIdOf, type TransactionId } from '../domain/ids.ts';
import { isUnderReview, type Payment } from '../domain/payment.ts';
import { instant, type Ports } from '../domain/ports.ts';
import { getPayment } from '../store/payments.ts';
import type { Tables } from '../store/table.ts';
import { newRefund } from './new-refund.ts';

const rounds = 10;

/**
 * Writes the refund of all of the money that waits for a decision: with that it is decided. Its number is the payment's next;
 * who comes second finds it decided. Status sync begins its workflow.
 * @param reason why, for the timeline
 * @returns the payment as it is since
 * @throws Error after ten rounds of being overtaken
 * @see SPEC R5.6
 */
export async function refundStrayMoney(
  { tables, ports }: { readonly tables: Tables; readonly ports: Ports },
  transactionId: TransactionId,
  reason: string,
): Promise<Payment> {
  for (let round = 1; round <= rounds; round++) {
    const stored = await getPayment(tables, transactionId);
    if (!stored) throw new Error(`${transactionId} has late money and is not there`);
    const { payment } = stored;
    const { anomaly, refunds = 0 } = payment;
    if (!anomaly || !isUnderReview(payment)) return payment;
    const made = await newRefund(tables, stored, {
      refundId: refundIdOf(transactionId, refunds),
      gatewayTransactionId: anomaly.gatewayTransactionId,
      amount: anomaly.amount,
      ...{ origin: 'SYSTEM', refundMethod: 'ORIGINAL', reason, by: 'policy' },
      at: instant(ports),
      now: ports.now(),
    });
    if (made) return made.payment;
    await ports.sleep(ports.random() * 20 * round);
  }
  throw new Error(`refund: ${transactionId} was overtaken ${rounds} times`);
}
