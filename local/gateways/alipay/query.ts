// alipay.trade.query: what became of a trade. Before the scan there is none.
// @see https://opendocs.alipay.com/open/02ekfh
import { refusal, success, type Node } from './answers.ts';
import { beijingTime } from './beijing.ts';
import { buyer } from './buyer.ts';
import type { Trade, Trades } from './trades.ts';
import { yuan } from './yuan.ts';

export function query(trades: Trades, biz: Node): Node {
  const named = namedTrade(trades, biz);
  if ('wrong' in named) return refusal('ACQ.INVALID_PARAMETER', named.wrong);
  const { trade, echo } = named;
  if (trade) return told(trade, Array.isArray(biz['query_options']) ? biz['query_options'] : []);
  return refusal('ACQ.TRADE_NOT_EXIST', '', { ...echo, ...amounts(0) });
}

/** @returns the trade that a request names, if there is one; `echo` repeats the merchant's number where it gave one */
export function namedTrade(
  trades: Trades,
  biz: Node,
): { readonly trade: Trade | undefined; readonly echo: Node } | { readonly wrong: string } {
  const { trade_no: tradeNo, out_trade_no: outTradeNo } = biz;
  const texts = [tradeNo, outTradeNo].filter((value) => value !== undefined);
  if (texts.length === 0 || !texts.every((value) => typeof value === 'string' && value !== '')) {
    return { wrong: 'out_trade_no, trade_no' };
  }
  const trade = trades.find({
    tradeNo: tradeNo as string | undefined,
    outTradeNo: outTradeNo as string | undefined,
  });
  return { trade, echo: outTradeNo === undefined ? {} : { out_trade_no: outTradeNo } };
}

function told(trade: Trade, options: readonly unknown[]): Node {
  const isHeld = trade.status === 'TRADE_SUCCESS' || trade.status === 'TRADE_FINISHED';
  const paid = isHeld ? trade.totalFen : 0;
  return success({
    buyer_logon_id: buyer.logonId,
    buyer_user_id: buyer.id,
    buyer_user_type: 'PRIVATE',
    ...amounts(paid),
    out_trade_no: trade.terms.outTradeNo,
    ...(trade.paidAt === undefined ? {} : { send_pay_date: beijingTime(trade.paidAt) }),
    total_amount: yuan(trade.totalFen),
    trade_no: trade.tradeNo,
    trade_status: trade.status,
    ...(paid && options.includes('fund_bill_list')
      ? { fund_bill_list: [{ amount: yuan(paid), fund_channel: 'ALIPAYACCOUNT' }] }
      : {}),
  });
}

function amounts(fen: number): Node {
  return {
    buyer_pay_amount: yuan(fen),
    invoice_amount: yuan(fen),
    point_amount: '0.00',
    receipt_amount: yuan(fen),
  };
}
