// alipay.trade.refund and alipay.trade.fastpay.refund.query: the merchant gives money back, and asks whether it went.
// @see https://opendocs.alipay.com/open/02ekfk
import { refusal, success, type Node, type RefusalCode } from './answers.ts';
import { beijingTime } from './beijing.ts';
import { buyer } from './buyer.ts';
import { namedTrade } from './query.ts';
import type { Refund, RefundRefusal } from './refunds.ts';
import type { Seller } from './seller.ts';
import type { Trade } from './trades.ts';
import { readYuan, yuan } from './yuan.ts';

type Desk = Pick<Seller, 'trades' | 'refunds'>;

export const refundCodes: Readonly<Record<RefundRefusal, RefusalCode>> = {
  not_paid: 'ACQ.TRADE_STATUS_ERROR',
  finished: 'ACQ.TRADE_HAS_FINISHED',
  over: 'ACQ.REASON_TRADE_REFUND_FEE_ERR',
  other_amount: 'ACQ.DISCORDANT_REPEAT_REQUEST',
  not_allowed: 'ACQ.TRADE_NOT_ALLOW_REFUND',
  no_balance: 'ACQ.SELLER_BALANCE_NOT_ENOUGH',
};

const nothing = { refund_fee: '0.00', send_back_fee: '0.00' };

export function refund({ trades, refunds }: Desk, biz: Node): Node {
  const named = namedTrade(trades, biz);
  if ('wrong' in named) return refusal('ACQ.INVALID_PARAMETER', named.wrong);
  const fen = readYuan(biz['refund_amount']);
  const wrong = fen === undefined ? 'refund_amount' : wrongField(biz);
  if (fen === undefined || wrong !== undefined) return refusal('ACQ.INVALID_PARAMETER', wrong);
  const { trade } = named;
  if (!trade) return refusal('ACQ.TRADE_NOT_EXIST', '', nothing);
  const { out_request_no: given } = biz;
  if (given === undefined && fen !== trade.totalFen)
    return refusal('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '', nothing);
  const number = typeof given === 'string' ? given : trade.terms.outTradeNo;
  const made = refunds.request(trade, number, fen);
  if ('refused' in made) return refusal(refundCodes[made.refused], '', nothing);
  const { refundedAt } = refunds.find(trade, number) ?? {};
  return success({
    buyer_logon_id: buyer.logonId,
    buyer_user_id: buyer.id,
    fund_change: made.moved ? 'Y' : 'N',
    ...(refundedAt === undefined ? {} : { gmt_refund_pay: beijingTime(refundedAt) }),
    out_trade_no: trade.terms.outTradeNo,
    // Of all refunds of the trade, not of this one.
    refund_fee: yuan(refunds.sum(trade)),
    trade_no: trade.tradeNo,
  });
}

/** Says nothing at all of a refund that it does not know, and leaves the status out of one that was not made. */
export function refundQuery({ trades, refunds }: Desk, biz: Node): Node {
  const named = namedTrade(trades, biz);
  if ('wrong' in named) return refusal('ACQ.INVALID_PARAMETER', named.wrong);
  const { out_request_no: number } = biz;
  if (typeof number !== 'string') return refusal('ACQ.INVALID_PARAMETER', 'out_request_no');
  const { trade } = named;
  if (!trade) return refusal('ACQ.TRADE_NOT_EXIST');
  const found = refunds.find(trade, number);
  if (!found || found.status === 'NO_BALANCE') return success({});
  return told(found, trade, Array.isArray(biz['query_options']) ? biz['query_options'] : []);
}

function told({ number, fen, status, refundedAt }: Refund, trade: Trade, options: readonly unknown[]): Node {
  return success({
    out_request_no: number,
    out_trade_no: trade.terms.outTradeNo,
    refund_amount: yuan(fen),
    ...(status === 'REFUND_SUCCESS' ? { refund_status: status } : {}),
    total_amount: yuan(trade.totalFen),
    trade_no: trade.tradeNo,
    ...(refundedAt !== undefined && options.includes('gmt_refund_pay')
      ? { gmt_refund_pay: beijingTime(refundedAt) }
      : {}),
    ...(refundedAt !== undefined && options.includes('refund_detail_item_list')
      ? { refund_detail_item_list: [{ amount: yuan(fen), fund_channel: 'ALIPAYACCOUNT' }] }
      : {}),
  });
}

function wrongField(biz: Node): string | undefined {
  const rules: [string, (text: string) => boolean][] = [
    ['out_request_no', (text) => /^[A-Za-z0-9_-]{1,64}$/.test(text)],
    ['refund_reason', (text) => Array.from(text).length <= 256],
  ];
  const broken = rules.find(([name, fits]) => {
    const value = biz[name];
    return value !== undefined && (typeof value !== 'string' || !fits(value));
  });
  return broken?.[0];
}
