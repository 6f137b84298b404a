// What a payment is made of at Stripe: an intent, and a charge for each attempt that reached the issuer.
import { randomUUID } from 'node:crypto';
import type { PaymentMethod } from './cards.ts';
import { newId } from './ids.ts';
import type { IntentTerms } from './terms.ts';

/** Which request made it happen; nothing of it when nobody asked. */
export interface Cause {
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
}

export const unasked: Cause = { requestId: null, idempotencyKey: null };

/** A browser's request, which the merchant did not make. */
export function browsed(): Cause {
  return { requestId: newId('req_', 14), idempotencyKey: randomUUID() };
}

/** Amounts in minor units, times in seconds since 1970 UTC. */
export interface Intent {
  readonly id: string;
  readonly clientSecret: string;
  readonly created: number;
  readonly livemode: boolean;
  readonly terms: IntentTerms;
  /** the merchant's number of it, or Stripe's own */
  readonly transactionId: string;
  /** of the Checkout Session that it was made by */
  readonly sessionId: string | undefined;
  status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'processing'
    | 'succeeded'
    | 'canceled';
  method?: PaymentMethod | undefined;
  challenge?: Challenge | undefined;
  problem?: Problem | undefined;
  charge?: Charge | undefined;
  /** differs from the terms only when a payer was made to pay a wrong sum */
  received: number;
  canceled?: { readonly at: number; readonly reason: string | undefined };
}

export interface Charge {
  readonly id: string;
  readonly intent: Intent;
  readonly method: PaymentMethod;
  readonly created: number;
  amount: number;
  status: 'pending' | 'succeeded' | 'failed';
  /** what went back of it, or is to go back */
  refunded: number;
  /** `txn_…`, once money moved */
  balanceTransaction?: string;
}

/** The issuer wants to hear from the payer: 3-D Secure. */
export interface Challenge {
  /** behind the page's address */
  readonly id: string;
  readonly returnUrl: string | undefined;
}

/** Why the last attempt failed. */
export interface Problem {
  readonly type: 'card_error' | 'invalid_request_error';
  readonly code: string;
  readonly declineCode?: string | undefined;
  readonly message: string;
  readonly charge?: string | undefined;
  readonly method: PaymentMethod;
}
