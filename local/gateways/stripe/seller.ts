// One account with all it has: what becomes of an intent goes to the books, to its session, and to the events.
import type { Deliveries } from '../deliveries.ts';
import type { AnyCallbackFault } from '../faults.ts';
import type { Ports } from '../ports.ts';
import { Account, type ChannelCode } from './account.ts';
import type { Books } from './books.ts';
import { Endpoints } from './endpoints.ts';
import { Events } from './events.ts';
import { IdempotencyKeys } from './idempotency.ts';
import type { Cause, Charge } from './intent.ts';
import { Intents, type Told } from './intents.ts';
import { decimalText } from './money.ts';
import { numberOf } from './refund.ts';
import { Refunds, type RefundTold } from './refunds.ts';
import { Sessions } from './sessions.ts';
import { toldRefund } from './told-refund.ts';
import { toldSession } from './told-session.ts';
import { toldCharge, toldIntent } from './told.ts';

export interface Seller {
  readonly account: Account;
  readonly intents: Intents;
  readonly sessions: Sessions;
  readonly refunds: Refunds;
  readonly charges: ReadonlyMap<string, Charge>;
  readonly endpoints: Endpoints;
  readonly events: Events;
  readonly keys: IdempotencyKeys;
}

export interface Surroundings {
  readonly ports: Ports;
  readonly books: Books;
  readonly deliveries: Deliveries<AnyCallbackFault>;
  /** where the pages for payers live, `http://127.0.0.1:<port>` */
  readonly origin: () => string;
}

export function openSeller(channelCode: ChannelCode, surroundings: Surroundings): Seller {
  const { ports, deliveries, origin } = surroundings;
  const account = new Account(channelCode);
  const endpoints = new Endpoints(ports, account);
  const events = new Events({ clock: ports, account, endpoints, deliveries });
  const charges = new Map<string, Charge>();
  const intents = new Intents(ports, account, (told, cause) => {
    if ('charge' in told) {
      const { type, charge } = told;
      charges.set(charge.id, charge);
      if (type === 'charge.succeeded') enterMoney(charge, account, surroundings);
      events.add({ type, cause, object: toldCharge(charge), transactionId: charge.intent.transactionId });
      return;
    }
    const { type, intent } = told;
    keepCharge(told, charges);
    events.add({ type, cause, object: toldIntent(intent, origin()), transactionId: intent.transactionId });
    sessions.follow(intent, cause);
  });
  const sessions = new Sessions({
    ...{ ports, account, intents },
    tell({ type, session }, cause: Cause) {
      const object = toldSession(session, origin());
      events.add({ type, cause, object, transactionId: session.transactionId });
    },
  });
  const refunds = new Refunds({
    ...{ ports, account },
    tell(told, cause) {
      enterRefund(told, account, surroundings);
      tellRefund(told, cause, events);
    },
  });
  return {
    account,
    intents,
    sessions,
    refunds,
    charges,
    endpoints,
    events,
    keys: new IdempotencyKeys(ports),
  };
}

/** One that takes days can be looked up before it is decided. */
function keepCharge(told: Extract<Told, { intent: unknown }>, charges: Map<string, Charge>): void {
  const { charge } = told.intent;
  if (charge) charges.set(charge.id, charge);
}

/** Subscribers of old hear of it under its charge. What went back in all changes when it is made, and when it fails. */
function tellRefund({ what, refund }: RefundTold, cause: Cause, events: Events): void {
  const { charge } = refund;
  const { transactionId } = charge.intent;
  const tell = (type: string, object: object) => {
    events.add({ type, cause, object, transactionId, about: 'refund' });
  };
  const object = toldRefund(refund);
  if (what === 'created') {
    tell('refund.created', object);
    tell('charge.refunded', toldCharge(charge));
    return;
  }
  tell('charge.refund.updated', object);
  tell('refund.updated', object);
  if (what === 'failed') tell('refund.failed', object);
}

function enterRefund(
  { refund, what, money }: RefundTold,
  account: Account,
  { ports, books }: Surroundings,
): void {
  if (what === 'created') books.keep(refund, account);
  if (money) books.refund(refund, account, money);
  const { intent } = refund.charge;
  ports.onEvent({
    name: 'stripe.refund',
    transaction_id: intent.transactionId,
    refund_id: numberOf(refund),
    amount: decimalText(refund.amount, intent.terms.currency),
    currency: intent.terms.currency.toUpperCase(),
    status: refund.status,
  });
}

/** The books first, then the shop. */
function enterMoney(charge: Charge, account: Account, { ports, books }: Surroundings): void {
  books.charge(charge, account, ports.now());
  const { intent, amount } = charge;
  ports.onEvent({
    name: 'stripe.charged',
    transaction_id: intent.transactionId,
    gateway_transaction_id: intent.id,
    amount: decimalText(amount, intent.terms.currency),
    currency: intent.terms.currency.toUpperCase(),
  });
}
