// PayPal's own double-entry books. Entries are only ever added; each sums to zero in its currency, so all of them do.
import { buyer } from './buyer.ts';
import { decimalText, type Money } from './money.ts';
import type { Order } from './orders.ts';
import type { Refunded } from './refunds.ts';
import type { Seller } from './seller.ts';
import { transactionIdOf } from './told.ts';

interface Posting {
  readonly account: string;
  /** what the account gains, negative for what it gives */
  readonly minor: number;
}

interface Entry {
  /** ms since 1970 UTC */
  readonly at: number;
  readonly captureId: string;
  /** absent for the charge itself */
  readonly refundId?: string;
  readonly currency: string;
  readonly postings: readonly Posting[];
}

/** A row of the books as people and tests read them. */
export interface Charge {
  readonly provider: 'paypal';
  readonly channel_code: string;
  readonly transaction_id: string;
  /** the capture */
  readonly gateway_transaction_id: string;
  readonly gateway_order_id: string;
  /** what the payer gave, decimal text in the currency's unit */
  readonly amount: string;
  /** what PayPal kept of it */
  readonly fee: string;
  readonly currency: string;
  readonly status: string;
  /** UTC ISO-8601 ms */
  readonly paid_at: string;
}

/** A row of the books for what went back, is on its way, or was not to be. */
export interface Return {
  readonly provider: 'paypal';
  readonly channel_code: string;
  /** the merchant's number; PayPal's for one that was made at its pages */
  readonly refund_id: string;
  readonly gateway_refund_id: string;
  readonly transaction_id: string;
  /** the capture */
  readonly gateway_transaction_id: string;
  /** what the payer gets, decimal text in the currency's unit */
  readonly amount: string;
  readonly currency: string;
  readonly status: string;
  /** UTC ISO-8601 ms: when it came to stand so */
  readonly at: string;
}

export class Books {
  readonly #journal: Entry[] = [];

  /** The payer pays, PayPal keeps its fee, the payee receives the rest. @param at ms since 1970 UTC */
  charge(order: Order, merchantId: string, at: number): void {
    const { capture, terms } = order;
    if (!capture) throw new Error(`books: nothing was captured of ${order.id}`);
    const { id: captureId, minor, feeMinor } = capture;
    const postings = [
      { account: `payer:${buyer.payerId}`, minor: -minor },
      { account: `payee:${merchantId}`, minor: minor - feeMinor },
      { account: 'paypal:fees', minor: feeMinor },
    ];
    this.#post({ at, captureId, currency: terms.amount.currency, postings });
  }

  /** The payee gives back, and PayPal keeps its fee. @param at ms since 1970 UTC */
  refund({ order, refund }: Refunded, merchantId: string, at: number): void {
    const { id: refundId, minor } = refund;
    const captureId = order.capture?.id ?? '';
    const postings = [
      { account: `payer:${buyer.payerId}`, minor },
      { account: `payee:${merchantId}`, minor: -minor },
    ];
    this.#post({ at, captureId, refundId, currency: order.terms.amount.currency, postings });
  }

  /** @param sellers who have the orders that the entries are about */
  charges(sellers: readonly Seller[]): Charge[] {
    const charged = this.#journal.filter(({ refundId }) => refundId === undefined);
    return charged.map(({ at, captureId, currency }) => {
      const seller = sellers.find(({ orders }) => orders.findCaptured(captureId));
      const order = seller?.orders.findCaptured(captureId);
      if (!seller || !order?.capture) throw new Error(`books: nobody has the order of ${captureId}`);
      const { minor, feeMinor, status } = order.capture;
      return {
        provider: 'paypal',
        channel_code: seller.merchant.channelCode,
        transaction_id: transactionIdOf(order),
        gateway_transaction_id: captureId,
        gateway_order_id: order.id,
        amount: decimalText({ currency, minor }),
        fee: decimalText({ currency, minor: feeMinor }),
        ...{ currency, status },
        paid_at: new Date(at).toISOString(),
      };
    });
  }

  /** Decimal text per account and currency; the sum is zero in each currency. */
  balances(): Record<string, string> {
    const sums = new Map<string, Money>();
    for (const { currency, postings } of this.#journal) {
      for (const { account, minor } of postings) {
        const name = `${account}:${currency}`;
        sums.set(name, { currency, minor: (sums.get(name)?.minor ?? 0) + minor });
      }
    }
    return Object.fromEntries([...sums].map(([name, money]) => [name, decimalText(money)]));
  }

  #post(entry: Entry): void {
    if (!entry.postings.every(({ minor }) => Number.isSafeInteger(minor)))
      throw new RangeError('books: whole minor units only');
    const sum = entry.postings.reduce((total, { minor }) => total + minor, 0);
    if (sum !== 0) throw new Error(`books: the entry for ${entry.captureId} does not balance`);
    this.#journal.push(Object.freeze(entry));
  }
}

export function returnsOf(sellers: readonly Seller[]): Return[] {
  return sellers.flatMap((seller) => seller.refunds.made.map((each) => returnOf(seller, each)));
}

export function returnOf({ merchant }: Seller, { order, refund }: Refunded): Return {
  const { id, terms, minor, status, updatedAt } = refund;
  const { currency } = order.terms.amount;
  return {
    provider: 'paypal',
    channel_code: merchant.channelCode,
    refund_id: terms.customId ?? terms.invoiceId ?? id,
    gateway_refund_id: id,
    transaction_id: transactionIdOf(order),
    gateway_transaction_id: order.capture?.id ?? '',
    amount: decimalText({ currency, minor }),
    ...{ currency, status },
    at: new Date(updatedAt).toISOString(),
  };
}
