// One amount that goes back to a payer: its facts and the states it may take.
import type { BusinessOrder, PaymentEventName } from './payment.ts';
import type { RefundId, TransactionId } from './ids.ts';
import type { Currency, Money } from './money.ts';

export type RefundStatus = 'PENDING' | 'PROCESSING' | 'SUCCESS' | 'FAILED';

/**
 * Every edge that a refund may take, with the name of the event that tells of it.
 * @see SPEC R6.11
 */
export const refundTransitions = {
  PENDING: { PROCESSING: 'refund.processing', SUCCESS: 'refund.succeeded', FAILED: 'refund.failed' },
  PROCESSING: { SUCCESS: 'refund.succeeded', FAILED: 'refund.failed' },
  // Proved late: what was called refused has been made after all.
  FAILED: { SUCCESS: 'refund.succeeded' },
  // The bank sent it back.
  SUCCESS: { FAILED: 'refund.reversed' },
} as const satisfies Record<RefundStatus, Partial<Record<RefundStatus, `refund.${string}`>>>;

type EdgeName = {
  [From in RefundStatus]: (typeof refundTransitions)[From][keyof (typeof refundTransitions)[From]];
}[RefundStatus];

export type RefundEventName = 'refund.created' | 'refund.needs_action' | 'refund.handover' | EdgeName;

/** What is told of a payment, and of the refunds that hang on it. */
export type EventName = PaymentEventName | RefundEventName;

/** The name of the edge, or undefined where there is none. */
export function refundEdge(from: RefundStatus, to: RefundStatus): EdgeName | undefined {
  return (refundTransitions[from] as Partial<Record<RefundStatus, EdgeName>>)[to];
}

/**
 * The name of the event that tells of a change; absent `before`: it is new.
 * @throws Error when there is no such way: a bug
 */
export function refundEventOf(before: Refund | undefined, after: Refund): RefundEventName {
  if (!before) return 'refund.created';
  if (after.needsAction && after.needsAction !== before.needsAction) return 'refund.needs_action';
  const name = refundEdge(before.status, after.status);
  if (name) return name;
  if (before.status === 'PROCESSING' && after.status === 'PROCESSING') return 'refund.processing';
  throw new Error(`There is no way from ${before.status} to ${after.status}.`);
}

/** Who wanted it: an application, an operator, a policy of ours, or somebody at the provider's console. */
export type RefundOrigin = 'CALLER' | 'OPERATOR' | 'SYSTEM' | 'EXTERNAL';

/** `ORIGINAL` goes back the way it came; the others are handed over to their owner, and only counted here. */
export type RefundMethod = 'ORIGINAL' | 'BALANCE' | 'OFFLINE';

/** Why nothing goes on before a person has done something. The amount stays reserved, and the number stays the same. */
export type ActionReason = 'insufficient_balance' | 'abnormal' | 'misconfigured';

export interface NeedsAction {
  readonly reason: ActionReason;
  /** UTC ISO-8601 ms */
  readonly since: string;
}

/** Instants are UTC ISO-8601 with ms. */
export interface Refund extends BusinessOrder {
  readonly refundId: RefundId;
  readonly originalTransactionId: TransactionId;
  readonly origin: RefundOrigin;
  /** the caller's own number: unique per application, for ever; absent where no caller wanted it */
  readonly businessRefundId?: string;
  readonly refundMethod: RefundMethod;
  /** whose money goes back, by the provider's number: of a payment that was paid twice there are two */
  readonly gatewayTransactionId: string;
  readonly amountRequested: Money;
  /** what went back, by the channel's word */
  readonly amountRefunded?: Money;
  readonly reason?: string;
  readonly status: RefundStatus;
  readonly needsAction?: NeedsAction;
  /** the provider's number of it */
  readonly gatewayRefundId?: string;
  /** by whom a BALANCE or OFFLINE refund was confirmed or refused, and his reference */
  readonly confirmation?: { readonly by: string; readonly reference: string };
  /** ours, from the table of errors */
  readonly errorCode?: string;
  /** the channel's own word for it */
  readonly channelErrorCode?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** when it was first sent to the channel */
  readonly submittedAt?: string;
  readonly refundedAt?: string;
  /**
   * when it failed at the channel or came back, by the channel's clock where it tells: an older word changes nothing of that.
   * Absent where a call of ours was refused
   */
  readonly failedAt?: string;
  /** which try at the provider's refund it is, where an error is kept under the key of an earlier one. @see SPEC R6.4 */
  readonly generation?: number;
  /** how many workflows were begun for it */
  readonly run: number;
  /** when it is found, if its workflow has not seen to it by then; absent once nothing is to be done */
  readonly dueAt?: string;
}

/** Not to be seen outside. */
export type RefundFacts = Omit<Refund, 'failedAt' | 'generation' | 'run' | 'dueAt'>;

/** Its money is still reserved. */
export function isOpen({ status }: Pick<Refund, 'status'>): boolean {
  return status === 'PENDING' || status === 'PROCESSING';
}

/** By which a provider's refund is found: ours by our number, one of the console by the provider's. */
export interface RefundReference {
  readonly refundId?: RefundId;
  readonly gatewayRefundId?: string;
  /** whose money: at least one of the two */
  readonly transactionId?: TransactionId;
  readonly gatewayTransactionId?: string;
}

/** What a channel says of one refund now. */
export type RefundSnapshot = RefundReference & {
  readonly amount: Money;
  /** UTC ISO-8601 ms, by the channel's clock: when it came to stand so */
  readonly at?: string;
} & (
    | { readonly state: 'succeeded' }
    | {
        readonly state: 'processing';
        /** the channel shows it, and it may have failed too: only the same refund, sent again, brings out which */
        readonly isInconclusive?: true;
      }
    /** the channel's last word, or its word that what had gone came back: this money did not go */
    | {
        readonly state: 'failed';
        readonly channelCode: string;
        /** it answers a call of ours, and tells of nothing that went before */
        readonly isRefusal?: true;
      }
    | { readonly state: 'needs_action'; readonly reason: ActionReason; readonly channelCode: string }
  );

/** The channel has no such refund: proved, not supposed. */
export type NoSuchRefund = RefundReference & { readonly state: 'not_found' };

/** What is known of a refund when its channel is asked for it. */
export type RefundQuery = RefundReference & {
  readonly transactionId: TransactionId;
  readonly gatewayTransactionId: string;
  /** the provider's number of the payment's order, where it gave one */
  readonly gatewayOrderId?: string;
  readonly currency: Currency;
};

/** What a channel is asked to give back. */
export type RefundOrder = RefundQuery & {
  /** What is sent as our number, and as the key of a request that may be repeated, is a function of this id and of `generation`. */
  readonly refundId: RefundId;
  /** 0 if absent. Rises only where the provider replays an error that it stored, and it is proved that there is no refund. @see SPEC R6.4 */
  readonly generation?: number;
  readonly amount: Money;
  /** all that was paid */
  readonly total: Money;
  /** the caller's text as it came; the adapter sends a cleaned copy, or none */
  readonly reason?: string;
  /** where the channel tells of it, for channels that are told so with each */
  readonly callbackUrl?: string;
  /** UTC ISO-8601 ms: when it was first sent; absent for the first time. Keys are forgotten: from then on it is looked for first. */
  readonly submittedAt?: string;
};
