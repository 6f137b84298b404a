// PayPal's own table of currencies, which differs from ISO 4217: HUF and TWD have no decimals there.
// @see https://developer.paypal.com/reference/currency-codes/
import type { Json } from '../../domain/canonical-json.ts';
import { formatAmount, money, parseAmount, type Currency, type Money } from '../../domain/money.ts';
import type { Outcome } from '../gateway.ts';
import type { MethodRule } from '../provider.ts';
import { isNode } from './json.ts';

/** CNY is missing: PayPal takes it for accounts in China alone. */
const decimals = {
  USD: 2,
  AUD: 2,
  CAD: 2,
  CHF: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 0,
  JPY: 0,
  MYR: 2,
  NZD: 2,
  PHP: 2,
  SGD: 2,
  THB: 2,
  TWD: 0,
} as const satisfies Partial<Record<Currency, 0 | 2>>;

type Taken = keyof typeof decimals;

export function isTaken(code: string): code is Taken {
  return Object.hasOwn(decimals, code);
}

/** Seven digits before the point: more than any account may take at once; what one may really take is told by a refusal. */
export const amountRules: MethodRule['amounts'] = Object.fromEntries(
  Object.entries(decimals).map(([code, places]) => [
    code,
    places === 0 ? ['1', '9999999'] : ['0.01', '9999999.99'],
  ]),
);

/** As the wire writes money. */
export interface WrittenMoney {
  readonly currency_code: string;
  readonly value: string;
}

/** @returns undefined for a fraction that PayPal does not know in the currency, and for currencies that it does not take */
export function writeMoney(amount: Money): WrittenMoney | undefined {
  const { currency } = amount;
  if (!isTaken(currency)) return undefined;
  const [whole = '', fraction = ''] = formatAmount(amount).split('.');
  if (decimals[currency] > 0) return { currency_code: currency, value: `${whole}.${fraction}` };
  return /^0*$/.test(fraction) ? { currency_code: currency, value: whole } : undefined;
}

export function noFraction({ currency }: Money): Outcome<never> {
  const message = `PayPal takes whole amounts of ${currency} only. Nothing was sent.`;
  return { kind: 'declined', code: 'amount_refused', channelCode: 'DECIMALS_NOT_SUPPORTED', message };
}

/** @returns undefined for anything that is no exact amount of a currency that PayPal takes; nothing is rounded */
export function readMoney(written: Json | undefined): Money | undefined {
  if (!isNode(written)) return undefined;
  const { currency_code: code, value } = written;
  if (typeof code !== 'string' || typeof value !== 'string' || !isTaken(code)) return undefined;
  // Zeros behind a point that the currency has not got lose nothing.
  const text = decimals[code] === 0 ? value.replace(/\.0{1,2}$/, '') : value;
  if (decimals[code] === 0 && text.includes('.')) return undefined;
  const amount = parseAmount(text, code);
  return typeof amount === 'object' ? money(amount.minor, code) : undefined;
}
