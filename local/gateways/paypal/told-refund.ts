// A refund as answers, orders and events tell it. What it gave no number of its own has its payment's.
// @see https://developer.paypal.com/docs/api/payments/v2/#definition-refund
import { zulu } from './ids.ts';
import { written } from './money.ts';
import { goneOf, type Refunded } from './refunds.ts';
import type { Link } from './replies.ts';
import type { Telling } from './told.ts';

export function toldRefund(refunded: Refunded, telling: Telling): object {
  const { order, refund } = refunded;
  const { terms, status, createdAt, updatedAt } = refund;
  const { merchant } = telling;
  const { customId = order.terms.customId, invoiceId = order.terms.invoiceId, note } = terms;
  return {
    ...{ id: refund.id, status, ...(status === 'PENDING' ? { status_details: { reason: 'ECHECK' } } : {}) },
    amount: written({ ...order.terms.amount, minor: refund.minor }),
    seller_payable_breakdown: payable(refunded),
    ...(invoiceId === undefined ? {} : { invoice_id: invoiceId }),
    ...(customId === undefined ? {} : { custom_id: customId }),
    ...(note === undefined ? {} : { note_to_payer: note }),
    // Who pays it.
    payer: { email_address: merchant.email, merchant_id: merchant.merchantId },
    ...{ create_time: zulu(createdAt), update_time: zulu(updatedAt), links: linksOf(refunded, telling) },
  };
}

/** `Prefer: return=minimal` */
export function toldRefundShortly(refunded: Refunded, telling: Telling): object {
  const { id, status } = refunded.refund;
  return { id, status, links: linksOf(refunded, telling) };
}

/** PayPal keeps its fee. */
function payable({ order, refund }: Refunded): object {
  const of = (minor: number) => written({ ...order.terms.amount, minor });
  return {
    ...{ gross_amount: of(refund.minor), paypal_fee: of(0), net_amount: of(refund.minor) },
    total_refunded_amount: of(goneOf(order)),
  };
}

function linksOf({ order, refund }: Refunded, { base }: Telling): Link[] {
  const payments = `${base}/v2/payments`;
  return [
    { href: `${payments}/refunds/${refund.id}`, rel: 'self', method: 'GET' },
    { href: `${payments}/captures/${order.capture?.id ?? ''}`, rel: 'up', method: 'GET' },
  ];
}
