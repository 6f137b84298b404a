// What PayPal's words mean for us, as tables. A word that is not listed means nothing: it is never taken for its neighbour.
// @see https://developer.paypal.com/api/rest/reference/orders/v2/errors/
import type { DeclineCode, Outcome } from '../gateway.ts';

/** What became of the money. A capture that was given back is one that was paid. */
const captureStates = {
  COMPLETED: 'paid',
  PARTIALLY_REFUNDED: 'paid',
  REFUNDED: 'paid',
  PENDING: 'pending',
  DECLINED: 'closed',
  FAILED: 'closed',
} as const;

/** Of an order without a capture. COMPLETED is missing: what it means is told by its capture alone. */
const orderStates = {
  CREATED: 'pending',
  SAVED: 'pending',
  PAYER_ACTION_REQUIRED: 'pending',
  APPROVED: 'approved',
  VOIDED: 'closed',
} as const;

/** Of a refund. */
const refundStates = {
  COMPLETED: 'succeeded',
  PENDING: 'processing',
  FAILED: 'failed',
  CANCELLED: 'failed',
} as const;

export type CaptureState = (typeof captureStates)[keyof typeof captureStates];
export type OrderState = (typeof orderStates)[keyof typeof orderStates];

export function captureState(status: unknown): CaptureState | undefined {
  return own(captureStates, status);
}

export function orderState(status: unknown): OrderState | undefined {
  return own(orderStates, status);
}

export function refundState(status: unknown): (typeof refundStates)[keyof typeof refundStates] | undefined {
  return own(refundStates, status);
}

/** An error in PayPal's words. */
export interface Refused {
  readonly kind: 'refused';
  /** of HTTP */
  readonly status: number;
  /** of `details`: what it is about */
  readonly issues: readonly string[];
  /** the kind of error */
  readonly name: string;
  /** PayPal's own sentence, for operators */
  readonly message: string;
  /** by which PayPal finds the call */
  readonly debugId: string;
}

/** What a refusal proves about this call. */
type Proved = { readonly kind: 'declined'; readonly code: DeclineCode } | { readonly kind: 'retry_later' };
type Table = Readonly<Record<string, Proved>>;

const declined = (code: DeclineCode): Proved => ({ kind: 'declined', code });
const later: Proved = { kind: 'retry_later' };

/**
 * By HTTP status and word: only the pair is proof. INTERNAL_SERVER_ERROR must never stand here: behind it there may be an
 * order, or money.
 */
const anyCall: Table = {
  '400 INVALID_REQUEST': declined('refused'),
  '400 MALFORMED_REQUEST_JSON': declined('refused'),
  '403 NOT_AUTHORIZED': declined('misconfigured'),
  '403 PERMISSION_DENIED': declined('misconfigured'),
  '415 UNSUPPORTED_MEDIA_TYPE': declined('refused'),
  '422 PERMISSION_DENIED': declined('misconfigured'),
  '422 PAYEE_ACCOUNT_INVALID': declined('misconfigured'),
  '422 PAYEE_ACCOUNT_LOCKED_OR_CLOSED': declined('misconfigured'),
  '422 PAYEE_ACCOUNT_RESTRICTED': declined('misconfigured'),
  '422 COMPLIANCE_VIOLATION': declined('refused'),
  '422 CURRENCY_NOT_SUPPORTED': declined('refused'),
  '429 RATE_LIMIT_REACHED': later,
};

const callOfPayments: Table = {
  ...anyCall,
  // Under this number, another order was paid.
  '422 DUPLICATE_INVOICE_ID': declined('duplicate_order'),
};

const createCall: Table = {
  ...callOfPayments,
  // The earlier request makes the order, or has made it; nobody has paid it.
  '409 RESOURCE_CONFLICT': later,
  '409 PREVIOUS_REQUEST_IN_PROGRESS': later,
  '422 DUPLICATE_REQUEST_ID': declined('duplicate_order'),
  '422 CANNOT_BE_ZERO_OR_NEGATIVE': declined('amount_refused'),
  '422 DECIMAL_PRECISION': declined('amount_refused'),
  '422 DECIMALS_NOT_SUPPORTED': declined('amount_refused'),
  '422 MAX_VALUE_EXCEEDED': declined('amount_refused'),
};

/** The 409s are missing: the earlier request may be taking the money. */
const captureCall: Table = {
  ...callOfPayments,
  '422 INSTRUMENT_DECLINED': declined('payer_refused'),
  // What the payer agreed to is taken back, or not enough: it is the payer's turn.
  '422 ORDER_NOT_APPROVED': declined('payer_refused'),
  '422 PAYER_ACTION_REQUIRED': declined('payer_refused'),
  '422 REDIRECT_PAYER_FOR_ALTERNATE_FUNDING': declined('payer_refused'),
  '422 MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED': declined('refused'),
  '422 PAYEE_BLOCKED_TRANSACTION': declined('refused'),
  '422 PAYER_ACCOUNT_LOCKED_OR_CLOSED': declined('refused'),
  '422 PAYER_ACCOUNT_RESTRICTED': declined('refused'),
  '422 PAYER_CANNOT_PAY': declined('refused'),
  '422 TRANSACTION_BLOCKED_BY_PAYEE': declined('refused'),
  '422 TRANSACTION_LIMIT_EXCEEDED': declined('refused'),
  '422 TRANSACTION_RECEIVING_LIMIT_EXCEEDED': declined('refused'),
  '422 TRANSACTION_REFUSED': declined('refused'),
};

/**
 * What says that our number or our request is known already is missing, as are the 409s: an earlier request may have given
 * the money back, or be giving it.
 */
const refundCall: Table = {
  ...anyCall,
  // Nothing was captured yet.
  '422 PENDING_CAPTURE': later,
  '422 REFUND_FAILED_INSUFFICIENT_FUNDS': declined('insufficient_balance'),
  '422 REFUND_FUNDS_NOT_AVAILABLE': declined('insufficient_balance'),
  '422 REFUND_IS_RESTRICTED': declined('misconfigured'),
  '422 CANNOT_BE_ZERO_OR_NEGATIVE': declined('amount_refused'),
  '422 DECIMAL_PRECISION': declined('amount_refused'),
  '422 DECIMALS_NOT_SUPPORTED': declined('amount_refused'),
  '422 REFUND_AMOUNT_EXCEEDED': declined('amount_refused'),
  '422 REFUND_AMOUNT_TOO_LOW': declined('amount_refused'),
  '422 CAPTURE_FULLY_REFUNDED': declined('refused'),
  '422 CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED': declined('refused'),
  '422 MAX_NUMBER_OF_REFUNDS_EXCEEDED': declined('refused'),
  '422 PARTIAL_REFUND_NOT_ALLOWED': declined('refused'),
  '422 PAYER_ACCOUNT_LOCKED_OR_CLOSED': declined('refused'),
  '422 REFUND_CAPTURE_CURRENCY_MISMATCH': declined('refused'),
  '422 REFUND_FAILED_BY_PAYMENT_SOURCE': declined('refused'),
  '422 REFUND_NOT_ALLOWED': declined('refused'),
  '422 REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK': declined('refused'),
  '422 REFUND_NOT_SUPPORTED_FOR_PAYMENT_SOURCE': declined('refused'),
  '422 REFUND_TIME_EXCEEDED_FOR_PAYMENT_SOURCE': declined('refused'),
  '422 REFUND_TIME_LIMIT_EXCEEDED': declined('refused'),
  '422 TRANSACTION_DISPUTED': declined('refused'),
};

const tables = {
  create: createCall,
  capture: captureCall,
  refund: refundCall,
  query: callOfPayments,
} as const;

/** Where a refusal to capture says how the order stands. */
const standings = {
  '422 ORDER_ALREADY_CAPTURED': 'captured',
  '422 ORDER_EXPIRED': 'not_found',
} as const;

export type Standing = (typeof standings)[keyof typeof standings];

export function standing(refused: Refused): Standing | undefined {
  if (isNoOrder(refused)) return 'not_found';
  const [word, ...more] = words(refused);
  return more.length === 0 ? own(standings, word) : undefined;
}

/** No such order, or refund. */
export function isNoOrder({ status, name }: Refused): boolean {
  return status === 404 && (name === 'RESOURCE_NOT_FOUND' || name === 'INVALID_RESOURCE_ID');
}

/** What an answer other than success means for this call. */
export function refusal(refused: Refused, of: keyof typeof tables): Exclude<Outcome<never>, { kind: 'ok' }> {
  const { status, issues, name, message, debugId } = refused;
  const channelCode = issues[0] ?? name;
  const cause = `HTTP ${status} ${name}, debug_id ${debugId}`;
  // The door: the token is looked at before anything is done.
  if (status === 401) return { kind: 'retry_later', channelCode, message, cause };
  const found = provedBy(refused, tables[of]);
  if (!found) return { kind: 'unknown', reason: 'unlisted_code', channelCode, cause };
  return found.kind === 'declined'
    ? { ...found, channelCode, message: `${message} (debug_id ${debugId})` }
    : { ...found, channelCode, message, cause };
}

/** By its issues, if all of them are listed; else by its name. */
function provedBy(refused: Refused, table: Table): Proved | undefined {
  const [first, ...others] = words(refused).map((word) => own(table, word));
  const isListed = first && others.every((other) => other);
  return isListed ? first : own(table, `${refused.status} ${refused.name}`);
}

function words({ status, issues }: Refused): readonly string[] {
  return issues.map((issue) => `${status} ${issue}`);
}

function own<T>(table: Readonly<Record<string, T>>, word: unknown): T | undefined {
  return typeof word === 'string' && Object.hasOwn(table, word) ? table[word] : undefined;
}
