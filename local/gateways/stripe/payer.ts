// A payer with a card: in the shop's own page by the client_secret, or at Stripe's page.
import { comeBack, type Returned } from '../browser.ts';
import { Refused } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { Means, Outcome, Payer } from '../provider.ts';
import { cancelAddress, successAddress } from './addresses.ts';
import { cards, type Card } from './cards.ts';
import { obstacle, openedBy } from './checkout.ts';
import { browsed, type Intent } from './intent.ts';
import { decimalText, readDecimal } from './money.ts';
import type { Seller } from './seller.ts';
import type { Session } from './sessions.ts';

/** What `_control/pay` answers; amounts as decimal text. */
export interface Played {
  readonly outcome: Outcome;
  /** whether the payer opened it */
  readonly scanned: boolean;
  /** of the intent; null when there is none */
  readonly trade_status: Intent['status'] | null;
  /** `pi_…` */
  readonly gateway_transaction_id: string | null;
  readonly amount: string | null;
  readonly returned?: Returned;
}

/** What lies before the payer. */
interface Bill {
  readonly seller: Seller;
  readonly currency: string;
  readonly intent: Intent | undefined;
  readonly session?: Session;
}

interface Conduct {
  readonly card: Card;
  /** to the issuer's question; undefined for no answer */
  readonly passes: boolean | undefined;
  /** minor units, a wrong sum */
  readonly received: number | undefined;
}

/**
 * `success` pays, `decline` uses a card that is declined, `pending` pays by what takes days, `abandon` never opens it.
 * What takes days is decided by the next payer: by `success` or `decline`.
 * @throws Refused (4xx) when nobody could pay like this
 */
export async function play(
  means: Means,
  payer: Payer,
  sellers: readonly Seller[],
  fetch: Ports['fetch'],
): Promise<Played> {
  requireMethod(payer.method);
  if (payer.outcome === 'abandon') return stayedAway;
  const bill =
    means.kind === 'client_secret'
      ? billOf(means.client_secret, sellers)
      : await browseTo(means, sellers, fetch);
  const intent = act(bill, payer, conductOf(payer, bill.currency));
  const played = told(intent, payer.outcome);
  const back = bill.session && payer.comesBack ? wayBack(bill.session) : undefined;
  return back === undefined ? played : { ...played, returned: await comeBack(back, fetch) };
}

/** So quick that the event is there before the shop has the answer to its request. */
export async function payBeforeAnswer(
  seller: Seller,
  placed: Intent | Session,
  idle: () => Promise<void>,
): Promise<void> {
  const attempt = { card: cards.pm_card_visa };
  if ('paymentStatus' in placed) seller.sessions.pay(placed, attempt, browsed());
  else if (seller.intents.isOpen(placed)) seller.intents.confirm(placed, attempt, browsed());
  await beHeard(idle);
}

/** What is being told is given the time to arrive. */
export async function beHeard(idle: () => Promise<void>): Promise<void> {
  await Promise.race([idle(), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
}

const methods = ['visa', 'authentication', 'authentication_failed', 'delayed'];

function requireMethod(method: string | undefined): void {
  if (method === undefined || methods.includes(method)) return;
  throw new Refused(400, `method: at Stripe there are ${methods.join(', ')}.`);
}

function conductOf({ outcome, method, amount }: Payer, currency: string): Conduct {
  const received = amount === undefined ? undefined : readDecimal(amount, currency);
  if (amount !== undefined && received === undefined)
    throw new Refused(400, `amount: decimal text in ${currency.toUpperCase()}, such as "8.80".`);
  const asks = cards.pm_card_authenticationRequired;
  if (method === 'authentication_failed') return { card: asks, passes: false, received };
  if (method === 'authentication') {
    return { card: asks, passes: outcome === 'pending' ? undefined : outcome === 'success', received };
  }
  if (outcome === 'decline') return { card: cards.pm_card_chargeDeclined, passes: false, received };
  if (outcome === 'pending' || method === 'delayed')
    return { card: delayed(currency), passes: undefined, received };
  return { card: cards.pm_card_visa, passes: true, received };
}

/** Bank debits are in dollars; in other currencies it is a card that takes its time. */
function delayed(currency: string): Card {
  return currency === 'usd' ? cards.pm_usBankAccount : { ...cards.pm_card_visa, course: 'takes_days' };
}

/** One step: decides what is under way, answers the issuer, or begins an attempt. */
function act(
  { seller, intent, session }: Bill,
  { outcome }: Payer,
  { card, passes, received }: Conduct,
): Intent {
  const { intents, sessions } = seller;
  if (intent?.status === 'processing') {
    if (outcome !== 'pending') intents.settle(intent, outcome === 'success', browsed(), received);
    return intent;
  }
  if (intent?.status === 'requires_action' && passes !== undefined) {
    intents.authenticate(intent, passes, browsed(), received);
    return intent;
  }
  const attempt = { card, received };
  const tried = session ? sessions.pay(session, attempt, browsed()) : intent;
  if (!tried) throw new Error('stripe: a bill without an intent or a session');
  if (!session) intents.confirm(tried, attempt, browsed());
  if (passes !== undefined) intents.authenticate(tried, passes, browsed(), received);
  return tried;
}

function billOf(secret: string, sellers: readonly Seller[]): Bill {
  const [id = ''] = secret.split('_secret_');
  for (const seller of sellers) {
    const intent = seller.intents.find(id);
    if (intent?.clientSecret !== secret) continue;
    const why = ended[intent.status];
    if (why !== undefined) throw new Refused(409, why);
    return { seller, intent, currency: intent.terms.currency };
  }
  throw new Refused(
    404,
    'Stripe never gave out this client_secret. No money moved. Take the one of a transaction made here.',
  );
}

const ended: Readonly<Partial<Record<Intent['status'], string>>> = {
  succeeded: 'This is already paid. No money moved this time. There is nothing left to do.',
  canceled: 'This payment is cancelled. No money moved. The shop has to make a new payment.',
};

async function browseTo(means: Means, sellers: readonly Seller[], fetch: Ports['fetch']): Promise<Bill> {
  if (means.kind !== 'redirect_url')
    throw new Refused(422, 'prepay_info: Stripe cannot be paid by this. No money moved.');
  const opened = openedBy(new URL(means.url).pathname, sellers);
  const { seller, session } = opened ?? {};
  if (seller && session?.intent?.status === 'processing') {
    return { seller, session, intent: session.intent, currency: session.currency };
  }
  const response = await fetch(means.url, { redirect: 'manual' });
  await response.text();
  if (!seller || !session)
    throw new Refused(404, 'Stripe’s page says: this session is unknown. No money moved.');
  const why = obstacle(session);
  if (why !== undefined || !response.ok) throw new Refused(409, `Stripe’s page says: ${why ?? 'try again'}`);
  return { seller, session, intent: session.intent, currency: session.currency };
}

/** Nobody goes back from a page that is still to be paid, unless by its own button. */
function wayBack(session: Session): string | undefined {
  return session.status === 'complete' ? successAddress(session) : cancelAddress(session);
}

function told({ id, terms, status, received }: Intent, outcome: Outcome): Played {
  return {
    outcome,
    scanned: true,
    trade_status: status,
    gateway_transaction_id: id,
    amount: decimalText(status === 'succeeded' ? received : terms.amount, terms.currency),
  };
}

const stayedAway: Played = {
  outcome: 'abandon',
  scanned: false,
  trade_status: null,
  gateway_transaction_id: null,
  amount: null,
};
