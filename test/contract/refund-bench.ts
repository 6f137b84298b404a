// What the contract suite must be given of a provider that gives money back.
import { refundIdOf, type RefundId, type TransactionId } from '../../lib/domain/ids.ts';
import type { Money } from '../../lib/domain/money.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import type { Callback, Gateway } from '../../lib/gateways/gateway.ts';
import { anId, currencyOf, noon, numberOf, type Bench, type Fault, type Says, type Sent } from './bench.ts';

/** How the provider stands to the refund when it is asked, or told, of it. */
export type RefundMood =
  | Fault
  | 'succeeded'
  | 'processing'
  | 'failed'
  | 'needs_action'
  | 'not_found'
  /** a documented refusal for good */
  | 'refused'
  | 'insufficient_balance'
  /** of our own settings: a right that the key has not got */
  | 'misconfigured'
  | 'rate_limited';

export interface RefundSays extends Pick<Says, 'merchant' | 'environment' | 'signedBy' | 'at' | 'amount'> {
  readonly transactionId: TransactionId;
  /** absent: made at the console */
  readonly refundId?: RefundId | undefined;
}

export interface RefundBench {
  /** moods that this provider's calls cannot be in, and why */
  readonly never: Readonly<Partial<Record<RefundMood, string>>>;
  /** the same, of a query alone */
  readonly neverQueried: Readonly<Partial<Record<RefundMood, string>>>;
  /** what the provider calls a payment's money */
  gatewayTransactionId(transactionId: TransactionId): string;
  /** @param amount of the refund; `sent` has, as `order`, our number of the refund, and all calls of one refund in order */
  connect(
    mood: RefundMood,
    now: number,
    order: RefundOrder,
  ): { readonly gateway: Gateway; readonly sent: readonly Sent[] };
  /** A callback that tells of a refund that succeeded. */
  callback(says: RefundSays): Callback;
}

export function refundOrder(bench: Bench, refunds: RefundBench, amount?: Money): RefundOrder {
  const transactionId = anId();
  const currency = currencyOf(bench);
  return {
    transactionId,
    refundId: refundIdOf(transactionId, 0),
    gatewayTransactionId: refunds.gatewayTransactionId(transactionId),
    ...numberOf(bench, transactionId),
    currency,
    amount: amount ?? { minor: 300, currency },
    total: { minor: 10_000_000_000, currency },
    reason: '不想要了 / not wanted',
    callbackUrl: 'https://pay.example.com/refunds/callbacks/X',
  };
}

export function refundSays(change: Partial<RefundSays> = {}): RefundSays {
  const transactionId = change.transactionId ?? anId();
  return {
    transactionId,
    refundId: refundIdOf(transactionId, 0),
    amount: { minor: 300, currency: 'CNY' },
    at: noon,
    signedBy: 'provider',
    merchant: 'ours',
    environment: 'ours',
    ...change,
  };
}
