// Numbers in PayPal's own shapes.
import { randomBytes, randomInt } from 'node:crypto';

const signs = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Orders, captures and webhooks have 17 signs, merchants and payers 13. */
export function newId(length = 17): string {
  return Array.from({ length }, () => signs[randomInt(signs.length)]).join('');
}

/** `WH-…-…` */
export function newEventId(): string {
  return `WH-${newId()}-${newId()}`;
}

/** `PayPal-Debug-Id`: 13 hexadecimal digits */
export function newDebugId(): string {
  return randomBytes(7).toString('hex').slice(1);
}

/** ms since 1970 UTC → `2026-11-20T02:10:00Z` */
export function zulu(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
