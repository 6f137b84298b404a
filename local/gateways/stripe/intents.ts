// One account's intents and how they go on. An intent never ends by itself.
// @see https://docs.stripe.com/payments/paymentintents/lifecycle
import type { Ports } from '../ports.ts';
import type { Account } from './account.ts';
import { declineWords, handedOver, type Card } from './cards.ts';
import { newId, newTail } from './ids.ts';
import type { Cause, Charge, Intent } from './intent.ts';
import type { IntentTerms } from './terms.ts';

/** What became of an intent or a charge, under the event's name. */
export type Told =
  | {
      readonly type: `payment_intent.${'created' | 'requires_action' | 'processing' | 'payment_failed' | 'succeeded' | 'canceled'}`;
      readonly intent: Intent;
    }
  | { readonly type: `charge.${'succeeded' | 'failed'}`; readonly charge: Charge };

export interface Attempt {
  readonly card: Card;
  readonly returnUrl?: string | undefined;
  /** minor units that really come; the intent's own without it */
  readonly received?: number | undefined;
}

export class Intents {
  readonly #byId = new Map<string, Intent>();
  readonly #clock: Pick<Ports, 'now'>;
  readonly #account: Account;
  readonly #tell: (told: Told, cause: Cause) => void;

  constructor(clock: Pick<Ports, 'now'>, account: Account, tell: (told: Told, cause: Cause) => void) {
    this.#clock = clock;
    this.#account = account;
    this.#tell = tell;
  }

  create(
    terms: IntentTerms,
    by: { transactionId: string | undefined; sessionId?: string },
    cause: Cause,
  ): Intent {
    const id = `pi_${newTail()}`;
    const intent: Intent = {
      id,
      clientSecret: newId(`${id}_secret_`, 25),
      ...{ created: this.#seconds(), livemode: this.#account.livemode, terms },
      transactionId: by.transactionId ?? id,
      sessionId: by.sessionId,
      ...{ status: 'requires_payment_method', received: 0 },
    };
    this.#byId.set(id, intent);
    this.#tell({ type: 'payment_intent.created', intent }, cause);
    return intent;
  }

  /** of the mode that the account is in */
  find(id: string): Intent | undefined {
    const found = this.#byId.get(id);
    return found?.livemode === this.#account.livemode ? found : undefined;
  }

  /** newest first */
  all(): readonly Intent[] {
    return [...this.#byId.values()].filter(({ livemode }) => livemode === this.#account.livemode).reverse();
  }

  /** A card is put beside it, and nothing is done yet. */
  attach(intent: Intent, card: Card): void {
    intent.method = handedOver(card, { created: this.#seconds(), livemode: intent.livemode });
    intent.status = 'requires_confirmation';
  }

  /** Whether an attempt may begin. */
  isOpen({ status }: Intent): boolean {
    return (
      status === 'requires_payment_method' ||
      status === 'requires_confirmation' ||
      status === 'requires_action'
    );
  }

  /** The payer tries to pay. @param intent an open one */
  confirm(intent: Intent, { card, returnUrl, received }: Attempt, cause: Cause): void {
    this.attach(intent, card);
    intent.problem = intent.challenge = undefined;
    switch (card.course) {
      case 'asks_payer':
        intent.status = 'requires_action';
        intent.challenge = { id: newId('src_1', 23), returnUrl };
        this.#tell({ type: 'payment_intent.requires_action', intent }, cause);
        return;
      case 'takes_days':
        intent.charge = this.#charge(intent, 'pending', received);
        intent.status = 'processing';
        this.#tell({ type: 'payment_intent.processing', intent }, cause);
        return;
      case 'declines':
        intent.charge = this.#charge(intent, 'failed', received);
        this.#declined(intent, cause);
        return;
      case 'pays':
        intent.charge = this.#charge(intent, 'pending', received);
        this.#succeeded(intent, cause);
    }
  }

  /** The payer answers the issuer. @returns whether there was a question */
  authenticate(intent: Intent, passes: boolean, cause: Cause, received?: number): boolean {
    const { challenge, method } = intent;
    if (intent.status !== 'requires_action' || !challenge || !method) return false;
    intent.challenge = undefined;
    if (passes) {
      intent.charge = this.#charge(intent, 'pending', received);
      this.#succeeded(intent, cause);
      return true;
    }
    const message = 'The payment method has failed authentication. Another attempt can be made.';
    const code = 'payment_intent_authentication_failure';
    intent.problem = { type: 'invalid_request_error', code, message, method };
    this.#failed(intent, cause);
    return true;
  }

  /** What took days is decided. @returns whether it was open */
  settle(intent: Intent, good: boolean, cause: Cause, received?: number): boolean {
    const { charge } = intent;
    if (intent.status !== 'processing' || !charge) return false;
    charge.amount = received ?? charge.amount;
    if (good) {
      this.#succeeded(intent, cause);
      return true;
    }
    charge.status = 'failed';
    this.#declined(intent, cause);
    return true;
  }

  /** @param intent one that isOpen */
  cancel(intent: Intent, reason: string | undefined, cause: Cause): void {
    intent.status = 'canceled';
    intent.challenge = undefined;
    intent.canceled = { at: this.#seconds(), reason };
    this.#tell({ type: 'payment_intent.canceled', intent }, cause);
  }

  #succeeded(intent: Intent, cause: Cause): void {
    const { charge } = intent;
    if (!charge) throw new Error(`stripe: ${intent.id} has no charge to succeed`);
    charge.status = 'succeeded';
    charge.balanceTransaction = `txn_${newTail()}`;
    intent.status = 'succeeded';
    intent.received = charge.amount;
    this.#tell({ type: 'charge.succeeded', charge }, cause);
    this.#tell({ type: 'payment_intent.succeeded', intent }, cause);
  }

  #declined(intent: Intent, cause: Cause): void {
    const { charge, method } = intent;
    if (!charge || !method) throw new Error(`stripe: ${intent.id} has no charge to decline`);
    const declineCode = method.card.declineCode ?? 'generic_decline';
    const message = declineWords(declineCode);
    const of = { charge: charge.id, method };
    intent.problem = { type: 'card_error', code: 'card_declined', declineCode, message, ...of };
    this.#tell({ type: 'charge.failed', charge }, cause);
    this.#failed(intent, cause);
  }

  #failed(intent: Intent, cause: Cause): void {
    intent.status = 'requires_payment_method';
    intent.method = undefined;
    this.#tell({ type: 'payment_intent.payment_failed', intent }, cause);
  }

  #charge(intent: Intent, status: Charge['status'], received = intent.terms.amount): Charge {
    if (!intent.method) throw new Error(`stripe: nothing to charge ${intent.id} by`);
    const id = `ch_${newTail()}`;
    const created = this.#seconds();
    return { id, intent, method: intent.method, created, amount: received, status, refunded: 0 };
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}
