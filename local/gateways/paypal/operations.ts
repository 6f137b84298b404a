// What a merchant may ask for: an order to be created, told and captured, and a capture to be told.
// @see https://developer.paypal.com/docs/api/orders/v2/
import type { Order } from './orders.ts';
import { ok, refusal, refused, type Link, type Reply } from './replies.ts';
import type { Seller } from './seller.ts';
import { readTerms } from './terms.ts';
import { approveUrl, told, toldCapture, toldShortly } from './told.ts';

const hour = 3_600_000;
/** ms that a request id is remembered */
const orderIds = 6 * hour;
const captureIds = 45 * 24 * hour;

/** A request that passed the door. */
export interface Asking {
  readonly seller: Seller;
  readonly body: unknown;
  readonly requestId: string | undefined;
  /** `Prefer: return=representation` */
  readonly wantsAll: boolean;
  /** stands where PayPal's host does */
  readonly base: string;
}

/** @returns the answer, and the order if this call made one */
export function create(asking: Asking): { reply: Reply; order?: Order } {
  const { seller, body, requestId } = asking;
  const asked = { create: body };
  const repeat = repeated(asking, asked, shownAgain(asking));
  if (repeat) return { reply: repeat };
  const terms = readTerms(body, seller.merchant.merchantId);
  if ('refused' in terms) return { reply: terms.refused };
  if (terms.hasSource && requestId === undefined) return { reply: refused('PAYPAL_REQUEST_ID_REQUIRED') };
  if (seller.orders.isCaptured(terms.invoiceId)) return { reply: refused('DUPLICATE_INVOICE_ID') };
  const order = seller.orders.place(terms);
  if (requestId !== undefined) seller.repeats.keep(requestId, asked, order.id, orderIds);
  return { reply: shown(order, asking, 201), order };
}

export function retrieve({ seller, base }: Asking, orderId: string): Reply {
  const order = seller.orders.find(orderId);
  if (!order || seller.orders.isGone(order)) return refused('INVALID_RESOURCE_ID');
  return ok(told(order, { merchant: seller.merchant, base }));
}

/** The merchant takes what the payer has approved. */
export function capture(asking: Asking, orderId: string): Reply {
  const { seller, body, requestId, base } = asking;
  const extra = Object.keys(body ?? {})[0];
  if (extra !== undefined) return refused('UNSUPPORTED_FIELD', `/${extra}`);
  const asked = { capture: orderId };
  const repeat = repeated(asking, asked, shownAgain(asking));
  if (repeat) return repeat;
  const order = seller.orders.find(orderId);
  if (!order) return refused('INVALID_RESOURCE_ID');
  const issue = seller.orders.capture(order);
  if (issue) return refusal([{ issue }], wayBack(issue, approveUrl(order, base)));
  if (requestId !== undefined) seller.repeats.keep(requestId, asked, order.id, captureIds);
  return shown(order, asking, 201);
}

export function retrieveCapture({ seller, base }: Asking, captureId: string): Reply {
  const order = seller.orders.findCaptured(captureId);
  if (!order?.capture) return refused('INVALID_RESOURCE_ID');
  return ok(toldCapture(order, order.capture, { merchant: seller.merchant, base }));
}

/** A repeat gets what became of the first request until now. @param show what has this number */
export function repeated(asking: Asking, asked: object, show: (id: string) => Reply): Reply | undefined {
  const { seller, requestId } = asking;
  const first = requestId === undefined ? undefined : seller.repeats.find(requestId, asked);
  if (first === undefined) return undefined;
  return first === 'other_request' ? refused('DUPLICATE_REQUEST_ID') : show(first.id);
}

function shownAgain(asking: Asking): (orderId: string) => Reply {
  return (orderId) => {
    const order = asking.seller.orders.find(orderId);
    if (!order) throw new Error(`repeats: nobody has the order ${orderId}`);
    return shown(order, asking, 200);
  };
}

function shown(order: Order, { seller, wantsAll, base }: Asking, status: number): Reply {
  const telling = { merchant: seller.merchant, base };
  return ok(wantsAll ? told(order, telling) : toldShortly(order, telling), status);
}

/** Where to send the payer after a capture that needs them. */
function wayBack(issue: string, href: string): Link[] {
  if (issue === 'INSTRUMENT_DECLINED') return [{ href, rel: 'redirect', method: 'GET' }];
  return issue === 'PAYER_ACTION_REQUIRED' ? [{ href, rel: 'payer-action', method: 'GET' }] : [];
}
