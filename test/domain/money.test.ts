import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  compareMoney,
  currencyCodes,
  formatAmount,
  isCurrency,
  money,
  parseAmount,
  sameMoney,
  type Currency,
} from '../../lib/domain/money.ts';

const decimals = { CNY: 2, JPY: 0, KWD: 3 } as const;
const currency = fc.constantFrom(...currencyCodes);
const minor = fc.oneof(fc.maxSafeNat(), fc.nat(100_000));

describe('an amount as text', () => {
  it('survives being written and read, in every currency', () => {
    fc.assert(
      fc.property(minor, currency, (units, code) => {
        const amount = money(units, code);
        expect(parseAmount(formatAmount(amount), code)).toEqual(amount);
      }),
    );
  });

  it.each(Object.entries(decimals))('of %s has %i decimals', (code, places) => {
    fc.assert(
      fc.property(minor, (units) => {
        const digits = String(units).padStart(places + 1, '0');
        const whole = digits.slice(0, digits.length - places);
        const expected = places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`;
        expect(formatAmount(money(units, code as Currency))).toBe(expected);
      }),
    );
  });

  it('may have fewer decimals than its currency', () => {
    expect(parseAmount('8.8', 'CNY')).toEqual({ minor: 880, currency: 'CNY' });
    expect(parseAmount('8', 'CNY')).toEqual({ minor: 800, currency: 'CNY' });
    expect(parseAmount('1.234', 'KWD')).toEqual({ minor: 1234, currency: 'KWD' });
  });

  it.each([
    ...['1e3', '0x10', ' 10 ', '+10', '-1', '-0', '1,000.00', '١٠', '１０', '10.', '.5', '00.10', '1_000'],
    ...['NaN', 'Infinity', '', '0'.repeat(40), '9'.repeat(40), '10\n', '1.2.3', '10 ', '1'.padEnd(17, '0')],
    ...['90071992547409.92', '0.00000000000000001', 'null', '8.80CNY', '¥8.80'],
  ])('is refused as %j: no plain decimal number', (text) => {
    expect(parseAmount(text, 'CNY')).toBe('AMOUNT_INVALID');
  });

  it.each([
    ['0.5', 'JPY'],
    ['1.0', 'JPY'],
    ['1.234', 'CNY'],
    ['10.001', 'CNY'],
    ['8.800', 'CNY'],
    ['1.2345', 'KWD'],
  ] as const)('is refused as %j %s: finer than the currency, and nothing is rounded', (text, code) => {
    expect(parseAmount(text, code)).toBe('AMOUNT_SCALE');
  });

  it('is never read as anything but whole, safe units, and never throws', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^-?[0-9]{0,20}\.?[0-9]{0,20}$/),
      fc.double().map(String),
    );
    fc.assert(
      fc.property(text, currency, (given, code) => {
        const read = parseAmount(given, code);
        if (typeof read === 'string') return;
        expect(Number.isSafeInteger(read.minor)).toBe(true);
        expect(read.minor).toBeGreaterThanOrEqual(0);
        expect(Number(formatAmount(read))).toBe(Number(given));
      }),
    );
  });
});

describe('money', () => {
  it.each([0.5, Number.NaN, Infinity, 2 ** 53, 2 ** 53 + 2])('is not made of %d', (units) => {
    expect(() => money(units, 'CNY')).toThrow(RangeError);
  });

  it('compares exactly', () => {
    const half = fc.maxSafeNat().map((n) => Math.floor(n / 2));
    fc.assert(
      fc.property(half, half, currency, (a, b, code) => {
        const [left, right] = [money(a, code), money(b, code)];
        expect(compareMoney(left, right)).toBe(Math.sign(a - b));
        expect(sameMoney(left, right)).toBe(a === b);
      }),
    );
  });

  it('is never mixed with another currency', () => {
    const [yuan, yen] = [money(1, 'CNY'), money(1, 'JPY')];
    expect(() => compareMoney(yuan, yen)).toThrow();
    expect(sameMoney(yuan, yen)).toBe(false);
  });

  it.each(['cny', 'ＣＮＹ', 'XXX', 'RMB', '', 'toString', '__proto__'])('has no currency %j', (code) => {
    expect(isCurrency(code)).toBe(false);
  });
});
