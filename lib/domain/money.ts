// Money: integer minor units of one currency. The only file that knows dinero.js; decimal text exists at the edges only.
import {
  add,
  AED,
  AUD,
  BHD,
  CAD,
  CHF,
  CNY,
  compare,
  dinero,
  type Dinero,
  EUR,
  GBP,
  HKD,
  HUF,
  INR,
  JPY,
  KRW,
  KWD,
  MOP,
  MYR,
  NZD,
  PHP,
  SGD,
  subtract,
  THB,
  toDecimal,
  toSnapshot,
  TWD,
  USD,
  VND,
} from 'dinero.js';

// What ISO 4217 says; a channel whose own table differs (HUF and TWD at PayPal) converts in its folder.
const currencies = {
  AED,
  AUD,
  BHD,
  CAD,
  CHF,
  CNY,
  EUR,
  GBP,
  HKD,
  HUF,
  INR,
  JPY,
  KRW,
  KWD,
  MOP,
  MYR,
  NZD,
  PHP,
  SGD,
  THB,
  TWD,
  USD,
  VND,
};

export type Currency = keyof typeof currencies;

/** `minor` is an integer number of the currency's smallest unit (分, cent, yen); never a fraction. */
export interface Money {
  readonly minor: number;
  readonly currency: Currency;
}

export type AmountFault = 'AMOUNT_INVALID' | 'AMOUNT_SCALE';

export const currencyCodes = Object.keys(currencies) as Currency[];

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(currencies, code);
}

/**
 * @param minor integer minor units, within ±(2^53 − 1)
 * @throws RangeError for anything else: dinero.js itself would take 2^53 + 2 in silence
 */
export function money(minor: number, currency: Currency): Money {
  if (!Number.isSafeInteger(minor)) throw new RangeError('money: minor units must be a safe integer');
  return { minor, currency };
}

/**
 * Reads a decimal string exactly: plain ASCII digits, at most one point, no sign, no leading zeros, no exponent.
 * Fewer decimals than the currency has are fine ("8.8" CNY is 880); more are refused, even zeros. Nothing is rounded.
 * @returns the money, or the name of what is wrong with the text
 * @see SPEC R3.4
 */
export function parseAmount(text: string, currency: Currency): Money | AmountFault {
  if (!/^(0|[1-9][0-9]{0,15})(\.[0-9]{1,16})?$/.test(text)) return 'AMOUNT_INVALID';
  const [whole = '', fraction = ''] = text.split('.');
  const scale = currencies[currency].exponent;
  if (fraction.length > scale) return 'AMOUNT_SCALE';
  const minor = BigInt(whole + fraction.padEnd(scale, '0'));
  if (minor > BigInt(Number.MAX_SAFE_INTEGER)) return 'AMOUNT_INVALID';
  return money(Number(minor), currency);
}

/** Decimal text with exactly the currency's decimals: 880 CNY → "8.80", 880 JPY → "880". */
export function formatAmount(amount: Money): string {
  return toDecimal(asDinero(amount));
}

/** −1, 0 or 1. @throws Error when the currencies differ */
export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  return compare(asDinero(a), asDinero(b));
}

/** @throws Error when the currencies differ, RangeError when it is too much */
export function addMoney(a: Money, b: Money): Money {
  return asMoney(add(asDinero(a), asDinero(b)), a.currency);
}

/** May be below zero. @throws Error when the currencies differ */
export function subtractMoney(a: Money, b: Money): Money {
  return asMoney(subtract(asDinero(a), asDinero(b)), a.currency);
}

export function sameMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.minor === b.minor;
}

function asMoney(amount: Dinero<number>, currency: Currency): Money {
  return money(toSnapshot(amount).amount, currency);
}

function asDinero(amount: Money) {
  return dinero({ amount: amount.minor, currency: currencies[amount.currency] });
}
