// Where the pages for payers live, behind the origin, and where the shop's are.
import type { Challenge } from './intent.ts';
import type { Session } from './sessions.ts';

/** The session's number follows. */
export const checkoutPath = '/stripe/c/pay/';
/** The challenge's number follows. */
export const securePath = '/stripe/3d-secure/';

export function challengeAddress({ id }: Challenge, origin: string): string {
  return origin + securePath + id;
}

/** Where the browser goes when the session is paid, or on its way to be. */
export function successAddress({ id, terms }: Session): string {
  return named(terms.success_url, id);
}

/** Where it goes when the payer turns back. */
export function cancelAddress({ id, terms }: Session): string | undefined {
  return terms.cancel_url && named(terms.cancel_url, id);
}

function named(url: string, id: string): string {
  return url.replaceAll('{CHECKOUT_SESSION_ID}', id);
}
