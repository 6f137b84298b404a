// Money that came late, twice or wrong: what is known of it, and what may be decided about it.
import type { RefundId } from './ids.ts';
import type { Money } from './money.ts';

/** Money that is late or wrong: a fact kept beside the status, never an exception. @see SPEC R5.6 */
export const anomalyKinds = [
  'PAID_AFTER_CLOSE',
  'DUPLICATE_PAID',
  'OVERPAID',
  'UNDERPAID',
  'WRONG_PAYEE',
  'CURRENCY_MISMATCH',
  'GATEWAY_ID_REUSED',
] as const;

export type AnomalyKind = (typeof anomalyKinds)[number];

/** Money of these kinds may be taken for the payment; the others are not the merchant's, or not in its currency. */
export const acceptableKinds = ['PAID_AFTER_CLOSE', 'DUPLICATE_PAID', 'OVERPAID', 'UNDERPAID'] as const;

export function isAcceptable(kind: AnomalyKind): boolean {
  return (acceptableKinds as readonly AnomalyKind[]).includes(kind);
}

export type PolicyAction = 'hold' | 'accept' | 'auto_refund';

/** What becomes of an anomaly by itself; a kind that is not named goes the default way. */
export type AnomalyPolicy = Readonly<Partial<Record<AnomalyKind, PolicyAction>>>;

/** Nobody wants what came late or twice: it goes back. All else is held for a person. @see SPEC R5.6 */
export const defaultPolicy: AnomalyPolicy = {
  PAID_AFTER_CLOSE: 'auto_refund',
  DUPLICATE_PAID: 'auto_refund',
};

/**
 * What becomes of this money by itself. A policy gives back once: what a channel refused to give back waits for a person, or
 * the same refusal would be asked for again with every word.
 * @see SPEC R5.6
 */
export function byPolicy({ kind, refusedRefundId }: Anomaly, policy: AnomalyPolicy): PolicyAction {
  const action = policy[kind] ?? defaultPolicy[kind];
  if (action === undefined || !isAcceptable(kind)) return 'hold';
  return action === 'auto_refund' && refusedRefundId !== undefined ? 'hold' : action;
}

/**
 * `accept`: the money is taken for the payment. `refund`: it goes back. `dismiss`: it was dealt with elsewhere, and the payment
 * stays without it.
 */
export type ResolutionAction = 'accept' | 'refund' | 'dismiss';

export interface Resolution {
  readonly action: ResolutionAction;
  /** by which it goes back */
  readonly refundId?: RefundId;
  /** `policy`, or the application of the person */
  readonly by: string;
  readonly reason: string;
  /** UTC ISO-8601 ms */
  readonly at: string;
  /** of the payment, as it was decided about */
  readonly version: number;
}

export interface Anomaly {
  readonly kind: AnomalyKind;
  /** UTC ISO-8601 ms: when we found it */
  readonly foundAt: string;
  /** what the channel said it took, and when (UTC ISO-8601 ms) */
  readonly amount: Money;
  readonly paidAt: string;
  readonly gatewayTransactionId: string;
  readonly channelAmounts?: ChannelAmounts;
  readonly paymentInstrument?: string;
  /** the last refund of it that failed: it did not go back */
  readonly refusedRefundId?: RefundId;
  /** absent while it waits for a person or a policy */
  readonly resolution?: Resolution;
}

/** What the payer gave and what the merchant gets, by the channel's word; discounts are the difference. */
export interface ChannelAmounts {
  readonly payerTotal?: Money;
  readonly merchantReceived?: Money;
}
