// The forger's tool: whatever is forged, the CRC-32 stays, and it stays JSON.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forgedTwin } from '../../../local/gateways/paypal/twin.ts';
import { crc } from './paypal-proof.ts';

test('any JSON gets the CRC-32 of any other', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (genuine, wanted) => {
      const twin = forgedTwin(genuine, () => wanted);
      expect(JSON.parse(twin)).toEqual(JSON.parse(wanted));
      expect(twin.startsWith(wanted)).toBe(true);
      expect(crc(twin)).toBe(crc(genuine));
    }),
    { numRuns: 60 },
  );
});

test('by itself it makes sums larger', () => {
  const twin = forgedTwin('{"amount":{"value":"10.99"}}');
  expect(JSON.parse(twin)).toEqual({ amount: { value: '910.99' } });
});
