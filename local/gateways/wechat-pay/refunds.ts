// One merchant's refunds. Each is in process from the moment that it is asked for, and ends of itself unless it is decided.
import { randomInt } from 'node:crypto';
import type { Ports } from '../ports.ts';
import type { RefundOutcome } from '../provider.ts';
import { beijingDigits } from './beijing.ts';
import type { Order, Paid } from './orders.ts';

export type PaidOrder = Order & { readonly paid: Paid };

export function isPaid(order: Order | undefined): order is PaidOrder {
  return order?.paid !== undefined;
}

/** What is asked for; amounts in 分. */
export interface RefundTerms {
  readonly outRefundNo: string;
  readonly fen: number;
  /** what the order is said to be of */
  readonly totalFen: number;
  /** undefined: nobody is told */
  readonly notifyUrl: string | undefined;
  readonly by: 'merchant' | 'console';
}

export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'ABNORMAL' | 'CLOSED';

export interface Refund {
  readonly terms: RefundTerms;
  readonly order: PaidOrder;
  /** WeChat Pay's number */
  readonly refundId: string;
  /** ms since 1970 UTC */
  at: number;
  /** 分; what of it goes back to a coupon of WeChat Pay's */
  couponFen: number;
  status: RefundStatus;
  /** ms since 1970 UTC: when the payer had it */
  successAt?: number;
  cancel?: () => void;
}

export type RefundObstacle =
  | 'other_facts'
  | 'other_total'
  | 'too_late'
  | 'nothing_left'
  | 'over_rest'
  | 'too_many'
  | 'too_soon'
  | 'not_enough';

const second = 1000;
const window = 365 * 86_400 * second;
const pace = 60 * second;
const most = 50;
/** ms that one is in process, of the ordinary course */
const course = 5 * second;

/** What may become of a refund, by how it stands. */
const edges: Readonly<Record<RefundStatus, readonly RefundStatus[]>> = {
  PROCESSING: ['SUCCESS', 'ABNORMAL', 'CLOSED'],
  // A person sends it to another account, or takes it back.
  ABNORMAL: ['SUCCESS', 'CLOSED'],
  SUCCESS: [],
  CLOSED: [],
};

export class Refunds {
  readonly #ports: Pick<Ports, 'now' | 'schedule'>;
  readonly #ended: (refund: Refund, before: RefundStatus) => void;
  readonly #byNumber = new Map<string, Refund>();
  /** decided before it was asked for: of an order's next one, and of one that was refused for want of money */
  readonly #next = new Map<Order, RefundOutcome>();
  readonly #ahead = new Map<string, RefundOutcome>();
  // Somewhere at random, so that numbers do not repeat after a restart.
  #serial = randomInt(10 ** 9);

  /** @param ended is told of each change after the first */
  constructor(ports: Pick<Ports, 'now' | 'schedule'>, ended: (refund: Refund, before: RefundStatus) => void) {
    this.#ports = ports;
    this.#ended = ended;
  }

  /** The same again is the same refund; one that was closed begins anew under its number. */
  place(order: PaidOrder, terms: RefundTerms): Refund | { refused: RefundObstacle } {
    const made = this.#byNumber.get(terms.outRefundNo);
    if (made && !sameFacts(made, order, terms)) return { refused: 'other_facts' };
    if (made && made.status !== 'CLOSED') return made;
    const refused = this.#obstacle(order, terms);
    if (refused) return { refused };
    const decided = this.#decided(order, terms.outRefundNo);
    if (decided === 'insufficient_balance') return { refused: 'not_enough' };
    const refund = made ?? this.#make(order, terms);
    this.#begin(refund, decided);
    return refund;
  }

  /** @param number the merchant's, or WeChat Pay's */
  find(number: string): Refund | undefined {
    return this.#byNumber.get(number) ?? this.all().find(({ refundId }) => refundId === number);
  }

  /** in the order in which they were asked for first */
  all(): readonly Refund[] {
    return [...this.#byNumber.values()];
  }

  /** Whether it was refused for want of money, and would be again. */
  isUnpayable(outRefundNo: string): boolean {
    return this.#ahead.get(outRefundNo) === 'insufficient_balance';
  }

  /** What becomes of one that was refused for want of money, when it is asked for again. */
  decideAhead(outRefundNo: string, outcome: RefundOutcome): void {
    this.#ahead.set(outRefundNo, outcome);
  }

  decideNext(order: PaidOrder, outcome: RefundOutcome): void {
    this.#next.set(order, outcome);
  }

  /** Nothing comes of itself any more: it is waited for a decision. @returns whether it is in process */
  hold(refund: Refund): boolean {
    if (refund.status !== 'PROCESSING') return false;
    refund.cancel?.();
    return true;
  }

  /** @returns whether it could become so */
  end(refund: Refund, status: RefundStatus): boolean {
    const before = refund.status;
    if (!edges[before].includes(status)) return false;
    refund.cancel?.();
    refund.status = status;
    if (status === 'SUCCESS') refund.successAt = this.#ports.now();
    this.#ended(refund, before);
    return true;
  }

  stop(): void {
    for (const refund of this.all()) refund.cancel?.();
  }

  #obstacle(order: PaidOrder, { fen, totalFen, by }: RefundTerms): RefundObstacle | undefined {
    const now = this.#ports.now();
    const before = this.all().filter((each) => each.order === order);
    const rest = this.#rest(order).fen;
    if (totalFen !== order.paid.totalFen) return 'other_total';
    if (now - order.paid.at > window) return 'too_late';
    if (rest === 0) return 'nothing_left';
    if (fen > rest) return 'over_rest';
    if (before.length >= most) return 'too_many';
    const isTooSoon = by === 'merchant' && before.some(({ at }) => now - at < pace);
    return isTooSoon ? 'too_soon' : undefined;
  }

  #decided(order: PaidOrder, outRefundNo: string): RefundOutcome | undefined {
    const decided = this.#ahead.get(outRefundNo) ?? this.#next.get(order);
    if (!this.#ahead.delete(outRefundNo)) this.#next.delete(order);
    // Until somebody has paid in.
    if (decided === 'insufficient_balance') this.#ahead.set(outRefundNo, decided);
    return decided;
  }

  #make(order: PaidOrder, terms: RefundTerms): Refund {
    const at = this.#ports.now();
    const day = beijingDigits(at).slice(0, 8);
    const refundId = `503${String(randomInt(10 ** 7)).padStart(7, '0')}${day}${String(++this.#serial).padStart(11, '0')}`;
    // Not yet begun.
    const refund: Refund = { terms, order, refundId, couponFen: 0, at, status: 'CLOSED' };
    this.#byNumber.set(terms.outRefundNo, refund);
    order.isRefunded = true;
    return refund;
  }

  /** 分 that have not gone back, and are not on their way; of them, what a coupon gave. */
  #rest(order: PaidOrder): { fen: number; couponFen: number } {
    const counted = this.all().filter((each) => each.order === order && each.status !== 'CLOSED');
    return {
      fen: counted.reduce((rest, { terms }) => rest - terms.fen, order.paid.totalFen),
      couponFen: counted.reduce((rest, { couponFen }) => rest - couponFen, order.paid.couponFen),
    };
  }

  #begin(refund: Refund, decided: RefundOutcome | undefined): void {
    const rest = this.#rest(refund.order);
    refund.couponFen = Math.floor((rest.couponFen * refund.terms.fen) / rest.fen);
    refund.status = 'PROCESSING';
    refund.at = this.#ports.now();
    if (decided === 'pending') return;
    const status = decided === 'failed' ? 'CLOSED' : decided === 'abnormal' ? 'ABNORMAL' : 'SUCCESS';
    refund.cancel = this.#ports.schedule(refund.at + course, () => {
      this.end(refund, status);
    });
  }
}

function sameFacts(made: Refund, order: PaidOrder, { fen, totalFen }: RefundTerms): boolean {
  return made.order === order && made.terms.fen === fen && made.terms.totalFen === totalFen;
}
