// Errors as callers see them: RFC 9457 problems, from the one table of errors.
import { errors, type PaymentError } from '../domain/errors.ts';

export interface Reply {
  readonly status: number;
  /** JSON without `undefined` */
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Place {
  readonly requestId: string;
  /** the path that was asked for */
  readonly instance: string;
  readonly language: 'en' | 'zh';
}

/** @see SPEC R3.5 */
export function problemReply(error: PaymentError, place: Place): Reply {
  const row = errors[error.code];
  const { retryAfter, transactionId, detail, ...rest } = error.details;
  return {
    status: row.status,
    headers: {
      'content-type': 'application/problem+json',
      'content-language': place.language,
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body: {
      type: `urn:payments:error:${error.code}`,
      title: row[place.language],
      status: row.status,
      detail: detail ?? row[place.language],
      instance: place.instance,
      code: error.code,
      retryable: row.retryable,
      outcome: row.outcome,
      request_id: place.requestId,
      ...(transactionId !== undefined && { transaction_id: transactionId }),
      ...rest,
    },
  };
}
