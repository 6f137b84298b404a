// alipay.trade.close: ends a trade that was not paid. Before the payer came there is none to close.
// @see https://opendocs.alipay.com/open/02o6e7
import { refusal, success, type Node } from './answers.ts';
import { namedTrade } from './query.ts';
import type { Trades } from './trades.ts';

export function close(trades: Trades, biz: Node): Node {
  const named = namedTrade(trades, biz);
  if ('wrong' in named) return refusal('ACQ.INVALID_PARAMETER', named.wrong);
  const { trade, echo } = named;
  if (!trade) return refusal('ACQ.TRADE_NOT_EXIST', '', echo);
  const numbers = { trade_no: trade.tradeNo, out_trade_no: trade.terms.outTradeNo };
  if (trades.close(trade)) return success(numbers);
  return refusal(
    trade.status === 'TRADE_CLOSED' ? 'ACQ.TRADE_HAS_CLOSE' : 'ACQ.TRADE_STATUS_ERROR',
    '',
    numbers,
  );
}
