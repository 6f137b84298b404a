// Alipay's own double-entry books. Entries are only ever added; each sums to zero, so all of them do.
import { yuan } from './yuan.ts';

export interface Posting {
  readonly account: string;
  /** 分; what the account gains, negative for what it gives */
  readonly fen: number;
}

export interface Entry {
  readonly kind: 'charge' | 'refund';
  /** ms since 1970 UTC */
  readonly at: number;
  readonly tradeNo: string;
  readonly outTradeNo: string;
  readonly postings: readonly Posting[];
}

type Facts = Omit<Entry, 'kind' | 'postings'>;

export class Books {
  readonly #journal: Entry[] = [];

  /** The buyer pays, the merchant's clearing account receives. */
  charge(facts: Facts, buyer: string, merchant: string, fen: number): void {
    this.#post({ kind: 'charge', ...facts, postings: moved(buyer, merchant, fen) });
  }

  /** The other way round. */
  refund(facts: Facts, buyer: string, merchant: string, fen: number): void {
    this.#post({ kind: 'refund', ...facts, postings: moved(buyer, merchant, -fen) });
  }

  get journal(): readonly Entry[] {
    return this.#journal;
  }

  /** yuan per account; the sum is 0.00 */
  balances(): Record<string, string> {
    const sums = new Map<string, number>();
    for (const { account, fen } of this.#journal.flatMap((entry) => entry.postings)) {
      sums.set(account, (sums.get(account) ?? 0) + fen);
    }
    return Object.fromEntries([...sums].map(([account, fen]) => [account, yuan(fen)]));
  }

  #post(entry: Entry): void {
    if (!entry.postings.every(({ fen }) => Number.isSafeInteger(fen)))
      throw new RangeError('books: whole 分 only');
    const sum = entry.postings.reduce((total, { fen }) => total + fen, 0);
    if (sum !== 0) throw new Error(`books: the entry for ${entry.tradeNo} does not balance`);
    this.#journal.push(Object.freeze(entry));
  }
}

/** @param fen from the buyer to the merchant */
function moved(buyer: string, merchant: string, fen: number): Posting[] {
  return [
    { account: `buyer:${buyer}`, fen: -fen },
    { account: `merchant:${merchant}:clearing`, fen },
  ];
}
