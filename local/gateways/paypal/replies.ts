// What PayPal answers: an object, or an error with the issues that explain it.
// @see https://developer.paypal.com/api/rest/responses/
import { newDebugId } from './ids.ts';

export interface Reply {
  readonly status: number;
  /** '' with 204 */
  readonly body: string;
  /** for the log: the first issue, or the status */
  readonly code: string;
  /** `PayPal-Debug-Id` */
  readonly debugId: string;
}

export interface Link {
  readonly href: string;
  readonly rel: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
}

/** One of `details`. */
export interface Detail {
  readonly issue: Issue;
  /** as a path in the body */
  readonly field?: string;
  readonly value?: string;
}

const messages: Readonly<Record<number, readonly [name: string, message: string]>> = {
  400: ['INVALID_REQUEST', 'Request is not well-formed, syntactically incorrect, or violates schema.'],
  401: ['AUTHENTICATION_FAILURE', 'Authentication failed: the authorization header is missing or wrong.'],
  404: ['RESOURCE_NOT_FOUND', 'The specified resource does not exist.'],
  409: ['RESOURCE_CONFLICT', 'The server has detected a conflict while processing this request.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The server does not support the request payload’s media type.'],
  422: [
    'UNPROCESSABLE_ENTITY',
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  ],
  429: ['RATE_LIMIT_REACHED', 'Too many requests. Blocked due to rate limiting.'],
  500: ['INTERNAL_SERVER_ERROR', 'An internal server error has occurred.'],
  503: ['SERVICE_UNAVAILABLE', 'Service Unavailable.'],
};

const issues = {
  MALFORMED_REQUEST_JSON: [400, 'The request JSON is not well formed.'],
  MISSING_REQUIRED_PARAMETER: [400, 'A required field or parameter is missing.'],
  INVALID_PARAMETER_SYNTAX: [400, 'The value of a field does not conform to the expected format.'],
  INVALID_PARAMETER_VALUE: [400, 'The value of a field is invalid.'],
  INVALID_STRING_MIN_LENGTH: [400, 'The value of a field is too short.'],
  INVALID_STRING_MAX_LENGTH: [400, 'The value of a field is too long.'],
  INVALID_ARRAY_MIN_ITEMS: [400, 'The number of items in an array parameter is too small.'],
  INVALID_ARRAY_MAX_ITEMS: [400, 'The number of items in an array parameter is too large.'],
  UNSUPPORTED_FIELD: [400, 'The field is not one of this request.'],
  PAYPAL_REQUEST_ID_REQUIRED: [
    400,
    'A PayPal-Request-Id is required if a payment source is given with the order.',
  ],
  WEBHOOK_URL_ALREADY_EXISTS: [400, 'Webhook URL already exists.'],
  WEBHOOK_NUMBER_LIMIT_EXCEEDED: [400, 'Maximum number of webhooks exceeded for this application.'],
  INVALID_RESOURCE_ID: [404, 'Specified resource ID does not exist.'],
  PREVIOUS_REQUEST_IN_PROGRESS: [
    409,
    'A previous request on this resource is currently in progress. Please wait for some time and try again.',
  ],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Send application/json.'],
  DUPLICATE_REQUEST_ID: [422, 'The value of PayPal-Request-Id header has already been used.'],
  DUPLICATE_INVOICE_ID: [
    422,
    'Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that Invoice Id be unique for each transaction.',
  ],
  CURRENCY_NOT_SUPPORTED: [422, 'Currency is not supported for this account.'],
  DECIMALS_NOT_SUPPORTED: [422, 'Currency does not support decimals.'],
  DECIMAL_PRECISION: [
    422,
    'If the currency supports decimals, only two decimal place precision is supported.',
  ],
  MAX_VALUE_EXCEEDED: [422, 'The amount is larger than is allowed.'],
  CANNOT_BE_ZERO_OR_NEGATIVE: [422, 'Must be greater than zero.'],
  CANNOT_BE_NEGATIVE: [422, 'Must be greater than or equal to zero.'],
  MULTI_CURRENCY_ORDER: [422, 'Entire Order request must have the same currency_code.'],
  AMOUNT_MISMATCH: [
    422,
    'Should equal item_total + tax_total + shipping + handling + insurance − discounts.',
  ],
  ITEM_TOTAL_REQUIRED: [422, 'If item details are specified, the breakdown must have an item_total.'],
  ITEM_TOTAL_MISMATCH: [422, 'Should equal the sum of unit_amount * quantity over all items.'],
  PAYEE_ACCOUNT_INVALID: [422, 'Payee account specified is invalid.'],
  ORDER_NOT_APPROVED: [422, 'Payer has not yet approved the Order for payment.'],
  ORDER_ALREADY_CAPTURED: [422, 'Order already captured. If intent=CAPTURE only one capture is allowed.'],
  ORDER_EXPIRED: [422, 'Order is expired and hence cannot be captured.'],
  INSTRUMENT_DECLINED: [
    422,
    'The instrument presented was either declined by the processor or bank, or it can’t be used for this payment.',
  ],
  PAYER_ACTION_REQUIRED: [422, 'Transaction cannot complete without the payer’s action.'],
  CAPTURE_FULLY_REFUNDED: [422, 'The capture has already been fully refunded.'],
  REFUND_AMOUNT_EXCEEDED: [
    422,
    'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
  ],
  REFUND_CAPTURE_CURRENCY_MISMATCH: [422, 'Refund must be in the same currency as the capture.'],
  REFUND_FAILED_INSUFFICIENT_FUNDS: [422, 'Capture could not be refunded due to insufficient funds.'],
  REFUND_NOT_ALLOWED: [422, 'Capture cannot be refunded.'],
  REFUND_TIME_LIMIT_EXCEEDED: [422, 'You are over the time limit to perform a refund on this capture.'],
  PENDING_CAPTURE: [422, 'Cannot initiate a refund as the capture is pending.'],
  MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED: [422, 'The maximum number of payment attempts is exceeded.'],
  RATE_LIMIT_REACHED: [429, 'Too many requests.'],
} as const satisfies Record<string, readonly [status: number, description: string]>;

export type Issue = keyof typeof issues;

export function ok(value: object, status = 200): Reply {
  return { status, body: JSON.stringify(value), code: String(status), debugId: newDebugId() };
}

/** @param details at least one; the status is the first one's. `links`: where the payer has to go */
export function refusal(details: readonly [Detail, ...Detail[]], links: readonly Link[] = []): Reply {
  const [{ issue }] = details;
  const told = details.map((each) => ({
    ...(each.field === undefined ? {} : { field: each.field, value: each.value, location: 'body' }),
    ...{ issue: each.issue, description: issues[each.issue][1] },
  }));
  return failure(issues[issue][0], { code: issue, details: told, links });
}

/** The one issue alone. */
export function refused(issue: Issue, field?: string): Reply {
  return refusal([field === undefined ? { issue } : { issue, field }]);
}

/** An error as PayPal writes it. @param more `code` is for the log; without it, the error's name */
export function failure(
  status: number,
  { code, details, links = [] }: { code?: string; details?: readonly object[]; links?: readonly Link[] } = {},
): Reply {
  const [name = 'ERROR', message = ''] = messages[status] ?? [];
  const debugId = newDebugId();
  const about = `https://developer.paypal.com/api/rest/reference/orders/v2/errors/#${code ?? name}`;
  const information: Link = { href: about, rel: 'information_link', method: 'GET' };
  const body = JSON.stringify({ name, message, debug_id: debugId, details, links: [information, ...links] });
  return { status, body, code: code ?? name, debugId };
}

/** What the token service says, and the door when it does not know a token: it has words of its own. */
export function oauthError(status: number, error: string, description: string): Reply {
  const body = JSON.stringify({ error, error_description: description });
  return { status, body, code: error, debugId: newDebugId() };
}
