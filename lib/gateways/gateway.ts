// The contract between the house and whatever speaks a provider's language. Names here are ours; a provider's own words
// never leave its folder.
import type { IdSource, TransactionId } from '../domain/ids.ts';
import type { Currency, Money } from '../domain/money.ts';
import type { Payer, PrepayInfo } from '../domain/payment.ts';
import type { PlatformKeys } from '../domain/platform-keys.ts';
import type {
  NoSuchRefund,
  RefundOrder,
  RefundQuery,
  RefundReference,
  RefundSnapshot,
} from '../domain/refund.ts';
import type { PaymentSnapshot } from '../domain/settlement.ts';

/**
 * What a call to a gateway brought. `declined` and `retry_later` are proved; everything that is not proved is `unknown`.
 * @see SPEC R4.2
 */
export type Outcome<T> =
  | { kind: 'ok'; value: T }
  /** The channel said no, and said so provably: no money moved and none will by this call. */
  | { kind: 'declined'; code: DeclineCode; channelCode: string; message: string }
  /**
   * Proved not executed (rate limit, refused at the door): the same call may be made again later. `renew`: under the next
   * generation, since the provider would replay a stored error for ever.
   */
  | { kind: 'retry_later'; channelCode: string; message: string; cause?: unknown; renew?: true }
  /** Money may have moved: ask again, never fail. `cause` is for logs, never for a caller. */
  | { kind: 'unknown'; reason: UnknownReason; channelCode?: string; cause?: unknown };

export type UnknownReason =
  | 'timeout'
  | 'connection'
  | 'http_status'
  | 'unreadable'
  | 'bad_signature'
  | 'other_order'
  | 'unlisted_code'
  /** the channel did it, and we could not sign what comes after */
  | 'not_signed';

/** Our names for why a channel declined. */
export type DeclineCode =
  | 'amount_refused'
  | 'duplicate_order'
  | 'already_paid'
  | 'already_closed'
  | 'payer_refused'
  | 'insufficient_balance'
  | 'misconfigured'
  | 'refused';

export interface PrepayRequest {
  /** What is sent as our number, and as the key of a request that may be repeated, is a function of this id and of `generation`. */
  readonly transactionId: TransactionId;
  /** 0 if absent. Rises only where the provider replays an error that it stored, and it is proved that there is no order. @see SPEC R6.4 */
  readonly generation?: number;
  readonly method: string;
  readonly amount: Money;
  /** The caller's text as it came; the adapter sends a cleaned copy. */
  readonly subject: string;
  /** UTC ISO-8601 ms: when we stop taking money; the adapter tells the gateway something slightly earlier. */
  readonly expiresAt: string;
  readonly callbackUrl: string;
  /** our own address, without a query, to which the channel sends the payer's browser; ways to pay without one leave it out */
  readonly returnUrl: string;
  /** what the method requires of the payer, as the caller gave it */
  readonly payer?: Payer;
}

export interface Prepay {
  readonly prepayInfo: PrepayInfo;
  /** The provider's own number of the order, where it gives one: it is asked for by it, and every word must name it. */
  readonly gatewayOrderId?: string;
}

/** A callback as it arrived: unproved. */
export interface Callback {
  /** the exact bytes received */
  readonly body: Uint8Array;
  /** every value of each header, names in lower case */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** What a proved callback says. */
export type Notification =
  | { readonly kind: 'payment'; readonly snapshot: PaymentSnapshot }
  | { readonly kind: 'refund'; readonly snapshot: RefundSnapshot }
  /** Genuine and ours, about a refund, and without all its facts, or not to be believed by itself: the channel is to be asked. */
  | {
      readonly kind: 'refund_hint';
      readonly what: string;
      readonly noticeId: string;
      readonly refund: RefundReference;
    }
  /** Genuine and ours, and not to be believed by itself: the channel is to be asked. */
  | {
      readonly kind: 'hint';
      readonly what: string;
      readonly noticeId: string;
      readonly transactionId: TransactionId;
      readonly gatewayOrderId: string;
    }
  /** Genuine, ours, and without consequence for money (a probe, a state that changes nothing). */
  | { readonly kind: 'ignored'; readonly reason: string; readonly transactionId?: TransactionId }
  /**
   * Genuine and ours, but of a type or status that we do not know: kept and told, never guessed. `noticeId` is the
   * provider's own name of this piece of news: the same in its repeats, another in any other.
   */
  | {
      readonly kind: 'unrecognised';
      readonly what: string;
      readonly noticeId: string;
      readonly transactionId?: TransactionId;
    };

export interface ProvedNotification {
  readonly notification: Notification;
  /** names the key that proved it */
  readonly keyVersion: string;
  /**
   * The provider's name of this one sending, another in each repeat: only where what is proved is a checksum of the body, so
   * that other bodies can come under it.
   */
  readonly transmissionId?: string;
}

/**
 * Why a callback was not read. Before its proof: `malformed`, `not_authentic`; `probe` = the provider tries whether we
 * prove at all: refused like any other that is not authentic, and nobody is called. Proved: `not_opened` = our key does not
 * open what it seals; `unreadable` = not of a form that this build reads; `foreign` = for another merchant, app or mode.
 */
export class CallbackRefused extends Error {
  readonly reason: 'malformed' | 'not_authentic' | 'probe' | 'not_opened' | 'unreadable' | 'foreign';
  constructor(reason: CallbackRefused['reason'], detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'CallbackRefused';
    this.reason = reason;
  }
}

/** The exact answer a channel expects to a callback. */
export interface Acknowledgement {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Reads callbacks. Made from public facts alone: who holds it can neither sign nor move money. */
export interface NotificationReader {
  /** names, in lower case, of the headers that a callback is proved by: they are kept with it */
  readonly proofHeaders?: readonly string[];
  /**
   * Proves and reads in one act, on the raw bytes.
   * @throws CallbackRefused
   */
  readNotification(callback: Callback): ProvedNotification;
  /**
   * Proves what a payer's browser brought back, and says which payment it is about: never how it stands.
   * @param query as it stands in the address, without `?`
   * @returns with `gatewayOrderId` where nothing is signed: then knowing both numbers is the proof
   * @throws CallbackRefused
   * @see SPEC R4.6
   */
  readReturn?(query: string): ReturnedPayer;
  /**
   * Brings what the proof of this callback takes beside our own facts (a certificate that it names), before it is read.
   * Nobody is called whose address is not the provider's own. What cannot be had makes the callback one that is not proved.
   */
  fetchProof?(callback: Callback, call: CallOptions): Promise<void>;
  /** `accepted` only after the notification is durable. */
  acknowledge(verdict: 'accepted' | 'refused'): Acknowledgement;
}

export interface ReturnedPayer {
  readonly transactionId: TransactionId;
  readonly gatewayOrderId?: string;
}

/** Speaks to one connected channel. An optional method's presence is the capability. @see SPEC R2.6 */
export interface Gateway extends NotificationReader {
  prepay(request: PrepayRequest, call: CallOptions): Promise<Outcome<Prepay>>;
  queryPayment(query: PaymentQuery, call: CallOptions): Promise<Outcome<PaymentSnapshot>>;
  /** Asks for no more money to be taken. A refusal (`already_paid` …) says only that this call closed nothing: query. */
  closePayment(query: PaymentQuery, call: CallOptions): Promise<Outcome<Closing>>;
  /**
   * Takes the money that the payer agreed to; the same call may be made again. Declined as `payer_refused`: this means to
   * pay was refused, or the payer has not agreed to it, and no money moved; the payer may agree to another.
   */
  capturePayment?(query: PaymentQuery, call: CallOptions): Promise<Outcome<PaymentSnapshot>>;
  /**
   * Gives money back; the same call may be made again, whenever. `declined` is proved of the refund, and not only of this
   * call: it has not been made by an earlier one either (where the provider says that nothing is left, it is asked first).
   * `insufficient_balance` and `misconfigured`: a person can mend it, and the same call then works.
   * @see SPEC R6.4
   */
  refund?(order: RefundOrder, call: CallOptions): Promise<Outcome<RefundSnapshot>>;
  /** Also of one that was made at the provider's console, by the provider's number. */
  queryRefund?(query: RefundQuery, call: CallOptions): Promise<Outcome<RefundSnapshot | NoSuchRefund>>;
  /**
   * A page of what the provider tells that settles something and that nobody took from it, newest first.
   * @param since UTC ISO-8601 ms
   * @param after `next` of the page before it
   * @see SPEC R8.3
   */
  listUndelivered?(since: string, call: CallOptions, after?: string): Promise<Outcome<Undelivered>>;
  /** All keys that the provider proves itself with now. Only a schedule asks for them, never a stranger's serial. */
  fetchPlatformKeys?(call: CallOptions): Promise<Outcome<PlatformKeys>>;
}

export interface Undelivered {
  /** as callbacks would have brought them; `body` is what was read of each */
  readonly news: readonly (ProvedNotification & { readonly body: string })[];
  /** where older news begins; absent where there is none */
  readonly next?: string;
}

/** `closed`: by the channel's word, for ever. `not_found`: there is nothing to close yet, and there may be. */
export type Closing = 'closed' | 'not_found';

export interface PaymentQuery {
  readonly transactionId: TransactionId;
  readonly currency: Currency;
  /** as its prepay gave it; absent, too, when that answer was lost: then nobody was shown how to pay */
  readonly gatewayOrderId?: string;
  /** how many captures of it were refused as `payer_refused`; 0 if absent. The key of a capture is a function of it. */
  readonly attempt?: number;
}

export interface CallOptions {
  /** ms since 1970 UTC; the call is given up then, as `unknown` */
  readonly deadline: number;
}

/** Signs with a key that may be out of reach (KMS): RSASSA-PKCS1-v1_5 over SHA-256. */
export interface Signer {
  readonly keyId: string;
  sign(text: Uint8Array): Promise<Buffer>;
}

/** What an adapter gets from outside: the network, the clock and chance. */
export interface GatewayPorts extends IdSource {
  readonly fetch: typeof globalThis.fetch;
}

/** What reads callbacks makes up nothing. */
export type ReaderPorts = Omit<GatewayPorts, 'randomBytes'>;
