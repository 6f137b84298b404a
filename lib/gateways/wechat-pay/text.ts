// Callers' texts as WeChat Pay may have them.

/**
 * Letters, digits, punctuation and symbols of the basic plane, no backtick, which parts the fields of its bills.
 * @param bytes of UTF-8 at most: its pages count to a number and do not say of what, and this satisfies every reading
 * @returns '' when nothing is left
 */
export function cleanText(text: string, bytes: number): string {
  const kept = text
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|`|[^\0-\uffff]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
  return cut(kept, bytes).trim();
}

function cut(text: string, bytes: number): string {
  let end = 0;
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
