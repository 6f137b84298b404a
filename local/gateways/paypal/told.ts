// An order and a capture as answers and events tell them.
// @see https://developer.paypal.com/docs/api/orders/v2/#definition-order
import { buyer } from './buyer.ts';
import { zulu } from './ids.ts';
import type { Merchant } from './merchant.ts';
import { written } from './money.ts';
import type { Capture, Order } from './orders.ts';
import type { Link } from './replies.ts';
import { toldRefund } from './told-refund.ts';

/** Whose order it is, and where PayPal's addresses are here. */
export interface Telling {
  readonly merchant: Pick<Merchant, 'merchantId' | 'email'>;
  /** stands where `https://api-m.sandbox.paypal.com` does */
  readonly base: string;
}

/** How we name a payment: the merchant's own number, where it gave one. */
export function transactionIdOf({ id, terms }: Order): string {
  return terms.customId ?? terms.invoiceId ?? id;
}

/** Where the payer goes. */
export function approveUrl({ id }: Pick<Order, 'id'>, base: string): string {
  return `${base}/checkoutnow?token=${id}`;
}

/** `Prefer: return=minimal`: captures are told all the same. */
export function toldShortly(order: Order, telling: Telling): object {
  const { id, status, capture, terms } = order;
  const unit = { reference_id: terms.referenceId, ...paid(order, telling) };
  return {
    ...{ id, status, ...source(order) },
    ...(capture ? { purchase_units: [unit], payer } : {}),
    links: linksOf(order, telling.base),
  };
}

/** `Prefer: return=representation`, and what a query gets. */
export function told(order: Order, telling: Telling): object {
  const { id, status, createdAt, updatedAt } = order;
  return {
    ...{ id, intent: 'CAPTURE', status, ...source(order) },
    purchase_units: [unitOf(order, telling)],
    ...(order.approval ? { payer } : {}),
    create_time: zulu(createdAt),
    ...(updatedAt === createdAt ? {} : { update_time: zulu(updatedAt) }),
    links: linksOf(order, telling.base),
  };
}

/** @param capture of the order */
export function toldCapture(order: Order, capture: Capture, { merchant, base }: Telling): object {
  const { id, status, reason, createdAt, updatedAt } = capture;
  const { customId, invoiceId } = order.terms;
  const self = `${base}/v2/payments/captures/${id}`;
  const links: Link[] = [
    { href: self, rel: 'self', method: 'GET' },
    { href: `${self}/refund`, rel: 'refund', method: 'POST' },
    { href: `${base}/v2/checkout/orders/${order.id}`, rel: 'up', method: 'GET' },
  ];
  return {
    ...{ id, status, ...(status === 'PENDING' ? { status_details: { reason } } : {}) },
    amount: written({ ...order.terms.amount, minor: capture.minor }),
    final_capture: true,
    seller_protection: {
      status: 'ELIGIBLE',
      dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'],
    },
    ...receivable(order, capture),
    ...(invoiceId === undefined ? {} : { invoice_id: invoiceId }),
    ...(customId === undefined ? {} : { custom_id: customId }),
    payee: { email_address: merchant.email, merchant_id: merchant.merchantId },
    supplementary_data: { related_ids: { order_id: order.id } },
    ...{ create_time: zulu(createdAt), update_time: zulu(updatedAt), links },
  };
}

const payer = {
  name: { given_name: buyer.givenName, surname: buyer.surname },
  email_address: buyer.email,
  payer_id: buyer.payerId,
  address: { country_code: buyer.country },
};

function source({ approval, terms }: Order): object {
  const who = { email_address: buyer.email, account_id: buyer.payerId, account_status: 'VERIFIED' };
  if (approval) return { payment_source: { paypal: { ...who, name: payer.name, address: payer.address } } };
  return terms.hasSource ? { payment_source: { paypal: {} } } : {};
}

function unitOf(order: Order, telling: Telling): object {
  const { terms } = order;
  const { breakdown, customId, invoiceId, items, softDescriptor } = terms;
  return {
    reference_id: terms.referenceId,
    amount: { ...written(terms.amount), ...(breakdown ? { breakdown } : {}) },
    payee: { email_address: telling.merchant.email, merchant_id: telling.merchant.merchantId },
    ...(terms.description === undefined ? {} : { description: terms.description }),
    ...(customId === undefined ? {} : { custom_id: customId }),
    ...(invoiceId === undefined ? {} : { invoice_id: invoiceId }),
    ...(softDescriptor === undefined ? {} : { soft_descriptor: softDescriptor }),
    ...(items ? { items } : {}),
    ...paid(order, telling),
  };
}

function paid(order: Order, telling: Telling): object {
  const { capture } = order;
  if (!capture) return {};
  const refunds = order.refunds.map((refund) => toldRefund({ order, refund }, telling));
  const captures = [toldCapture(order, capture, telling)];
  return { payments: { captures, ...(refunds.length > 0 ? { refunds } : {}) } };
}

/** What arrives is known when the money did. */
function receivable({ terms: { amount } }: Order, { status, minor, feeMinor }: Capture): object {
  if (status === 'DECLINED') return {};
  const of = (part: number) => written({ ...amount, minor: part });
  const whole = { gross_amount: of(minor) };
  if (status === 'PENDING') return { seller_receivable_breakdown: { ...whole, net_amount: of(minor) } };
  const kept = { paypal_fee: of(feeMinor), net_amount: of(minor - feeMinor) };
  return { seller_receivable_breakdown: { ...whole, ...kept } };
}

function linksOf(order: Order, base: string): Link[] {
  const self = `${base}/v2/checkout/orders/${order.id}`;
  const way: Link = { href: approveUrl(order, base), rel: 'approve', method: 'GET' };
  const capture: Link = { href: `${self}/capture`, rel: 'capture', method: 'POST' };
  const own: Link = { href: self, rel: 'self', method: 'GET' };
  switch (order.status) {
    case 'CREATED':
      return [own, way, { href: self, rel: 'update', method: 'PATCH' }, capture];
    case 'PAYER_ACTION_REQUIRED':
      return [own, { ...way, rel: 'payer-action' }];
    case 'APPROVED':
      return [own, { href: self, rel: 'update', method: 'PATCH' }, capture];
    case 'COMPLETED':
    case 'VOIDED':
      return [own];
  }
}
