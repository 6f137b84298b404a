// Where a payer's browser may be sent in the end: only to what the stage lists for the application that asks.
import { PaymentError } from '../domain/errors.ts';

const maximumLength = 1024;
/** No user, fragment, backslash, white space or control character: parsers differ over these. */
const plain = /^https?:\/\/[^/?#@\\\s\p{Cc}]+(?:[/?][^#\\\s\p{Cc}]*)?$/iu;

/**
 * @param text the caller's return_url as it came
 * @param origins the caller's, each exactly as URL.origin writes it: `http:` only where one names it
 * @returns the address as a browser will read it: ASCII, at most 1024 characters
 * @throws PaymentError RETURN_URL_NOT_ALLOWED
 * @see SPEC R4.6
 */
export function returnUrl(text: string, origins: readonly string[]): string {
  if (text.length <= maximumLength && plain.test(text) && URL.canParse(text)) {
    const { origin, href } = new URL(text);
    if (origins.includes(origin) && href.length <= maximumLength) return href;
  }
  throw new PaymentError('RETURN_URL_NOT_ALLOWED', { param: 'return_url', detail: detail(origins) });
}

function detail(origins: readonly string[]): string {
  return origins.length === 0
    ? 'No return_url is allowed for your application yet: operators list its origins. Nothing was created.'
    : `return_url begins with ${origins.join(' or ')}, has no user, fragment, space or backslash, and at most ${maximumLength} characters. Nothing was created.`;
}
