import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { holdsCardNumber } from '../../lib/domain/card-number.ts';

// Numbers that the schemes publish for tests.
const cards = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '6011111111111117',
  '2223003122003222',
];
const card = fc.constantFrom(...cards);
const words = fc.stringMatching(/^[a-z ,.]{0,20}$/);

describe('a card number in free text', () => {
  it('is found among words', () => {
    fc.assert(
      fc.property(words, card, words, (before, digits, after) => {
        expect(holdsCardNumber(`${before}${digits}${after}`)).toBe(true);
      }),
    );
  });

  it.each(['4111 1111 1111 1111', '4111-1111-1111-1111', '3782 822463 10005'])('is found as %s', (text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  it.each([
    '4111 1111 1111 1111 12/28',
    '4111 1111 1111 1111 123',
    '4111111111111111 12/28 123',
    '2 x tea 4111-1111-1111-1111',
    '1 4111111111111111',
  ])('is found beside other numbers: %s', (text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  it.each([
    '4111111111111112',
    '8613800138000',
    '2026-11-22 08:00:00',
    '20261122080000123456789012345678',
    '1234567890123456',
    'pay_01h455vb4pex5vsknk084sn02q',
    '',
  ])('is not seen in %j', (text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });

  it('is not seen where one digit is wrong', () => {
    fc.assert(
      fc.property(card, fc.nat(14), fc.integer({ min: 1, max: 9 }), (digits, place, more) => {
        const wrong = digits.split('');
        wrong[place] = String((Number(wrong[place]) + more) % 10);
        expect(holdsCardNumber(wrong.join(''))).toBe(false);
      }),
    );
  });
});
