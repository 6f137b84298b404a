// What each call does, as far as payments go: intents and charges. What is refused is thrown, as an ApiError.
// @see https://docs.stripe.com/api/payment_intents
import type * as z from 'zod';
import { cardOf, type Card } from './cards.ts';
import { ApiError, invalid, missing, unexpectedState } from './errors.ts';
import { expanded, requireExpandable, requireExpandableInList } from './expand.ts';
import type { Params } from './form.ts';
import type { Cause, Intent, Problem } from './intent.ts';
import { listed as page } from './lists.ts';
import { read } from './params.ts';
import type { Refund } from './refund.ts';
import type { Seller } from './seller.ts';
import type { Session } from './sessions.ts';
import {
  cancellation,
  confirmation,
  listed,
  newIntent,
  reading,
  requireAmount,
  type IntentTerms,
} from './terms.ts';
import { methodTypes, toldCharge, toldIntent, toldMethod, toldPublicly } from './told.ts';

export interface Call {
  readonly seller: Seller;
  /** from the address, '' without one */
  readonly id: string;
  readonly path: string;
  readonly params: Params;
  readonly cause: Cause;
  /** a browser with the publishable key and the intent's client_secret */
  readonly isPublic: boolean;
  readonly origin: string;
}

export interface Done {
  readonly body: object;
  /** something that a payer could pay now */
  readonly placed?: Intent | Session;
  /** what was made of it */
  readonly refund?: Refund;
}

export function createIntent(call: Call): Done {
  const { seller, cause } = call;
  const asked = read(newIntent, call.params);
  const { confirm, payment_method: method, return_url: returnUrl, expand, ...terms } = asked;
  requireExpandable('payment_intent', expand);
  requireAmount(terms.amount, terms.currency, 'amount');
  requireOneWay(terms.automatic_payment_methods, terms.allowed_payment_method_types);
  if (returnUrl !== undefined && !confirm) throw onlyWithConfirm;
  if (confirm && method === undefined) throw methodMissing;
  if (confirm) requireReturn(terms, returnUrl);
  const card = method === undefined ? undefined : knownCard(method, methodTypes(terms));
  const intent = seller.intents.create(terms, { transactionId: terms.metadata['transaction_id'] }, cause);
  if (card) seller.intents.attach(intent, card);
  if (confirm) attempt(call, intent, { card, returnUrl });
  return { body: shown(call, intent, expand), placed: intent };
}

export function readIntent(call: Call): Done {
  const { expand, client_secret: secret } = read(reading, call.params);
  requireExpandable('payment_intent', expand);
  const intent = intentOf(call, secret);
  return { body: shown(call, intent, expand) };
}

export function listIntents({ seller, params, path, origin }: Call): Done {
  const asked = read(listed, params);
  const expand = requireExpandableInList('payment_intent', asked.expand);
  const tell = (intent: Intent) => expanded(toldIntent(intent, origin), expand, seller, origin);
  return { body: page(seller.intents.all(), asked, path, tell) };
}

export function confirmIntent(call: Call): Done {
  const asked = read(confirmation, call.params);
  requireExpandable('payment_intent', asked.expand);
  const intent = intentOf(call, asked.client_secret);
  const { payment_method: method, return_url: returnUrl } = asked;
  const card = method === undefined ? undefined : knownCard(method, methodTypes(intent.terms));
  attempt(call, intent, { card, returnUrl });
  return { body: shown(call, intent, asked.expand) };
}

export function cancelIntent(call: Call): Done {
  const { seller, cause, origin } = call;
  const asked = read(cancellation, call.params);
  requireExpandable('payment_intent', asked.expand);
  const intent = intentOf(call, undefined);
  if (intent.sessionId !== undefined && seller.sessions.find(intent.sessionId)?.status === 'open')
    throw invalid(undefined, 'This PaymentIntent belongs to a Checkout Session. Expire the session instead.');
  if (!seller.intents.isOpen(intent)) {
    const message = `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`;
    throw unexpectedState(message, toldIntent(intent, origin));
  }
  seller.intents.cancel(intent, asked.cancellation_reason, cause);
  return { body: shown(call, intent, asked.expand) };
}

export function readCharge({ seller, id, params, origin }: Call): Done {
  const { expand } = read(reading, params);
  requireExpandable('charge', expand);
  const charge = seller.charges.get(id);
  if (charge?.intent.livemode !== seller.account.livemode) throw missing('charge', id, 'id');
  return { body: expanded(toldCharge(charge), expand, seller, origin) };
}

interface Attempted {
  readonly card: Card | undefined;
  readonly returnUrl: string | undefined;
}

/** @throws ApiError (400) when nothing can be tried, (402) when the issuer said no */
function attempt(call: Call, intent: Intent, { card = intent.method?.card, returnUrl }: Attempted): void {
  const { seller, cause } = call;
  const cannot = (why: string) =>
    unexpectedState(`You cannot confirm this PaymentIntent because it has ${why}.`, view(call, intent));
  if (!seller.intents.isOpen(intent)) throw cannot(`a status of ${intent.status}`);
  if (!card) throw cannot('no payment method');
  requireReturn(intent.terms, returnUrl);
  seller.intents.confirm(intent, { card, returnUrl }, cause);
  if (intent.problem) throw refused(intent.problem, view(call, intent));
}

function refused({ type, code, declineCode, message, charge, method }: Problem, intent: object): ApiError {
  const facts = {
    ...{ type, code, message, payment_method: toldMethod(method), payment_intent: intent },
    ...(declineCode === undefined ? {} : { decline_code: declineCode, advice_code: 'try_again_later' }),
    ...(charge === undefined ? {} : { charge }),
  };
  return new ApiError(402, facts, true);
}

/** @throws ApiError (404) for none, (400) for another's client_secret */
function intentOf({ seller, id }: Call, secret: string | undefined): Intent {
  const intent = seller.intents.find(id);
  if (!intent) throw missing('payment_intent', id, 'intent');
  if (secret === undefined || secret === intent.clientSecret) return intent;
  const message = 'The client_secret does not match any PaymentIntent of this account.';
  throw invalid('payment_intent_invalid_parameter', message, 'client_secret');
}

/** @throws ApiError (400) */
function knownCard(method: string, types: readonly string[]): Card {
  const card = cardOf(method);
  if (!card) throw missing('PaymentMethod', method, 'payment_method', 400);
  if (types.includes(card.type)) return card;
  const message = `The PaymentMethod provided (${card.type}) is not allowed for this PaymentIntent.`;
  throw invalid('payment_intent_incompatible_payment_method', message, 'payment_method');
}

function requireOneWay(automatic: unknown, allowed: unknown): void {
  if (automatic === undefined || allowed === undefined) return;
  const message = 'Only one of automatic_payment_methods and allowed_payment_method_types may be passed.';
  throw invalid('parameters_exclusive', message);
}

/** Some kinds of payment lead the payer away, and have to lead back. @throws ApiError (400) */
function requireReturn(terms: IntentTerms, returnUrl: string | undefined): void {
  if (returnUrl !== undefined || terms.allowed_payment_method_types !== undefined) return;
  const { enabled = true, allow_redirects: redirects = 'always' } = terms.automatic_payment_methods ?? {};
  if (enabled && redirects === 'always') throw returnUrlMissing;
}

const returnUrlMissing = invalid(
  undefined,
  'This PaymentIntent accepts payment methods that may redirect the payer: a return_url has to be given, ' +
    'or automatic_payment_methods[allow_redirects] be never.',
  'return_url',
);
const methodMissing = invalid(
  'parameter_missing',
  'Missing required param: payment_method.',
  'payment_method',
);
const onlyWithConfirm = invalid(undefined, 'return_url may only be given with confirm=true.', 'return_url');

function view({ isPublic, origin }: Call, intent: Intent): object {
  const told = toldIntent(intent, origin);
  return isPublic ? toldPublicly(told) : told;
}

function shown(call: Call, intent: Intent, expand: z.output<typeof reading>['expand']): object {
  return expanded(view(call, intent), expand, call.seller, call.origin);
}
