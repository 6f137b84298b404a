// What Stripe's words mean for us, as tables. A word that is not listed means nothing: it is never taken for its neighbour.
// @see https://docs.stripe.com/error-codes
import type { Json } from '../../domain/canonical-json.ts';
import type { DeclineCode, Outcome } from '../gateway.ts';
import { declineOf, declineWord } from './declines.ts';

export type State = 'pending' | 'paid' | 'closed';

/**
 * `status` of an intent. A card that is refused leads back to requires_payment_method: the payer may take another.
 * @see https://docs.stripe.com/payments/paymentintents/lifecycle
 */
const intentStates: Readonly<Record<string, State>> = {
  requires_payment_method: 'pending',
  requires_confirmation: 'pending',
  requires_action: 'pending',
  processing: 'pending',
  requires_capture: 'pending',
  succeeded: 'paid',
  canceled: 'closed',
};

/**
 * `status` and `payment_status` of a session. It is complete once the payer is through; means to pay that take days are unpaid
 * for as long, and for ever where the money did not come.
 */
const sessionStates: Readonly<Record<string, State>> = {
  'open unpaid': 'pending',
  'complete unpaid': 'pending',
  'complete paid': 'paid',
  'expired unpaid': 'closed',
};

export function intentState(status: Json | undefined): State | undefined {
  return typeof status === 'string' ? listed(intentStates, status) : undefined;
}

/** `status` of the intent of a session that is complete: its page is not shown again, so that nobody takes another means. */
const failed: readonly Json[] = ['requires_payment_method', 'canceled'];

/** @param intent the status of its intent, where that was brought along */
export function sessionState(
  status: Json | undefined,
  payment: Json | undefined,
  intent?: Json,
): State | undefined {
  if (typeof status !== 'string' || typeof payment !== 'string') return undefined;
  const word = `${status} ${payment}`;
  if (word === 'complete unpaid' && intent !== undefined && failed.includes(intent)) return 'closed';
  return listed(sessionStates, word);
}

/** What a refusal proves about this call. */
type Proved = { readonly kind: 'declined'; readonly code: DeclineCode } | { readonly kind: 'retry_later' };

const declined = (code: DeclineCode): Proved => ({ kind: 'declined', code });
const later: Proved = { kind: 'retry_later' };

/** `-` stands for an error without a code. */
type Row = readonly [status: number, type: string, codes: string, meaning: Proved];

type Refusals = Readonly<Record<string, Proved>>;

/**
 * What any call may be refused for. Only HTTP status, type and code together are proof. Nothing of 404 or 5xx may ever stand
 * here: behind it the order may exist.
 */
const always: readonly Row[] = [
  [
    400,
    'invalid_request_error',
    '- parameter_missing parameter_unknown parameter_invalid_empty parameter_invalid_integer ' +
      'parameter_invalid_string_blank parameter_invalid_string_empty parameters_exclusive url_invalid ' +
      'payment_intent_invalid_parameter payment_intent_unexpected_state resource_missing',
    declined('refused'),
  ],
  [
    400,
    'invalid_request_error',
    'amount_too_small amount_too_large invalid_charge_amount',
    declined('amount_refused'),
  ],
  [
    400,
    'invalid_request_error',
    'account_invalid livemode_mismatch payment_method_unactivated secret_key_required testmode_charges_only',
    declined('misconfigured'),
  ],
  // The key was used before, with other facts: what became of that call, only Stripe knows.
  [400, 'idempotency_error', '-', declined('duplicate_order')],
  [401, 'invalid_request_error', '- api_key_expired', declined('misconfigured')],
  [401, 'authentication_error', '- api_key_expired', declined('misconfigured')],
  [403, 'invalid_request_error', '- account_invalid', declined('misconfigured')],
  [403, 'permission_error', '-', declined('misconfigured')],
  [409, 'idempotency_error', 'idempotency_key_in_use', later],
  [409, 'invalid_request_error', 'idempotency_key_in_use lock_timeout', later],
  [429, 'invalid_request_error', '- lock_timeout rate_limit', later],
  [429, 'rate_limit_error', '- rate_limit', later],
];

const ofPayments = table([
  ...always,
  [
    402,
    'card_error',
    'card_declined expired_card incorrect_cvc incorrect_number processing_error authentication_required',
    declined('payer_refused'),
  ],
]);

/** A card says nothing of a refund: 402 stands for nothing here. */
const ofRefunds = table([
  ...always,
  [400, 'invalid_request_error', 'charge_already_refunded', declined('amount_refused')],
  [
    400,
    'invalid_request_error',
    'charge_disputed charge_not_refundable refund_disputed_payment',
    declined('refused'),
  ],
  // Stripe rather keeps such a refund waiting: see `standing`.
  [400, 'invalid_request_error', 'balance_insufficient insufficient_funds', declined('insufficient_balance')],
]);

function table(rows: readonly Row[]): Refusals {
  return Object.fromEntries(
    rows.flatMap(([status, type, codes, meaning]) =>
      codes.split(' ').map((code): [string, Proved] => [`${status} ${type} ${code}`, meaning]),
    ),
  );
}

/** An answer other than success. */
export interface Result {
  /** of HTTP */
  readonly status: number;
  readonly type: string;
  /** empty where Stripe gave none */
  readonly code: string;
  /** why a card was refused; empty where Stripe does not say */
  readonly decline: string;
  /** Stripe's own sentence, for operators */
  readonly message: string;
}

/** There is nothing of the number that the address names. */
export function isMissing({ status, code }: Result): boolean {
  return status === 404 && code === 'resource_missing';
}

type No = Exclude<Outcome<never>, { kind: 'ok' }>;

/** What an answer other than success means for this call. */
export function refusal(result: Result): No {
  return meaningOf(result, ofPayments);
}

/** The same, of a call about a refund. */
export function refundRefusal(result: Result): No {
  return meaningOf(result, ofRefunds);
}

function meaningOf(result: Result, refusals: Refusals): No {
  const { status, type, code, decline, message } = result;
  const proved = listed(refusals, `${status} ${type} ${code || '-'}`);
  if (proved && type === 'card_error') {
    const channelCode = decline || code;
    return { kind: 'declined', code: declineOf(declineWord(channelCode)), channelCode, message };
  }
  const channelCode = code || type;
  return proved
    ? { ...proved, channelCode, message }
    : { kind: 'unknown', reason: 'unlisted_code', channelCode };
}

export function listed<Meaning>(table: Readonly<Record<string, Meaning>>, word: string): Meaning | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
