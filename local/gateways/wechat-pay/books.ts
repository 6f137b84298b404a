// WeChat Pay's own double-entry books. Entries are only ever added; each sums to zero, so all of them do.
import { buyer } from './buyer.ts';
import type { Seller } from './seller.ts';
import { yuan } from './yuan.ts';

export interface Posting {
  readonly account: string;
  /** 分; what the account gains, negative for what it gives */
  readonly fen: number;
}

export interface Entry {
  /** ms since 1970 UTC */
  readonly at: number;
  readonly transactionId: string;
  readonly postings: readonly Posting[];
}

/** A row of the books as people and tests read them. */
export interface Charge {
  readonly provider: 'wechat_pay';
  readonly channel_code: string;
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  /** yuan, as are all amounts here */
  readonly amount: string;
  readonly currency: 'CNY';
  readonly status: string;
  /** UTC ISO-8601 ms */
  readonly paid_at: string;
}

export class Books {
  readonly #journal: Entry[] = [];

  /** The buyer pays, a coupon of WeChat Pay's pays the rest, and the merchant receives both. */
  charge(
    facts: Omit<Entry, 'postings'>,
    mchid: string,
    { totalFen, couponFen }: { totalFen: number; couponFen: number },
  ): void {
    const postings = [
      { account: `buyer:${buyer.openid}`, fen: couponFen - totalFen },
      { account: `merchant:${mchid}:unsettled`, fen: totalFen },
      ...(couponFen === 0 ? [] : [{ account: 'wechat_pay:coupons', fen: -couponFen }]),
    ];
    this.#post({ ...facts, postings });
  }

  /** @param sellers who have the orders that the entries are about */
  charges(sellers: readonly Seller[]): Charge[] {
    return this.#journal.map(({ at, transactionId, postings }) => {
      const seller = sellers.find(({ orders }) => orders.findPaid(transactionId));
      const order = seller?.orders.findPaid(transactionId);
      if (!seller || !order) throw new Error(`books: nobody has the order of ${transactionId}`);
      return {
        provider: 'wechat_pay',
        channel_code: seller.merchant.channelCode,
        transaction_id: order.terms.outTradeNo,
        gateway_transaction_id: transactionId,
        amount: yuan(postings.reduce((sum, { fen }) => sum + Math.max(0, fen), 0)),
        currency: 'CNY',
        status: order.status,
        paid_at: new Date(at).toISOString(),
      };
    });
  }

  /** yuan per account; the sum is 0.00 */
  balances(): Record<string, string> {
    const sums = new Map<string, number>();
    for (const { account, fen } of this.#journal.flatMap(({ postings }) => postings)) {
      sums.set(account, (sums.get(account) ?? 0) + fen);
    }
    return Object.fromEntries([...sums].map(([account, fen]) => [account, yuan(fen)]));
  }

  #post(entry: Entry): void {
    if (!entry.postings.every(({ fen }) => Number.isSafeInteger(fen)))
      throw new RangeError('books: whole 分 only');
    const sum = entry.postings.reduce((total, { fen }) => total + fen, 0);
    if (sum !== 0) throw new Error(`books: the entry for ${entry.transactionId} does not balance`);
    this.#journal.push(Object.freeze(entry));
  }
}
