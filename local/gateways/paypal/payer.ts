// A payer with a browser: opens the shop's link, approves or cancels, and comes back to the shop.
import { comeBack, type Returned } from '../browser.ts';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { Means, Outcome, Payer } from '../provider.ts';
import { decimalText, readAmount, type Money } from './money.ts';
import { instruments, type Capture, type Instrument, type Order } from './orders.ts';
import { isInstrument, openedBy, type Opened } from './page.ts';
import type { Seller } from './seller.ts';

/** What `_control/pay` answers. */
export interface Played {
  readonly outcome: Outcome;
  /** whether the payer opened it */
  readonly scanned: boolean;
  readonly trade_status: Order['status'] | null;
  readonly capture_status: Capture['status'] | null;
  /** the capture; approval alone has none */
  readonly gateway_transaction_id: string | null;
  readonly gateway_order_id: string | null;
  /** decimal text in the currency's unit */
  readonly amount: string | null;
  readonly returned?: Returned;
}

const usual = { success: 'paypal', decline: 'declined', pending: 'under_review' } as const;

/**
 * Approves, by an instrument that fits the outcome, and goes back to the shop. `abandon` never opens the link.
 * A capture that is pending is decided instead: `success` completes it, `decline` denies it.
 * @throws Refused (4xx) when nobody could pay like this
 */
export async function play(
  means: Means,
  payer: Payer,
  sellers: readonly Seller[],
  fetch: Ports['fetch'],
): Promise<Played> {
  const { outcome, comesBack } = payer;
  if (means.kind !== 'redirect_url') throw new Refused(422, 'PayPal’s payers open a link. No money moved.');
  const instrument = outcome === 'abandon' ? undefined : instrumentOf(payer.method ?? usual[outcome]);
  if (instrument === undefined) return stayedAway;
  const opened = openedBy(new URL(means.url), sellers);
  if (opened?.order.capture?.status === 'PENDING') return decided(opened, outcome);
  await visit(means.url, fetch);
  const { seller, order } = opened as Opened;
  order.wrongMinor = wrongSum(payer.amount, order.terms.amount);
  const location = await visit(means.url, fetch, { action: 'approve', instrument });
  const back =
    location !== undefined && comesBack ? { returned: await comeBack(location, fetch) } : undefined;
  return { ...told(seller.orders.find(order.id) ?? order, outcome), ...back };
}

/** So quick that the webhook is there before the shop has the answer to its order. */
export async function approveBeforeAnswer(
  { orders }: Seller,
  order: Order,
  idle: () => Promise<void>,
): Promise<void> {
  orders.approve(order, 'paypal');
  await soon(idle);
}

/** Waits, but not for ever. */
export async function soon(idle: () => Promise<void>): Promise<void> {
  await Promise.race([idle(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
}

function decided({ seller, order }: Opened, outcome: Outcome): Played {
  if (outcome !== 'pending') seller.orders.decide(order, outcome === 'success');
  return told(order, outcome);
}

/** @throws Refused (400) */
function instrumentOf(method: string): Instrument {
  if (isInstrument(method)) return method;
  const known = Object.keys(instruments).map((each) => `"${each}"`);
  throw new Refused(400, `method: at PayPal there are ${known.join(', ')}.`);
}

/** @returns minor units. @throws Refused (400) */
function wrongSum(text: string | undefined, { currency }: Money): number | undefined {
  if (text === undefined) return undefined;
  const minor = /^\d+(\.\d+)?$/.test(text) ? readAmount(text, currency) : undefined;
  if (typeof minor === 'number' && minor > 0) return minor;
  throw new Refused(400, `amount: decimal text in ${currency}, such as "8.80", or "880" without decimals.`);
}

/** One page, redirects off. @returns where it leads to. @throws Refused (4xx) with the words of the page */
async function visit(
  url: string,
  fetch: Ports['fetch'],
  form?: Record<string, string>,
): Promise<string | undefined> {
  const posted = form ? { method: 'POST', body: new URLSearchParams(form) } : {};
  const response = await fetch(url, { redirect: 'manual', ...posted });
  const text = await response.text();
  if (response.status < 400) return response.headers.get('location') ?? undefined;
  const [, words = 'it shows no order'] = /<p>([^<]*)<\/p>/.exec(text) ?? [];
  throw new Refused(response.status === 404 ? 404 : 409, `PayPal’s page says: ${words}`);
}

function told({ id, status, capture, terms, wrongMinor }: Order, outcome: Outcome): Played {
  const minor = capture?.minor ?? wrongMinor ?? terms.amount.minor;
  return {
    ...{ outcome, scanned: true, trade_status: status, capture_status: capture?.status ?? null },
    gateway_transaction_id: capture?.id ?? null,
    gateway_order_id: id,
    amount: decimalText({ ...terms.amount, minor }),
  };
}

const stayedAway: Played = {
  ...{ outcome: 'abandon', scanned: false, trade_status: null, capture_status: null },
  ...{ gateway_transaction_id: null, gateway_order_id: null, amount: null },
};
