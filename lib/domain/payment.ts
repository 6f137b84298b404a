// One attempt to collect one amount for one business order through one channel: its facts and the states it may take.
import type { Anomaly, ChannelAmounts } from './anomaly.ts';
import type { ChannelCode, TransactionId } from './ids.ts';
import type { Money } from './money.ts';

export type PaymentStatus =
  | 'PENDING_CREATE'
  | 'PENDING_PAYMENT'
  | 'PAID_SUCCESS'
  | 'PAID_FAILED'
  | 'CLOSED'
  | 'REFUND_PARTIAL'
  | 'REFUND_FULL';

/**
 * Every edge a payment may take, with the name of the event that tells of it. The compiler (no status may be missing),
 * the store (condition of the write), the publisher, the documents and the tests all read this one table.
 * @see SPEC R4.3
 */
export const transitions = {
  PENDING_CREATE: {
    PENDING_PAYMENT: 'payment.pending',
    PAID_SUCCESS: 'payment.paid',
    PAID_FAILED: 'payment.failed',
    CLOSED: 'payment.closed',
  },
  PENDING_PAYMENT: {
    PAID_SUCCESS: 'payment.paid',
    PAID_FAILED: 'payment.failed',
    CLOSED: 'payment.closed',
  },
  PAID_SUCCESS: {
    REFUND_PARTIAL: 'payment.partially_refunded',
    REFUND_FULL: 'payment.refunded',
  },
  REFUND_PARTIAL: {
    REFUND_PARTIAL: 'payment.partially_refunded',
    REFUND_FULL: 'payment.refunded',
    PAID_SUCCESS: 'payment.refund_reversed',
  },
  REFUND_FULL: {
    REFUND_PARTIAL: 'payment.refund_reversed',
    PAID_SUCCESS: 'payment.refund_reversed',
  },
  // Late money: the payer was quicker than our closing, or the channel's "failed" was not its last word.
  PAID_FAILED: { PAID_SUCCESS: 'payment.paid_late' },
  CLOSED: { PAID_SUCCESS: 'payment.paid_late' },
} as const satisfies Record<PaymentStatus, Partial<Record<PaymentStatus, `payment.${string}`>>>;

type EdgeName = {
  [From in PaymentStatus]: (typeof transitions)[From][keyof (typeof transitions)[From]];
}[PaymentStatus];

export type PaymentEventName =
  | 'payment.created'
  | 'payment.close_requested'
  | 'payment.capture_begun'
  | 'payment.capture_declined'
  | 'payment.anomaly_found'
  | 'payment.anomaly_resolved'
  | EdgeName;

/** The name of the edge, or undefined where there is none. */
export function edge(from: PaymentStatus, to: PaymentStatus): EdgeName | undefined {
  return (transitions[from] as Partial<Record<PaymentStatus, EdgeName>>)[to];
}

/** The order's money has come: the order may not be paid again, whatever was refunded since. @see SPEC R5.1 */
export function isPaid(status: PaymentStatus): boolean {
  return status === 'PAID_SUCCESS' || status === 'REFUND_PARTIAL' || status === 'REFUND_FULL';
}

/** Nothing is expected of the channel any more, but late money. */
export function isFinal(status: PaymentStatus): boolean {
  return status !== 'PENDING_CREATE' && status !== 'PENDING_PAYMENT';
}

/** The means to pay. A union by `kind`; each channel product adds its own. */
export type PrepayInfo =
  | { readonly kind: 'qr_code'; readonly qr_code: string }
  /** the payer's browser goes there */
  | { readonly kind: 'redirect_url'; readonly url: string }
  /** the app, or the page inside the channel's own app, hands them to the channel's SDK as they are */
  | { readonly kind: 'jsapi_parameters'; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'app_parameters'; readonly parameters: Readonly<Record<string, string>> }
  /** the page, or the app, hands both to the channel's SDK; whoever has the secret can pay, and see, this one payment */
  | { readonly kind: 'client_secret'; readonly client_secret: string; readonly publishable_key: string };

/** Whose money it is by the channel's word; a field is absent where the channel does not say. */
export interface Payee {
  readonly merchantId?: string;
  readonly appId?: string;
}

/** Who pays, where a method must know. */
export interface Payer {
  /** the payer's id at the channel, for the merchant's application */
  readonly openid?: string;
  readonly clientIp?: string;
}

/** The business order that a payment collects for; `application` keeps two callers' orders apart. */
export interface BusinessOrder {
  readonly application: string;
  readonly businessOrderId: string;
  readonly businessOrderType?: string;
}

/** Instants are UTC ISO-8601 with ms. */
export interface Payment extends BusinessOrder {
  readonly transactionId: TransactionId;
  readonly userId?: string;
  readonly paymentChannel: ChannelCode;
  readonly paymentMethod: string;
  /** whom the channel collected for when this payment was made */
  readonly payee: Payee;
  readonly amountRequested: Money;
  /** the order total that the channel confirmed; set once */
  readonly amountPaid?: Money;
  readonly channelAmounts?: ChannelAmounts;
  /** of `amountPaid`: what went back, by the channel's word, and what refunds that are not over hold */
  readonly amountRefunded?: Money;
  readonly amountReserved?: Money;
  readonly subject: string;
  readonly payer?: Payer;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly status: PaymentStatus;
  /** rises by one with every change of the payment and of whatever hangs on it */
  readonly version: number;
  /** the provider's number of the order, where it gives one before it is paid */
  readonly gatewayOrderId?: string;
  /** the provider's number of the money */
  readonly gatewayTransactionId?: string;
  readonly prepayInfo?: PrepayInfo;
  /** where the payer's browser goes in the end */
  readonly returnUrl?: string;
  readonly paymentInstrument?: string;
  /** ours, from the table of errors */
  readonly errorCode?: string;
  /** the channel's own word for it */
  readonly channelErrorCode?: string;
  /** one that waits for a decision, if any does; else the latest */
  readonly anomaly?: Anomaly;
  /** the others: other money for this payment, decided about or not */
  readonly otherAnomalies?: readonly Anomaly[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  readonly paidAt?: string;
  readonly closedAt?: string;
  /** somebody wants it closed, and the channel has not confirmed that yet: money since then is late. @see SPEC R5.3 */
  readonly closeRequestedAt?: string;
  /** the payer has agreed, and we began to take the money: the last time. @see SPEC R4.7 */
  readonly captureBegunAt?: string;
  /** how often we began, and how often the channel provably refused */
  readonly captures?: number;
  readonly captureDeclines?: number;
  /** the payment that took this one's place when the payer chose another way. @see SPEC R5.2 */
  readonly supersededBy?: TransactionId;
  /** when the channel is asked for it next; absent once nothing is to be asked */
  readonly dueAt?: string;
  /** how often in a row asking brought no answer */
  readonly unanswered?: number;
  /** which try at the provider's order it is, where an error is kept under the key of an earlier one */
  readonly generation?: number;
  /** when the channel was last asked because its payer came back */
  readonly askedAt?: string;
  /** how many refunds it ever had: the next one's number */
  readonly refunds?: number;
}

/** Not to be seen outside: the means to pay, who pays, and when to ask. */
type Hidden = 'prepayInfo' | 'payer' | 'generation' | 'dueAt' | 'unanswered' | 'askedAt' | 'refunds';
export type PaymentFacts = Omit<Payment, Hidden>;

/** Late or wrong money waits for a decision. */
export function isUnderReview({ anomaly }: Payment): boolean {
  return anomaly !== undefined && anomaly.resolution === undefined;
}

/** We began to take the money, and the channel has not said what became of it: until then nobody closes the payment. */
export function isCapturing({ status, captures = 0, captureDeclines = 0 }: Payment): boolean {
  return !isFinal(status) && captures > captureDeclines;
}

function decided({ anomaly, otherAnomalies = [] }: Payment): number {
  return [anomaly, ...otherAnomalies].filter((each) => each?.resolution !== undefined).length;
}

/**
 * The name of the event that tells of a change.
 * @throws Error when there is no such way: a bug
 */
export function eventOf(before: Payment, after: Payment): PaymentEventName {
  if (before.status !== after.status) {
    const name = edge(before.status, after.status);
    if (name) return name;
  } else if (after.anomaly !== before.anomaly)
    return decided(after) > decided(before) ? 'payment.anomaly_resolved' : 'payment.anomaly_found';
  else if (after.captures !== before.captures) return 'payment.capture_begun';
  else if (after.captureDeclines !== before.captureDeclines) return 'payment.capture_declined';
  else if (after.closeRequestedAt !== before.closeRequestedAt || after.supersededBy !== before.supersededBy)
    return 'payment.close_requested';
  throw new Error(`There is no way from ${before.status} to ${after.status}.`);
}
