// Amounts on Stripe's wire: whole numbers of the smallest unit that Stripe knows of a currency, which is not always ours.
// @see https://docs.stripe.com/currencies
import type { Json } from '../../domain/canonical-json.ts';
import { formatAmount, isCurrency, parseAmount, type Currency, type Money } from '../../domain/money.ts';
import type { Outcome } from '../gateway.ts';
import type { MethodRule } from '../provider.ts';

interface Unit {
  /** of Stripe's number */
  readonly decimals: 0 | 2 | 3;
  /** decimal text */
  readonly least: string;
  /** how many zeros Stripe's number has to end in; none if absent */
  readonly zeros?: 1 | 2;
}

/**
 * `least` is Stripe's own where its page has one; of BHD, CNY, KWD, MOP, TWD and VND it has none: there it is about half a US
 * dollar. An account that settles in another currency may have to ask for more: Stripe tells that by a refusal. UGX and ISK,
 * should they ever come here, have two decimals on the wire that are always 00 (`zeros: 2`).
 */
const units: Readonly<Record<Currency, Unit>> = {
  USD: { decimals: 2, least: '0.50' },
  AED: { decimals: 2, least: '2.00' },
  AUD: { decimals: 2, least: '0.50' },
  BHD: { decimals: 3, least: '0.190', zeros: 1 },
  CAD: { decimals: 2, least: '0.50' },
  CHF: { decimals: 2, least: '0.50' },
  CNY: { decimals: 2, least: '3.60' },
  EUR: { decimals: 2, least: '0.50' },
  GBP: { decimals: 2, least: '0.30' },
  HKD: { decimals: 2, least: '4.00' },
  HUF: { decimals: 2, least: '175.00' },
  INR: { decimals: 2, least: '0.50' },
  JPY: { decimals: 0, least: '50' },
  KRW: { decimals: 0, least: '50' },
  KWD: { decimals: 3, least: '0.160', zeros: 1 },
  MOP: { decimals: 2, least: '4.00' },
  MYR: { decimals: 2, least: '2.00' },
  NZD: { decimals: 2, least: '0.50' },
  PHP: { decimals: 2, least: '0.50' },
  SGD: { decimals: 2, least: '0.50' },
  THB: { decimals: 2, least: '10.00' },
  TWD: { decimals: 2, least: '16.00' },
  VND: { decimals: 0, least: '13000' },
};

/** Eight digits on the wire: what every means to pay takes. */
const most = { 0: '99999999', 2: '999999.99', 3: '99999.990' } as const;

export const amounts: MethodRule['amounts'] = Object.fromEntries(
  Object.entries(units).map(([currency, { decimals, least }]) => [currency, [least, most[decimals]]]),
);

/**
 * @returns Stripe's number; undefined when Stripe cannot be told the amount, because its last digits have to be zeros
 */
export function toWire(amount: Money): number | undefined {
  const { decimals, zeros = 0 } = units[amount.currency];
  const [whole = '', fraction = ''] = formatAmount(amount).split('.');
  if (!/^0*$/.test(fraction.slice(decimals))) return undefined;
  const wire = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  return wire % 10 ** zeros === 0 ? wire : undefined;
}

export const unevenAmount: Outcome<never> = {
  kind: 'declined',
  code: 'amount_refused',
  channelCode: 'last_digit',
  message: 'In this currency Stripe takes only amounts whose last digit is 0. Nothing was sent.',
};

/**
 * @param code three letters in lower case
 * @returns undefined for what is no whole number, and for a currency that we do not know
 */
export function fromWire(wire: Json | undefined, code: Json | undefined): Money | undefined {
  if (typeof wire !== 'number' || !Number.isSafeInteger(wire) || wire < 0) return undefined;
  if (typeof code !== 'string' || !/^[a-z]{3}$/.test(code)) return undefined;
  const currency = code.toUpperCase();
  if (!isCurrency(currency)) return undefined;
  const { decimals } = units[currency];
  const digits = String(wire).padStart(decimals + 1, '0');
  const border = digits.length - decimals;
  const fraction = digits.slice(border);
  const amount = parseAmount(digits.slice(0, border) + (fraction && `.${fraction}`), currency);
  return typeof amount === 'string' ? undefined : amount;
}
