// Stripe's numbers: a prefix that says what it is, and letters at random.
import { randomInt } from 'node:crypto';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** @param length of the part at random */
export function newId(prefix: string, length: number): string {
  return prefix + Array.from({ length }, () => letters[randomInt(letters.length)] ?? '').join('');
}

/** The part that an intent shares with its charges: `pi_3…`, `ch_3…`. */
export function newTail(): string {
  return newId('3', 23);
}
