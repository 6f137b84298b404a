// Stripe's own double-entry books. Entries are only ever added; each sums to zero, so all of them do.
import type { Charge } from './intent.ts';
import { decimalText } from './money.ts';

interface Posting {
  readonly account: string;
  readonly currency: string;
  /** minor units; what the account gains, negative for what it gives */
  readonly minor: number;
}

interface Entry {
  /** ms since 1970 UTC */
  readonly at: number;
  readonly channelCode: string;
  readonly charge: Charge;
  readonly postings: readonly Posting[];
}

/** A row of the books as people and tests read them. */
export interface ChargeRow {
  readonly provider: 'stripe';
  readonly channel_code: string;
  readonly transaction_id: string;
  /** `pi_…` */
  readonly gateway_transaction_id: string;
  /** `ch_…` */
  readonly charge_id: string;
  /** decimal text, as are all amounts here */
  readonly amount: string;
  readonly currency: string;
  readonly status: string;
  /** UTC ISO-8601 ms */
  readonly paid_at: string;
}

export class Books {
  readonly #journal: Entry[] = [];

  /** The payer pays, and the merchant's balance waits to be paid out. @param at ms since 1970 UTC */
  charge(charge: Charge, merchant: { readonly id: string; readonly channelCode: string }, at: number): void {
    const { amount: minor } = charge;
    const { currency } = charge.intent.terms;
    const postings = [
      { account: `stripe:payers:${currency}`, currency, minor: -minor },
      { account: `stripe:${merchant.id}:pending:${currency}`, currency, minor },
    ];
    this.#post({ at, channelCode: merchant.channelCode, charge, postings });
  }

  charges(): ChargeRow[] {
    return this.#journal.map(({ at, channelCode, charge }) => {
      const { intent, id, amount, status } = charge;
      return {
        provider: 'stripe',
        channel_code: channelCode,
        transaction_id: intent.transactionId,
        gateway_transaction_id: intent.id,
        charge_id: id,
        amount: decimalText(amount, intent.terms.currency),
        currency: intent.terms.currency.toUpperCase(),
        status,
        paid_at: new Date(at).toISOString(),
      };
    });
  }

  /** decimal text per account and currency; the sum of each currency is zero */
  balances(): Record<string, string> {
    const sums = new Map<string, Posting>();
    for (const posting of this.#journal.flatMap(({ postings }) => postings)) {
      const { minor = 0 } = sums.get(posting.account) ?? {};
      sums.set(posting.account, { ...posting, minor: minor + posting.minor });
    }
    const told = [...sums.values()].map(({ account, minor, currency }) => [
      account,
      decimalText(minor, currency),
    ]);
    return Object.fromEntries(told) as Record<string, string>;
  }

  #post(entry: Entry): void {
    if (!entry.postings.every(({ minor }) => Number.isSafeInteger(minor)))
      throw new RangeError('books: whole minor units only');
    const sum = entry.postings.reduce((total, { minor }) => total + minor, 0);
    if (sum !== 0) throw new Error(`books: the entry for ${entry.charge.id} does not balance`);
    this.#journal.push(Object.freeze(entry));
  }
}
