// One merchant's orders. An order exists from the moment the merchant places it.
import { randomBytes, randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Ports } from '../ports.ts';
import { beijingDigits } from './beijing.ts';
import { products, type Terms } from './terms.ts';

export interface Order {
  readonly terms: Terms;
  status: 'NOTPAY' | 'SUCCESS' | 'CLOSED';
  paid?: Paid;
  /** a refund was asked for, whatever became of it */
  isRefunded?: boolean;
}

export interface Paid {
  /** WeChat Pay's number */
  readonly transactionId: string;
  /** ms since 1970 UTC */
  readonly at: number;
  /** 分; differs from the terms only when a payer was made to pay a wrong sum */
  readonly totalFen: number;
  /** 分; what a coupon of WeChat Pay's took over */
  readonly couponFen: number;
}

/** What a payer opens: a QR code, a page, or parameters for the app. */
export interface Prepay {
  readonly order: Order;
  /** `prepay_id`, wx… */
  readonly id: string;
  /** behind `weixin://wxpay/bizpayurl?pr=` */
  readonly code: string;
  /** ms since 1970 UTC */
  readonly openUntil: number;
}

export type Obstacle = 'paid' | 'closed' | 'other_terms' | 'expired';

export class Orders {
  readonly #byNumber = new Map<string, Order>();
  readonly #byTransaction = new Map<string, Order>();
  readonly #byPrepayId = new Map<string, Prepay>();
  readonly #byCode = new Map<string, Prepay>();
  /** what was given out last for an order */
  readonly #newest = new Map<Order, Prepay>();
  readonly #clock: Pick<Ports, 'now'>;
  readonly #ended: (order: Order, paid: Paid) => void;
  // Somewhere at random, so that numbers do not repeat after a restart.
  #serial = randomInt(10 ** 9);

  /** @param ended is told once of each order that was paid */
  constructor(clock: Pick<Ports, 'now'>, ended: (order: Order, paid: Paid) => void) {
    this.#clock = clock;
    this.#ended = ended;
  }

  /** @returns what the payer opens; the same one when the same is asked again, while it can be opened */
  place(terms: Terms): Prepay | { refused: Obstacle } {
    const placed = this.find(terms.outTradeNo);
    const now = this.#clock.now();
    if (placed?.status === 'SUCCESS') return { refused: 'paid' };
    if (placed?.status === 'CLOSED') return { refused: 'closed' };
    if (placed && !sameTerms(placed.terms, terms)) return { refused: 'other_terms' };
    if (terms.payUntil <= now) return { refused: 'expired' };
    const order: Order = placed ?? { terms, status: 'NOTPAY' };
    this.#byNumber.set(terms.outTradeNo, order);
    const newest = this.#newest.get(order);
    return newest && newest.openUntil > now ? newest : this.#open(order, now);
  }

  /** by the merchant's number */
  find(outTradeNo: string): Order | undefined {
    return this.#current(this.#byNumber.get(outTradeNo));
  }

  /** by WeChat Pay's number, which only paid orders have */
  findPaid(transactionId: string): Order | undefined {
    return this.#byTransaction.get(transactionId);
  }

  prepayOf(key: { readonly id: string } | { readonly code: string }): Prepay | undefined {
    return 'id' in key ? this.#byPrepayId.get(key.id) : this.#byCode.get(key.code);
  }

  /** Why a payer cannot pay by it now; undefined if nothing stands against it. */
  obstacle({ order, openUntil }: Prepay): Exclude<Obstacle, 'other_terms'> | undefined {
    const { status } = this.#current(order);
    if (status === 'SUCCESS') return 'paid';
    if (status === 'CLOSED') return 'closed';
    return openUntil <= this.#clock.now() ? 'expired' : undefined;
  }

  /** @param totalFen what is really paid. @returns whether money moved by this call */
  pay(order: Order, totalFen = order.terms.totalFen, couponFen = 0): boolean {
    if (this.#current(order).status !== 'NOTPAY') return false;
    const at = this.#clock.now();
    const transactionId = `4200${String(randomInt(10 ** 6)).padStart(6, '0')}${beijingDigits(at).slice(0, 8)}${String(++this.#serial).padStart(10, '0')}`;
    const paid = { transactionId, at, totalFen, couponFen };
    order.status = 'SUCCESS';
    order.paid = paid;
    this.#byTransaction.set(transactionId, order);
    this.#ended(order, paid);
    return true;
  }

  /** The merchant ends an order that waits. @returns whether it did by this call */
  close(order: Order): boolean {
    if (this.#current(order).status !== 'NOTPAY') return false;
    order.status = 'CLOSED';
    return true;
  }

  #open(order: Order, now: number): Prepay {
    const { product, payUntil } = order.terms;
    const prepay = {
      order,
      id: `wx${beijingDigits(now)}${randomBytes(9).toString('hex')}00`,
      code: `${randomBytes(6).toString('hex')}zz`,
      openUntil: Math.min(payUntil, now + products[product].lifetime),
    };
    this.#byPrepayId.set(prepay.id, prepay);
    this.#byCode.set(prepay.code, prepay);
    this.#newest.set(order, prepay);
    return prepay;
  }

  /** Nobody is told that an order's time is over: it is found closed. */
  #current<Found extends Order | undefined>(order: Found): Found {
    if (order?.status === 'NOTPAY' && this.#clock.now() >= order.terms.payUntil) order.status = 'CLOSED';
    return order;
  }
}

/** Any parameter counts, the product too. */
function sameTerms(a: Terms, b: Terms): boolean {
  return a.product === b.product && isDeepStrictEqual(a.asked, b.asked);
}
