// What the payment API answers of refunds. Fields may be added. Made by `npm run generate`.
import type { Currency, ErrorCode, RefundStatus } from './codes.ts';

export interface RefundChange {
  /** Our number of the refund, for ever; its payment’s number is in it. */
  readonly refund_id?: string | null;
  /** The payment whose money goes back. */
  readonly original_transaction_id?: string | null;
  /** The calling application that the payment belongs to; only operators may name another’s. */
  readonly application?: string | null;
  /** The order’s number at your application. One order is paid once. */
  readonly business_order_id?: string | null;
  /** Keeps two kinds of orders with the same numbers apart; part of the order’s identity when sent. */
  readonly business_order_type?: string | null;
  /** Your own number of the refund: it belongs to one refund of your application, for ever. */
  readonly business_refund_id?: string | null;
  /** Who wanted it: the application, an operator, a policy, or somebody at the provider’s console. */
  readonly origin?: 'CALLER' | 'OPERATOR' | 'SYSTEM' | 'EXTERNAL' | null;
  /** `ORIGINAL`: back the way it came; `BALANCE` and `OFFLINE` are carried out by their owner and counted here. */
  readonly refund_method?: 'ORIGINAL' | 'BALANCE' | 'OFFLINE' | null;
  /** What was asked for: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_requested?: string | null;
  /** What has gone back, by the channel’s word: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_refunded?: string | null;
  /** ISO 4217, three capital letters. */
  readonly currency?: Currency | null;
  /** On what ground. */
  readonly reason?: string | null;
  /** The state of the payment: see states.md. */
  readonly status?: RefundStatus | null;
  /** Why it cannot go on before a person has done something; the amount stays reserved. */
  readonly needs_action?: NeedsAction | null;
  /** The channel’s own number of the payment. */
  readonly gateway_transaction_id?: string | null;
  /** The channel’s own number of the refund. */
  readonly gateway_refund_id?: string | null;
  /** Who said what became of a BALANCE or OFFLINE refund, and his reference. */
  readonly confirmation?: RefundConfirmation | null;
  /** Why it failed, from the table of errors. */
  readonly error_code?: ErrorCode | null;
  /** The channel’s own word for it. */
  readonly channel_error_code?: string | null;
  /** When it was made: UTC, ISO 8601. */
  readonly created_at?: string | null;
  /** When it last changed: UTC, ISO 8601. */
  readonly updated_at?: string | null;
  /** When the channel was first asked: UTC, ISO 8601. */
  readonly submitted_at?: string | null;
  /** When the money went back, by the channel’s clock: UTC, ISO 8601. */
  readonly refunded_at?: string | null;
}

export interface NeedsAction {
  readonly reason: 'insufficient_balance' | 'abnormal' | 'misconfigured';
  /** Since when: UTC, ISO 8601. */
  readonly since: string;
}

export interface RefundConfirmation {
  /** `policy`, or the application of the person. */
  readonly by: string;
  /** Where the proof of it is found. */
  readonly reference: string;
}

export interface Refund {
  readonly refund_id: string;
  readonly original_transaction_id: string;
  readonly application: string;
  readonly business_order_id: string;
  readonly business_order_type?: string;
  readonly business_refund_id?: string;
  readonly origin: 'CALLER' | 'OPERATOR' | 'SYSTEM' | 'EXTERNAL';
  readonly refund_method: 'ORIGINAL' | 'BALANCE' | 'OFFLINE';
  readonly amount_requested: string;
  readonly amount_refunded?: string;
  readonly currency: Currency;
  readonly reason?: string;
  readonly status: RefundStatus;
  readonly needs_action?: NeedsAction;
  readonly gateway_transaction_id: string;
  readonly gateway_refund_id?: string;
  readonly confirmation?: RefundConfirmation;
  readonly error_code?: ErrorCode;
  readonly channel_error_code?: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly submitted_at?: string;
  readonly refunded_at?: string;
  /** The same in words, by Accept-Language. */
  readonly error_message?: string;
}

export interface RefundList {
  /** Newest first. */
  readonly items: readonly Refund[];
  /** Send it as `cursor` for the next page; null = that was all. */
  readonly next_cursor: string | null;
}
