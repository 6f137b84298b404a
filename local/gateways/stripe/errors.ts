// How Stripe says no.
// @see https://docs.stripe.com/api/errors

export interface ErrorFacts {
  readonly type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly payment_method?: object;
}

/** What a call answers before a fault spoils it. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** for the log: the error's code, or the status */
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a call is refused. */
export class ApiError extends Error {
  readonly status: number;
  readonly facts: ErrorFacts;
  /** Execution had begun: the answer is kept under the idempotency key. */
  readonly began: boolean;

  constructor(status: number, facts: ErrorFacts, began = false) {
    super(facts.message);
    this.name = 'ApiError';
    this.status = status;
    this.facts = facts;
    this.began = began;
  }
}

/** 400, of the request as such: nothing was begun. @param code undefined where Stripe gives none */
export function invalid(code: string | undefined, message: string, param?: string): ApiError {
  return new ApiError(400, {
    type: 'invalid_request_error',
    message,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
}

/** @param status 404 for what the address names, 400 for what a parameter names */
export function missing(what: string, id: string, param: string, status: 400 | 404 = 404): ApiError {
  const message = `No such ${what}: '${id}'`;
  return new ApiError(status, { type: 'invalid_request_error', code: 'resource_missing', message, param });
}

/** 401 */
export function unauthorized(message: string): ApiError {
  return new ApiError(401, { type: 'invalid_request_error', message });
}

/** 400, by the state that an object is in. */
export function unexpectedState(message: string, paymentIntent: object): ApiError {
  const code = 'payment_intent_unexpected_state';
  return new ApiError(
    400,
    { type: 'invalid_request_error', code, message, payment_intent: paymentIntent },
    true,
  );
}

export const internal = new ApiError(
  500,
  {
    type: 'api_error',
    message: 'An unknown error occurred. Whether the request was carried out is unknown.',
  },
  true,
);

export const rateLimited = new ApiError(429, {
  type: 'invalid_request_error',
  code: 'rate_limit',
  message: 'Request rate limit exceeded: try again, and more slowly.',
});

export const unheardOf = new ApiError(400, {
  type: 'invalid_request_error',
  code: 'never_heard_of',
  message: 'Something new stands in the way.',
});

/** @param requestId in the link to the log */
export function refusal({ status, facts }: ApiError, requestId: string): Reply {
  const { code } = facts;
  const error = {
    ...(code === undefined ? {} : { doc_url: documentation(code) }),
    ...facts,
    request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
  };
  return {
    status,
    code: code ?? facts.type,
    body: JSON.stringify({ error }, null, 2),
    // A stored failure would only be replayed.
    ...(status >= 500 ? { headers: { 'stripe-should-retry': 'false' } } : {}),
  };
}

export function documentation(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}
