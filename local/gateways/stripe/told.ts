// Intents, charges and sessions as Stripe tells them. Amounts in minor units, times in seconds since 1970 UTC.
// @see https://docs.stripe.com/api/payment_intents/object
// @see https://docs.stripe.com/api/charges/object
import { challengeAddress } from './addresses.ts';
import { declineWords, type Card, type PaymentMethod } from './cards.ts';
import { documentation } from './errors.ts';
import type { Charge, Intent, Problem } from './intent.ts';
import type { IntentTerms } from './terms.ts';

/** @param origin where the pages for payers live */
export function toldIntent(intent: Intent, origin: string): object {
  const { terms, problem, canceled } = intent;
  return {
    ...intentBlanks,
    id: intent.id,
    object: 'payment_intent',
    allowed_payment_method_types: terms.allowed_payment_method_types ?? null,
    amount: terms.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: intent.received,
    automatic_payment_methods: automatic(intent),
    canceled_at: canceled?.at ?? null,
    cancellation_reason: canceled?.reason ?? null,
    capture_method: terms.capture_method,
    client_secret: intent.clientSecret,
    confirmation_method: 'automatic',
    created: intent.created,
    currency: terms.currency,
    description: terms.description ?? null,
    last_payment_error: problem ? toldProblem(problem) : null,
    latest_charge: intent.charge?.id ?? null,
    livemode: intent.livemode,
    metadata: terms.metadata,
    next_action: nextAction(intent, origin),
    payment_method: intent.method?.id ?? null,
    payment_method_options: {
      card: { installments: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: methodTypes(terms),
    receipt_email: terms.receipt_email ?? null,
    statement_descriptor_suffix: terms.statement_descriptor_suffix ?? null,
    status: intent.status,
  };
}

const intentBlanks = blanks(
  'application application_fee_amount customer customer_account excluded_payment_method_types managed_payments ' +
    'on_behalf_of payment_method_configuration_details payment_record processing review setup_future_usage ' +
    'shipping source statement_descriptor transfer_data transfer_group',
);

/** What nobody here makes use of. @param names with spaces between */
export function blanks(names: string): Readonly<Record<string, null>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, null]));
}

/** The kinds are chosen by Stripe, unless the merchant says which. */
function automatic({ terms }: Intent): object | null {
  const { automatic_payment_methods: asked, allowed_payment_method_types: allowed } = terms;
  if (asked) return asked.enabled ? asked : null;
  return allowed ? null : { allow_redirects: 'always', enabled: true };
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
  return {
    id,
    object: 'payment_method',
    billing_details: nobody,
    created,
    customer: null,
    customer_account: null,
    livemode,
    metadata: {},
    type: card.type,
    ...details(card),
  };
}

export function toldCharge(charge: Charge): object {
  const { intent, method, amount, status } = charge;
  const { terms } = intent;
  const isPaid = status === 'succeeded';
  const failed = status === 'failed' ? (method.card.declineCode ?? 'generic_decline') : undefined;
  return {
    ...chargeBlanks,
    id: charge.id,
    object: 'charge',
    amount,
    amount_captured: isPaid ? amount : 0,
    amount_refunded: charge.refunded,
    balance_transaction: charge.balanceTransaction ?? null,
    billing_details: nobody,
    calculated_statement_descriptor: 'LOCAL SHOP',
    captured: isPaid,
    created: charge.created,
    currency: terms.currency,
    description: terms.description ?? null,
    disputed: false,
    failure_code: failed === undefined ? null : 'card_declined',
    failure_message: failed === undefined ? null : declineWords(failed),
    fraud_details: {},
    livemode: intent.livemode,
    metadata: terms.metadata,
    outcome: outcome(failed),
    paid: isPaid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { type: method.card.type, ...details(method.card) },
    receipt_email: terms.receipt_email ?? null,
    refunded: isPaid && charge.refunded === amount,
    statement_descriptor_suffix: terms.statement_descriptor_suffix ?? null,
    status,
  };
}

const chargeBlanks = blanks(
  'application application_fee application_fee_amount customer failure_balance_transaction on_behalf_of ' +
    'receipt_number receipt_url review shipping source source_transfer statement_descriptor transfer_data transfer_group',
);
const nobody = {
  address: blanks('city country line1 line2 postal_code state'),
  ...blanks('email name phone tax_id'),
};

function details({ type, brand, last4 }: Card): object {
  if (type === 'us_bank_account') return { us_bank_account: { bank_name: brand, last4 } };
  return { card: { brand, last4, country: 'US', exp_month: 12, exp_year: 2035, funding: 'credit' } };
}

function outcome(failed: string | undefined): object {
  if (failed === undefined) {
    return {
      ...{ ...risk, advice_code: null, network_status: 'approved_by_network', reason: null },
      ...{ seller_message: 'Payment complete.', type: 'authorized' },
    };
  }
  return {
    ...{ ...risk, advice_code: 'try_again_later', network_status: 'declined_by_network', reason: failed },
    ...{ seller_message: 'The bank did not give a reason.', type: 'issuer_declined' },
  };
}

const risk = { risk_level: 'normal', risk_score: 12 };
