// WeChat Pay's own double-entry books. Entries are only ever added; each sums to zero, so all of them do.
import { buyer } from './buyer.ts';
import type { Refund, RefundStatus } from './refunds.ts';
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
  readonly what: 'charge' | 'refund';
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

export interface RefundRow {
  readonly provider: 'wechat_pay';
  readonly channel_code: string;
  /** the merchant's number; WeChat Pay's, where the merchant refunded at its console */
  readonly refund_id: string;
  readonly gateway_refund_id: string;
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  readonly amount: string;
  readonly currency: 'CNY';
  readonly status: RefundStatus;
  /** UTC ISO-8601 ms */
  readonly created_at: string;
  readonly refunded_at: string | null;
}

/** What has left a merchant and has not reached its payer. */
const astray = 'wechat_pay:refunds_astray';

export class Books {
  readonly #journal: Entry[] = [];

  /** The buyer pays, a coupon of WeChat Pay's pays the rest, and the merchant receives both. */
  charge(
    facts: Pick<Entry, 'at' | 'transactionId'>,
    mchid: string,
    { totalFen, couponFen }: { totalFen: number; couponFen: number },
  ): void {
    const postings = [
      { account: `buyer:${buyer.openid}`, fen: couponFen - totalFen },
      { account: `merchant:${mchid}:unsettled`, fen: totalFen },
      ...(couponFen === 0 ? [] : [{ account: 'wechat_pay:coupons', fen: -couponFen }]),
    ];
    this.#post({ ...facts, what: 'charge', postings });
  }

  /** What the coupon gave goes back to it, the rest to the buyer. Nothing moves of what is in process, or closed in it. */
  refund({ order, terms, couponFen, status }: Refund, before: RefundStatus, at: number, mchid: string): void {
    const { fen } = terms;
    const source = before === 'ABNORMAL' ? astray : `merchant:${mchid}:unsettled`;
    const to = {
      SUCCESS: [
        { account: `buyer:${buyer.openid}`, fen: fen - couponFen },
        ...(couponFen === 0 ? [] : [{ account: 'wechat_pay:coupons', fen: couponFen }]),
      ],
      ABNORMAL: [{ account: astray, fen }],
      CLOSED: before === 'ABNORMAL' ? [{ account: `merchant:${mchid}:unsettled`, fen }] : [],
      PROCESSING: [],
    }[status];
    if (to.length === 0) return;
    const { transactionId } = order.paid;
    this.#post({ at, transactionId, what: 'refund', postings: [{ account: source, fen: -fen }, ...to] });
  }

  /** @param sellers who have the orders that the entries are about */
  charges(sellers: readonly Seller[]): Charge[] {
    const charges = this.#journal.filter(({ what }) => what === 'charge');
    return charges.map(({ at, transactionId, postings }) => {
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

  /** all that were asked for, whatever became of them */
  refunds(sellers: readonly Seller[]): RefundRow[] {
    const rows = sellers.flatMap(({ merchant, refunds }) =>
      refunds.all().map((refund) => refundRow(refund, merchant.channelCode)),
    );
    return rows.sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0));
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

export function refundRow(
  { terms, order, refundId, at, status, successAt }: Refund,
  channelCode: string,
): RefundRow {
  return {
    provider: 'wechat_pay',
    channel_code: channelCode,
    refund_id: terms.by === 'console' ? refundId : terms.outRefundNo,
    gateway_refund_id: refundId,
    transaction_id: order.terms.outTradeNo,
    gateway_transaction_id: order.paid.transactionId,
    amount: yuan(terms.fen),
    currency: 'CNY',
    status,
    created_at: new Date(at).toISOString(),
    refunded_at: successAt === undefined ? null : new Date(successAt).toISOString(),
  };
}
