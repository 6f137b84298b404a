// One account's Checkout Sessions. They end by themselves; their intent is born when the payer confirms.
// @see https://docs.stripe.com/payments/checkout/how-checkout-works
import type { Ports } from '../ports.ts';
import type { Account } from './account.ts';
import { invalid } from './errors.ts';
import { newId } from './ids.ts';
import { unasked, type Cause, type Intent } from './intent.ts';
import type { Attempt, Intents } from './intents.ts';
import { requireAmount, type NewSession } from './terms.ts';

/** The amount in minor units, times in seconds since 1970 UTC. */
export interface Session {
  readonly id: string;
  readonly created: number;
  readonly expiresAt: number;
  readonly livemode: boolean;
  readonly terms: NewSession;
  readonly amount: number;
  readonly currency: string;
  /** the merchant's number of it, or Stripe's own */
  readonly transactionId: string;
  status: 'open' | 'complete' | 'expired';
  paymentStatus: 'unpaid' | 'paid';
  intent?: Intent;
}

export interface SessionTold {
  readonly type: `checkout.session.${'completed' | 'expired' | 'async_payment_succeeded' | 'async_payment_failed'}`;
  readonly session: Session;
}

interface Opening {
  readonly ports: Pick<Ports, 'now' | 'schedule'>;
  readonly account: Account;
  readonly intents: Intents;
  readonly tell: (told: SessionTold, cause: Cause) => void;
}

/** seconds */
const [shortest, longest] = [30 * 60, 24 * 3600];

export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #cancels = new Map<Session, () => void>();
  readonly #opening: Opening;

  constructor(opening: Opening) {
    this.#opening = opening;
  }

  /** @throws ApiError (400) for an amount or an end that Stripe does not take */
  create(terms: NewSession): Session {
    const { ports, account } = this.#opening;
    const created = this.#seconds();
    const { expires_at: expiresAt = created + longest } = terms;
    if (expiresAt < created + shortest) throw tooSoon;
    if (expiresAt > created + longest) throw tooLate;
    const id = newId(`cs_${account.livemode ? 'live' : 'test'}_a1`, 58);
    const session: Session = {
      ...{ id, created, expiresAt, livemode: account.livemode, terms, ...total(terms) },
      transactionId: numberOf(terms) ?? id,
      ...{ status: 'open', paymentStatus: 'unpaid' },
    };
    this.#byId.set(id, session);
    const end = () => void this.find(id);
    this.#cancels.set(session, ports.schedule(expiresAt * 1000, end));
    return session;
  }

  /** of the mode that the account is in */
  find(id: string): Session | undefined {
    const found = this.#byId.get(id);
    if (found?.livemode !== this.#opening.account.livemode) return undefined;
    if (found.status === 'open' && this.#seconds() >= found.expiresAt) this.expire(found, unasked);
    return found;
  }

  /** newest first */
  all(): readonly Session[] {
    return [...this.#byId.keys()].flatMap((id) => this.find(id) ?? []).reverse();
  }

  /** The payer tries to pay. @param session an open one */
  pay(session: Session, attempt: Attempt, cause: Cause): Intent {
    const { intents } = this.#opening;
    const by = { transactionId: session.transactionId, sessionId: session.id };
    session.intent ??= intents.create(intentTerms(session), by, cause);
    intents.confirm(session.intent, attempt, cause);
    return session.intent;
  }

  /** Its intent has gone on: so does the session. */
  follow({ sessionId, status }: Intent, cause: Cause): void {
    const session = this.#byId.get(sessionId ?? '');
    if (!session) return;
    const { tell } = this.#opening;
    const wasOpen = session.status === 'open';
    if (status === 'succeeded') session.paymentStatus = 'paid';
    if (status === 'succeeded' || status === 'processing') {
      this.#end(session, 'complete');
      tell({ type: `checkout.session.${wasOpen ? 'completed' : 'async_payment_succeeded'}`, session }, cause);
    } else if (status === 'requires_payment_method' && !wasOpen) {
      tell({ type: 'checkout.session.async_payment_failed', session }, cause);
    }
  }

  /** @param session an open one */
  expire(session: Session, cause: Cause): void {
    const { intents, tell } = this.#opening;
    this.#end(session, 'expired');
    tell({ type: 'checkout.session.expired', session }, cause);
    if (session.intent && intents.isOpen(session.intent)) intents.cancel(session.intent, 'expired', cause);
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
  }

  #end(session: Session, status: 'complete' | 'expired'): void {
    session.status = status;
    this.#cancels.get(session)?.();
    this.#cancels.delete(session);
  }

  #seconds(): number {
    return Math.floor(this.#opening.ports.now() / 1000);
  }
}

const tooSoon = invalid(
  undefined,
  'expires_at has to be at least 30 minutes from the creation of the Checkout Session.',
  'expires_at',
);
const tooLate = invalid(
  undefined,
  'expires_at has to be less than 24 hours from the creation of the Checkout Session.',
  'expires_at',
);

function total({ line_items: items }: NewSession): { amount: number; currency: string } {
  const [first] = items;
  if (!first) throw invalid('parameter_missing', 'Missing required param: line_items.', 'line_items');
  const { currency } = first.price_data;
  if (items.some(({ price_data: price }) => price.currency !== currency))
    throw invalid(undefined, 'All line items have to be of one currency.', 'line_items');
  const amounts = items.map(({ price_data: price, quantity }) => price.unit_amount * quantity);
  const amount = amounts.reduce((sum, each) => sum + each, 0);
  requireAmount(amount, currency, 'line_items[0][price_data][unit_amount]');
  return { amount, currency };
}

/** The merchant's number, from wherever it stands. */
function numberOf({ metadata, payment_intent_data: data, client_reference_id: reference }: NewSession) {
  return metadata['transaction_id'] ?? data?.metadata['transaction_id'] ?? reference;
}

function intentTerms({ terms, amount, currency }: Session) {
  const { payment_intent_data: data, allowed_payment_method_types: allowed } = terms;
  return {
    ...{ metadata: {}, capture_method: 'automatic_async' as const, ...data },
    ...{ amount, currency, allowed_payment_method_types: allowed },
  };
}
