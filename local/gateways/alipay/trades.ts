// One seller's QR codes and trades. A trade begins to exist when a payer comes, not when the merchant asks.
import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Ports } from '../ports.ts';
import { beijingTime } from './beijing.ts';
import type { Obstacle } from './obstacles.ts';
import type { Terms } from './terms.ts';

interface Qr {
  readonly url: string;
  readonly terms: Terms;
  readonly validUntil: number;
}

export interface Trade {
  readonly tradeNo: string;
  readonly terms: Terms;
  /** 分; differs from the terms only when a payer was made to pay a wrong sum */
  totalFen: number;
  status: 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_FINISHED' | 'TRADE_CLOSED';
  /** ms since 1970 UTC, as are the two below */
  readonly createdAt: number;
  paidAt?: number;
  closedAt?: number;
}

export type ScanRefusal = Obstacle | 'unknown_code' | 'expired_code';

/** ms after the payment, in which it may be refunded */
const refundable = 365 * 24 * 3_600_000;
const qrLifetime = 2 * 3_600_000;

export class Trades {
  readonly #codes = new Map<string, Qr>();
  /** the newest code of each order */
  readonly #newest = new Map<string, Qr>();
  readonly #byOrder = new Map<string, Trade>();
  readonly #byNumber = new Map<string, Trade>();
  readonly #timers = new Map<Trade, () => void>();
  readonly #ports: Pick<Ports, 'now' | 'schedule'>;
  readonly #ended: (trade: Trade) => void;
  // Somewhere at random, so that numbers do not repeat after a restart.
  #serial = randomInt(10 ** 10);

  /** @param ended is told once of each trade that was paid or closed */
  constructor(ports: Pick<Ports, 'now' | 'schedule'>, ended: (trade: Trade) => void) {
    this.#ports = ports;
    this.#ended = ended;
  }

  /** What stands against an order with these terms, now. */
  obstacle(terms: Terms): Obstacle | undefined {
    const trade = this.find({ outTradeNo: terms.outTradeNo });
    if (trade?.status === 'TRADE_SUCCESS' || trade?.status === 'TRADE_FINISHED') return 'paid';
    if (trade?.status === 'TRADE_CLOSED') return 'closed';
    if (trade && !sameBargain(trade.terms, terms)) return 'other_terms';
    return terms.payUntil <= this.#ports.now() ? 'expired' : undefined;
  }

  /** @returns the code's address; the same one when the same is asked again, one trade at most comes of it */
  precreate(terms: Terms): { url: string } | { refused: Obstacle } {
    const refused = this.obstacle(terms);
    if (refused) return { refused };
    const now = this.#ports.now();
    const newest = this.#newest.get(terms.outTradeNo);
    if (newest && newest.validUntil > now && isDeepStrictEqual(newest.terms, terms))
      return { url: newest.url };
    const code = { url: newCode(), terms, validUntil: Math.min(terms.payUntil, now + qrLifetime) };
    this.#codes.set(code.url, code);
    this.#newest.set(terms.outTradeNo, code);
    return { url: code.url };
  }

  gaveOut(url: string): boolean {
    return this.#codes.has(url);
  }

  /** The payer opens the code: the trade exists from here on, and waits to be paid. */
  scan(url: string): Trade | { refused: ScanRefusal } {
    const code = this.#codes.get(url);
    if (!code) return { refused: 'unknown_code' };
    const isOver = code.validUntil <= this.#ports.now();
    if (isOver && !this.find({ outTradeNo: code.terms.outTradeNo })) return { refused: 'expired_code' };
    return this.enter(code.terms);
  }

  /** The payer logs in at the cashier or in the app: as `scan`, without a code. */
  enter(terms: Terms): Trade | { refused: Obstacle } {
    const refused = this.obstacle(terms);
    return refused ? { refused } : (this.find({ outTradeNo: terms.outTradeNo }) ?? this.#create(terms));
  }

  /** @param fen what is really paid; without it, what was asked. @returns whether money moved by this call */
  pay(trade: Trade, fen = trade.totalFen): boolean {
    this.#closeIfDue(trade);
    if (trade.status !== 'WAIT_BUYER_PAY') return false;
    trade.status = 'TRADE_SUCCESS';
    trade.totalFen = fen;
    trade.paidAt = this.#ports.now();
    this.#end(trade);
    return true;
  }

  /** The merchant ends a trade that waits. @returns whether it did by this call */
  close(trade: Trade): boolean {
    this.#closeIfDue(trade);
    if (trade.status !== 'WAIT_BUYER_PAY') return false;
    this.#closeAt(trade, this.#ports.now());
    return true;
  }

  /** `tradeNo` wins when both are given. */
  find(by: { tradeNo?: string | undefined; outTradeNo?: string | undefined }): Trade | undefined {
    const trade = by.tradeNo ? this.#byNumber.get(by.tradeNo) : this.#byOrder.get(by.outTradeNo ?? '');
    if (trade) {
      this.#closeIfDue(trade);
      this.#finishIfDue(trade);
    }
    return trade;
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }

  #create(terms: Terms): Trade {
    const now = this.#ports.now();
    const trade: Trade = {
      tradeNo: `${beijingTime(now).slice(0, 10).replaceAll('-', '')}220014${String(++this.#serial).padStart(14, '0')}`,
      terms,
      totalFen: terms.totalFen,
      status: 'WAIT_BUYER_PAY',
      createdAt: now,
    };
    this.#byOrder.set(terms.outTradeNo, trade);
    this.#byNumber.set(trade.tradeNo, trade);
    const close = () => {
      this.#closeIfDue(trade);
    };
    this.#timers.set(trade, this.#ports.schedule(terms.payUntil, close));
    return trade;
  }

  #closeIfDue(trade: Trade): void {
    const { payUntil } = trade.terms;
    if (trade.status === 'WAIT_BUYER_PAY' && this.#ports.now() >= payUntil) this.#closeAt(trade, payUntil);
  }

  #finishIfDue(trade: Trade): void {
    const { status, paidAt = Infinity } = trade;
    if (status === 'TRADE_SUCCESS' && this.#ports.now() >= paidAt + refundable)
      trade.status = 'TRADE_FINISHED';
  }

  #closeAt(trade: Trade, at: number): void {
    trade.status = 'TRADE_CLOSED';
    trade.closedAt = at;
    this.#end(trade);
  }

  #end(trade: Trade): void {
    this.#timers.get(trade)?.();
    this.#timers.delete(trade);
    this.#ended(trade);
  }
}

function sameBargain(a: Terms, b: Terms): boolean {
  return a.totalFen === b.totalFen && a.subject === b.subject;
}

function newCode(): string {
  const letters = Array.from({ length: 18 }, () => randomInt(36).toString(36));
  return `https://qr.alipay.com/bax${letters.join('')}`;
}
