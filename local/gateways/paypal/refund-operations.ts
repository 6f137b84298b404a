// What a merchant may ask for about money that goes back: a refund to be made, and to be told.
// @see https://developer.paypal.com/docs/api/payments/v2/
import { repeated, type Asking } from './operations.ts';
import { readRefundTerms } from './refund-terms.ts';
import type { Refunded } from './refunds.ts';
import { ok, refused, type Reply } from './replies.ts';
import { toldRefund, toldRefundShortly } from './told-refund.ts';

/** ms that a request id is remembered */
const refundIds = 45 * 86_400_000;

/** @returns the answer, and the refund if this call made one */
export function refund(asking: Asking, captureId: string): { reply: Reply; refunded?: Refunded } {
  const { seller, body, requestId } = asking;
  const asked = { refund: captureId, body };
  const repeat = repeated(asking, asked, (id) => {
    const first = seller.refunds.find(id);
    if (!first) throw new Error(`repeats: nobody has the refund ${id}`);
    return shown(first, asking, 200);
  });
  if (repeat) return { reply: repeat };
  const order = seller.orders.findCaptured(captureId);
  if (!order) return { reply: refused('INVALID_RESOURCE_ID') };
  const terms = readRefundTerms(body, order.terms.amount.currency);
  if ('refused' in terms) return { reply: terms.refused };
  const refunded = seller.refunds.make(order, terms);
  if (typeof refunded === 'string') return { reply: refused(refunded) };
  if (requestId !== undefined) seller.repeats.keep(requestId, asked, refunded.refund.id, refundIds);
  return { reply: shown(refunded, asking, 201), refunded };
}

export function retrieveRefund({ seller, base }: Asking, refundId: string): Reply {
  const found = seller.refunds.find(refundId);
  if (!found) return refused('INVALID_RESOURCE_ID');
  return ok(toldRefund(found, { merchant: seller.merchant, base }));
}

function shown(refunded: Refunded, { seller, wantsAll, base }: Asking, status: number): Reply {
  const telling = { merchant: seller.merchant, base };
  return ok(wantsAll ? toldRefund(refunded, telling) : toldRefundShortly(refunded, telling), status);
}
