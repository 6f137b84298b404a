// What Alipay's words mean of a refund, as tables. A word that is not listed means nothing.
// @see https://opendocs.alipay.com/open/02ekfk
import { declined, refused, type Proved, type Refusal, type Result } from './status.ts';

/** `fund_change`: whether money moved by this call. Not by a repeat, and not at once where it takes its time. */
const changes = { Y: 'succeeded', N: 'processing', '': 'processing' } as const;

/**
 * `refund_status`. Left out it is of a refund that did not arrive, or is under way, or failed: Alipay never says that there
 * is none, nor that one failed.
 */
const states = { REFUND_SUCCESS: 'succeeded', '': 'not_told' } as const;

/** What the refusal of a refund means, `code` 40004. */
const refundCodes: Readonly<Record<string, Proved>> = {
  'ACQ.SELLER_BALANCE_NOT_ENOUGH': declined('insufficient_balance'),
  'ACQ.ACCESS_FORBIDDEN': declined('misconfigured'),
  'ACQ.REFUND_FEE_ERROR': declined('amount_refused'),
  'ACQ.REASON_TRADE_REFUND_FEE_ERR': declined('amount_refused'),
  'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL': declined('amount_refused'),
  'ACQ.TOTAL_FEE_EXCEED': declined('amount_refused'),
  'ACQ.DISCORDANT_REPEAT_REQUEST': declined('duplicate_order'),
  'ACQ.CONTEXT_INCONSISTENT': declined('duplicate_order'),
  'ACQ.TRADE_HAS_CLOSE': declined('already_closed'),
  'ACQ.TRADE_HAS_FINISHED': declined('refused'),
  'ACQ.TRADE_STATUS_ERROR': declined('refused'),
  'ACQ.REASON_TRADE_STATUS_INVALID': declined('refused'),
  'ACQ.REASON_TRADE_BEEN_FREEZEN': declined('refused'),
  'ACQ.TRADE_NOT_ALLOW_REFUND': declined('refused'),
  'ACQ.TRADE_NOT_EXIST': declined('refused'),
  'ACQ.INVALID_PARAMETER': declined('refused'),
};

/**
 * What is said of a refund that had been taken up and failed. All else speaks of the trade as it is since, or of the request;
 * whether a number is looked up before that, Alipay does not say.
 */
const ofRefund: ReadonlySet<string> = new Set(['ACQ.TRADE_NOT_ALLOW_REFUND']);

/** Nothing that is said to a question settles a refund, except that we may not ask. */
const queryCodes: Readonly<Record<string, Proved>> = { 'ACQ.ACCESS_FORBIDDEN': declined('misconfigured') };

/** @returns undefined for what is not listed */
export function fundChange(told: unknown = ''): (typeof changes)[keyof typeof changes] | undefined {
  return own(changes, told);
}

/** @returns undefined for what is not listed */
export function refundState(told: unknown = ''): (typeof states)[keyof typeof states] | undefined {
  return own(states, told);
}

export function refusalToRefund(result: Result): Refusal {
  return refused(result, refundCodes);
}

/** @param subCode of a refusal for good */
export function isOfRefund(subCode: string): boolean {
  return ofRefund.has(subCode);
}

export function refusalToTell(result: Result): Refusal {
  return refused(result, queryCodes);
}

function own<Table extends object>(table: Table, key: unknown): Table[keyof Table] | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key as keyof Table] : undefined;
}
