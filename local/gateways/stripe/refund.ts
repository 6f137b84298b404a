// One amount that goes back, as Stripe keeps it.
import type { Charge } from './intent.ts';

/** The amount in minor units, `created` in seconds since 1970 UTC. */
export interface Refund {
  /** `re_…` */
  readonly id: string;
  readonly charge: Charge;
  readonly amount: number;
  readonly created: number;
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'pending' | 'succeeded' | 'failed';
  /** while it is pending */
  pendingReason?: 'processing' | 'insufficient_funds' | undefined;
  failureReason?: string;
  /** `txn_…`, once money moved */
  balanceTransaction?: string;
  /** `txn_…`, once it came back */
  failureBalanceTransaction?: string;
}

/** The merchant's number of it, or Stripe's own: that of one that was made at the dashboard. */
export function numberOf({ id, metadata }: Refund): string {
  return metadata['refund_id'] ?? id;
}
