// What the payer's browser brings back: two numbers of strict form, each once. Both must be known, so neither is a proof.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { readReturn } from '../../lib/gateways/paypal/returns.ts';
import { gatewayOrderId, numbers, transactionId } from './paypal-answering.ts';

const ours = `transaction_id=${transactionId}`;
const theirs = `token=${gatewayOrderId}`;

test.each([
  `${ours}&${theirs}&PayerID=GR2D8V4M7KXQA`,
  `${ours}&${theirs}`,
  `${theirs}&PayerID=GR2D8V4M7KXQA&${ours}`,
])('%s', (query) => {
  expect(readReturn(query)).toEqual(numbers);
});

const refusal = (query: string) => {
  try {
    return JSON.stringify(readReturn(query));
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
};

test.each([
  ['', 'malformed'],
  [ours, 'malformed'],
  [theirs, 'malformed'],
  [`${ours}&${theirs}&${theirs}`, 'malformed'],
  [`${ours}&${ours}&${theirs}`, 'malformed'],
  [`${ours}&token=`, 'malformed'],
  [`${ours}&token`, 'malformed'],
  [`${ours}&${theirs}=`, 'malformed'],
  [`${ours}&token=5o190127tn364715t`, 'malformed'],
  [`${ours}&token=5O190127TN36471%35T`, 'malformed'],
  [`${ours}&token=..%2F..%2Fv1`, 'malformed'],
  [`${ours}&Token=${gatewayOrderId}`, 'malformed'],
  [`${ours}&${theirs}&x=${'y'.repeat(1024)}`, 'malformed'],
  [`transaction_id=4711&${theirs}`, 'foreign'],
  [`transaction_id=${transactionId.toUpperCase()}&${theirs}`, 'foreign'],
])('%s: %s', (query, reason) => {
  expect(refusal(query)).toBe(reason);
});

test('whatever comes is refused in words of ours', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webQueryParameters()), (query) => {
      expect(['malformed', 'foreign']).toContain(refusal(query));
    }),
  );
});
