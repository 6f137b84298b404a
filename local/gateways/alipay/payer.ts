// A payer with a phone: opens what the shop showed, and pays, declines or walks away.
import type { Returned } from '../browser.ts';
import { Refused } from '../http.ts';
import { heard, type Deliveries } from './deliveries.ts';
import { obstacles } from './obstacles.ts';
import { placed } from './order.ts';
import type { Request } from './request.ts';
import type { Seller } from './seller.ts';
import type { ScanRefusal, Trade, Trades } from './trades.ts';
import { readYuan, yuan } from './yuan.ts';

export type Outcome = 'success' | 'decline' | 'abandon' | 'pending';

/** How a payer behaves. */
export interface Conduct {
  readonly outcome: Outcome;
  /** 分; a wrong sum, to be found out */
  readonly fen: number | undefined;
}

/** What `_control/pay` answers; amounts in yuan. */
export interface Paid {
  readonly outcome: Outcome;
  /** whether the payer came, so that there is a trade */
  readonly scanned: boolean;
  readonly trade_status: Trade['status'] | null;
  readonly gateway_transaction_id: string | null;
  readonly amount: string | null;
  readonly returned?: Returned;
}

const codeReasons = {
  unknown_code:
    'Alipay never gave out this QR code. No money moved. Take the qr_code of a transaction made here.',
  expired_code: 'This QR code has expired. No money moved. The shop has to make a new payment.',
} as const;

/** @throws Refused (400) for what is no sum of yuan */
export function wrongSum(amount: string | undefined): number | undefined {
  if (amount === undefined) return undefined;
  const fen = readYuan(amount);
  if (fen === undefined) throw new Refused(400, 'amount: yuan as text, such as "8.80".');
  return fen;
}

/**
 * `success` pays; `decline` and `pending` scan and leave the trade waiting; `abandon` never scans.
 * @throws Refused (4xx) when nobody could pay like this
 */
export function payByCode(trades: Trades, qrCode: string, conduct: Conduct): Paid {
  if (conduct.outcome === 'abandon') return stayedAway;
  return paid(trades, trades.scan(qrCode), conduct);
}

/**
 * Hands the merchant's signed string in at Alipay's app.
 * @param order the string, read and checked as the gateway would
 * @throws Refused (4xx) when the app would refuse it
 */
export function payInApp(order: Request<Seller>, conduct: Conduct, now: number): Paid {
  if (conduct.outcome === 'abandon') return stayedAway;
  if (!order.ok) {
    const { sub_code: code, sub_msg: words } = order.node;
    throw new Refused(
      422,
      `Alipay’s app refuses the order string: ${String(code)} ${String(words)}. No money moved.`,
    );
  }
  if (order.method !== 'alipay.trade.app.pay') {
    throw new Refused(422, `Alipay’s app takes alipay.trade.app.pay, not ${order.method}. No money moved.`);
  }
  const made = placed(order, order.method, now);
  if ('code' in made) throw new Refused(409, `${made.words} (${made.code})`);
  const { trades } = order.merchant;
  return paid(trades, trades.enter(made.terms), conduct);
}

/** So quick that the notification is there before the shop has the answer to its precreate. */
export async function payBeforeAnswer(trades: Trades, deliveries: Deliveries, qrCode: string): Promise<void> {
  payByCode(trades, qrCode, { outcome: 'success', fen: undefined });
  await heard(deliveries);
}

export const stayedAway: Paid = {
  outcome: 'abandon',
  scanned: false,
  trade_status: null,
  gateway_transaction_id: null,
  amount: null,
};

/** @param trade undefined: none came of it */
export function told(trade: Trade | undefined, outcome: Outcome): Paid {
  return {
    outcome,
    scanned: trade !== undefined,
    trade_status: trade?.status ?? null,
    gateway_transaction_id: trade?.tradeNo ?? null,
    amount: trade ? yuan(trade.totalFen) : null,
  };
}

function paid(trades: Trades, trade: Trade | { refused: ScanRefusal }, { outcome, fen }: Conduct): Paid {
  if ('refused' in trade) {
    const { refused } = trade;
    if (refused === 'unknown_code') throw new Refused(404, codeReasons[refused]);
    throw new Refused(409, refused === 'expired_code' ? codeReasons[refused] : obstacles[refused].words);
  }
  if (outcome === 'success') trades.pay(trade, fen);
  return told(trade, outcome);
}
