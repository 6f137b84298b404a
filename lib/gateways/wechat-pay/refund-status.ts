// What WeChat Pay's words about refunds mean for us, as tables. A word that is not listed means nothing.
// @see https://pay.weixin.qq.com/doc/v3/merchant/4012791862
import { declined, later, refusal, type Proved, type Refusal, type Result } from './status.ts';

/** `status` of an answer, `refund_status` of a notice. ABNORMAL: the money has not reached the payer, nor come back. */
const refundStates = {
  SUCCESS: 'succeeded',
  PROCESSING: 'processing',
  ABNORMAL: 'needs_action',
  CLOSED: 'failed',
} as const;

export type RefundState = (typeof refundStates)[keyof typeof refundStates];

export function refundState(status: string): RefundState | undefined {
  return Object.hasOwn(refundStates, status) ? refundStates[status as keyof typeof refundStates] : undefined;
}

/**
 * By HTTP status and `code`. Nothing under 500 may stand here: behind it the refund may have been made, also where the word
 * (INVALID_TRANSACTIONID) sounds final.
 */
const refusals: Readonly<Record<string, Proved>> = {
  '400 PARAM_ERROR': declined('refused'),
  // Of many reasons: too late, more than is left, all given back already, another amount under the same number.
  '400 INVALID_REQUEST': declined('refused'),
  '400 APPID_MCHID_NOT_MATCH': declined('misconfigured'),
  '400 MCH_NOT_EXISTS': declined('misconfigured'),
  '404 MCH_NOT_EXISTS': declined('misconfigured'),
  '401 SIGN_ERROR': declined('misconfigured'),
  '403 NO_AUTH': declined('misconfigured'),
  '403 NOT_ENOUGH': declined('insufficient_balance'),
  '403 RULE_LIMIT': declined('refused'),
  '403 TRADE_ERROR': declined('refused'),
  '403 ACCOUNT_ERROR': declined('payer_refused'),
  '403 USER_ACCOUNT_ABNORMAL': declined('payer_refused'),
  // Of the order: this merchant has none to give back.
  '404 RESOURCE_NOT_EXISTS': declined('refused'),
  '404 ORDER_NOT_EXIST': declined('refused'),
  '429 FREQUENCY_LIMITED': later,
  '429 RATELIMIT_EXCEEDED': later,
};

/** What a refusal of a refund means for this call; whether an earlier one made it is another question. */
export function refundRefusal(result: Result): Refusal {
  return refusal(result, refusals);
}

/** What a refusal means for a query: only our own settings are proved by it, and nothing of the refund. */
export function queryRefusal(result: Result): Refusal {
  const refused = refundRefusal(result);
  return refused.kind === 'declined' && refused.code !== 'misconfigured'
    ? { kind: 'unknown', reason: 'unlisted_code', channelCode: refused.channelCode }
    : refused;
}

/** To a query by number: there is none of this merchant. */
export function isNoRefund({ status, code }: Result): boolean {
  return status === 404 && code === 'RESOURCE_NOT_EXISTS';
}
