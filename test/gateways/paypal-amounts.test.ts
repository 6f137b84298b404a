// PayPal's own table of currencies: three without decimals, of which two have some with us.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAmount, type Currency } from '../../lib/domain/money.ts';
import { amountRules, isTaken, readMoney, writeMoney } from '../../lib/gateways/paypal/amounts.ts';

const currencies = Object.keys(amountRules) as Currency[];

test('USD comes first, and what PayPal does not take, or in China alone, is missing', () => {
  expect(currencies).toEqual([
    ...[
      'USD',
      'AUD',
      'CAD',
      'CHF',
      'EUR',
      'GBP',
      'HKD',
      'HUF',
      'JPY',
      'MYR',
      'NZD',
      'PHP',
      'SGD',
      'THB',
      'TWD',
    ],
  ]);
  for (const code of ['CNY', 'AED', 'KWD', 'BHD', 'VND', 'INR', 'constructor'])
    expect(isTaken(code)).toBe(false);
});

test('least and most are amounts that can be written', () => {
  for (const currency of currencies)
    for (const text of amountRules[currency] ?? []) {
      const amount = parseAmount(text, currency);
      expect(typeof amount === 'object' && writeMoney(amount)).toEqual({
        currency_code: currency,
        value: text,
      });
    }
});

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...currencies),
      fc.integer({ min: 0, max: 10_000_000_000 }),
      (currency, minor) => {
        const written = writeMoney({ minor, currency });
        const isFraction = (currency === 'HUF' || currency === 'TWD') && minor % 100 !== 0;
        expect(written && readMoney({ ...written })).toEqual(isFraction ? undefined : { minor, currency });
      },
    ),
  );
});

test.each([
  ['USD', 1099, '10.99'],
  ['USD', 5, '0.05'],
  ['JPY', 880, '880'],
  ['HUF', 88_000, '880'],
  ['TWD', 100, '1'],
] as const)('%s %i is %s', (currency, minor, value) => {
  expect(writeMoney({ minor, currency })).toEqual({ currency_code: currency, value });
});

test('a fraction of a forint is no amount', () => {
  expect(writeMoney({ minor: 88_050, currency: 'HUF' })).toBeUndefined();
  expect(writeMoney({ minor: 1, currency: 'TWD' })).toBeUndefined();
  expect(writeMoney({ minor: 100, currency: 'CNY' })).toBeUndefined();
});

test.each([
  ['HUF', '880.00', 88_000],
  ['JPY', '880.0', 880],
  ['USD', '10.9', 1090],
  ['USD', '10', 1000],
] as const)('%s %s loses nothing', (currency, value, minor) => {
  expect(readMoney({ currency_code: currency, value })).toEqual({ minor, currency });
});

test.each([
  { currency_code: 'HUF', value: '880.50' },
  { currency_code: 'JPY', value: '880.01' },
  { currency_code: 'USD', value: '10.999' },
  { currency_code: 'USD', value: '-1.00' },
  { currency_code: 'USD', value: '.50' },
  { currency_code: 'USD', value: '1e3' },
  { currency_code: 'USD', value: 10.99 },
  { currency_code: 'usd', value: '10.99' },
  { currency_code: 'CNY', value: '10.99' },
  { currency_code: '__proto__', value: '10.99' },
  { value: '10.99' },
  '10.99',
  null,
])('%j is no amount', (written) => {
  expect(readMoney(written)).toBeUndefined();
});
