// What the payment API takes. Made by `npm run generate`.
import type { Currency } from './codes.ts';

export interface CreatePayment {
  /** The order’s number at your application. One order is paid once. */
  readonly business_order_id: string;
  /** Keeps two kinds of orders with the same numbers apart; part of the order’s identity when sent. */
  readonly business_order_type?: string;
  /** Your own id of the payer; no name, no address. */
  readonly user_id?: string;
  /** The configured channel, like ALIPAY. */
  readonly payment_channel?: string;
  /** In the place of payment_channel: channels in the order in which they are to be tried, each by payment_method or by a method of its own. The next one is tried only when one provably refused. */
  readonly channel_preference?: readonly (
    | string
    | {
        readonly payment_channel: string;
        /** The product of that channel, like alipay_qr. */
        readonly payment_method: string;
      }
  )[];
  readonly payment_method?: string;
  /** An amount: decimal text with the decimals of its currency, like "8.80"; never a number. */
  readonly amount: string;
  /** ISO 4217, three capital letters. */
  readonly currency: Currency;
  /** What is paid for, as the payer reads it. A text that holds a card number is refused. */
  readonly subject: string;
  /** Where the payer’s browser goes in the end, with `transaction_id` and `status` in its query. */
  readonly return_url?: string;
  /** The payer’s id at the channel, where the method needs it. */
  readonly openid?: string;
  /** The payer’s address, where the method needs it. */
  readonly client_ip?: string;
  /** Until when it can be paid: UTC, ISO 8601. */
  readonly expires_at?: string;
  /** Your own notes, returned as they came: at most 20 keys of 40 characters with values of 200. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ClosePayment {
  /** On what ground. */
  readonly reason?: string;
}

export interface CreateRefund {
  /** The payment whose money goes back. */
  readonly original_transaction_id: string;
  /** Your own number of the refund: it belongs to one refund of your application, for ever. */
  readonly business_refund_id: string;
  readonly amount: string;
  readonly currency?: Currency;
  readonly reason?: string;
  /** `ORIGINAL`: back the way it came; `BALANCE` and `OFFLINE` are carried out by their owner and counted here. */
  readonly refund_method?: 'ORIGINAL' | 'BALANCE' | 'OFFLINE';
}

export interface ConfirmRefund {
  /** `refunded`: the payer has the money; `refused`: he has not, and the amount can be refunded again. */
  readonly result: 'refunded' | 'refused';
  /** Where the proof of it is found. */
  readonly reference: string;
}

export interface ResolveAnomaly {
  /** `accept`: the money is taken for the payment; `dismiss`: it was dealt with elsewhere. */
  readonly action: 'accept' | 'refund' | 'dismiss';
  /** Rises by one with every change. */
  readonly version: number;
  readonly reason: string;
}

export type PutChannel =
  | {
      /** The adapter that speaks to it. */
      readonly provider?: string;
      /** Which of the provider’s environments. */
      readonly environment: 'production' | 'sandbox';
      /** Where the provider posts its callbacks: an https URL. */
      readonly callback_url_payment: string;
      /** What becomes of callbacks from addresses that are not listed; `monitor` if absent. */
      readonly callback_source_policy?: 'off' | 'monitor' | 'enforce';
      /** The provider’s addresses, as CIDR ranges; at most 64. */
      readonly callback_source_ranges?: readonly string[];
      /** A kind that is not named is held; PAID_AFTER_CLOSE and DUPLICATE_PAID go back. */
      readonly anomaly_policy?: {
        /** Money for a payment that was closed, or was to be closed. */
        readonly PAID_AFTER_CLOSE?: 'hold' | 'accept' | 'auto_refund';
        /** Money for an order that is paid already. */
        readonly DUPLICATE_PAID?: 'hold' | 'accept' | 'auto_refund';
        /** More than was asked for. */
        readonly OVERPAID?: 'hold' | 'accept' | 'auto_refund';
        /** Less than was asked for. */
        readonly UNDERPAID?: 'hold' | 'accept' | 'auto_refund';
        /** Money for another merchant or application. */
        readonly WRONG_PAYEE?: 'hold' | 'accept' | 'auto_refund';
        /** Money in another currency. */
        readonly CURRENCY_MISMATCH?: 'hold' | 'accept' | 'auto_refund';
        /** The channel’s number belongs to another payment. */
        readonly GATEWAY_ID_REUSED?: 'hold' | 'accept' | 'auto_refund';
      };
      /** The name of a key of this channel in KMS; null goes back to a private key that is sent. */
      readonly signing_key?: string | null;
      /** Whether new payments may be made on it. Callbacks are heard in any case. */
      readonly is_active: boolean;
      /** The merchant’s number at the channel. */
      readonly merchant_id: string;
      /** The application’s number at the channel. */
      readonly app_id: string;
      /** The provider’s public key, PEM or bare base64: proves its answers and callbacks. */
      readonly public_key_platform?: string;
      /** Certificate mode: the application’s own certificate, PEM. Requests name it. */
      readonly app_certificate?: string;
      /** Certificate mode: the provider’s certificate, PEM, followed by those between it and its root, if there are any: proves its answers and callbacks for as long as it is valid. */
      readonly certificate_platform?: string;
      /** Certificate mode: the provider’s root certificates, PEM. Requests name them, and certificate_platform must lead to one of them. */
      readonly root_certificate_platform?: string;
      /** The merchant’s private key, PEM or bare base64. It goes in and never comes out. */
      readonly private_key_merchant?: string;
    }
  | {
      readonly provider?: string;
      readonly environment: 'production' | 'sandbox';
      readonly callback_url_payment: string;
      readonly callback_source_policy?: 'off' | 'monitor' | 'enforce';
      readonly callback_source_ranges?: readonly string[];
      readonly anomaly_policy?: {
        readonly PAID_AFTER_CLOSE?: 'hold' | 'accept' | 'auto_refund';
        readonly DUPLICATE_PAID?: 'hold' | 'accept' | 'auto_refund';
        readonly OVERPAID?: 'hold' | 'accept' | 'auto_refund';
        readonly UNDERPAID?: 'hold' | 'accept' | 'auto_refund';
        readonly WRONG_PAYEE?: 'hold' | 'accept' | 'auto_refund';
        readonly CURRENCY_MISMATCH?: 'hold' | 'accept' | 'auto_refund';
        readonly GATEWAY_ID_REUSED?: 'hold' | 'accept' | 'auto_refund';
      };
      readonly signing_key?: string | null;
      readonly is_active: boolean;
      readonly merchant_id: string;
      /** The client id of the REST application, of the same account as merchant_id. */
      readonly client_id: string;
      /** What PayPal calls the registration of our address for webhooks. It is a part of what PayPal signs: events for another registration prove nothing here. */
      readonly webhook_id: string;
      /** Only for channels of the environment local: the root certificates, PEM, that the certificates for webhooks lead to. Elsewhere it is not looked at: there the public roots are trusted that the runtime brings. */
      readonly root_certificate_platform?: string;
      /** The secret of the REST application. It goes in and never comes out. */
      readonly client_secret?: string;
    }
  | {
      readonly provider?: string;
      readonly environment: 'production' | 'sandbox';
      readonly callback_url_payment: string;
      readonly callback_source_policy?: 'off' | 'monitor' | 'enforce';
      readonly callback_source_ranges?: readonly string[];
      readonly anomaly_policy?: {
        readonly PAID_AFTER_CLOSE?: 'hold' | 'accept' | 'auto_refund';
        readonly DUPLICATE_PAID?: 'hold' | 'accept' | 'auto_refund';
        readonly OVERPAID?: 'hold' | 'accept' | 'auto_refund';
        readonly UNDERPAID?: 'hold' | 'accept' | 'auto_refund';
        readonly WRONG_PAYEE?: 'hold' | 'accept' | 'auto_refund';
        readonly CURRENCY_MISMATCH?: 'hold' | 'accept' | 'auto_refund';
        readonly GATEWAY_ID_REUSED?: 'hold' | 'accept' | 'auto_refund';
      };
      readonly signing_key?: string | null;
      readonly is_active: boolean;
      /** The Stripe account that the money belongs to. */
      readonly account_id: string;
      /** Stripe’s public key of the account. It is handed to the payer’s page or app with each payment. */
      readonly publishable_key: string;
      /** The key that calls to Stripe carry: sk_…, or better a restricted one (rk_…) that may write PaymentIntents, Checkout Sessions and Refunds and read Charges and Events. */
      readonly secret_key?: string;
      /** What Stripe signs the callbacks of this channel’s endpoint with. */
      readonly webhook_secret?: string;
      /** The one before it, while Stripe signs with both: left out again once the roll is over. */
      readonly webhook_secret_previous?: string;
    }
  | {
      readonly provider?: string;
      readonly environment: 'production' | 'sandbox';
      readonly callback_url_payment: string;
      readonly callback_source_policy?: 'off' | 'monitor' | 'enforce';
      readonly callback_source_ranges?: readonly string[];
      readonly anomaly_policy?: {
        readonly PAID_AFTER_CLOSE?: 'hold' | 'accept' | 'auto_refund';
        readonly DUPLICATE_PAID?: 'hold' | 'accept' | 'auto_refund';
        readonly OVERPAID?: 'hold' | 'accept' | 'auto_refund';
        readonly UNDERPAID?: 'hold' | 'accept' | 'auto_refund';
        readonly WRONG_PAYEE?: 'hold' | 'accept' | 'auto_refund';
        readonly CURRENCY_MISMATCH?: 'hold' | 'accept' | 'auto_refund';
        readonly GATEWAY_ID_REUSED?: 'hold' | 'accept' | 'auto_refund';
      };
      readonly signing_key?: string | null;
      readonly is_active: boolean;
      readonly merchant_id: string;
      readonly app_id: string;
      /** The serial number of the merchant’s own API certificate. Requests name it. */
      readonly merchant_certificate_serial: string;
      /** WeChat Pay’s public key, PEM: proves its answers and callbacks. */
      readonly public_key_platform?: string;
      /** How WeChat Pay calls that key. Requests ask for answers that are signed with it. */
      readonly public_key_id_platform?: string;
      /** WeChat Pay’s platform certificates, PEM, for merchants who have them: each proves its answers and callbacks for as long as it is valid. */
      readonly certificate_platform?: string;
      readonly private_key_merchant?: string;
      /** The APIv3 key, 32 characters: opens what callbacks carry. It goes in and never comes out. */
      readonly api_v3_key?: string;
    };

export interface ListPaymentsQuery {
  readonly business_order_id: string;
  readonly business_order_type?: string;
  /** The calling application that the payment belongs to; only operators may name another’s. */
  readonly application?: string;
  /** `next_cursor` of the page before; it belongs to this list only. */
  readonly cursor?: string;
  /** How many at most, 1 to 50; 20 if absent. */
  readonly limit?: string;
}

export interface FindRefundQuery {
  readonly business_refund_id: string;
  readonly application?: string;
}

export interface ListRefundsQuery {
  readonly cursor?: string;
  readonly limit?: string;
}

export interface ListQuarantineQuery {
  /** The channel, like ALIPAY. */
  readonly channel_code: string;
  readonly cursor?: string;
  readonly limit?: string;
}
