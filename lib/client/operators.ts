// What the payment API answers to operators. Fields may be added. Made by `npm run generate`.
import type { Currency } from './codes.ts';

export interface Quarantine {
  /** Newest first. */
  readonly items: readonly QuarantinedCallback[];
  /** Send it as `cursor` for the next page; null = that was all. */
  readonly next_cursor: string | null;
}

export interface QuarantinedCallback {
  /** The channel, like ALIPAY. */
  readonly channel_code: string;
  /** SHA-256, hex, of the proved facts: the provider’s repeats share it. */
  readonly digest: string;
  /** When it came: UTC, ISO 8601. */
  readonly received_at: string;
  /** On what ground. */
  readonly reason: 'no_such_payment' | 'other_channel' | 'other_order' | 'unrecognised';
  /** Our number of the payment, for ever. */
  readonly transaction_id?: string;
  /** What it is about. */
  readonly what: string;
  /** What the provider said, proved. */
  readonly facts: {
    /** How the provider says it stands. */
    readonly state?:
      'not_found' | 'pending' | 'closed' | 'paid' | 'processing' | 'succeeded' | 'failed' | 'needs_action';
    /** Our number of the refund, for ever; its payment’s number is in it. */
    readonly refund_id?: string;
    /** The channel’s own number of the refund. */
    readonly gateway_refund_id?: string;
    /** The channel’s number of the order, where it gives one before it is paid. */
    readonly gateway_order_id?: string;
    /** An amount: decimal text with the decimals of its currency, like "8.80"; never a number. */
    readonly amount?: string;
    /** ISO 4217, three capital letters. */
    readonly currency?: Currency;
    /** When it was paid, by the channel’s clock: UTC, ISO 8601. */
    readonly paid_at?: string;
    /** The channel’s own number of the payment. */
    readonly gateway_transaction_id?: string;
    /** The provider’s own name of this piece of news. */
    readonly notice_id?: string;
  };
  /** Those that were kept. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** The exact bytes that came. */
  readonly body_base64: string;
}

export type Channel =
  | {
      readonly channel_code: string;
      /** The adapter that speaks to it. */
      readonly provider: string;
      /** Which of the provider’s environments. */
      readonly environment: 'production' | 'sandbox' | 'local';
      /** Base URL of the gateway; only for `local`. */
      readonly gateway_url?: string;
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
      /** Where the provider posts its callbacks: an https URL. */
      readonly callback_url_payment: string;
      /** What becomes of callbacks from addresses that are not listed; `monitor` if absent. */
      readonly callback_source_policy: 'off' | 'monitor' | 'enforce';
      /** The provider’s addresses, as CIDR ranges; at most 64. */
      readonly callback_source_ranges: readonly string[];
      /** Whether new payments may be made on it. Callbacks are heard in any case. */
      readonly is_active: boolean;
      /** What becomes of late or wrong money by itself, per kind: `hold`, `accept` or `auto_refund`. A kind that is not named is held; PAID_AFTER_CLOSE and DUPLICATE_PAID go back. */
      readonly anomaly_policy: Readonly<Record<string, 'hold' | 'accept' | 'auto_refund'>>;
      /** The key in KMS that the channel signs with; without one it signs with `private_key_merchant`. */
      readonly signing_key?: {
        /** Its name, as the stage declares it. */
        readonly name: string;
        /** Its public half: what the provider’s console wants. */
        readonly public_key: string;
      };
      /** All keys of the channel in KMS, those too that it does not sign with yet; in answers of GET, where the stage declares any. One that is disabled has no `public_key`. */
      readonly signing_keys?: readonly {
        readonly name: string;
        readonly public_key?: string;
      }[];
      /** Short public marks of the secrets, to compare; never the secrets. */
      readonly secret_fingerprints: Readonly<Record<string, string>>;
      /** Rises by one with every change. */
      readonly version: number;
      /** When it last changed: UTC, ISO 8601. */
      readonly updated_at: string;
      /** Which caller changed it last. */
      readonly updated_by: string;
    }
  | {
      readonly channel_code: string;
      readonly provider: string;
      readonly environment: 'production' | 'sandbox' | 'local';
      readonly gateway_url?: string;
      readonly merchant_id: string;
      /** The client id of the REST application, of the same account as merchant_id. */
      readonly client_id: string;
      /** What PayPal calls the registration of our address for webhooks. It is a part of what PayPal signs: events for another registration prove nothing here. */
      readonly webhook_id: string;
      /** Only for channels of the environment local: the root certificates, PEM, that the certificates for webhooks lead to. Elsewhere it is not looked at: there the public roots are trusted that the runtime brings. */
      readonly root_certificate_platform?: string;
      readonly callback_url_payment: string;
      readonly callback_source_policy: 'off' | 'monitor' | 'enforce';
      readonly callback_source_ranges: readonly string[];
      readonly is_active: boolean;
      readonly anomaly_policy: Readonly<Record<string, 'hold' | 'accept' | 'auto_refund'>>;
      readonly signing_key?: {
        readonly name: string;
        readonly public_key: string;
      };
      readonly signing_keys?: readonly {
        readonly name: string;
        readonly public_key?: string;
      }[];
      readonly secret_fingerprints: Readonly<Record<string, string>>;
      readonly version: number;
      readonly updated_at: string;
      readonly updated_by: string;
    }
  | {
      readonly channel_code: string;
      readonly provider: string;
      readonly environment: 'production' | 'sandbox' | 'local';
      readonly gateway_url?: string;
      /** The Stripe account that the money belongs to. */
      readonly account_id: string;
      /** Stripe’s public key of the account. It is handed to the payer’s page or app with each payment. */
      readonly publishable_key: string;
      readonly callback_url_payment: string;
      readonly callback_source_policy: 'off' | 'monitor' | 'enforce';
      readonly callback_source_ranges: readonly string[];
      readonly is_active: boolean;
      readonly anomaly_policy: Readonly<Record<string, 'hold' | 'accept' | 'auto_refund'>>;
      readonly signing_key?: {
        readonly name: string;
        readonly public_key: string;
      };
      readonly signing_keys?: readonly {
        readonly name: string;
        readonly public_key?: string;
      }[];
      readonly secret_fingerprints: Readonly<Record<string, string>>;
      readonly version: number;
      readonly updated_at: string;
      readonly updated_by: string;
    }
  | {
      readonly channel_code: string;
      readonly provider: string;
      readonly environment: 'production' | 'sandbox' | 'local';
      readonly gateway_url?: string;
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
      readonly callback_url_payment: string;
      readonly callback_source_policy: 'off' | 'monitor' | 'enforce';
      readonly callback_source_ranges: readonly string[];
      readonly is_active: boolean;
      readonly anomaly_policy: Readonly<Record<string, 'hold' | 'accept' | 'auto_refund'>>;
      readonly signing_key?: {
        readonly name: string;
        readonly public_key: string;
      };
      readonly signing_keys?: readonly {
        readonly name: string;
        readonly public_key?: string;
      }[];
      readonly secret_fingerprints: Readonly<Record<string, string>>;
      readonly version: number;
      readonly updated_at: string;
      readonly updated_by: string;
    };
