// Amounts on Stripe's wire are ours again on the way back, in every currency that we know.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { currencyCodes, formatAmount, isCurrency, parseAmount, type Money } from '../../lib/domain/money.ts';
import { amounts, fromWire, toWire } from '../../lib/gateways/stripe/amounts.ts';
import { noon } from '../contract/bench.ts';
import { answering, options, prepaid, request, said } from './stripe-answering.ts';

const zeroDecimals = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ');
const threeDecimals = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];

describe.each(currencyCodes)('%s', (currency) => {
  const isUneven = threeDecimals.includes(currency);
  const minors = fc
    .integer({ min: 1, max: Math.floor(Number.MAX_SAFE_INTEGER / 10) })
    .map((minor) => (isUneven ? minor * 10 : minor));

  test('text, wire and text again', () => {
    fc.assert(
      fc.property(minors, (minor) => {
        const text = formatAmount({ minor, currency });
        const wire = toWire(parseAmount(text, currency) as Money);
        expect(wire).toBe(minor);
        const back = fromWire(wire, currency.toLowerCase());
        expect(back).toEqual({ minor, currency });
        expect(formatAmount(back as Money)).toBe(text);
      }),
    );
  });

  test('has as many decimals as Stripe says', () => {
    const decimals = zeroDecimals.includes(currency) ? 0 : isUneven ? 3 : 2;
    expect(formatAmount({ minor: 1_000, currency }).split('.')[1]?.length ?? 0).toBe(decimals);
  });

  test('its least and its most can be told, and the most has eight digits', () => {
    const [least = 0, most = 0] = (amounts[currency] ?? []).map((text) =>
      toWire(parseAmount(text, currency) as Money),
    );
    expect(least).toBeGreaterThanOrEqual(1);
    expect(String(most)).toMatch(/^9{7}[09]$/);
    expect(least).toBeLessThan(most);
  });
});

test('every currency has its rule, the dollar first', () => {
  expect(Object.keys(amounts)[0]).toBe('USD');
  expect(Object.keys(amounts).sort()).toEqual([...currencyCodes].sort());
  expect(Object.keys(amounts).every(isCurrency)).toBe(true);
  expect([amounts.USD, amounts.JPY, amounts.KWD]).toEqual([
    ['0.50', '999999.99'],
    ['50', '99999999'],
    ['0.160', '99999.990'],
  ]);
});

test.each(['BHD', 'KWD'] as const)(
  '%s: a last digit other than 0 is declined before any call',
  async (currency) => {
    const { gateway, sent } = answering(said(500, ''));
    const outcome = await gateway.prepay({ ...request, amount: { minor: 1234, currency } }, options);
    expect(outcome).toMatchObject({ kind: 'declined', code: 'amount_refused' });
    expect(sent).toEqual([]);
    const even = await prepaid({ amount: { minor: 1230, currency } }, said(502, ''));
    expect(even).toMatchObject({ kind: 'unknown', reason: 'http_status' });
  },
);

test.each([
  [-1, 'usd'],
  [1.5, 'usd'],
  ['100', 'usd'],
  [2 ** 53, 'usd'],
  [undefined, 'usd'],
  [100, 'USD'],
  [100, 'zzz'],
  [100, 'isk'],
  [100, undefined],
  [noon, '__proto__'],
])('%p %p is no amount', (wire, code) => {
  expect(fromWire(wire, code)).toBeUndefined();
});
