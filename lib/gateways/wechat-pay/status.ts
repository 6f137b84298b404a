// What WeChat Pay's words mean for us, as tables. A word that is not listed means nothing: it is never taken for its neighbour.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012070720
import type { DeclineCode, Outcome } from '../gateway.ts';

/**
 * `trade_state`. REFUND is an order that was paid. PAYERROR is one attempt that failed: the order is open until it is closed.
 */
const tradeStates = {
  SUCCESS: 'paid',
  REFUND: 'paid',
  NOTPAY: 'pending',
  USERPAYING: 'pending',
  ACCEPT: 'pending',
  PAYERROR: 'pending',
  CLOSED: 'closed',
  REVOKED: 'closed',
} as const;

export type TradeState = (typeof tradeStates)[keyof typeof tradeStates];

export function tradeState(status: string): TradeState | undefined {
  return Object.hasOwn(tradeStates, status) ? tradeStates[status as keyof typeof tradeStates] : undefined;
}

/** What a refusal proves about this call. */
export type Proved =
  { readonly kind: 'declined'; readonly code: DeclineCode } | { readonly kind: 'retry_later' };

export const declined = (code: DeclineCode): Proved => ({ kind: 'declined', code });
export const later: Proved = { kind: 'retry_later' };

/**
 * By HTTP status and `code`: only the pair is proof. SYSTEM_ERROR and BANK_ERROR must never stand here: behind them the
 * order may exist.
 */
const refusals: Readonly<Record<string, Proved>> = {
  '400 PARAM_ERROR': declined('refused'),
  '400 INVALID_REQUEST': declined('refused'),
  '400 APPID_MCHID_NOT_MATCH': declined('misconfigured'),
  '400 MCH_NOT_EXISTS': declined('misconfigured'),
  '404 MCH_NOT_EXISTS': declined('misconfigured'),
  '401 SIGN_ERROR': declined('misconfigured'),
  '403 NO_AUTH': declined('misconfigured'),
  '403 RULE_LIMIT': declined('refused'),
  '403 TRADE_ERROR': declined('refused'),
  '403 ACCOUNT_ERROR': declined('payer_refused'),
  '403 USER_ACCOUNT_ABNORMAL': declined('payer_refused'),
  // Under 500, and yet its word is final: nothing but another openid changes it.
  '500 OPENID_MISMATCH': declined('payer_refused'),
  '429 FREQUENCY_LIMITED': later,
  '429 RATELIMIT_EXCEEDED': later,
  // What follows tells of an earlier call for the same number.
  '400 ORDERPAID': declined('already_paid'),
  '400 ORDER_CLOSED': declined('already_closed'),
  '403 OUT_TRADE_NO_USED': declined('duplicate_order'),
};

/** A proved answer other than success. */
export interface Result {
  /** of HTTP */
  readonly status: number;
  /** WeChat Pay's word; empty where it gave none */
  readonly code: string;
  /** WeChat Pay's own sentence, for operators */
  readonly message: string;
}

export function isNoOrder({ status, code }: Result): boolean {
  return status === 404 && code === 'ORDER_NOT_EXIST';
}

export type Refusal = Exclude<Outcome<never>, { kind: 'ok' }>;

/** What an answer other than success means for this call. @param table by HTTP status and `code` */
export function refusal(
  { status, code, message }: Result,
  table: Readonly<Record<string, Proved>> = refusals,
): Refusal {
  const pair = `${status} ${code}`;
  const proved = Object.hasOwn(table, pair) ? table[pair] : undefined;
  if (proved) return { ...proved, channelCode: code, message };
  if (code === '') return { kind: 'unknown', reason: 'http_status', cause: `HTTP ${status}` };
  return { kind: 'unknown', reason: 'unlisted_code', channelCode: code };
}
