// Texts of callers as PayPal may have them.

/** Letters, digits, punctuation and symbols of the basic plane, on one line. @param longest in characters @returns '' where nothing is left */
export function cleanText(text: string, longest: number): string {
  return text
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|[^\0-\uffff]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, longest)
    .trim();
}
