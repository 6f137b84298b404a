// Stripe's own double-entry books. Entries are only ever added; each sums to zero, so all of them do.
import type { Charge } from './intent.ts';
import { decimalText } from './money.ts';
import { numberOf, type Refund } from './refund.ts';

interface Posting {
  readonly account: string;
  readonly currency: string;
  /** minor units; what the account gains, negative for what it gives */
  readonly minor: number;
}

interface Merchant {
  readonly id: string;
  readonly channelCode: string;
}

interface Charged {
  /** ms since 1970 UTC */
  readonly at: number;
  readonly channelCode: string;
  readonly charge: Charge;
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

export interface RefundRow extends Pick<
  ChargeRow,
  'provider' | 'channel_code' | 'transaction_id' | 'gateway_transaction_id' | 'amount' | 'currency' | 'status'
> {
  /** the merchant's number, or Stripe's */
  readonly refund_id: string;
  /** `re_…` */
  readonly gateway_refund_id: string;
  /** UTC ISO-8601 ms */
  readonly created_at: string;
}

export class Books {
  readonly #journal: (readonly Posting[])[] = [];
  readonly #charges: Charged[] = [];
  /** with whose they are */
  readonly #refunds = new Map<Refund, Merchant>();

  /** The payer pays, and the merchant's balance waits to be paid out. @param at ms since 1970 UTC */
  charge(charge: Charge, merchant: Merchant, at: number): void {
    this.#post(charge, merchant, charge.amount, charge.id);
    this.#charges.push({ at, channelCode: merchant.channelCode, charge });
  }

  /** It is known from here on; no money has moved by that. */
  keep(refund: Refund, merchant: Merchant): void {
    this.#refunds.set(refund, merchant);
  }

  /** Money goes to the payer, or comes back from there. */
  refund(refund: Refund, merchant: Merchant, way: 'out' | 'back'): void {
    const { charge, amount, id } = refund;
    this.#post(charge, merchant, way === 'out' ? -amount : amount, id);
  }

  charges(): ChargeRow[] {
    return this.#charges.map(({ at, channelCode, charge }) => {
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

  refunds(): RefundRow[] {
    return [...this.#refunds.keys()].map((refund) => this.refundRow(refund));
  }

  refundRow(refund: Refund): RefundRow {
    const { id, amount, status, created } = refund;
    const { intent } = refund.charge;
    return {
      provider: 'stripe',
      channel_code: this.#refunds.get(refund)?.channelCode ?? '',
      refund_id: numberOf(refund),
      transaction_id: intent.transactionId,
      gateway_refund_id: id,
      gateway_transaction_id: intent.id,
      amount: decimalText(amount, intent.terms.currency),
      currency: intent.terms.currency.toUpperCase(),
      status,
      created_at: new Date(created * 1000).toISOString(),
    };
  }

  /** decimal text per account and currency; the sum of each currency is zero */
  balances(): Record<string, string> {
    const sums = new Map<string, Posting>();
    for (const posting of this.#journal.flat()) {
      const { minor = 0 } = sums.get(posting.account) ?? {};
      sums.set(posting.account, { ...posting, minor: minor + posting.minor });
    }
    const told = [...sums.values()].map(({ account, minor, currency }) => [
      account,
      decimalText(minor, currency),
    ]);
    return Object.fromEntries(told) as Record<string, string>;
  }

  /** @param minor what the merchant gains by it, and the payers give */
  #post({ intent }: Charge, merchant: Merchant, minor: number, id: string): void {
    const { currency } = intent.terms;
    const postings = [
      { account: `stripe:payers:${currency}`, currency, minor: -minor },
      { account: `stripe:${merchant.id}:pending:${currency}`, currency, minor },
    ];
    if (!postings.every((posting) => Number.isSafeInteger(posting.minor)))
      throw new RangeError('books: whole minor units only');
    const sum = postings.reduce((total, posting) => total + posting.minor, 0);
    if (sum !== 0) throw new Error(`books: the entry for ${id} does not balance`);
    this.#journal.push(Object.freeze(postings));
  }
}
