// What a payer's browser brings back: two numbers, of which only he and we know that they belong together.
import { expect, test } from '@jest/globals';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { readReturn } from '../../lib/gateways/stripe/returns.ts';
import { sessionId } from '../contract/stripe-side.ts';
import { answering, options, order, request, said } from './stripe-answering.ts';

function read(query: string, environment: 'production' | 'sandbox' = 'sandbox'): unknown {
  try {
    return readReturn(query, { environment });
  } catch (error) {
    if (error instanceof CallbackRefused) return error.reason;
    throw error;
  }
}

const genuine = `transaction_id=${order}&session_id=${sessionId}`;
const found = { transactionId: order, gatewayOrderId: sessionId };

test('both numbers, in any order, whatever else is there', () => {
  expect(read(genuine)).toEqual(found);
  expect(read(`session_id=${sessionId}&utm_source=x&transaction_id=${order}`)).toEqual(found);
  expect(read(genuine.replaceAll('_', '%5F'))).toEqual(found);
});

test('the address that Stripe was given leads there, paid or not', async () => {
  const { gateway, sent } = answering(said(502, ''));
  await gateway.prepay({ ...request, method: 'stripe_checkout' }, options);
  for (const name of ['success_url', 'cancel_url']) {
    const address = (sent[0]?.form[name] ?? '').replace('{CHECKOUT_SESSION_ID}', sessionId);
    expect(address.startsWith(`${request.returnUrl}?`)).toBe(true);
    expect(gateway.readReturn?.(new URL(address).search.slice(1))).toEqual(found);
  }
});

test.each([
  ['', 'malformed'],
  [`transaction_id=${order}`, 'malformed'],
  [`session_id=${sessionId}`, 'malformed'],
  [`transaction_id=${order}&session_id={CHECKOUT_SESSION_ID}`, 'malformed'],
  [`${genuine}&session_id=${sessionId}`, 'malformed'],
  [`${genuine}&transaction_id=${order}`, 'malformed'],
  [`transaction_id=pay_1&session_id=${sessionId}`, 'malformed'],
  [`transaction_id=${order}&session_id=pi_3DemoIntentOfTests00001a`, 'malformed'],
  [`transaction_id=${order}&session_id=${sessionId}%0A`, 'malformed'],
  [`${genuine}&${'x'.repeat(9_000)}`, 'malformed'],
  [genuine.replace('cs_test', 'cs_live'), 'foreign'],
])('%j: %s', (query, reason) => {
  expect(read(query)).toBe(reason);
});

test('a session of the test world is nothing to production', () => {
  expect(read(genuine, 'production')).toBe('foreign');
  expect(read(genuine.replace('cs_test', 'cs_live'), 'production')).toMatchObject({ transactionId: order });
});
