// What Alipay's words mean for us, as tables. A word that is not listed means nothing: it is never taken for its neighbour.
// @see https://opendocs.alipay.com/common/02km9f
import type { DeclineCode, Outcome } from '../gateway.ts';

/** `trade_status`. TRADE_FINISHED is paid, too: only the time for refunds is over. */
const tradeStates = {
  WAIT_BUYER_PAY: 'pending',
  TRADE_SUCCESS: 'paid',
  TRADE_FINISHED: 'paid',
  TRADE_CLOSED: 'closed',
} as const;

export type TradeState = (typeof tradeStates)[keyof typeof tradeStates];

export function tradeState(status: string): TradeState | undefined {
  return Object.hasOwn(tradeStates, status) ? tradeStates[status as keyof typeof tradeStates] : undefined;
}

/** What a refusal proves about this call. */
export type Proved =
  { readonly kind: 'declined'; readonly code: DeclineCode } | { readonly kind: 'retry_later' };

export const declined = (code: DeclineCode): Proved => ({ kind: 'declined', code });

/** `code` 40004: the business said no. ACQ.SYSTEM_ERROR must never stand here: behind it the trade may exist. */
const businessCodes: Readonly<Record<string, Proved>> = {
  'ACQ.TRADE_HAS_SUCCESS': declined('already_paid'),
  'ACQ.TRADE_HAS_FINISHED': declined('already_paid'),
  'ACQ.TRADE_HAS_CLOSE': declined('already_closed'),
  // A trade of this number is there: our own earlier call's.
  'ACQ.TRADE_STATUS_ERROR': declined('duplicate_order'),
  'ACQ.CONTEXT_INCONSISTENT': declined('duplicate_order'),
  'ACQ.TOTAL_FEE_EXCEED': declined('amount_refused'),
  'ACQ.BUYER_SELLER_EQUAL': declined('payer_refused'),
  'ACQ.INVALID_PARAMETER': declined('refused'),
  'ACQ.ACCESS_FORBIDDEN': declined('misconfigured'),
};

/** Where the same word means another thing to a close: the trade is not in a state to be closed, and which it is, is not said. */
const closeCodes: Readonly<Record<string, Proved>> = {
  ...businessCodes,
  'ACQ.TRADE_STATUS_ERROR': declined('refused'),
  'ACQ.REASON_TRADE_STATUS_INVALID': declined('refused'),
};

/** Other `code`s: the door said no, before any business; which of our settings is wrong stands in `sub_code`. */
const doorCodes: Readonly<Record<string, Proved>> = {
  20001: declined('misconfigured'),
  40001: declined('misconfigured'),
  40002: declined('misconfigured'),
  40003: declined('misconfigured'),
  40006: declined('misconfigured'),
};

const limitCodes: Readonly<Record<string, Proved>> = {
  'app.call-limited': { kind: 'retry_later' },
  'isv.app-call-limited': { kind: 'retry_later' },
};

/** A proved answer's result. */
export interface Result {
  readonly code: string;
  readonly subCode: string;
  /** Alipay's own sentence, for operators */
  readonly message: string;
}

export function isNoTrade({ code, subCode }: Result): boolean {
  return code === '40004' && subCode === 'ACQ.TRADE_NOT_EXIST';
}

/** What an answer other than success means for this call. */
export function refusal(result: Result): Refusal {
  return refused(result, businessCodes);
}

/** The same of a call to close. */
export function refusalToClose(result: Result): Refusal {
  return refused(result, closeCodes);
}

export type Refusal = Exclude<Outcome<never>, { kind: 'ok' }>;

/** @param business what `code` 40004 proves of such a call, by `sub_code` */
export function refused(
  { code, subCode, message }: Result,
  business: Readonly<Record<string, Proved>>,
): Refusal {
  const proved = lookUp(code, subCode, business);
  if (proved) return { ...proved, channelCode: subCode, message };
  return { kind: 'unknown', reason: 'unlisted_code', channelCode: subCode || code };
}

function lookUp(
  code: string,
  subCode: string,
  business: Readonly<Record<string, Proved>>,
): Proved | undefined {
  if (code === '40004') return own(business, subCode);
  if (code === '40005') return own(limitCodes, subCode);
  return /^(isv|aop|app)\.[a-z-]+$/.test(subCode) ? own(doorCodes, code) : undefined;
}

function own(table: Readonly<Record<string, Proved>>, key: string): Proved | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
