// Which of a provider's keys are believed when it hands out others: pure.
import type { PlatformKeys } from '../../lib/domain/platform-keys.ts';

/**
 * What is handed out, and beside it what was held and has not ended: while a provider changes its keys it may sign with
 * either. Under a serial that is in both, what is handed out now counts.
 * @param now UTC ISO-8601 ms
 */
export function joined(held: PlatformKeys, handedOut: PlatformKeys, now: string): PlatformKeys {
  const all = Object.entries({ ...held, ...handedOut }).filter(([, { validUntil }]) => validUntil > now);
  // Of one make, wherever they come from: what is equal is to look equal.
  return Object.fromEntries(
    all.map(([serial, { publicKey, validFrom, validUntil }]) => [
      serial,
      { publicKey, validFrom, validUntil },
    ]),
  );
}

/** @param at UTC ISO-8601 ms */
export function holdsValid(keys: PlatformKeys, at: string): boolean {
  return Object.values(keys).some(({ validFrom, validUntil }) => validFrom <= at && at < validUntil);
}
