// The hosted page of a Checkout Session: what for, how much, by which card.
// @see https://docs.stripe.com/payments/checkout/how-checkout-works
import type { WireRequest } from '../http.ts';
import { cancelAddress, challengeAddress, checkoutPath, successAddress } from './addresses.ts';
import { cardOf, declineWords, type cards } from './cards.ts';
import { browsed } from './intent.ts';
import { decimalText } from './money.ts';
import { escaped, page, seeOther, type Page } from '../browser.ts';
import type { Seller } from './seller.ts';
import type { Session } from './sessions.ts';
import { methodTypes } from './told.ts';

/** A session that is open in a browser. */
export interface Opened {
  readonly seller: Seller;
  readonly session: Session;
}

/** @param pathname behind which the session's number stands */
export function openedBy(pathname: string, sellers: readonly Seller[]): Opened | undefined {
  const id = pathname.slice(checkoutPath.length);
  for (const seller of sellers) {
    const session = seller.sessions.find(id);
    if (session) return { seller, session };
  }
  return undefined;
}

/** Why nobody can pay at it now; undefined if nothing stands against it. */
export function obstacle({ status, paymentStatus }: Session): string | undefined {
  if (status === 'expired')
    return 'The time to pay at this page is over. No money moved. The shop has to make a new payment.';
  if (status === 'open') return undefined;
  return paymentStatus === 'paid'
    ? 'This is already paid. No money moved this time. There is nothing left to do.'
    : 'Your payment is on its way, or has failed. No money moved this time. Ask the shop.';
}

/** GET shows the session, POST with `action` = `pay` or `back` decides. */
export function browse(
  { method, target, body }: WireRequest,
  sellers: readonly Seller[],
  origin: string,
): Page {
  const opened = openedBy(new URL(target, 'http://stripe').pathname, sellers);
  if (!opened) return page(404, 'Unknown', 'Stripe does not know this page. No money moved.');
  const { session } = opened;
  const why = obstacle(session);
  if (why !== undefined) return page(409, 'This cannot be paid', why);
  if (method === 'GET') return form(session);
  const fields = new URLSearchParams(body);
  return fields.get('action') === 'pay' ? pay(opened, fields.get('card') ?? '', origin) : back(session);
}

function pay({ seller, session }: Opened, name: string, origin: string): Page {
  const card = cardOf(name);
  if (!card || !isOffered(session, card.type)) return form(session, 'Choose a card.');
  const intent = seller.sessions.pay(session, { card }, browsed());
  if (intent.challenge) return seeOther(challengeAddress(intent.challenge, origin));
  if (session.paymentStatus === 'paid' || intent.status === 'processing')
    return seeOther(successAddress(session));
  return form(session, `${declineWords(card.declineCode)} No money moved.`);
}

function back(session: Session): Page {
  const address = cancelAddress(session);
  if (address !== undefined) return seeOther(address);
  return page(200, 'Not paid', 'This is not paid. No money moved. Open the link again to pay.');
}

const names: Readonly<Record<keyof typeof cards, string>> = {
  pm_card_visa: 'Visa 4242: pays',
  pm_card_mastercard: 'Mastercard 4444: pays',
  pm_card_authenticationRequired: 'Visa 3184: asks for 3-D Secure',
  pm_card_chargeDeclined: 'Visa 0002: is declined',
  pm_card_chargeDeclinedInsufficientFunds: 'Visa 9995: has too little',
  pm_usBankAccount: 'Bank account 6789: takes days',
};

function isOffered({ terms, currency }: Session, type: string): boolean {
  return methodTypes({ ...terms, currency }).includes(type);
}

function form(session: Session, alert?: string): Page {
  const { terms, amount, currency, id } = session;
  const what = terms.line_items.map(({ price_data: { product_data: product }, quantity }) => {
    return quantity === 1 ? product.name : `${product.name} × ${quantity}`;
  });
  const offered = Object.entries(names).filter(([value]) => isOffered(session, cardOf(value)?.type ?? ''));
  const choices = offered.map(([value, name], index) => {
    const checked = index === 0 ? ' checked' : '';
    return `<label><input type="radio" name="card" value="${value}"${checked}> ${escaped(name)}</label>`;
  });
  const status = alert === undefined ? 200 : 402;
  return page(
    status,
    'Pay',
    what.join(', '),
    `<p><strong>${decimalText(amount, currency)} ${currency.toUpperCase()}</strong></p>
${alert === undefined ? '' : `<p role="alert">${escaped(alert)}</p>\n`}<form method="post" action="${checkoutPath}${id}">
<fieldset><legend>Card</legend>
${choices.join('\n')}
</fieldset>
<button name="action" value="pay">Pay</button>
<button name="action" value="back">Back</button>
</form>`,
  );
}
