// API Gateway's own refusals, in the form of every other problem of this API: what happened, what it means for the money,
// what to do.
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { errors, type ErrorCode } from '../../lib/domain/errors.ts';

interface Refusal {
  readonly type: ResponseType;
  readonly code: ErrorCode;
  readonly detail: string;
  /** seconds */
  readonly retryAfter?: number;
}

/** @param again how to repeat it so that it is done once */
const failures = (again: string): readonly Refusal[] => [
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    code: 'TIMED_OUT',
    detail: `There was no answer within 29 seconds; whether it took effect is not known. ${again}`,
  },
  {
    type: ResponseType.DEFAULT_5XX,
    code: 'INTERNAL',
    detail: `Something failed on our side; whether it took effect is not known. ${again}`,
  },
];

const everywhere: readonly Refusal[] = [
  {
    type: ResponseType.THROTTLED,
    code: 'RATE_LIMITED',
    detail:
      'More requests come in than this API takes in a second. Nothing was done. Send the same request again after a second.',
    retryAfter: 1,
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    code: 'PAYLOAD_TOO_LARGE',
    detail: 'The body is larger than this API reads. Nothing was done. Send a smaller body.',
  },
  {
    type: ResponseType.DEFAULT_4XX,
    code: 'REQUEST_REFUSED',
    detail:
      'The request could not be passed on as it is. Nothing was done. Compare it with the API documentation.',
  },
];

const sign =
  'Sign requests with AWS Signature Version 4 for service execute-api, with credentials of a role that is listed as a caller.';

const behindIam: readonly Refusal[] = [
  ...failures('Send the same request again with the same Idempotency-Key: nothing is charged twice.'),
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    code: 'NOT_SIGNED_OR_NO_SUCH_ROUTE',
    detail: `The request carries no signature, or there is no such method and path here. Nothing was done. ${sign}`,
  },
  {
    type: ResponseType.INVALID_SIGNATURE,
    code: 'SIGNATURE_INVALID',
    detail: `The signature does not fit the request: another key, or method, path, query or body changed after signing. Nothing was done. ${sign}`,
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    code: 'CREDENTIALS_EXPIRED',
    detail:
      'The credentials or the signature are too old. Nothing was done. Take fresh credentials, check the clock, sign and send again.',
  },
  {
    type: ResponseType.ACCESS_DENIED,
    code: 'ACCESS_DENIED',
    detail:
      'The signature is right, but this principal may not call this route. Nothing was done. Ask the payment team to list your role as a caller.',
  },
];

const inPublic: readonly Refusal[] = [
  ...failures('Send the same callback again, or load the page again: it is counted once.'),
  {
    type: ResponseType.WAF_FILTERED,
    code: 'REQUEST_BLOCKED',
    detail:
      'The firewall in front of this API refused the request by its address, size or path. Nothing was done.',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    code: 'NOT_FOUND',
    detail:
      'There is no such method and path here. Callbacks are posted to /payments/callbacks/{channel_code}, payers come back to /payments/returns/{channel_code}.',
  },
];

/** Gives every refusal that API Gateway can speak by itself the problem form. @see SPEC R3.5 */
export function answerAsProblems(api: RestApi, auth: 'iam' | 'none'): void {
  for (const refusal of [...everywhere, ...(auth === 'iam' ? behindIam : inPublic)]) {
    api.addGatewayResponse(refusal.type.responseType, {
      type: refusal.type,
      statusCode: String(errors[refusal.code].status),
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
function template({ code, detail }: Refusal): string {
  const { status, en, retryable, outcome } = errors[code];
  return JSON.stringify({
    type: `urn:payments:error:${code}`,
    title: en,
    status,
    detail,
    code,
    retryable,
    outcome,
    request_id: '$context.requestId',
  });
}
