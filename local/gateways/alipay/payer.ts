// A payer with a phone: opens what the shop showed, and pays, declines or walks away.
import { Refused } from '../http.ts';
import type { Deliveries } from './deliveries.ts';
import type { ScanRefusal, Trade, Trades } from './trades.ts';
import { readYuan, yuan } from './yuan.ts';

export type Outcome = 'success' | 'decline' | 'abandon' | 'pending';

/** What `_control/pay` answers; amounts in yuan. */
export interface Paid {
  readonly outcome: Outcome;
  readonly scanned: boolean;
  readonly trade_status: Trade['status'] | null;
  readonly gateway_transaction_id: string | null;
  readonly amount: string | null;
}

const reasons: Readonly<Record<ScanRefusal, string>> = {
  unknown_code:
    'Alipay never gave out this QR code. No money moved. Take the qr_code of a transaction made here.',
  expired_code: 'This QR code has expired. No money moved. The shop has to make a new payment.',
  other_terms: 'The order was already scanned with another amount or subject. No money moved.',
};

/**
 * `success` pays; `decline` and `pending` scan and leave the trade waiting; `abandon` never scans.
 * @param amount a wrong sum in yuan, to be found out
 * @throws Refused (4xx) when nobody could pay like this
 */
export function playPayer(trades: Trades, qrCode: string, outcome: Outcome, amount?: string): Paid {
  if (outcome === 'abandon') {
    return { outcome, scanned: false, trade_status: null, gateway_transaction_id: null, amount: null };
  }
  const fen = amount === undefined ? undefined : readYuan(amount);
  if (amount !== undefined && fen === undefined)
    throw new Refused(400, 'amount: yuan as text, such as "8.80".');
  const trade = trades.scan(qrCode);
  if ('refused' in trade)
    throw new Refused(trade.refused === 'unknown_code' ? 404 : 409, reasons[trade.refused]);
  const waiting = trade.status === 'WAIT_BUYER_PAY';
  if (!waiting || (outcome === 'success' && !trades.pay(trade, fen))) throw new Refused(409, over(trade));
  return {
    outcome,
    scanned: true,
    trade_status: trade.status,
    gateway_transaction_id: trade.tradeNo,
    amount: yuan(trade.totalFen),
  };
}

/** So quick that the notification is there before the shop has the answer to its precreate. */
export async function payBeforeAnswer(trades: Trades, deliveries: Deliveries, qrCode: string): Promise<void> {
  playPayer(trades, qrCode, 'success');
  await Promise.race([deliveries.idle(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
}

function over(trade: Trade): string {
  return trade.status === 'TRADE_SUCCESS'
    ? `Trade ${trade.tradeNo} is already paid. No money moved this time.`
    : `Trade ${trade.tradeNo} is closed: its time is over. No money moved.`;
}
