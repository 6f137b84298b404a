// What the payment API answers. Fields may be added. Made by `npm run generate`.
import type { AnomalyKind, Currency, ErrorCode, PaymentStatus } from './codes.ts';

export interface Problem {
  /** `urn:payments:error:<code>`. */
  readonly type: string;
  /** What the code means, by Accept-Language. */
  readonly title: string;
  /** The status of HTTP. */
  readonly status: number;
  /** What happened here, in a sentence. */
  readonly detail: string;
  /** The path that was asked for. */
  readonly instance?: string;
  /** From the table of errors; programs decide by this. */
  readonly code: ErrorCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** May money have moved by this request? `unknown`: repeat it with the same Idempotency-Key. */
  readonly outcome: 'not_attempted' | 'declined' | 'unknown';
  /** Give it to the payment team when you ask. */
  readonly request_id: string;
  /** Our number of the payment, for ever. */
  readonly transaction_id?: string;
  /** The field that is wrong. */
  readonly param?: string;
  /** All fields that are wrong. */
  readonly errors?: readonly {
    readonly code: ErrorCode;
    readonly param: string;
  }[];
  /** The channel’s own code for it, and our name of the reason. */
  readonly channel?: {
    /** The channel’s own code. */
    readonly code: string;
    /** Our name of the reason. */
    readonly message: string;
  };
}

export interface Payment {
  readonly transaction_id: string;
  /** The calling application that the payment belongs to; only operators may name another’s. */
  readonly application: string;
  /** The order’s number at your application. One order is paid once. */
  readonly business_order_id: string;
  /** Keeps two kinds of orders with the same numbers apart; part of the order’s identity when sent. */
  readonly business_order_type?: string;
  /** Your own id of the payer; no name, no address. */
  readonly user_id?: string;
  /** The configured channel, like ALIPAY. */
  readonly payment_channel: string;
  /** The product of that channel, like alipay_qr. */
  readonly payment_method: string;
  /** Whom the channel collected for when the payment was made. */
  readonly payee: Payee;
  /** What was asked for: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_requested: string;
  /** ISO 4217, three capital letters. */
  readonly currency: Currency;
  /** The order total that the channel confirmed, discounts included: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_paid?: string;
  /** What the payer gave and the merchant gets, by the channel’s word. */
  readonly channel_amounts?: ChannelAmounts;
  /** What has gone back, by the channel’s word: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_refunded?: string;
  /** What refunds that are under way hold: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount_reserved?: string;
  /** What can still be refunded: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly refundable_amount?: string;
  /** What is paid for, as the payer reads it. A text that holds a card number is refused. */
  readonly subject: string;
  /** Your own notes, returned as they came: at most 20 keys of 40 characters with values of 200. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The state of the payment: see states.md. */
  readonly status: PaymentStatus;
  /** Rises by one with every change. */
  readonly version: number;
  /** The channel’s number of the order, where it gives one before it is paid. */
  readonly gateway_order_id?: string;
  /** The channel’s own number of the payment. */
  readonly gateway_transaction_id?: string;
  /** What the payer used, masked. */
  readonly payment_instrument?: string;
  /** Why it failed, from the table of errors. */
  readonly error_code?: ErrorCode;
  /** The channel’s own word for it. */
  readonly channel_error_code?: string;
  /** Money that came late, twice or wrong: kept beside the status, which does not move. */
  readonly anomaly?: Anomaly;
  /** The other late or wrong money of this payment, decided about or not. */
  readonly other_anomalies?: readonly Anomaly[];
  /** When it was made: UTC, ISO 8601. */
  readonly created_at: string;
  /** When it last changed: UTC, ISO 8601. */
  readonly updated_at: string;
  /** Until when it can be paid: UTC, ISO 8601. */
  readonly expires_at: string;
  /** When it was paid, by the channel’s clock: UTC, ISO 8601. */
  readonly paid_at?: string;
  /** When it was closed: UTC, ISO 8601. */
  readonly closed_at?: string;
  /** Since when it is to be closed without the channel’s confirmation; money since then is late: UTC, ISO 8601. */
  readonly close_requested_at?: string;
  /** When we began to take the money that the payer agreed to: UTC, ISO 8601. */
  readonly capture_begun_at?: string;
  /** How often taking the money was begun. */
  readonly captures?: number;
  /** How often what the payer chose to pay with was refused; another may be chosen. */
  readonly capture_declines?: number;
  /** The payment that took its place when the payer chose another way. */
  readonly superseded_by?: string;
  /** Where the payer’s browser goes in the end, with `transaction_id` and `status` in its query. */
  readonly return_url?: string;
  /** The same in words, by Accept-Language. */
  readonly error_message?: string;
  /** The means to pay, while the payment can be paid. */
  readonly prepay_info?: PrepayInfo;
}

export interface Payee {
  /** The merchant’s number at the channel. */
  readonly merchant_id?: string;
  /** The application’s number at the channel. */
  readonly app_id?: string;
}

export interface ChannelAmounts {
  /** What the payer gave: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly payer_total?: string;
  /** What the merchant gets: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly merchant_received?: string;
}

export interface Anomaly {
  /** Which of its kinds it is. */
  readonly kind: AnomalyKind;
  /** When it was found: UTC, ISO 8601. */
  readonly found_at: string;
  /** An amount: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount: string;
  readonly currency: Currency;
  readonly paid_at: string;
  readonly gateway_transaction_id: string;
  readonly channel_amounts?: ChannelAmounts;
  readonly payment_instrument?: string;
  /** The last refund of it that failed: it did not go back, and waits for a person. */
  readonly refused_refund_id?: string;
  /** What was decided about it; absent while it waits for a decision. */
  readonly resolution?: Resolution;
}

export interface Resolution {
  /** `accept`: the money is taken for the payment; `dismiss`: it was dealt with elsewhere. */
  readonly action: 'accept' | 'refund' | 'dismiss';
  /** Our number of the refund, for ever; its payment’s number is in it. */
  readonly refund_id?: string;
  /** `policy`, or the application of the person. */
  readonly by: string;
  /** On what ground. */
  readonly reason: string;
  /** When it happened: UTC, ISO 8601. */
  readonly at: string;
  readonly version: number;
}

export type PrepayInfo =
  | {
      readonly kind: 'qr_code';
      /** The text to show to the payer as a QR code. */
      readonly qr_code: string;
    }
  | {
      readonly kind: 'redirect_url';
      /** Where to send the payer’s browser. */
      readonly url: string;
    }
  | {
      readonly kind: 'app_parameters';
      /** For the channel’s SDK in your app, as they are. */
      readonly parameters: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'jsapi_parameters';
      readonly parameters: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'client_secret';
      /** What the channel’s SDK needs to pay this one payment. Whoever has it can pay it. */
      readonly client_secret: string;
      /** The channel’s public key for its SDK. */
      readonly publishable_key: string;
    };

export interface PaymentList {
  /** Newest first. */
  readonly items: readonly Payment[];
  /** Send it as `cursor` for the next page; null = that was all. */
  readonly next_cursor: string | null;
}
