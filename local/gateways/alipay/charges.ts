// The books as people and tests read them: one row for each charge, and for each refund.
import type { Books } from './books.ts';
import type { ChannelCode } from './application.ts';
import type { Refund } from './refunds.ts';
import type { Seller } from './seller.ts';
import type { Trade } from './trades.ts';
import { yuan } from './yuan.ts';

/** A row of the books. */
export interface Charge {
  readonly provider: 'alipay';
  readonly channel_code: ChannelCode;
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  /** yuan */
  readonly amount: string;
  readonly currency: 'CNY';
  readonly status: Trade['status'];
  /** UTC ISO-8601 ms */
  readonly paid_at: string;
}

export function charges(books: Books, sellers: readonly Seller[]): Charge[] {
  const taken = books.journal.filter(({ kind }) => kind === 'charge');
  return taken.map(({ at, tradeNo, outTradeNo, postings }) => {
    const seller = sellers.find(({ trades }) => trades.find({ tradeNo }));
    const trade = seller?.trades.find({ tradeNo });
    if (!seller || !trade) throw new Error(`books: nobody has the trade ${tradeNo}`);
    return {
      provider: 'alipay',
      channel_code: seller.application.channelCode,
      transaction_id: outTradeNo,
      gateway_transaction_id: tradeNo,
      amount: yuan(postings.reduce((sum, { fen }) => sum + Math.max(0, fen), 0)),
      currency: 'CNY',
      status: trade.status,
      paid_at: new Date(at).toISOString(),
    };
  });
}

/** A row of the books; no money moved of what is not successful. */
export interface RefundRow {
  readonly provider: 'alipay';
  readonly channel_code: ChannelCode;
  /** the merchant's number; of the console, Alipay's */
  readonly refund_id: string;
  readonly transaction_id: string;
  readonly gateway_transaction_id: string;
  /** yuan */
  readonly amount: string;
  readonly currency: 'CNY';
  readonly status: Refund['status'];
  /** UTC ISO-8601 ms; null while no money has moved */
  readonly refunded_at: string | null;
}

export function refundRows(sellers: readonly Seller[]): RefundRow[] {
  return sellers.flatMap((seller) => seller.refunds.taken.map((refund) => refundRow(refund, seller)));
}

export function refundRow({ trade, number, fen, status, refundedAt }: Refund, seller: Seller): RefundRow {
  return {
    provider: 'alipay',
    channel_code: seller.application.channelCode,
    refund_id: number,
    transaction_id: trade.terms.outTradeNo,
    gateway_transaction_id: trade.tradeNo,
    amount: yuan(fen),
    currency: 'CNY',
    status,
    refunded_at: refundedAt === undefined ? null : new Date(refundedAt).toISOString(),
  };
}
