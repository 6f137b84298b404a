// What the payment API answers of what happened. Fields may be added. Made by `npm run generate`.
import type { Currency, ErrorCode, EventName, PaymentStatus } from './codes.ts';
import type { Anomaly, ChannelAmounts, Payee } from './answers.ts';
import type { RefundChange } from './refunds.ts';

export interface Timeline {
  /** Everything that happened, oldest first. */
  readonly events: readonly TimelineEvent[];
}

export interface TimelineEvent {
  /** Rises by one with every change. */
  readonly version: number;
  /** What happened, by the name of its event. */
  readonly name: EventName;
  /** When it happened: UTC, ISO 8601. */
  readonly at: string;
  /** Who did it: an application, or `channel:<code>`. */
  readonly actor: string;
  /** On what ground. */
  readonly reason: string;
  /** What changed, as it was; null = was not there. */
  readonly before: PaymentChange;
  /** What changed, as it is since; null = is there no more. The first event has all facts. */
  readonly after: PaymentChange;
  /** The refund that the event is about: what changed of it. */
  readonly refund?: {
    /** Our number of the refund, for ever; its payment’s number is in it. */
    readonly refund_id: string;
    readonly before: RefundChange;
    readonly after: RefundChange;
  };
  /** SHA-256, hex, over the event and the hash of the one before it. */
  readonly hash: string;
}

export interface PaymentChange {
  /** Our number of the payment, for ever. */
  readonly transaction_id?: string | null;
  /** The calling application that the payment belongs to; only operators may name another’s. */
  readonly application?: string | null;
  /** The order’s number at your application. One order is paid once. */
  readonly business_order_id?: string | null;
  /** Keeps two kinds of orders with the same numbers apart; part of the order’s identity when sent. */
  readonly business_order_type?: string | null;
  /** Your own id of the payer; no name, no address. */
  readonly user_id?: string | null;
  /** The configured channel, like ALIPAY. */
  readonly payment_channel?: string | null;
  /** The product of that channel, like alipay_qr. */
  readonly payment_method?: string | null;
  /** Whom the channel collected for when the payment was made. */
  readonly payee?: Payee | null;
  /** What was asked for: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_requested?: string | null;
  /** ISO 4217, three capital letters. */
  readonly currency?: Currency | null;
  /** The order total that the channel confirmed, discounts included: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_paid?: string | null;
  /** What the payer gave and the merchant gets, by the channel’s word. */
  readonly channel_amounts?: ChannelAmounts | null;
  /** What has gone back, by the channel’s word: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_refunded?: string | null;
  /** What refunds that are under way hold: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_reserved?: string | null;
  /** What can still be refunded: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly refundable_amount?: string | null;
  /** What is paid for, as the payer reads it. A text that holds a card number is refused. */
  readonly subject?: string | null;
  /** Your own notes, returned as they came: at most 20 keys of 40 characters with values of 200. */
  readonly metadata?: Readonly<Record<string, string>> | null;
  /** The state of the payment: see states.md. */
  readonly status?: PaymentStatus | null;
  readonly version?: number | null;
  /** The channel’s number of the order, where it gives one before it is paid. */
  readonly gateway_order_id?: string | null;
  /** The channel’s own number of the payment. */
  readonly gateway_transaction_id?: string | null;
  /** What the payer used, masked. */
  readonly payment_instrument?: string | null;
  /** Why it failed, from the table of errors. */
  readonly error_code?: ErrorCode | null;
  /** The channel’s own word for it. */
  readonly channel_error_code?: string | null;
  /** Money that came late, twice or wrong: kept beside the status, which does not move. */
  readonly anomaly?: Anomaly | null;
  /** The other late or wrong money of this payment, decided about or not. */
  readonly other_anomalies?: readonly Anomaly[] | null;
  /** When it was made: UTC, ISO 8601. */
  readonly created_at?: string | null;
  /** When it last changed: UTC, ISO 8601. */
  readonly updated_at?: string | null;
  /** Until when it can be paid: UTC, ISO 8601. */
  readonly expires_at?: string | null;
  /** When it was paid, by the channel’s clock: UTC, ISO 8601. */
  readonly paid_at?: string | null;
  /** When it was closed: UTC, ISO 8601. */
  readonly closed_at?: string | null;
  /** Since when it is to be closed without the channel’s confirmation; money since then is late: UTC, ISO 8601. */
  readonly close_requested_at?: string | null;
  /** When we began to take the money that the payer agreed to: UTC, ISO 8601. */
  readonly capture_begun_at?: string | null;
  /** How often taking the money was begun. */
  readonly captures?: number | null;
  /** How often what the payer chose to pay with was refused; another may be chosen. */
  readonly capture_declines?: number | null;
  /** The payment that took its place when the payer chose another way. */
  readonly superseded_by?: string | null;
  /** Where the payer’s browser goes in the end, with `transaction_id` and `status` in its query. */
  readonly return_url?: string | null;
}
