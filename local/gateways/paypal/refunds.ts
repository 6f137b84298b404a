// One merchant's refunds. Money moves when one is completed: at once, unless something else was decided ahead.
// @see https://developer.paypal.com/docs/api/payments/v2/#definition-refund_status
import type { Ports } from '../ports.ts';
import type { RefundOutcome } from '../provider.ts';
import { newId } from './ids.ts';
import type { Capture, Order } from './orders.ts';
import type { RefundTerms } from './refund-terms.ts';
import type { Issue } from './replies.ts';

export interface Refund {
  /** 17 signs */
  readonly id: string;
  readonly terms: RefundTerms;
  /** minor units, of the capture's currency */
  readonly minor: number;
  /** ms since 1970 UTC, as are all moments here */
  readonly createdAt: number;
  updatedAt: number;
  status: 'COMPLETED' | 'PENDING' | 'FAILED';
}

/** A refund with the order whose money it gives back. */
export interface Refunded {
  readonly order: Order;
  readonly refund: Refund;
}

export type RefundHappening = 'refund_completed' | 'refund_pending' | 'refund_failed';

/** What may be decided ahead. A refund that fails is pending first. */
export type Ahead = Extract<RefundOutcome, 'success' | 'failed' | 'insufficient_balance' | 'pending'>;

const day = 86_400_000;
/** ms after the capture, as long as money can go back */
const window = 180 * day;
/** ms until a bank says no */
const failsAfter = 5_000;

const news = {
  COMPLETED: 'refund_completed',
  PENDING: 'refund_pending',
  FAILED: 'refund_failed',
} as const satisfies Record<Refund['status'], RefundHappening>;

export class Refunds {
  readonly #made: Refunded[] = [];
  readonly #ahead = new Map<Order, Ahead>();
  readonly #ports: Pick<Ports, 'now' | 'schedule'>;
  readonly #happened: (refunded: Refunded, what: RefundHappening) => void;

  /** @param happened is told of each change that is news, once */
  constructor(
    ports: Pick<Ports, 'now' | 'schedule'>,
    happened: (refunded: Refunded, what: RefundHappening) => void,
  ) {
    this.#ports = ports;
    this.#happened = happened;
  }

  /** The last comes last. */
  get made(): readonly Refunded[] {
    return this.#made;
  }

  /** @param id PayPal's */
  find(id: string): Refunded | undefined {
    return this.#made.find(({ refund }) => refund.id === id);
  }

  /** What becomes of the next refund of the order. */
  decideNext(order: Order, outcome: Ahead): void {
    this.#ahead.set(order, outcome);
  }

  /** @returns why nothing goes back */
  make(order: Order, terms: RefundTerms): Refunded | Issue {
    const { capture } = order;
    const minor = terms.minor ?? restOf(order);
    const issue = capture ? this.#refused(order, capture, minor) : 'REFUND_NOT_ALLOWED';
    if (issue) return issue;
    const ahead = this.#ahead.get(order) ?? 'success';
    this.#ahead.delete(order);
    if (ahead === 'insufficient_balance') return 'REFUND_FAILED_INSUFFICIENT_FUNDS';
    const now = this.#ports.now();
    const refund: Refund = {
      ...{ id: newId(), terms, minor, createdAt: now, updatedAt: now, status: 'PENDING' },
    };
    const refunded = { order, refund };
    this.#made.push(refunded);
    order.refunds.push(refund);
    this.#become(refunded, ahead === 'success' ? 'COMPLETED' : 'PENDING');
    if (ahead === 'failed') this.#ports.schedule(now + failsAfter, () => void this.decide(refunded, false));
    return refunded;
  }

  /** What becomes of a refund that is pending. @returns whether it was decided by this call */
  decide(refunded: Refunded, isPaid: boolean): boolean {
    if (refunded.refund.status !== 'PENDING') return false;
    this.#become(refunded, isPaid ? 'COMPLETED' : 'FAILED');
    return true;
  }

  #refused(order: Order, capture: Capture, minor: number): Issue | undefined {
    if (capture.status === 'PENDING') return 'PENDING_CAPTURE';
    if (capture.status === 'DECLINED') return 'REFUND_NOT_ALLOWED';
    const rest = restOf(order);
    if (rest === 0) return 'CAPTURE_FULLY_REFUNDED';
    if (minor > rest) return 'REFUND_AMOUNT_EXCEEDED';
    return this.#ports.now() >= capture.createdAt + window ? 'REFUND_TIME_LIMIT_EXCEEDED' : undefined;
  }

  #become(refunded: Refunded, status: Refund['status']): void {
    const { order, refund } = refunded;
    const now = this.#ports.now();
    refund.status = status;
    refund.updatedAt = now;
    const { capture } = order;
    if (capture && status === 'COMPLETED') {
      capture.status = gone(order, ['COMPLETED']) < capture.minor ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
      capture.updatedAt = now;
    }
    this.#happened(refunded, news[status]);
  }
}

/** What went back, or is on its way. @returns minor units */
export function goneOf(order: Order): number {
  return gone(order, ['COMPLETED', 'PENDING']);
}

function restOf(order: Order): number {
  return (order.capture?.minor ?? 0) - goneOf(order);
}

function gone({ refunds }: Order, counted: readonly Refund['status'][]): number {
  return refunds.reduce((sum, { status, minor }) => sum + (counted.includes(status) ? minor : 0), 0);
}
