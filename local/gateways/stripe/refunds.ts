// One account's refunds and how they go on: of cards they are successful at once, unless something else was decided ahead.
// @see https://docs.stripe.com/refunds
import type { Ports } from '../ports.ts';
import type { RefundOutcome } from '../provider.ts';
import type { Account } from './account.ts';
import { ApiError, invalid } from './errors.ts';
import { newTail } from './ids.ts';
import { unasked, type Cause, type Charge } from './intent.ts';
import { decimalText } from './money.ts';
import { numberOf, type Refund } from './refund.ts';

/** What became of a refund; money goes with `out`, and comes back with `back`. */
export interface RefundTold {
  readonly what: 'created' | 'updated' | 'failed';
  readonly refund: Refund;
  readonly money?: 'out' | 'back';
}

export type Decision = Exclude<RefundOutcome, 'abnormal'>;

/** Without an amount: all that is left. */
export interface Wanted extends Pick<Refund, 'metadata'> {
  readonly amount?: number | undefined;
  readonly reason?: string | undefined;
}

interface Opening {
  readonly ports: Pick<Ports, 'now' | 'schedule'>;
  readonly account: Account;
  readonly tell: (told: RefundTold, cause: Cause) => void;
}

/** ms, after which a bank says no */
const bankTakes = 5_000;

export class Refunds {
  readonly #byId = new Map<string, Refund>();
  readonly #ahead = new Map<Charge, Decision>();
  readonly #cancels = new Set<() => void>();
  readonly #opening: Opening;

  constructor(opening: Opening) {
    this.#opening = opening;
  }

  /** @param charge a successful one @throws ApiError (400) when as much is not left */
  create(charge: Charge, terms: Wanted, cause: Cause): Refund {
    const amount = permitted(charge, terms.amount);
    const decision = this.#ahead.get(charge) ?? 'success';
    this.#ahead.delete(charge);
    const isOut = decision === 'success' || decision === 'returned';
    const refund: Refund = {
      ...{ id: `re_${newTail()}`, charge, amount, created: this.#seconds() },
      ...{ reason: terms.reason, metadata: terms.metadata, status: isOut ? 'succeeded' : 'pending' },
    };
    if (isOut) refund.balanceTransaction = `txn_${newTail()}`;
    else refund.pendingReason = decision === 'insufficient_balance' ? 'insufficient_funds' : 'processing';
    this.#byId.set(refund.id, refund);
    charge.refunded += amount;
    this.#opening.tell({ what: 'created', refund, ...(isOut && { money: 'out' }) }, cause);
    if (decision === 'returned' || decision === 'failed') this.#failLater(refund);
    return refund;
  }

  /** The next refund of this charge takes this course. */
  decideNext(charge: Charge, decision: Decision): void {
    this.#ahead.set(charge, decision);
  }

  /** of the mode that the account is in */
  find(id: string): Refund | undefined {
    return this.all().find((each) => each.id === id);
  }

  numbered(number: string): Refund | undefined {
    return this.all().find((each) => numberOf(each) === number);
  }

  /** newest first */
  all(): readonly Refund[] {
    const { livemode } = this.#opening.account;
    return [...this.#byId.values()].filter(({ charge }) => charge.intent.livemode === livemode).reverse();
  }

  /** @param refund a pending one */
  succeed(refund: Refund): void {
    refund.status = 'succeeded';
    refund.pendingReason = undefined;
    refund.balanceTransaction = `txn_${newTail()}`;
    this.#opening.tell({ what: 'updated', refund, money: 'out' }, unasked);
  }

  /** @param refund a pending one: the balance does not cover it */
  hold(refund: Refund): void {
    refund.pendingReason = 'insufficient_funds';
    this.#opening.tell({ what: 'updated', refund }, unasked);
  }

  /** @param refund a pending one, or a successful one that the bank sends back */
  fail(refund: Refund): void {
    const wasOut = refund.status === 'succeeded';
    const wasShort = refund.pendingReason === 'insufficient_funds';
    refund.status = 'failed';
    refund.pendingReason = undefined;
    refund.failureReason = wasShort ? 'insufficient_funds' : 'expired_or_canceled_card';
    if (wasOut) refund.failureBalanceTransaction = `txn_${newTail()}`;
    refund.charge.refunded -= refund.amount;
    this.#opening.tell({ what: 'failed', refund, ...(wasOut && { money: 'back' }) }, unasked);
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
  }

  #failLater(refund: Refund): void {
    const { ports } = this.#opening;
    const { status } = refund;
    const cancel = ports.schedule(ports.now() + bankTakes, () => {
      this.#cancels.delete(cancel);
      if (refund.status === status) this.fail(refund);
    });
    this.#cancels.add(cancel);
  }

  #seconds(): number {
    return Math.floor(this.#opening.ports.now() / 1000);
  }
}

/** @throws ApiError (400) */
function permitted(charge: Charge, asked: number | undefined): number {
  const { id, amount, refunded, intent } = charge;
  const rest = amount - refunded;
  if (rest === 0)
    throw new ApiError(
      400,
      {
        type: 'invalid_request_error',
        code: 'charge_already_refunded',
        message: `Charge ${id} has already been refunded.`,
      },
      true,
    );
  const wanted = asked ?? rest;
  if (wanted < 1)
    throw invalid('parameter_invalid_integer', 'This value must be greater than or equal to 1.', 'amount');
  if (wanted <= rest) return wanted;
  const { currency } = intent.terms;
  const text = (minor: number) => `${decimalText(minor, currency)} ${currency}`;
  const message = `Refund amount (${text(wanted)}) is greater than unrefunded amount on charge (${text(rest)})`;
  throw new ApiError(400, { type: 'invalid_request_error', message, param: 'amount' }, true);
}
