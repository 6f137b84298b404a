// What the contract suite must be given of a provider: a genuine other side, made of keys that live as long as the run.
import { randomBytes } from 'node:crypto';
import { newTransactionId, type TransactionId } from '../../lib/domain/ids.ts';
import type { Currency, Money } from '../../lib/domain/money.ts';
import type {
  Acknowledgement,
  Callback,
  Gateway,
  GatewayPorts,
  NotificationReader,
  Signer,
} from '../../lib/gateways/gateway.ts';
import type { Proofs, Provider } from '../../lib/gateways/provider.ts';
import type { RefundBench } from './refund-bench.ts';

/** For whom a callback is, and whose door it may be brought to. */
export interface Seat {
  readonly merchant: 'ours' | 'another';
  /** the provider's other world has the same accounts, and keys of its own */
  readonly environment: 'ours' | 'another';
}

/** A callback's content. */
export interface Says extends Seat {
  readonly transactionId: TransactionId;
  readonly amount: Money;
  /** ms since 1970 UTC: of the payment and of the callback */
  readonly at: number;
  readonly news: 'paid' | 'closed' | 'unlisted_status' | 'unrelated';
  readonly signedBy: 'provider' | 'stranger' | 'nobody';
}

/** What goes wrong with an answer. */
export const faults = {
  timeout: 'timeout',
  reset: 'connection',
  http_500: 'http_status',
  redirect: 'http_status',
  half: 'unreadable',
  html: 'unreadable',
  too_long: 'unreadable',
  unsigned: 'bad_signature',
  bad_signature: 'bad_signature',
  wrong_node: 'bad_signature',
  other_order: 'other_order',
  unlisted_code: 'unlisted_code',
  unsure: 'unlisted_code',
} as const;

export type Fault = keyof typeof faults;

/** How the provider stands to the order when it is asked. */
export type Mood = Fault | 'well' | 'not_found' | 'pending' | 'paid' | 'closed' | 'declined' | 'rate_limited';

/** What the provider got, in its own words. */
export interface Sent {
  readonly order: unknown;
  /** decimal text, where there was one */
  readonly amount: unknown;
  readonly business: unknown;
}

export interface Bench {
  readonly provider: Provider;
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** what a reader of callbacks is given beside the configuration */
  readonly proofs: Proofs<object>;
  /** texts that may stand in no outcome and no error */
  readonly hidden: readonly string[];
  readonly acknowledgements: Readonly<Record<'accepted' | 'refused', Acknowledgement>>;
  /** true for a provider that tells of nothing but payments: whether an order is closed is asked */
  readonly tellsNoClosing?: true;
  /** true for a provider whose callbacks are not believed: each must name the payment and its order, and tells of no money */
  readonly hints?: true;
  /** true for a provider that signs no answers: whose an answer is, is told by what it says alone */
  readonly signsNoAnswers?: true;
  /** true for a provider whose numbers do not vanish: where it does not know one that it gave, another was asked */
  readonly forgetsNothing?: true;
  /** members of `config` that may be left out */
  readonly optional?: readonly string[];
  /** the provider's own number of an order, where it gives one */
  gatewayOrderId?(transactionId: TransactionId): string;
  /** what a reader may fetch for its proofs; without it a reader calls nobody */
  readonly readerFetch?: GatewayPorts['fetch'];
  callback(says: Says): Callback;
  /** of a provider that gives money back */
  readonly refunds?: RefundBench;
  /** What a reader who sits there is made of; `config` and `proofs` are those of our own seat. */
  door(seat: Seat): Pick<Bench, 'config' | 'proofs'>;
  /** The same said in every other form that the provider may choose. */
  variants(says: Says): readonly Callback[];
  /** How many single-bit flips of a body leave every decoded field as it was. */
  harmlessFlips(body: Uint8Array): number;
  /** Signs for the merchant; undefined for providers that sign nothing. */
  readonly signer: Signer | undefined;
  /**
   * A gateway connected to a provider in memory.
   * @param amount what a paid order was paid with
   * @param signer in the place of the bench's own: the gateway is given no secrets then
   */
  connect(
    mood: Mood,
    now: number,
    amount?: Money,
    signer?: Signer,
  ): { readonly gateway: Gateway; readonly sent: readonly Sent[] };
}

/** The one that its rules name first. */
export function currencyOf({ provider, method }: Bench): Currency {
  const [first = 'CNY'] = Object.keys(provider.methods[method]?.amounts ?? {}) as Currency[];
  return first;
}

/** The provider's own number of an order, as snapshots and queries hold it. */
export function numberOf(bench: Bench, transactionId: TransactionId): { readonly gatewayOrderId?: string } {
  return bench.gatewayOrderId ? { gatewayOrderId: bench.gatewayOrderId(transactionId) } : {};
}

/** A reader that has what the proof of this callback takes. */
export async function readerFor(
  bench: Bench,
  callback: Callback,
  { now = noon, door = bench }: { now?: number; door?: Pick<Bench, 'config' | 'proofs'> } = {},
): Promise<NotificationReader> {
  const nobody = () => Promise.reject(new Error('a reader calls nobody'));
  const ports = { now: () => now, fetch: bench.readerFetch ?? nobody };
  const reader = bench.provider.reader({ ...door.config, ...setting }, ports, door.proofs);
  await reader.fetchProof?.(callback, { deadline: now + 5_000 });
  return reader;
}

/** Where the benches' gateways are. */
export const setting = { environment: 'local', endpoint: 'https://gateway.invalid' } as const;

/** A moment in Beijing's afternoon, away from every border. */
export const noon = Date.parse('2026-11-20T06:07:08.000Z');

export function anId(): TransactionId {
  return newTransactionId({ now: () => noon, randomBytes });
}

/** Genuine, ours, paid, now: what a case does not change. */
export function says(change: Partial<Says> = {}): Says {
  return {
    transactionId: anId(),
    amount: { minor: 880, currency: 'CNY' },
    at: noon,
    news: 'paid',
    signedBy: 'provider',
    merchant: 'ours',
    environment: 'ours',
    ...change,
  };
}
