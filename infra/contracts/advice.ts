// What a caller should do about each error, in both languages. An error without advice does not compile.
import type { ErrorCode } from '../../lib/domain/errors.ts';

const advice = {
  correct: {
    en: 'Correct the request: `param` and `detail` say where. Send it with a new Idempotency-Key.',
    zh: '按 `param` 与 `detail` 指出之处修改请求，并使用新的 Idempotency-Key 发送。',
  },
  newKey: {
    en: 'Use a key of your own for every new request, and the same one only to repeat it.',
    zh: '每个新请求使用新的键；仅在重试同一请求时使用相同的键。',
  },
  wait: {
    en: 'Send the same request again after Retry-After seconds (a few, if there is no such header).',
    zh: '在 Retry-After 秒后重发同一请求（若无该响应头，请等待数秒）。',
  },
  repeat: {
    en: 'Send the same request again with the same Idempotency-Key until there is another answer: nobody is charged twice. Never treat it as failed.',
    zh: '使用相同的 Idempotency-Key 重发同一请求，直到得到其他结果；不会重复扣款。切勿视为失败。',
  },
  readOrder: {
    en: 'Read the payment in `transaction_id`; do not collect again for this order.',
    zh: '查询 `transaction_id` 对应的支付；不要为该订单再次收款。',
  },
  sameFacts: {
    en: 'Ask with the facts of the live payment in `transaction_id`, or wait until it is closed.',
    zh: '使用 `transaction_id` 对应的进行中支付的信息重新请求，或等待其关闭。',
  },
  readAgain: {
    en: 'Read it again, then decide whether the change is still wanted.',
    zh: '重新查询，再决定是否仍需该更改。',
  },
  otherWay: {
    en: 'Tell the payer. A new request may use another method or channel.',
    zh: '告知付款人。可使用其他支付方式或渠道发起新请求。',
  },
  otherChannel: {
    en: 'Use another channel, or ask an operator to switch it on.',
    zh: '使用其他渠道，或请运营启用该渠道。',
  },
  operators: {
    en: 'Use another channel meanwhile; operators put the channel’s configuration right.',
    zh: '暂时使用其他渠道；由运营修正渠道配置。',
  },
  removeCard: {
    en: 'Remove the number. Never send card data to this service.',
    zh: '移除该号码。切勿向本服务发送银行卡数据。',
  },
  askForAccess: {
    en: 'Ask the payment team to list your role as a caller, with the scopes that it needs.',
    zh: '请支付团队将您的角色登记为调用方，并授予所需权限。',
  },
  sign: {
    en: 'Check method and path; sign with AWS Signature Version 4 for service execute-api, after the last change of the request.',
    zh: '检查方法与路径；在请求最终确定后，使用 AWS Signature Version 4（服务 execute-api）签名。',
  },
  freshKeys: {
    en: 'Take fresh credentials, check the clock, sign and send again.',
    zh: '获取新的凭证并校准时钟，重新签名后发送。',
  },
  nothingToDo: {
    en: 'Read the payment: somebody, or the policy of its channel, has decided already, or there never was anything.',
    zh: '查询该支付：可能已有人或渠道策略作出处理，或本无异常。',
  },
  dismiss: {
    en: 'Settle it with the provider, then resolve it with action "dismiss" and the reason.',
    zh: '与渠道方处理该款项，然后以 action "dismiss" 并注明原因结案。',
  },
  checkId: {
    en: 'Check the id, and that the payment is one of your application.',
    zh: '检查编号，并确认该支付属于您的应用。',
  },
  refundAgain: {
    en: 'Read channel_error_code; refund again under a new business_refund_id, or by refund_method OFFLINE.',
    zh: '查看 channel_error_code；使用新的 business_refund_id 再次退款，或以 refund_method OFFLINE 线下退款。',
  },
  readRefunds: {
    en: 'Read the payment’s refundable_amount and its refunds, then ask for no more than is left.',
    zh: '查询该支付的 refundable_amount 及其退款，退款金额不得超过余额。',
  },
  newRefundId: {
    en: 'Read the refund of that number; another refund needs another business_refund_id.',
    zh: '查询该编号的退款；另一笔退款须使用新的 business_refund_id。',
  },
  byHand: {
    en: 'Give the money back another way, and record it with refund_method OFFLINE or BALANCE.',
    zh: '以其他方式退款，并以 refund_method OFFLINE 或 BALANCE 登记。',
  },
  firewall: {
    en: 'Providers: check the callback address and the size of the body.',
    zh: '渠道方：请检查回调地址与请求体大小。',
  },
} as const;

const whichAdvice: Record<ErrorCode, keyof typeof advice> = {
  INVALID_REQUEST: 'correct',
  MALFORMED_JSON: 'correct',
  DUPLICATE_JSON_KEY: 'correct',
  UNKNOWN_FIELD: 'correct',
  IDEMPOTENCY_KEY_REQUIRED: 'newKey',
  IDEMPOTENCY_KEY_INVALID: 'newKey',
  CURSOR_INVALID: 'correct',
  CALLER_UNKNOWN: 'askForAccess',
  SCOPE_MISSING: 'askForAccess',
  NOT_FOUND: 'checkId',
  ORDER_ALREADY_PAID: 'readOrder',
  ORDER_UNDER_REVIEW: 'readOrder',
  NOTHING_TO_RESOLVE: 'nothingToDo',
  ORDER_MISMATCH: 'sameFacts',
  CREATE_IN_PROGRESS: 'wait',
  IDEMPOTENCY_IN_PROGRESS: 'wait',
  STATE_CONFLICT: 'readAgain',
  CHANNEL_DISABLED: 'otherChannel',
  PAYLOAD_TOO_LARGE: 'correct',
  UNSUPPORTED_MEDIA_TYPE: 'correct',
  AMOUNT_INVALID: 'correct',
  AMOUNT_SCALE: 'correct',
  AMOUNT_OUT_OF_RANGE: 'correct',
  CURRENCY_UNSUPPORTED: 'correct',
  CURRENCY_CHANNEL_MISMATCH: 'correct',
  CHANNEL_UNKNOWN: 'correct',
  METHOD_UNKNOWN: 'correct',
  ORDER_ID_INVALID: 'correct',
  EXPIRE_INVALID: 'correct',
  RETURN_URL_NOT_ALLOWED: 'correct',
  METADATA_TOO_LARGE: 'correct',
  REFUND_DECLINED: 'refundAgain',
  REFUND_EXCEEDS_PAID: 'readRefunds',
  REFUND_MISMATCH: 'newRefundId',
  REFUND_CURRENCY_MISMATCH: 'correct',
  REFUND_WINDOW_CLOSED: 'byHand',
  REFUND_LIMIT: 'byHand',
  SENSITIVE_DATA_REFUSED: 'removeCard',
  ANOMALY_NOT_ACCEPTABLE: 'dismiss',
  IDEMPOTENCY_KEY_REUSED: 'newKey',
  CHANNEL_DECLINED: 'otherWay',
  CHANNEL_CONFIG_INVALID: 'correct',
  KEY_INVALID: 'correct',
  REQUEST_REFUSED: 'correct',
  NOT_SIGNED_OR_NO_SUCH_ROUTE: 'sign',
  SIGNATURE_INVALID: 'sign',
  CREDENTIALS_EXPIRED: 'freshKeys',
  ACCESS_DENIED: 'askForAccess',
  REQUEST_BLOCKED: 'firewall',
  RATE_LIMITED: 'wait',
  INTERNAL: 'repeat',
  TIMED_OUT: 'repeat',
  CHANNEL_MISCONFIGURED: 'operators',
  GATEWAY_UNAVAILABLE: 'wait',
};

export function whatToDo(code: ErrorCode, language: 'en' | 'zh'): string {
  return advice[whichAdvice[code]][language];
}
