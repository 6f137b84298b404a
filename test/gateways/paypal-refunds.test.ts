// A refund is one call under one number; what was sent once is looked for before it is sent again.
import { describe, expect, test } from '@jest/globals';
import { noon } from '../contract/bench.ts';
import { captureId, failureOf } from '../contract/paypal-side.ts';
import { gatewayOrderId, numbers, said, transactionId, type Said } from './paypal-answering.ts';
import {
  again,
  aRefund,
  gatewayRefundId,
  issue,
  made,
  notMade,
  ordered,
  refundId,
  refunding,
} from './paypal-refunding.ts';

const base = 'https://api-m.sandbox.paypal.com/v2';
const standing = (state: string) => ({
  kind: 'ok',
  value: {
    state,
    refundId,
    gatewayRefundId,
    transactionId,
    gatewayTransactionId: captureId,
    amount: { minor: 300, currency: 'USD' },
    at: new Date(noon).toISOString(),
  },
});
const { amount, total, currency } = ordered;
const bare = { transactionId, refundId, gatewayTransactionId: captureId, currency, amount, total };
const unknown = (reason: string) => ({ kind: 'unknown', reason });

describe('a refund', () => {
  test('is one call, under our number', async () => {
    const { outcome, sent } = refunding(ordered, said(201, aRefund()));
    expect(await outcome).toEqual(standing('succeeded'));
    expect(sent).toMatchObject([
      {
        method: 'POST',
        url: `${base}/payments/captures/${captureId}/refund`,
        headers: { 'paypal-request-id': `${refundId}-refund`, prefer: 'return=representation' },
      },
    ]);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      amount: { currency_code: 'USD', value: '3.00' },
      invoice_id: refundId,
      custom_id: refundId,
      note_to_payer: '不想要了 / not wanted',
    });
  });

  test('of a later generation has another request id and the same number', async () => {
    const { outcome, sent } = refunding({ ...ordered, generation: 2 }, said(201, aRefund()));
    expect(await outcome).toEqual(standing('succeeded'));
    expect(sent[0]?.headers['paypal-request-id']).toBe(`${refundId}-refund-2`);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ custom_id: refundId });
  });

  test.each([undefined, '', ' \n\t ', '🙂'])('with the reason %j says none', async (reason) => {
    const { outcome, sent } = refunding(
      { ...bare, ...(reason !== undefined && { reason }) },
      said(201, aRefund()),
    );
    await outcome;
    expect(JSON.parse(sent[0]?.body ?? '')).not.toHaveProperty('note_to_payer');
  });

  test('says no more than 255 signs of a reason', async () => {
    const { outcome, sent } = refunding({ ...ordered, reason: '茶'.repeat(300) }, said(201, aRefund()));
    await outcome;
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ note_to_payer: '茶'.repeat(255) });
  });

  test('of a fraction that PayPal does not know is not sent', async () => {
    const odd = { minor: 350, currency: 'TWD' } as const;
    const { outcome, sent } = refunding({ ...ordered, amount: odd, currency: 'TWD' }, said(201, aRefund()));
    expect(await outcome).toMatchObject({ kind: 'declined', code: 'amount_refused' });
    expect(sent).toEqual([]);
  });
});

test.each([
  ['COMPLETED', 'succeeded'],
  ['PENDING', 'processing'],
])('%s is %s', async (status, state) => {
  expect(await refunding(ordered, said(201, aRefund({ status }))).outcome).toEqual(standing(state));
});

test.each(['FAILED', 'CANCELLED'])('%s is failed, by that word', async (status) => {
  const { outcome } = refunding(ordered, said(200, aRefund({ status })));
  expect(await outcome).toMatchObject({ kind: 'ok', value: { state: 'failed', channelCode: status } });
});

test.each(['WONDERFUL', 'completed', 'constructor', '', 'REFUNDED'])('%j means nothing', async (status) => {
  const { outcome } = refunding(ordered, said(201, aRefund({ status })));
  expect(await outcome).toMatchObject(unknown('unlisted_code'));
});

test.each([
  ['another number', aRefund({ refund: `${refundId.slice(0, -1)}z` })],
  ['no number of ours', aRefund({ refund: undefined })],
  ['another sum', aRefund({ value: '3.01' })],
  ['another capture', aRefund({ capture: '1AA11111AA111111A' })],
  ['no capture', { ...aRefund(), links: [] }],
  ['another currency', { ...aRefund(), amount: { currency_code: 'EUR', value: '3.00' } }],
])('an answer with %s is about another refund', async (_, body) => {
  expect(await refunding(ordered, said(201, body)).outcome).toMatchObject(unknown('other_order'));
});

test.each([
  ['no sum', { amount: undefined }],
  ['a sum of nothing', { amount: { currency_code: 'USD', value: '0.00' } }],
  ['a sum that is a number', { amount: { currency_code: 'USD', value: 3 } }],
  ['no number of PayPal’s', { id: undefined }],
])('an answer with %s is unreadable', async (_, change) => {
  const { outcome } = refunding(ordered, said(201, { ...aRefund(), ...change }));
  expect(await outcome).toMatchObject(unknown('unreadable'));
});

test('a time in another form is left out', async () => {
  const { outcome } = refunding(
    ordered,
    said(201, { ...aRefund(), update_time: '2026-11-20T06:07:08-07:00' }),
  );
  expect(await outcome).toMatchObject({
    kind: 'ok',
    value: expect.not.objectContaining({ at: expect.anything() }) as object,
  });
});

describe('what was sent once', () => {
  test('and was made is adopted, whatever its key has become', async () => {
    const { outcome, sent } = refunding(again, made(aRefund({ status: 'PENDING' })));
    expect(await outcome).toEqual(standing('processing'));
    expect(sent).toMatchObject([{ method: 'GET', url: `${base}/checkout/orders/${gatewayOrderId}` }]);
  });

  test('and was not made is sent again, the same in all', async () => {
    const first = refunding(ordered, said(500, 'no'));
    expect(await first.outcome).toMatchObject(unknown('http_status'));
    const second = refunding(again, notMade, said(201, aRefund()));
    expect(await second.outcome).toEqual(standing('succeeded'));
    expect(second.sent.slice(1)).toEqual(first.sent);
  });

  test('over another sum is not taken for it', async () => {
    const { outcome, calls } = refunding(again, made(aRefund({ value: '4.00' })));
    expect(await outcome).toMatchObject(unknown('other_order'));
    expect(await calls()).toEqual(['GET']);
  });

  test.each<[string, Said, string]>([
    ['an outage', said(503, failureOf('SERVICE_UNAVAILABLE')), 'unlisted_code'],
    ['a page', said(200, '<h1>not now</h1>'), 'unreadable'],
    ['another order', said(200, { id: '1AA11111AA111111A', purchase_units: [] }), 'other_order'],
    ['an order that is gone', said(404, failureOf('RESOURCE_NOT_FOUND')), 'unlisted_code'],
    ['a request that is refused', said(400, failureOf('INVALID_REQUEST')), 'unlisted_code'],
  ])('and cannot be looked for, because of %s, is not sent', async (_, answer, reason) => {
    const { outcome, calls } = refunding(again, answer);
    expect(await outcome).toMatchObject(unknown(reason));
    expect(await calls()).toEqual(['GET']);
  });

  test('and may not be looked for: a person can mend it', async () => {
    const { outcome, calls } = refunding(again, said(403, failureOf('NOT_AUTHORIZED')));
    expect(await outcome).toMatchObject({ kind: 'declined', code: 'misconfigured' });
    expect(await calls()).toEqual(['GET']);
  });

  test('without the order’s number is a mistake of ours', async () => {
    const unknownOrder = { ...bare, submittedAt: new Date(noon).toISOString() };
    await expect(refunding(unknownOrder, notMade).outcome).rejects.toThrow(/Nothing was sent/);
  });
});

describe('a refusal', () => {
  const refusals = [
    'CAPTURE_FULLY_REFUNDED',
    'REFUND_AMOUNT_EXCEEDED',
    'REFUND_TIME_LIMIT_EXCEEDED',
    'REFUND_FAILED_INSUFFICIENT_FUNDS',
  ];
  test.each(refusals)('%s is none when ours is there', async (name) => {
    const { outcome, calls } = refunding(ordered, issue(name), made(aRefund()));
    expect(await outcome).toEqual(standing('succeeded'));
    expect(await calls()).toEqual(['POST', 'GET']);
  });

  test.each(refusals)('%s is unknown until it is seen whether ours is there', async (name) => {
    for (const answer of [said(500, 'no'), said(200, '{'), said(404, failureOf('RESOURCE_NOT_FOUND'))])
      expect(await refunding(ordered, issue(name), answer).outcome).toMatchObject({ kind: 'unknown' });
  });

  test('is proved with the order that shows the money, and no refund of ours', async () => {
    const others = made(aRefund({ refund: undefined }), aRefund({ refund: numbers.transactionId }));
    const { outcome } = refunding(ordered, issue('CAPTURE_FULLY_REFUNDED'), others);
    expect(await outcome).toMatchObject({
      kind: 'declined',
      code: 'refused',
      channelCode: 'CAPTURE_FULLY_REFUNDED',
    });
  });
});
