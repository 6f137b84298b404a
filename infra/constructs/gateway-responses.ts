// API Gateway's own refusals, in the form of every other problem of this API: what happened, what it means for the money,
// what to do.
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface Refusal {
  readonly type: ResponseType;
  readonly status: number;
  /** as in lib/domain/errors.ts where that table has it; the others only API Gateway can say */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly retryable: boolean;
  /** may money have moved? `unknown` where the function may have run */
  readonly outcome: 'not_attempted' | 'unknown';
  /** seconds */
  readonly retryAfter?: number;
}

const nothing = { retryable: false, outcome: 'not_attempted' } as const;
const perhaps = { retryable: true, outcome: 'unknown' } as const;

/** @param again how to repeat it so that it is done once */
const failures = (again: string): readonly Refusal[] => [
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    code: 'TIMED_OUT',
    title: 'No answer in time',
    detail: `There was no answer within 29 seconds; whether it took effect is not known. ${again}`,
    ...perhaps,
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    code: 'INTERNAL',
    title: 'Internal error',
    detail: `Something failed on our side; whether it took effect is not known. ${again}`,
    ...perhaps,
  },
];

const everywhere: readonly Refusal[] = [
  {
    type: ResponseType.THROTTLED,
    status: 429,
    code: 'RATE_LIMITED',
    title: 'Too many requests',
    detail:
      'More requests come in than this API takes in a second. Nothing was done. Send the same request again after a second.',
    retryable: true,
    outcome: 'not_attempted',
    retryAfter: 1,
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    title: 'Body too large',
    detail: 'The body is larger than this API reads. Nothing was done. Send a smaller body.',
    ...nothing,
  },
  {
    type: ResponseType.DEFAULT_4XX,
    status: 400,
    code: 'REQUEST_REFUSED',
    title: 'Request refused',
    detail:
      'The request could not be passed on as it is. Nothing was done. Compare it with the API documentation.',
    ...nothing,
  },
];

const sign =
  'Sign requests with AWS Signature Version 4 for service execute-api, with credentials of a role that is listed as a caller.';

const behindIam: readonly Refusal[] = [
  ...failures('Send the same request again with the same Idempotency-Key: nothing is charged twice.'),
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 403,
    code: 'NOT_SIGNED_OR_NO_SUCH_ROUTE',
    title: 'Not signed, or no such route',
    detail: `The request carries no signature, or there is no such method and path here. Nothing was done. ${sign}`,
    ...nothing,
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    status: 403,
    code: 'SIGNATURE_INVALID',
    title: 'Signature invalid',
    detail: `The signature does not fit the request: another key, or method, path, query or body changed after signing. Nothing was done. ${sign}`,
    ...nothing,
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    status: 403,
    code: 'CREDENTIALS_EXPIRED',
    title: 'Credentials expired',
    detail:
      'The credentials or the signature are too old. Nothing was done. Take fresh credentials, check the clock, sign and send again.',
    ...nothing,
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 403,
    code: 'ACCESS_DENIED',
    title: 'Access denied',
    detail:
      'The signature is right, but this principal may not call this route. Nothing was done. Ask the payment team to list your role as a caller.',
    ...nothing,
  },
];

const inPublic: readonly Refusal[] = [
  ...failures('Send the same callback again: it is counted once.'),
  {
    type: ResponseType.WAF_FILTERED,
    status: 403,
    code: 'REQUEST_BLOCKED',
    title: 'Blocked',
    detail:
      'The firewall in front of this API refused the request by its address, size or path. Nothing was done.',
    ...nothing,
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'NOT_FOUND',
    title: 'No such route',
    detail:
      'There is no such method and path here. Callbacks are posted to /payments/callbacks/{channel_code}.',
    ...nothing,
  },
];

/** Gives every refusal that API Gateway can speak by itself the problem form. @see SPEC R3.5 */
export function answerAsProblems(api: RestApi, auth: 'iam' | 'none'): void {
  for (const refusal of [...everywhere, ...(auth === 'iam' ? behindIam : inPublic)]) {
    api.addGatewayResponse(refusal.type.responseType, {
      type: refusal.type,
      statusCode: String(refusal.status),
      responseHeaders: {
        'Content-Type': "'application/problem+json'",
        'Cache-Control': "'no-store'",
        'X-Content-Type-Options': "'nosniff'",
        ...(refusal.retryAfter && { 'Retry-After': `'${refusal.retryAfter}'` }),
      },
      templates: { 'application/json': template(refusal) },
    });
  }
}

/** `$context` is API Gateway's; its error text is left out, for it may name what is inside. */
function template({ status, code, title, detail, retryable, outcome }: Refusal): string {
  return JSON.stringify({
    type: `urn:payments:error:${code}`,
    title,
    status,
    detail,
    code,
    retryable,
    outcome,
    request_id: '$context.requestId',
  });
}
