// Idempotency keys of one account: the first answer is kept for a day, once something was begun.
// @see https://docs.stripe.com/api/idempotent_requests
import type { Ports } from '../ports.ts';
import { ApiError, invalid, type Reply } from './errors.ts';

/** A key, and what it was used for. */
export interface Use {
  readonly key: string;
  /** the call with its parameters */
  readonly request: string;
  readonly path: string;
}

export interface Execution {
  readonly reply: Reply;
  /** false: nothing was begun, and the key is as good as new */
  readonly began: boolean;
}

interface Kept extends Use {
  readonly requestId: string;
  /** ms since 1970 UTC */
  readonly until: number;
  /** undefined while it is under way */
  reply?: Reply;
}

const day = 24 * 3_600_000;

export class IdempotencyKeys {
  readonly #kept = new Map<string, Kept>();
  readonly #clock: Pick<Ports, 'now'>;

  constructor(clock: Pick<Ports, 'now'>) {
    this.#clock = clock;
  }

  /**
   * @param requestId of this request
   * @throws ApiError (400) for other parameters under the same key, (409) while the first request is under way
   */
  async once(use: Use, requestId: string, execute: () => Promise<Execution>): Promise<Reply> {
    const found = this.#find(use);
    if (found?.reply) return replayed(found.reply, found.requestId);
    if (found) throw inUse(use.key);
    const kept: Kept = { ...use, requestId, until: this.#clock.now() + day };
    this.#kept.set(use.key, kept);
    try {
      const { reply, began } = await execute();
      if (began) kept.reply = reply;
      return reply;
    } finally {
      if (!kept.reply) this.#kept.delete(use.key);
    }
  }

  #find(use: Use): Kept | undefined {
    const found = this.#kept.get(use.key);
    if (!found || found.until <= this.#clock.now()) return undefined;
    if (found.request === use.request) return found;
    throw otherUse(use, found);
  }
}

/** @throws ApiError (400) */
export function requireKey(key: string): void {
  if (key.length === 0 || key.length > 255)
    throw invalid(undefined, 'An idempotency key has between 1 and 255 characters.');
}

function replayed(reply: Reply, requestId: string): Reply {
  const proof = { 'idempotent-replayed': 'true', 'original-request': requestId };
  return { ...reply, headers: { ...reply.headers, ...proof } };
}

function otherUse({ key, path }: Use, found: Kept): ApiError {
  const as =
    path === found.path
      ? 'with the same parameters they were first used with'
      : `for the same endpoint they were first used for (${path} vs ${found.path})`;
  const message = `Keys for idempotent requests can only be used ${as}. Use a key other than '${key}' for another request.`;
  return new ApiError(400, { type: 'idempotency_error', message });
}

function inUse(key: string): ApiError {
  const message = `There is another request under way with the idempotency key ${key}.`;
  return new ApiError(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
}
