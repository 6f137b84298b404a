// One seller's refunds: what was asked for, what came of it, and what people decided about it.
import type { Ports } from '../ports.ts';
import type { Trade } from './trades.ts';

export interface Refund {
  readonly trade: Trade;
  /** `out_request_no`; of the console, Alipay's own */
  readonly number: string;
  /** 分 */
  readonly fen: number;
  /** `NO_BALANCE`: it was not taken up, and is not until the merchant has put money in */
  status: 'REFUND_SUCCESS' | 'REFUND_PROCESSING' | 'REFUND_FAILED' | 'NO_BALANCE';
  /** ms since 1970 UTC */
  refundedAt?: number;
}

export type RefundRefusal = 'not_paid' | 'finished' | 'over' | 'other_amount' | 'not_allowed' | 'no_balance';

/** What can become of a refund here. */
export type Decision = 'success' | 'failed' | 'insufficient_balance' | 'pending';

const decided = {
  success: 'REFUND_SUCCESS',
  failed: 'REFUND_FAILED',
  insufficient_balance: 'NO_BALANCE',
  pending: 'REFUND_PROCESSING',
} as const satisfies Record<Decision, Refund['status']>;

export class Refunds {
  readonly #all: Refund[] = [];
  readonly #ahead = new Map<Trade, Decision>();
  readonly #clock: Pick<Ports, 'now'>;
  readonly #moved: (refund: Refund) => void;

  /** @param moved is told of each refund, once its money has moved */
  constructor(clock: Pick<Ports, 'now'>, moved: (refund: Refund) => void) {
    this.#clock = clock;
    this.#moved = moved;
  }

  /** Those that Alipay took up, in order. */
  get taken(): readonly Refund[] {
    return this.#all.filter(({ status }) => status !== 'NO_BALANCE');
  }

  /**
   * The same number again is the same refund, whatever has become of the trade since.
   * @returns `moved`: whether money moved by this call
   */
  request(trade: Trade, number: string, fen: number): { moved: boolean } | { refused: RefundRefusal } {
    const known = this.find(trade, number);
    if (known?.status === 'NO_BALANCE') return { refused: 'no_balance' };
    if (known && known.fen !== fen) return { refused: 'other_amount' };
    if (known?.status === 'REFUND_FAILED') return { refused: 'not_allowed' };
    if (known) return { moved: false };
    const refused = this.#obstacle(trade, fen);
    return refused ? { refused } : this.#make({ trade, number, fen });
  }

  find(trade: Trade, number: string): Refund | undefined {
    return this.#all.find((each) => each.trade === trade && each.number === number);
  }

  /** By its number alone. */
  named(number: string): Refund | undefined {
    return this.#all.find((each) => each.number === number);
  }

  /** 分 that went back of a trade in all */
  sum(trade: Trade): number {
    return this.#sumOf(trade, ['REFUND_SUCCESS']);
  }

  /** @returns false when there is nothing left to decide about it */
  decide(refund: Refund, decision: Decision): boolean {
    if (refund.status === 'NO_BALANCE' && decision === 'success') {
      // Money was put in. Alipay does nothing by itself: the merchant has to ask again.
      this.#all.splice(this.#all.indexOf(refund), 1);
      return true;
    }
    if (refund.status !== 'REFUND_PROCESSING' && refund.status !== 'NO_BALANCE') return false;
    this.#become(refund, decision);
    return true;
  }

  /** About the next refund of a trade. */
  decideNext(trade: Trade, decision: Decision): void {
    this.#ahead.set(trade, decision);
  }

  #make(asked: Pick<Refund, 'trade' | 'number' | 'fen'>): { moved: boolean } | { refused: RefundRefusal } {
    const decision = this.#ahead.get(asked.trade) ?? 'success';
    this.#ahead.delete(asked.trade);
    const refund: Refund = { ...asked, status: 'REFUND_PROCESSING' };
    this.#all.push(refund);
    this.#become(refund, decision);
    if (decision === 'failed') return { refused: 'not_allowed' };
    return decision === 'insufficient_balance'
      ? { refused: 'no_balance' }
      : { moved: decision === 'success' };
  }

  #become(refund: Refund, decision: Decision): void {
    refund.status = decided[decision];
    if (decision !== 'success') return;
    const { trade } = refund;
    refund.refundedAt = this.#clock.now();
    if (this.sum(trade) === trade.totalFen) {
      trade.status = 'TRADE_CLOSED';
      trade.closedAt = refund.refundedAt;
    }
    this.#moved(refund);
  }

  #obstacle(trade: Trade, fen: number): RefundRefusal | undefined {
    if (trade.paidAt === undefined) return 'not_paid';
    if (trade.status === 'TRADE_FINISHED') return 'finished';
    const left = trade.totalFen - this.#sumOf(trade, ['REFUND_SUCCESS', 'REFUND_PROCESSING']);
    return fen > left ? 'over' : undefined;
  }

  #sumOf(trade: Trade, statuses: readonly Refund['status'][]): number {
    return this.#all
      .filter((each) => each.trade === trade && statuses.includes(each.status))
      .reduce((sum, { fen }) => sum + fen, 0);
  }
}
