// What people do about refunds: the banks behind PayPal, and the merchant at PayPal's pages.
import { Refused } from '../http.ts';
import type { LocalRefunds, RefundOutcome } from '../provider.ts';
import { readAmount } from './money.ts';
import type { Order } from './orders.ts';
import type { Refunded } from './refunds.ts';
import type { Seller } from './seller.ts';
import { transactionIdOf } from './told.ts';

interface Taken {
  readonly seller: Seller;
  readonly order: Order;
}

/** @param row of the books */
export function refundsOf(
  sellers: readonly Seller[],
  row: (seller: Seller, refunded: Refunded) => object,
): LocalRefunds {
  return {
    decide(refundId, outcome) {
      for (const { refunds } of sellers) {
        const found = refunds.made.findLast((each) => isNamed(each, refundId));
        if (!found) continue;
        const isPaid = decision(outcome, found);
        if (isPaid !== undefined) refunds.decide(found, isPaid);
        return true;
      }
      return false;
    },
    decideNext(transactionId, outcome) {
      const taken = takenFor(transactionId, sellers);
      if (!taken) return false;
      if (outcome === 'abnormal' || outcome === 'returned') throw never(outcome);
      taken.seller.refunds.decideNext(taken.order, outcome);
      return true;
    },
    console(transactionId, amount) {
      const taken = takenFor(transactionId, sellers);
      if (!taken) return undefined;
      const { seller, order } = taken;
      const terms = { customId: undefined, invoiceId: undefined, note: undefined };
      const refunded = seller.refunds.make(order, { ...terms, minor: minorOf(amount, order) });
      if (typeof refunded === 'object') return row(seller, refunded);
      throw new Refused(409, `PayPal’s page says: ${refunded}. No money moved.`);
    },
  };
}

/** By our number, or by PayPal's. */
function isNamed({ refund: { id, terms } }: Refunded, number: string): boolean {
  return [terms.customId, terms.invoiceId, id].includes(number);
}

/** @returns undefined for what stays pending. @throws Refused */
function decision(outcome: RefundOutcome, { refund }: Refunded): boolean | undefined {
  if (outcome === 'abnormal' || outcome === 'returned') throw never(outcome);
  if (refund.status !== 'PENDING')
    throw new Refused(409, `PayPal calls this refund ${refund.status}: nothing is left to decide.`);
  if (outcome === 'insufficient_balance')
    throw new Refused(
      409,
      'PayPal took this refund on. Say by transaction_id that the next one finds no money.',
    );
  return outcome === 'pending' ? undefined : outcome === 'success';
}

function never(outcome: 'abnormal' | 'returned'): Refused {
  const why = {
    abnormal: 'A refund at PayPal is completed or fails: none waits for the merchant to do something.',
    returned: 'What PayPal calls COMPLETED stays so: nothing comes back from the payer’s bank.',
  };
  return new Refused(422, why[outcome]);
}

/** The last payment of this number that brought money. */
function takenFor(transactionId: string, sellers: readonly Seller[]): Taken | undefined {
  for (const seller of sellers) {
    const order = seller.orders.captured.findLast(
      (each) => transactionIdOf(each) === transactionId && isTaken(each),
    );
    if (order) return { seller, order };
  }
  return undefined;
}

function isTaken({ capture }: Order): boolean {
  return capture !== undefined && capture.status !== 'PENDING' && capture.status !== 'DECLINED';
}

/** @throws Refused (422) */
function minorOf(text: string, { terms }: Order): number {
  const { currency } = terms.amount;
  const minor = /^\d+(\.\d+)?$/.test(text) ? readAmount(text, currency) : undefined;
  if (typeof minor === 'number' && minor > 0) return minor;
  throw new Refused(422, `amount: decimal text in ${currency}, such as "3.00", or "300" without decimals.`);
}
