// PayPal's own table of decimals, and how it reads and writes amounts.
// @see https://developer.paypal.com/reference/currency-codes/

export interface Money {
  /** ISO 4217, in capitals */
  readonly currency: string;
  /** in the smallest unit that PayPal knows of the currency; whole */
  readonly minor: number;
}

/** CNY is missing: it is for accounts within China alone, and there is none here. */
const withCents = [
  ...['AUD', 'BRL', 'CAD', 'CHF', 'CZK', 'DKK', 'EUR', 'GBP', 'HKD', 'ILS', 'MXN'],
  ...['MYR', 'NOK', 'NZD', 'PHP', 'PLN', 'SEK', 'SGD', 'THB', 'USD'],
];
/** Others give HUF and TWD two decimals. PayPal takes whole ones only. */
const withoutCents = ['HUF', 'JPY', 'TWD'];

/** undefined for a currency that PayPal does not take here */
function decimalsOf(currency: string): 0 | 2 | undefined {
  if (withCents.includes(currency)) return 2;
  return withoutCents.includes(currency) ? 0 : undefined;
}

export type AmountIssue =
  'CURRENCY_NOT_SUPPORTED' | 'DECIMALS_NOT_SUPPORTED' | 'DECIMAL_PRECISION' | 'MAX_VALUE_EXCEEDED';

/**
 * @param value decimal text as the wire's schema allows it, `10.9` and `.5` too
 * @returns the amount in minor units, or PayPal's word for why it is none
 */
export function readAmount(value: string, currency: string): number | AmountIssue {
  const decimals = decimalsOf(currency);
  if (decimals === undefined) return 'CURRENCY_NOT_SUPPORTED';
  const [whole = '', fraction] = value.split('.');
  if (fraction !== undefined && decimals === 0) return 'DECIMALS_NOT_SUPPORTED';
  if (fraction !== undefined && fraction.length > decimals) return 'DECIMAL_PRECISION';
  const minor = Number(whole + (fraction ?? '').padEnd(decimals, '0'));
  return Number.isSafeInteger(minor) ? minor : 'MAX_VALUE_EXCEEDED';
}

/** 1099 USD → `10.99`, 880 JPY → `880`, −5 USD → `-0.05`. @throws RangeError for what is no amount */
export function decimalText({ minor, currency }: Money): string {
  const decimals = decimalsOf(currency);
  if (decimals === undefined || !Number.isSafeInteger(minor))
    throw new RangeError(`money: ${minor} ${currency} is no amount at PayPal`);
  if (decimals === 0) return String(minor);
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** As the wire writes money. */
export function written(money: Money): { currency_code: string; value: string } {
  return { currency_code: money.currency, value: decimalText(money) };
}

/** What PayPal keeps of a payment: 3.49 % and 49 minor units, never more than there is. @returns minor units */
export function feeOf(minor: number): number {
  return Math.min(minor, Math.round((minor * 349) / 10_000) + 49);
}
