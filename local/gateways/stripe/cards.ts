// The payment methods of the test mode, and what becomes of a payment by each.
// @see https://docs.stripe.com/testing
import { newId } from './ids.ts';

export interface Card {
  readonly type: 'card' | 'us_bank_account';
  readonly brand: string;
  readonly last4: string;
  /** how the issuer, or the payer before it, decides */
  readonly course: 'pays' | 'declines' | 'asks_payer' | 'takes_days';
  readonly declineCode?: string;
}

export const cards = {
  pm_card_visa: { type: 'card', brand: 'visa', last4: '4242', course: 'pays' },
  pm_card_mastercard: { type: 'card', brand: 'mastercard', last4: '4444', course: 'pays' },
  pm_card_chargeDeclined: {
    ...{ type: 'card', brand: 'visa', last4: '0002' },
    ...{ course: 'declines', declineCode: 'generic_decline' },
  },
  pm_card_chargeDeclinedInsufficientFunds: {
    ...{ type: 'card', brand: 'visa', last4: '9995' },
    ...{ course: 'declines', declineCode: 'insufficient_funds' },
  },
  pm_card_authenticationRequired: { type: 'card', brand: 'visa', last4: '3184', course: 'asks_payer' },
  pm_usBankAccount: {
    type: 'us_bank_account',
    brand: 'STRIPE TEST BANK',
    last4: '6789',
    course: 'takes_days',
  },
} as const satisfies Record<string, Card>;

/** A card that a payer has handed over. */
export interface PaymentMethod {
  readonly id: string;
  readonly card: Card;
  /** seconds since 1970 UTC */
  readonly created: number;
  readonly livemode: boolean;
}

/** undefined for a name that is not in the table */
export function cardOf(name: string): Card | undefined {
  return Object.hasOwn(cards, name) ? cards[name as keyof typeof cards] : undefined;
}

/** @param facts `created` in seconds since 1970 UTC */
export function handedOver(card: Card, facts: Pick<PaymentMethod, 'created' | 'livemode'>): PaymentMethod {
  return { id: newId('pm_1', 23), card, ...facts };
}

/** The words for a payer. */
export function declineWords(declineCode: string | undefined): string {
  return declineCode === 'insufficient_funds'
    ? 'Your card has insufficient funds.'
    : 'Your card was declined.';
}
