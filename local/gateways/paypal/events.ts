// What PayPal has to say of an order and its refunds, once for each thing that happened.
// @see https://developer.paypal.com/api/rest/webhooks/event-names/
import type { About } from '../faults.ts';
import { newEventId } from './ids.ts';
import { written } from './money.ts';
import type { Happening, Order } from './orders.ts';
import type { Refunded, RefundHappening } from './refunds.ts';
import { toldRefund } from './told-refund.ts';
import { told, toldCapture, transactionIdOf, type Telling } from './told.ts';

export interface Event {
  /** the same over all deliveries */
  readonly id: string;
  readonly type: string;
  readonly about: About;
  readonly transactionId: string;
  /** ms since 1970 UTC */
  readonly at: number;
  /** numbers of either side that stand in it */
  readonly numbers: readonly string[];
  readonly body: Envelope;
}

export interface Envelope {
  readonly id: string;
  readonly event_type: string;
  readonly summary: string;
  readonly resource: object;
  readonly [field: string]: unknown;
}

/** As they stand for a subscription to all of them. */
export const eventTypes = {
  approved: ['CHECKOUT.ORDER.APPROVED', 'An order has been approved by buyer'],
  completed: ['CHECKOUT.ORDER.COMPLETED', 'Checkout Order Completed'],
  reversed: ['CHECKOUT.PAYMENT-APPROVAL.REVERSED', 'A payment has been reversed after approval.'],
  capture_completed: ['PAYMENT.CAPTURE.COMPLETED', 'Payment completed for'],
  capture_pending: ['PAYMENT.CAPTURE.PENDING', 'Payment pending for'],
  capture_declined: ['PAYMENT.CAPTURE.DECLINED', 'Payment declined for'],
  capture_denied: ['PAYMENT.CAPTURE.DENIED', 'Payment denied for'],
  refund_completed: ['PAYMENT.CAPTURE.REFUNDED', 'Payment refunded:'],
  refund_pending: ['PAYMENT.REFUND.PENDING', 'Refund pending:'],
  refund_failed: ['PAYMENT.REFUND.FAILED', 'Refund failed:'],
} as const satisfies Record<Happening | RefundHappening, readonly [type: string, summary: string]>;

/** The order as it stands now. @param at ms since 1970 UTC */
export function eventOf(order: Order, what: Happening, telling: Telling, at: number): Event {
  const said = resourceOf(order, what, telling);
  return { ...enveloped(what, said, telling, at), about: 'payment', ...numbersOf(order) };
}

/** The refund as it stands now. @param at ms since 1970 UTC */
export function refundEventOf(
  refunded: Refunded,
  what: RefundHappening,
  telling: Telling,
  at: number,
): Event {
  const { order, refund } = refunded;
  const said = {
    ...{ resource_type: 'refund', resource_version: '2.0' },
    summary: summary(what, written({ ...order.terms.amount, minor: refund.minor })),
    resource: toldRefund(refunded, telling),
  };
  const { customId, invoiceId } = refund.terms;
  const own = [customId, invoiceId, refund.id];
  return { ...enveloped(what, said, telling, at), about: 'refund', ...numbersOf(order, own) };
}

interface Said {
  readonly summary: string;
  readonly resource: object;
}

function enveloped(what: keyof typeof eventTypes, said: Said, { base }: Telling, at: number) {
  const [id, [type]] = [newEventId(), eventTypes[what]];
  const self = `${base}/v1/notifications/webhooks-events/${id}`;
  const body = {
    ...{ id, event_version: '1.0', create_time: new Date(at).toISOString() },
    ...said,
    event_type: type,
    links: [
      { href: self, rel: 'self', method: 'GET' },
      { href: `${self}/resend`, rel: 'resend', method: 'POST' },
    ],
  };
  return { id, type, at, body };
}

function numbersOf(order: Order, own: readonly (string | undefined)[] = []) {
  const { id, capture, terms } = order;
  const known = [...own, terms.customId, terms.invoiceId, id, capture?.id];
  const numbers = [...new Set(known.filter((each) => each !== undefined))];
  return { transactionId: transactionIdOf(order), numbers };
}

function summary(what: keyof typeof eventTypes, money: ReturnType<typeof written>): string {
  const { value, currency_code: currency } = money;
  return `${eventTypes[what][1]} ${currency === 'USD' ? '$ ' : currency}${value} ${currency}`;
}

/** A reversal has no type of resource, and tells little. */
function resourceOf(order: Order, what: Happening, telling: Telling): Said {
  const { capture, terms } = order;
  const [, words] = eventTypes[what];
  if (what === 'reversed') {
    const unit = { reference_id: terms.referenceId, custom_id: terms.customId, invoice_id: terms.invoiceId };
    return {
      summary: words,
      resource: { order_id: order.id, purchase_units: [unit], payment_source: { paypal: {} } },
    };
  }
  if (!what.startsWith('capture_') || !capture) {
    const kind = { resource_type: 'checkout-order', resource_version: '2.0' };
    return { ...kind, summary: words, resource: told(order, telling) };
  }
  return {
    ...{ resource_type: 'capture', resource_version: '2.0' },
    summary: summary(what, written({ ...terms.amount, minor: capture.minor })),
    resource: toldCapture(order, capture, telling),
  };
}
