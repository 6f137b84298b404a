// Every error that a caller can meet: its status, whether trying again helps, whether money may have moved, and what to
// say. Documents, OpenAPI and `type` links are made from this table.

import { later, refused, type ErrorRow } from './error-row.ts';
import { refundErrors } from './refund-errors.ts';

export const errors = {
  INVALID_REQUEST: refused(400, 'The request is not of the right form.', '请求格式不正确。'),
  MALFORMED_JSON: refused(400, 'The body is not JSON in UTF-8.', '请求体不是 UTF-8 编码的 JSON。'),
  DUPLICATE_JSON_KEY: refused(400, 'A key stands twice in the body.', '请求体中有重复的键。'),
  UNKNOWN_FIELD: refused(400, 'A field is not known here.', '存在未知字段。'),
  IDEMPOTENCY_KEY_REQUIRED: refused(
    400,
    'Send an Idempotency-Key header: with it the same request can be repeated safely.',
    '请携带 Idempotency-Key 请求头，以便安全重试同一请求。',
  ),
  IDEMPOTENCY_KEY_INVALID: refused(
    400,
    'An Idempotency-Key is 1 to 255 visible ASCII characters, sent once.',
    'Idempotency-Key 应为 1 至 255 个可见 ASCII 字符，且只出现一次。',
  ),
  CURSOR_INVALID: refused(400, 'The cursor does not belong to this list.', '游标不属于该列表。'),
  CALLER_UNKNOWN: refused(
    403,
    'Your IAM role is not registered with the payment service.',
    '您的 IAM 角色未在支付服务登记。',
  ),
  SCOPE_MISSING: refused(403, 'Your application may not do this.', '您的应用无权执行此操作。'),
  NOT_FOUND: refused(404, 'There is no such thing for your application.', '对您的应用而言，该资源不存在。'),
  ORDER_ALREADY_PAID: refused(
    409,
    'The order is paid: nothing was charged again.',
    '订单已支付，未重复扣款。',
  ),
  ORDER_UNDER_REVIEW: later(
    409,
    'Money for this order has come that does not fit it, and is being looked at. Nothing was charged again.',
    '该订单已有一笔不相符的款项，正在核查，未重复扣款。',
  ),
  NOTHING_TO_RESOLVE: refused(
    409,
    'No late or wrong money of this payment waits for a decision: nothing was changed.',
    '该支付没有待处理的异常款项，未作任何更改。',
  ),
  ORDER_MISMATCH: refused(
    409,
    'The order has a live payment with other facts: nothing was created.',
    '该订单已有一笔信息不同的进行中支付，未创建新支付。',
  ),
  CREATE_IN_PROGRESS: later(
    409,
    'This payment is being created right now. Ask again after Retry-After seconds.',
    '该支付正在创建，请在 Retry-After 秒后重试。',
  ),
  IDEMPOTENCY_IN_PROGRESS: later(
    409,
    'The first request with this Idempotency-Key is still running.',
    '使用该 Idempotency-Key 的首个请求仍在处理。',
  ),
  STATE_CONFLICT: later(
    409,
    'What is asked for does not fit how it stands right now. Read it, then decide.',
    '请求与当前状态不符，请查询后再决定。',
  ),
  CHANNEL_DISABLED: refused(409, 'The channel is switched off.', '该渠道已停用。'),
  PAYLOAD_TOO_LARGE: refused(413, 'The body is larger than 64 KiB.', '请求体超过 64 KiB。'),
  UNSUPPORTED_MEDIA_TYPE: refused(
    415,
    'Send application/json in UTF-8, not compressed.',
    '请发送未压缩的 UTF-8 application/json。',
  ),
  AMOUNT_INVALID: refused(
    422,
    'An amount is a decimal string above zero, like "8.80".',
    '金额应为大于零的十进制字符串，例如 "8.80"。',
  ),
  AMOUNT_SCALE: refused(
    422,
    'The amount has more decimals than the currency.',
    '金额小数位数超过该币种允许的位数。',
  ),
  AMOUNT_OUT_OF_RANGE: refused(
    422,
    'The amount is outside what the method takes.',
    '金额超出该支付方式的限额。',
  ),
  CURRENCY_UNSUPPORTED: refused(
    422,
    'The currency is not one that we know (three capital letters, ISO 4217).',
    '不支持该币种（应为 ISO 4217 三个大写字母）。',
  ),
  CURRENCY_CHANNEL_MISMATCH: refused(
    422,
    'The method does not take this currency.',
    '该支付方式不支持此币种。',
  ),
  CHANNEL_UNKNOWN: refused(422, 'There is no such channel.', '不存在该渠道。'),
  METHOD_UNKNOWN: refused(422, 'The channel has no such payment method.', '该渠道没有此支付方式。'),
  ORDER_ID_INVALID: refused(
    422,
    'An order id or type is 1 to 64 characters of A-Z a-z 0-9 _ - and starts with a letter or digit.',
    '订单号与订单类型应为 1 至 64 位字母、数字、下划线或连字符，且以字母或数字开头。',
  ),
  EXPIRE_INVALID: refused(
    422,
    'expires_at is a UTC instant like 2026-11-22T08:00:00Z within what the method allows.',
    'expires_at 应为该支付方式允许范围内的 UTC 时间，例如 2026-11-22T08:00:00Z。',
  ),
  RETURN_URL_NOT_ALLOWED: refused(
    422,
    'return_url is an https address at one of the origins that are listed for your application.',
    'return_url 应为为您的应用登记的来源下的 https 地址。',
  ),
  METADATA_TOO_LARGE: refused(
    422,
    'metadata holds at most 20 keys of 40 characters with values of 200.',
    'metadata 最多 20 个键，键长 40、值长 200。',
  ),
  SENSITIVE_DATA_REFUSED: refused(
    422,
    'A text holds what looks like a card number. Card numbers are never taken here.',
    '文本中疑似包含银行卡号，本服务拒绝接收卡号。',
  ),
  ANOMALY_NOT_ACCEPTABLE: refused(
    422,
    'Money of this kind can neither be taken for the payment nor be given back from here: it is not the merchant’s, or not in its currency.',
    '该类异常款项不能入账，也不能在此退回：收款方或币种与支付不符。',
  ),
  IDEMPOTENCY_KEY_REUSED: refused(
    422,
    'This Idempotency-Key was used with another body. Nothing was done.',
    '该 Idempotency-Key 已用于不同的请求体，未执行任何操作。',
  ),
  CHANNEL_DECLINED: {
    status: 422,
    retryable: false,
    outcome: 'declined',
    en: 'The channel declined the payment. No money moved.',
    zh: '渠道拒绝了该支付，未发生资金变动。',
  },
  ...refundErrors,
  CHANNEL_CONFIG_INVALID: refused(
    422,
    'The configuration of the channel is incomplete or wrong and was not taken.',
    '渠道配置不完整或有误，未生效。',
  ),
  KEY_INVALID: refused(422, 'A key is not of the right kind or form.', '密钥类型或格式不正确。'),
  REQUEST_REFUSED: refused(400, 'The request could not be passed on as it is.', '请求无法被受理。'),
  NOT_SIGNED_OR_NO_SUCH_ROUTE: refused(
    403,
    'The request carries no signature, or there is no such method and path.',
    '请求未签名，或不存在该方法与路径。',
  ),
  SIGNATURE_INVALID: refused(403, 'The signature does not fit the request.', '签名与请求不符。'),
  CREDENTIALS_EXPIRED: refused(403, 'The credentials or the signature are too old.', '凭证或签名已过期。'),
  ACCESS_DENIED: refused(403, 'This principal may not call this route.', '该主体无权调用此接口。'),
  REQUEST_BLOCKED: refused(403, 'The firewall refused the request.', '请求被防火墙拒绝。'),
  RATE_LIMITED: later(429, 'Too many requests.', '请求过于频繁。'),
  INTERNAL: {
    status: 500,
    retryable: true,
    outcome: 'unknown',
    en: 'Something went wrong on our side. Repeat the request with the same Idempotency-Key.',
    zh: '服务内部错误。请使用相同的 Idempotency-Key 重试。',
  },
  TIMED_OUT: {
    status: 504,
    retryable: true,
    outcome: 'unknown',
    en: 'There was no answer in time. Repeat the request with the same Idempotency-Key.',
    zh: '未在规定时间内得到结果。请使用相同的 Idempotency-Key 重试。',
  },
  CHANNEL_MISCONFIGURED: later(
    503,
    'The channel cannot be used as it is configured. No money moved; operators are told.',
    '渠道配置不可用，未发生资金变动，已通知运营。',
  ),
  GATEWAY_UNAVAILABLE: later(
    503,
    'The channel cannot take the request right now. No money moved.',
    '渠道暂时无法受理，未发生资金变动。',
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;

export interface ErrorDetails {
  /** what happened here, in one sentence; never a gateway's raw text */
  readonly detail?: string;
  /** the field that is wrong */
  readonly param?: string;
  readonly errors?: readonly { readonly code: ErrorCode; readonly param: string }[];
  readonly transactionId?: string;
  readonly channel?: { readonly code: string; readonly message: string };
  /** seconds */
  readonly retryAfter?: number;
}

/** What a caller did wrong, or cannot have now. Anything else that is thrown is a bug. */
export class PaymentError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(details.detail ?? errors[code].en, options);
    this.name = 'PaymentError';
    this.code = code;
    this.details = details;
  }
}
