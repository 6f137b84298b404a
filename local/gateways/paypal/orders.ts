// One merchant's orders: created, approved by the payer, captured by the merchant. Approval moves no money.
// @see https://developer.paypal.com/docs/api/orders/v2/#definition-order_status
import type { Ports } from '../ports.ts';
import { newId } from './ids.ts';
import { feeOf } from './money.ts';
import type { Refund } from './refunds.ts';
import type { Issue } from './replies.ts';
import type { Terms } from './terms.ts';

/** What the payer pays by. All but `paypal` make trouble, each at its own moment. */
export const instruments = {
  paypal: 'PayPal balance',
  declined: 'A card that is declined at the capture',
  declined_always: 'A card that is declined at every capture',
  declined_capture: 'A card whose capture comes to nothing',
  echeck: 'eCheck: the capture is pending until the bank has paid',
  under_review: 'PayPal balance, and the capture is reviewed first',
  taken_elsewhere: 'PayPal balance, and another program of the shop captures at once',
} as const;
export type Instrument = keyof typeof instruments;

export interface Order {
  /** 17 signs */
  readonly id: string;
  readonly terms: Terms;
  /** ms since 1970 UTC, as are all moments here */
  readonly createdAt: number;
  updatedAt: number;
  status: 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED' | 'VOIDED';
  /** when it vanishes unless it is approved */
  openUntil: number;
  /** the last one */
  approval?: { readonly at: number; readonly instrument: Instrument };
  /** captures that the instrument's issuer refused */
  declines: number;
  /** minor units; what is captured in the place of the right sum */
  wrongMinor?: number | undefined;
  capture?: Capture;
  /** of the capture; the last comes last */
  readonly refunds: Refund[];
}

export interface Capture {
  /** 17 signs */
  readonly id: string;
  readonly createdAt: number;
  updatedAt: number;
  status: keyof typeof news | 'PARTIALLY_REFUNDED' | 'REFUNDED';
  /** while it is pending */
  readonly reason?: 'ECHECK' | 'PENDING_REVIEW';
  /** minor units; differs from the terms only when a payer was made to pay a wrong sum */
  readonly minor: number;
  /** minor units, out of `minor` */
  readonly feeMinor: number;
}

export type Happening =
  | ('approved' | 'reversed' | 'completed')
  | ('capture_completed' | 'capture_pending' | 'capture_declined' | 'capture_denied');

/** Why a payer cannot approve. */
export type Obstacle = 'approved' | 'completed' | 'voided' | 'expired';

const hour = 3_600_000;
/** ms that an order waits for its payer */
const lifetime = 6 * hour;
/** ms that an approval waits for its capture */
export const approvalLifetime = 3 * hour;
const mostAttempts = 10;

const news = {
  COMPLETED: 'capture_completed',
  PENDING: 'capture_pending',
  DECLINED: 'capture_declined',
} as const;

/** What becomes of a capture at once, where it is not completed. */
const atOnce: Readonly<Partial<Record<Instrument, 'PENDING' | 'DECLINED'>>> = {
  echeck: 'PENDING',
  under_review: 'PENDING',
  declined_capture: 'DECLINED',
};

export class Orders {
  readonly #byId = new Map<string, Order>();
  readonly #byCapture = new Map<string, Order>();
  readonly #capturedInvoices = new Set<string>();
  /** cancels what would give an approval back */
  readonly #reversals = new Map<Order, () => void>();
  readonly #ports: Pick<Ports, 'now' | 'schedule'>;
  readonly #happened: (order: Order, what: Happening) => void;

  /** @param happened is told of each change that is news, once */
  constructor(ports: Pick<Ports, 'now' | 'schedule'>, happened: (order: Order, what: Happening) => void) {
    this.#ports = ports;
    this.#happened = happened;
  }

  place(terms: Terms): Order {
    const now = this.#ports.now();
    const order: Order = {
      ...{ id: newId(), terms, createdAt: now, updatedAt: now, openUntil: now + lifetime, declines: 0 },
      refunds: [],
      status: terms.hasSource ? 'PAYER_ACTION_REQUIRED' : 'CREATED',
    };
    this.#byId.set(order.id, order);
    return order;
  }

  /** An order that was ever placed; `isGone` tells whether PayPal still shows it. */
  find(id: string): Order | undefined {
    const order = this.#byId.get(id);
    if (order) this.#lapse(order);
    return order;
  }

  findCaptured(captureId: string): Order | undefined {
    return this.#byCapture.get(captureId);
  }

  /** All that have a capture; the last comes last. */
  get captured(): readonly Order[] {
    return [...this.#byCapture.values()];
  }

  /** Nobody approved it in its time. */
  isGone({ status, openUntil }: Order): boolean {
    const waits = status === 'CREATED' || status === 'PAYER_ACTION_REQUIRED';
    return waits && this.#ports.now() >= openUntil;
  }

  isCaptured(invoiceId: string | undefined): boolean {
    return invoiceId !== undefined && this.#capturedInvoices.has(invoiceId);
  }

  obstacle(order: Order): Obstacle | undefined {
    this.#lapse(order);
    if (this.isGone(order)) return 'expired';
    if (order.status === 'APPROVED') return 'approved';
    if (order.status === 'COMPLETED') return 'completed';
    return order.status === 'VOIDED' ? 'voided' : undefined;
  }

  /** The payer agrees. @returns whether it was approved by this call */
  approve(order: Order, instrument: Instrument): boolean {
    if (this.obstacle(order)) return false;
    const at = this.#ports.now();
    order.approval = { at, instrument };
    this.#become(order, 'APPROVED');
    const cancel = this.#ports.schedule(at + approvalLifetime, () => {
      this.#lapse(order);
    });
    this.#reversals.set(order, cancel);
    this.#happened(order, 'approved');
    if (instrument === 'taken_elsewhere') this.#capture(order, instrument);
    return true;
  }

  /** The merchant takes the money, once. @returns why it does not get any */
  capture(order: Order): Issue | undefined {
    this.#lapse(order);
    const issue = this.#refusedCapture(order);
    if (issue) return issue;
    const instrument = order.approval?.instrument;
    if (instrument === 'declined' || instrument === 'declined_always') {
      order.declines += 1;
      if (instrument === 'declined') this.#askAgain(order);
      return 'INSTRUMENT_DECLINED';
    }
    this.#capture(order, instrument);
    return undefined;
  }

  /** What becomes of a capture that is pending. @returns whether it was decided by this call */
  decide(order: Order, isPaid: boolean): boolean {
    const { capture } = order;
    if (capture?.status !== 'PENDING') return false;
    capture.status = isPaid ? 'COMPLETED' : 'DECLINED';
    capture.updatedAt = this.#ports.now();
    if (!isPaid) this.#capturedInvoices.delete(order.terms.invoiceId ?? '');
    this.#happened(order, isPaid ? 'capture_completed' : 'capture_denied');
    return true;
  }

  #refusedCapture(order: Order): Issue | undefined {
    if (this.isGone(order)) return 'ORDER_EXPIRED';
    if (order.status === 'COMPLETED') return 'ORDER_ALREADY_CAPTURED';
    if (order.declines >= mostAttempts) return 'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED';
    if (order.status === 'PAYER_ACTION_REQUIRED' && order.declines > 0) return 'PAYER_ACTION_REQUIRED';
    if (order.status !== 'APPROVED') return 'ORDER_NOT_APPROVED';
    return this.isCaptured(order.terms.invoiceId) ? 'DUPLICATE_INVOICE_ID' : undefined;
  }

  #capture(order: Order, instrument: Instrument | undefined): void {
    const now = this.#ports.now();
    const minor = order.wrongMinor ?? order.terms.amount.minor;
    const status = instrument ? (atOnce[instrument] ?? 'COMPLETED') : 'COMPLETED';
    order.capture = {
      ...{ id: newId(), createdAt: now, updatedAt: now, status, minor, feeMinor: feeOf(minor) },
      ...(status === 'PENDING' ? { reason: instrument === 'echeck' ? 'ECHECK' : 'PENDING_REVIEW' } : {}),
    };
    this.#byCapture.set(order.capture.id, order);
    const { invoiceId } = order.terms;
    // A capture that came to nothing leaves the invoice unpaid.
    if (invoiceId !== undefined && status !== 'DECLINED') this.#capturedInvoices.add(invoiceId);
    this.#become(order, 'COMPLETED');
    this.#happened(order, news[status]);
    this.#happened(order, 'completed');
  }

  /** Back to the payer, who has as long as an approval lives to choose another instrument. */
  #askAgain(order: Order): void {
    order.openUntil = Math.max(order.openUntil, this.#ports.now() + approvalLifetime);
    this.#become(order, 'PAYER_ACTION_REQUIRED');
  }

  /** An approval that nobody captured in its time is given back. */
  #lapse(order: Order): void {
    const { status, approval } = order;
    if (status !== 'APPROVED' || !approval || this.#ports.now() < approval.at + approvalLifetime) return;
    this.#become(order, 'VOIDED');
    this.#happened(order, 'reversed');
  }

  #become(order: Order, status: Order['status']): void {
    this.#reversals.get(order)?.();
    this.#reversals.delete(order);
    order.status = status;
    order.updatedAt = this.#ports.now();
  }
}
