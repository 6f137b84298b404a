// The page on which the payer approves an order. It moves no money: it sends the payer back to the shop, which captures.
// @see https://developer.paypal.com/docs/api/orders/v2/#orders_create
import { escaped, page, seeOther, type Page } from '../browser.ts';
import type { WireRequest } from '../http.ts';
import { buyer } from './buyer.ts';
import { written } from './money.ts';
import { instruments, type Instrument, type Obstacle, type Order } from './orders.ts';
import { home } from './routes.ts';
import type { Seller } from './seller.ts';

export const pagePath = `${home}/checkoutnow`;

/** An order that is open in a payer's browser. */
export interface Opened {
  readonly seller: Seller;
  readonly order: Order;
}

export const obstacles: Readonly<Record<Obstacle, string>> = {
  approved: 'You have approved this order already. No money moved yet: the shop has to capture it.',
  completed: 'This order is completed. There is nothing left to do.',
  voided: 'Your approval was given back because the shop did not capture it in time. No money moved.',
  expired: 'The time to approve this order is over. No money moved. Ask the shop to show it again.',
};

/** The order behind the link. */
export function openedBy(link: URL, sellers: readonly Seller[]): Opened | undefined {
  const id = link.searchParams.get('token') ?? '';
  for (const seller of sellers) {
    const order = seller.orders.find(id);
    if (order) return { seller, order };
  }
  return undefined;
}

/** GET shows the order, POST with `action` = `approve` or `cancel` decides. `instrument` is what is paid by. */
export function browse({ method, target, body }: WireRequest, sellers: readonly Seller[]): Page {
  const opened = openedBy(new URL(target, 'http://paypal'), sellers);
  if (!opened) return page(404, 'Unknown', 'PayPal does not know this link. No money moved.');
  const { order, seller } = opened;
  const obstacle = seller.orders.obstacle(order);
  if (obstacle) return page(409, 'This cannot be approved', obstacles[obstacle]);
  if (method === 'GET') return orderPage(opened, target);
  const form = new URLSearchParams(body);
  const { returnUrl, cancelUrl } = order.terms;
  if (form.get('action') !== 'approve') {
    return (
      sentTo(cancelUrl, { token: order.id }) ??
      page(
        200,
        'Not approved',
        'You have not approved the order. No money moved. Open the link again to pay.',
      )
    );
  }
  const instrument = form.get('instrument') ?? 'paypal';
  if (!isInstrument(instrument))
    return page(400, 'Unknown', 'PayPal does not know this way to pay. No money moved.');
  seller.orders.approve(order, instrument);
  return (
    sentTo(returnUrl, { token: order.id, PayerID: buyer.payerId }) ??
    page(200, 'Approved', 'You have approved the order. You may close this page.')
  );
}

export function isInstrument(text: string): text is Instrument {
  return Object.hasOwn(instruments, text);
}

/** Back to the shop, by the address that it gave, with what it needs to know. */
function sentTo(url: string | undefined, facts: Readonly<Record<string, string>>): Page | undefined {
  if (url === undefined) return undefined;
  const back = new URL(url);
  const added = String(new URLSearchParams(facts));
  back.search = back.search === '' ? added : `${back.search}&${added}`;
  return seeOther(back.href);
}

function orderPage({ seller, order }: Opened, target: string): Page {
  const { amount, brandName, description, userAction, items } = order.terms;
  const { value, currency_code: currency } = written(amount);
  const shop = brandName ?? seller.merchant.email;
  const choices = Object.entries(instruments).map(
    ([name, words]) =>
      `<label><input type="radio" name="instrument" value="${name}"${name === 'paypal' ? ' checked' : ''}> ${words}</label>`,
  );
  return page(
    200,
    `Pay ${brandName ?? 'with PayPal'}`,
    description ?? (items ? `${items.length} items` : `Order ${order.id}`),
    `<p><strong>${value} ${currency}</strong> to ${escaped(shop)}</p>
<form method="post" action="${escaped(target)}">
<fieldset><legend>Pay with</legend>
${choices.join('\n')}
</fieldset>
<button name="action" value="approve">${userAction === 'PAY_NOW' ? 'Pay now' : 'Continue'}</button>
<button name="action" value="cancel">Cancel and return</button>
</form>`,
  );
}
