// Intents, charges and sessions as Stripe tells them. Amounts in minor units, times in seconds since 1970 UTC.
// @see https://docs.stripe.com/api/payment_intents/object
// @see https://docs.stripe.com/api/charges/object
import { challengeAddress } from './addresses.ts';
import { declineWords, type PaymentMethod } from './cards.ts';
import { documentation } from './errors.ts';
import type { Charge, Intent, Problem } from './intent.ts';
import type { IntentTerms } from './terms.ts';

/** @param origin where the pages for payers live */
export function toldIntent(intent: Intent, origin: string): object {
  const { terms, problem, canceled } = intent;
  const automatic = terms.automatic_payment_methods;
  const isAutomatic = automatic?.enabled ?? terms.allowed_payment_method_types === undefined;
  return {
    ...{ id: intent.id, object: 'payment_intent', amount: terms.amount, amount_capturable: 0 },
    ...{ amount_details: { tip: {} }, amount_received: intent.received, application: null },
    allowed_payment_method_types: terms.allowed_payment_method_types ?? null,
    application_fee_amount: null,
    automatic_payment_methods: isAutomatic
      ? (automatic ?? { allow_redirects: 'always', enabled: true })
      : null,
    canceled_at: canceled?.at ?? null,
    cancellation_reason: canceled?.reason ?? null,
    ...{
      capture_method: terms.capture_method,
      client_secret: intent.clientSecret,
      confirmation_method: 'automatic',
    },
    ...{ created: intent.created, currency: terms.currency, customer: null },
    description: terms.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: problem ? toldProblem(problem) : null,
    latest_charge: intent.charge?.id ?? null,
    ...{ livemode: intent.livemode, metadata: terms.metadata },
    next_action: nextAction(intent, origin),
    on_behalf_of: null,
    payment_method: intent.method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: methodTypes(terms),
    processing: null,
    receipt_email: terms.receipt_email ?? null,
    ...{ review: null, setup_future_usage: null, shipping: null, source: null, statement_descriptor: null },
    statement_descriptor_suffix: terms.statement_descriptor_suffix ?? null,
    ...{ status: intent.status, transfer_data: null, transfer_group: null },
  };
}

/** What a browser gets to see by the publishable key. */
export function toldPublicly(intent: object): object {
  return Object.fromEntries(Object.entries(intent).filter(([name]) => publicFields.has(name)));
}

const publicFields = new Set(
  (
    'id object amount amount_details automatic_payment_methods canceled_at cancellation_reason capture_method ' +
    'client_secret confirmation_method created currency description last_payment_error livemode next_action ' +
    'payment_method payment_method_configuration_details payment_method_types processing receipt_email ' +
    'setup_future_usage shipping source status'
  ).split(' '),
);

/** The kinds that the currency allows, of those that the merchant allows. */
export function methodTypes(
  terms: Pick<IntentTerms, 'currency' | 'allowed_payment_method_types'>,
): readonly string[] {
  const possible = terms.currency === 'usd' ? ['card', 'us_bank_account'] : ['card'];
  const { allowed_payment_method_types: allowed } = terms;
  return allowed ? possible.filter((type) => allowed.includes(type)) : possible;
}

function nextAction({ challenge }: Intent, origin: string): object | null {
  if (!challenge) return null;
  const url = challengeAddress(challenge, origin);
  const { returnUrl } = challenge;
  return returnUrl === undefined
    ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
    : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
}

export function toldProblem({ type, code, declineCode, message, charge, method }: Problem): object {
  return {
    ...(declineCode === undefined ? {} : { advice_code: 'try_again_later' }),
    ...(charge === undefined ? {} : { charge }),
    code,
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
    ...{ doc_url: documentation(code), message, payment_method: toldMethod(method), type },
  };
}

export function toldMethod({ id, card, created, livemode }: PaymentMethod): object {
  const { type, brand, last4 } = card;
  return {
    ...{
      id,
      object: 'payment_method',
      billing_details,
      created,
      customer: null,
      livemode,
      metadata: {},
      type,
    },
    [type]: type === 'card' ? { brand, last4, ...cardFacts } : { bank_name: brand, last4 },
  };
}

const billing_details = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  ...{ email: null, name: null, phone: null, tax_id: null },
};
const cardFacts = { country: 'US', exp_month: 12, exp_year: 2035, funding: 'credit' };

export function toldCharge(charge: Charge): object {
  const { intent, method, amount, status } = charge;
  const { terms } = intent;
  const { type, brand, last4 } = method.card;
  const isPaid = status === 'succeeded';
  const failed = status === 'failed' ? (method.card.declineCode ?? 'generic_decline') : undefined;
  return {
    ...{ id: charge.id, object: 'charge', amount, amount_captured: isPaid ? amount : 0, amount_refunded: 0 },
    ...{ application: null, application_fee: null, application_fee_amount: null },
    balance_transaction: charge.balanceTransaction ?? null,
    ...{ billing_details, calculated_statement_descriptor: 'LOCAL SHOP', captured: isPaid },
    ...{ created: charge.created, currency: terms.currency, customer: null },
    description: terms.description ?? null,
    ...{ disputed: false, failure_balance_transaction: null },
    failure_code: failed === undefined ? null : 'card_declined',
    failure_message: failed === undefined ? null : declineWords(failed),
    ...{ fraud_details: {}, livemode: intent.livemode, metadata: terms.metadata, on_behalf_of: null },
    outcome: outcome(failed),
    ...{ paid: isPaid, payment_intent: intent.id, payment_method: method.id },
    payment_method_details: {
      [type]: type === 'card' ? { brand, last4, ...cardFacts } : { bank_name: brand, last4 },
      type,
    },
    receipt_email: terms.receipt_email ?? null,
    ...{
      receipt_number: null,
      receipt_url: null,
      refunded: false,
      review: null,
      shipping: null,
      source: null,
    },
    ...{ source_transfer: null, statement_descriptor: null },
    statement_descriptor_suffix: terms.statement_descriptor_suffix ?? null,
    ...{ status, transfer_data: null, transfer_group: null },
  };
}

function outcome(failed: string | undefined): object {
  const network_status = failed === undefined ? 'approved_by_network' : 'declined_by_network';
  return {
    ...{
      advice_code: failed === undefined ? null : 'try_again_later',
      network_status,
      reason: failed ?? null,
    },
    ...{ risk_level: 'normal', risk_score: 12 },
    seller_message: failed === undefined ? 'Payment complete.' : 'The bank did not give a reason.',
    type: failed === undefined ? 'authorized' : 'issuer_declined',
  };
}
