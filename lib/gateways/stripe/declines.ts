// Why a means to pay was refused, in our words, as a table. What is not listed is `other`: a reason is for showing, and no
// refusal is less of one for it.
// @see https://docs.stripe.com/declines/codes
import type { Json } from '../../domain/canonical-json.ts';
import type { DeclineCode } from '../gateway.ts';
import { isNode, type Node } from './json.ts';

/** By word, Stripe's own. */
const codes = {
  insufficient_funds: 'insufficient_funds',
  limit_exceeded: 'card_velocity_exceeded withdrawal_count_limit_exceeded',
  expired: 'expired_card',
  lost_or_stolen: 'lost_card stolen_card pickup_card',
  suspected_fraud: 'fraudulent merchant_blacklist security_violation',
  wrong_details:
    'incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip invalid_account invalid_cvc ' +
    'invalid_expiry_month invalid_expiry_year invalid_number invalid_pin new_account_information_available',
  authentication_required:
    'authentication_required authentication_not_handled mobile_device_authentication_required offline_pin_required ' +
    'online_or_offline_pin_required',
  authentication_failed: 'payment_intent_authentication_failure pin_try_exceeded',
  not_allowed:
    'not_permitted restricted_card revocation_of_all_authorizations revocation_of_authorization service_not_allowed ' +
    'stop_payment_order transaction_not_allowed',
  not_supported: 'card_not_supported currency_not_supported',
  try_later:
    'duplicate_transaction issuer_not_available processing_error reenter_transaction try_again_later',
  issuer_refused:
    'approve_with_id call_issuer card_declined do_not_honor do_not_try_again generic_decline no_action_taken',
  amount_refused: 'invalid_amount',
  test_card: 'testmode_decline live_mode_test_card test_mode_live_card',
} as const;

export type DeclineWord = keyof typeof codes | 'other';

const listed: Readonly<Record<string, DeclineWord>> = Object.fromEntries(
  Object.entries(codes).flatMap(([word, each]) =>
    each.split(' ').map((code): [string, DeclineWord] => [code, word as DeclineWord]),
  ),
);

/** @param code `decline_code` of an error, or its `code` where it has none */
export function declineWord(code: Json | undefined): DeclineWord {
  return typeof code === 'string' && Object.hasOwn(listed, code) ? (listed[code] ?? 'other') : 'other';
}

/** What a call is declined as whose means to pay was refused so. */
export function declineOf(word: DeclineWord): DeclineCode {
  return word === 'amount_refused' ? 'amount_refused' : 'payer_refused';
}

/** Why the last attempt at an intent was refused; `other` where it does not say. */
export function lastRefusal({ last_payment_error: error }: Node): DeclineWord {
  if (!isNode(error)) return 'other';
  const { decline_code: decline, code } = error;
  return declineWord(decline ?? code);
}
