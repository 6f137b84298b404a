// Card numbers are never taken, stored or logged; this finds them in free text.

/**
 * Whole runs of 13 to 19 digits, single spaces or hyphens between them, of a card scheme's range and with a right check
 * digit. Inside a longer run (an order number) chance alone would make "card numbers": those do not count.
 * @see SPEC R11.5
 */
export function holdsCardNumber(text: string): boolean {
  const runs = text.match(/\d(?:[ -]?\d)*/g) ?? [];
  return runs.some((run) => isCardNumber(run.replaceAll(/[ -]/g, '')));
}

const schemes = /^(?:4|5[1-5]|2(?:2[2-9]|[3-6]|7[01])|3[04-9]|6)/;

function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || !schemes.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
