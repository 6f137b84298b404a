// How the typed client speaks: one request, one answer; a refusal is thrown with the problem that says why.
import type { Problem } from './answers.ts';

/** fetch with an AWS signature for service execute-api; the caller chooses how it signs. */
export type SignedFetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
) => Promise<Response>;

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** seconds, with status 202: ask again then */
  readonly retryAfter?: number;
  /** the first answer to this Idempotency-Key, again */
  readonly replayed: boolean;
}

/** The service said no, and why: `problem.outcome` tells whether money may have moved. */
export class Refused extends Error {
  readonly problem: Problem;
  /** seconds */
  readonly retryAfter?: number;
  constructor(problem: Problem, retryAfter: number | undefined) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'Refused';
    this.problem = problem;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

export interface At {
  readonly api: string;
  readonly fetch: SignedFetch;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: object;
  readonly body?: object;
  readonly idempotencyKey?: string;
}

/**
 * @throws Refused
 * @throws Error when something else than the service answered; what became of the request is not known then
 */
export async function send<T>({ api, fetch }: At, call: Call): Promise<Answer<T>> {
  const { method, path, query = {}, body, idempotencyKey } = call;
  const asked = Object.entries(query as Record<string, string | undefined>);
  const search = new URLSearchParams(asked.filter((each): each is [string, string] => each[1] !== undefined));
  const response = await fetch(`${api}${path}${search.size > 0 ? `?${search.toString()}` : ''}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const after = response.headers.get('retry-after');
  const retryAfter = after === null ? undefined : Number(after);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json'))
    throw new Refused((await response.json()) as Problem, retryAfter);
  if (!response.ok || !type.startsWith('application/json'))
    throw new Error(
      `${method} ${path} was answered ${response.status} by something else than the payment service. ` +
        'Whether it took effect is not known: repeat it with the same Idempotency-Key.',
    );
  return {
    status: response.status,
    body: (await response.json()) as T,
    ...(retryAfter !== undefined && { retryAfter }),
    replayed: response.headers.get('idempotent-replayed') === 'true',
  };
}
