// What PayPal has to say of an order, once for each thing that happened.
// @see https://developer.paypal.com/api/rest/webhooks/event-names/
import { newEventId } from './ids.ts';
import { written } from './money.ts';
import type { Happening, Order } from './orders.ts';
import { told, toldCapture, transactionIdOf, type Telling } from './told.ts';

export interface Event {
  /** the same over all deliveries */
  readonly id: string;
  readonly type: string;
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
} as const satisfies Record<Happening, readonly [type: string, summary: string]>;

/** The order as it stands now. @param at ms since 1970 UTC */
export function eventOf(order: Order, what: Happening, telling: Telling, at: number): Event {
  const { id: orderId, capture, terms } = order;
  const [id, [type, words]] = [newEventId(), eventTypes[what]];
  const self = `${telling.base}/v1/notifications/webhooks-events/${id}`;
  const body = {
    ...{ id, event_version: '1.0', create_time: new Date(at).toISOString() },
    ...resourceOf(order, what, words, telling),
    event_type: type,
    links: [
      { href: self, rel: 'self', method: 'GET' },
      { href: `${self}/resend`, rel: 'resend', method: 'POST' },
    ],
  };
  const known = [terms.customId, terms.invoiceId, orderId, capture?.id];
  const numbers = [...new Set(known.filter((each) => each !== undefined))];
  return { id, type, transactionId: transactionIdOf(order), at, numbers, body };
}

/** A reversal has no type of resource, and tells little. */
function resourceOf(
  order: Order,
  what: Happening,
  words: string,
  telling: Telling,
): { summary: string; resource: object } & object {
  const { capture, terms } = order;
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
  const { value, currency_code: currency } = written({ ...terms.amount, minor: capture.minor });
  return {
    ...{ resource_type: 'capture', resource_version: '2.0' },
    summary: `${words} ${currency === 'USD' ? '$ ' : currency}${value} ${currency}`,
    resource: toldCapture(order, capture, telling),
  };
}
