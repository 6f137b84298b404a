// `PayPal-Request-Id`: what was asked under which id, so that a repeat finds what the first request made.
// @see https://developer.paypal.com/reference/guidelines/idempotency/
import { isDeepStrictEqual } from 'node:util';
import type { Ports } from '../ports.ts';

interface Kept {
  readonly asked: unknown;
  /** of what it was about */
  readonly id: string;
  /** ms since 1970 UTC */
  readonly until: number;
}

/** Request ids of one merchant. A request that was refused leaves its id free. */
export class Repeats {
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Set<string>();
  readonly #clock: Pick<Ports, 'now'>;

  constructor(clock: Pick<Ports, 'now'>) {
    this.#clock = clock;
  }

  /** @returns undefined while the id is in use; otherwise, what ends the use */
  begin(requestId: string): (() => void) | undefined {
    if (this.#underWay.has(requestId)) return undefined;
    this.#underWay.add(requestId);
    return () => this.#underWay.delete(requestId);
  }

  /**
   * @param asked address and body of the request
   * @returns PayPal's number of what the first request was about, or that the id belongs to another request; undefined for a new id
   */
  find(requestId: string, asked: unknown): { id: string } | 'other_request' | undefined {
    const kept = this.#kept.get(requestId);
    if (!kept || this.#clock.now() >= kept.until) return undefined;
    return isDeepStrictEqual(kept.asked, asked) ? { id: kept.id } : 'other_request';
  }

  /** @param lifetime ms */
  keep(requestId: string, asked: unknown, id: string, lifetime: number): void {
    this.#kept.set(requestId, { asked, id, until: this.#clock.now() + lifetime });
  }
}
