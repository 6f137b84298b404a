// Card numbers are never taken, stored or logged; this finds them in free text.

/**
 * Whole groups of digits, with single spaces or hyphens between them, that together are 13 to 19 digits of a card scheme's
 * range with a right check digit; other numbers (an expiry date, a quantity) may stand beside. Inside a longer group (an
 * order number) chance alone would make "card numbers": those do not count.
 * @see SPEC R11.5
 */
export function holdsCardNumber(text: string): boolean {
  const runs = text.match(/\d+(?:[ -]\d+)*/g) ?? [];
  return runs.some((run) => {
    const groups = run.split(/[ -]/);
    return groups.some((_, from) => beginsCardNumber(groups.slice(from, from + longest)));
  });
}

const longest = 19;

function beginsCardNumber(groups: readonly string[]): boolean {
  return groups.some((_, last) => isCardNumber(groups.slice(0, last + 1).join('')));
}

const schemes = /^(?:4|5[1-5]|2(?:2[2-9]|[3-6]|7[01])|3[04-9]|6)/;

function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > longest || !schemes.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
