// How an order stands: by its capture, never by the order alone. What a capture and a close make of it.
import { describe, expect, test } from '@jest/globals';
import { noon } from '../contract/bench.ts';
import { account, captureId, captureOf, failureOf } from '../contract/paypal-side.ts';
import {
  asked,
  captured,
  closed,
  connected,
  gatewayOrderId,
  numbers,
  options,
  order,
  query,
  said,
  transactionId,
} from './paypal-answering.ts';

const ok = (state: string) => ({ kind: 'ok', value: { state, ...numbers } });
const paid = {
  kind: 'ok',
  value: {
    state: 'paid',
    ...numbers,
    gatewayTransactionId: captureId,
    amount: { minor: 1099, currency: 'USD' },
    paidAt: new Date(noon).toISOString(),
    payee: { merchantId: account.merchant_id },
  },
};
const unknown = (reason: string) => ({ kind: 'unknown', reason });
const withCaptures = (...captures: object[]) => {
  const [unit] = order()['purchase_units'] as [object];
  return { ...order({ status: 'COMPLETED' }), purchase_units: [{ ...unit, payments: { captures } }] };
};
const aCapture = (change: object = {}) => ({
  ...captureOf({ id: gatewayOrderId, order: transactionId, value: '10.99' }),
  ...change,
});
const issue = (name: string) => said(422, failureOf('UNPROCESSABLE_ENTITY', name));

test.each([
  ['CREATED', 'pending', 'closed'],
  ['SAVED', 'pending', 'closed'],
  ['PAYER_ACTION_REQUIRED', 'pending', 'closed'],
  ['APPROVED', 'approved', 'closed'],
  ['VOIDED', 'closed', 'closed'],
] as const)('an order that is %s is %s; leaving it closes it', async (status, state, closing) => {
  const answer = said(200, order({ status }));
  expect(await asked(answer)).toEqual(ok(state));
  expect(await captured(answer)).toEqual(ok(state));
  expect(await closed(answer)).toEqual({ kind: 'ok', value: closing });
});

test.each(['COMPLETED', 'WONDERFUL', 'constructor', ''])(
  'an order without a capture that is %p: unknown',
  async (status) => {
    const answer = said(200, order({ status }));
    for (const outcome of [await asked(answer), await captured(answer), await closed(answer)])
      expect(outcome).toMatchObject(unknown('unlisted_code'));
  },
);

const alreadyPaid = (channelCode: string) => ({ kind: 'declined', code: 'already_paid', channelCode });

test.each([
  ['COMPLETED', paid, alreadyPaid('COMPLETED')],
  ['PARTIALLY_REFUNDED', paid, alreadyPaid('PARTIALLY_REFUNDED')],
  ['REFUNDED', paid, alreadyPaid('REFUNDED')],
  ['PENDING', ok('pending'), alreadyPaid('PENDING')],
  ['DECLINED', ok('closed'), { kind: 'ok', value: 'closed' }],
  ['FAILED', ok('closed'), { kind: 'ok', value: 'closed' }],
  ['WONDERFUL', unknown('unlisted_code'), unknown('unlisted_code')],
])('a capture that is %s', async (status, standing, closing) => {
  const answer = said(201, order({ status: 'COMPLETED', captured: status }));
  expect(await asked(answer)).toMatchObject(standing);
  expect(await captured(answer)).toMatchObject(standing);
  expect(await closed(answer)).toMatchObject(closing);
});

describe('the facts about the money', () => {
  test('are the capture’s: its sum, its time, its number', async () => {
    const less = aCapture({
      amount: { currency_code: 'USD', value: '9.00' },
      create_time: '2026-11-20T06:07:08.250Z',
    });
    expect(await asked(said(200, withCaptures(less)))).toMatchObject({
      value: { amount: { minor: 900, currency: 'USD' }, paidAt: '2026-11-20T06:07:08.250Z' },
    });
  });

  test('the payee’s number is told as PayPal tells it', async () => {
    const foreign = aCapture({ payee: { merchant_id: 'ZZZZZZZZZZZZ9' } });
    expect(await asked(said(200, withCaptures(foreign)))).toMatchObject({
      value: { state: 'paid', payee: { merchantId: 'ZZZZZZZZZZZZ9' } },
    });
  });

  test.each([
    ['amount', { amount: undefined }],
    ['amount, as a number', { amount: { currency_code: 'USD', value: 11 } }],
    ['amount of nothing', { amount: { currency_code: 'USD', value: '0.00' } }],
    ['currency', { amount: { currency_code: 'XXX', value: '10.99' } }],
    ['time', { create_time: undefined }],
    ['time that there is not', { create_time: '2026-02-30T00:00:00Z' }],
    ['time in another zone', { create_time: '2026-11-20T06:07:08+08:00' }],
    ['number', { id: 'x' }],
    ['number of ours', { custom_id: 'pay_01jd0000000000000000000000' }],
  ])('without a right %s: unreadable', async (_, change) => {
    expect(await asked(said(200, withCaptures(aCapture(change))))).toMatchObject(unknown('unreadable'));
  });

  test('money that came counts more than money that did not', async () => {
    const both = [aCapture({ status: 'DECLINED', id: '1AA11111AA111111A' }), aCapture()];
    expect(await asked(said(200, withCaptures(...both)))).toEqual(paid);
    expect(
      await asked(said(200, withCaptures(aCapture({ status: 'FAILED' }), aCapture({ status: 'PENDING' })))),
    ).toEqual(ok('pending'));
  });

  test('two that brought money: unreadable', async () => {
    expect(
      await asked(said(200, withCaptures(aCapture(), aCapture({ id: '1AA11111AA111111A' })))),
    ).toMatchObject(unknown('unreadable'));
  });
});

test.each([
  ['another number of PayPal’s', order({ id: '1AA11111AA111111A' })],
  ['another number of ours', order({ order: 'pay_01jd0000000000000000000000' })],
  ['no number', { ...order(), id: undefined }],
  ['no unit', { ...order(), purchase_units: undefined }],
  ['an empty object', {}],
])('%s: another order', async (_, body) => {
  const answer = said(200, body);
  for (const outcome of [await asked(answer), await captured(answer), await closed(answer)])
    expect(outcome).toMatchObject(unknown('other_order'));
});

test('an order whose number was never learned is not asked for', async () => {
  const { gateway, capture, sent, tokens } = connected([]);
  const bare = { transactionId, currency: 'USD' } as const;
  expect(await gateway.queryPayment(bare, options)).toEqual({
    kind: 'ok',
    value: { state: 'not_found', transactionId },
  });
  expect(await gateway.closePayment(bare, options)).toEqual({ kind: 'ok', value: 'not_found' });
  await expect(capture(bare)).rejects.toThrow(/Nothing was sent/);
  expect([...sent, ...tokens]).toEqual([]);
});

describe('a capture', () => {
  test('is one call, under an id of its own', async () => {
    const { capture, sent } = connected([said(201, order({ status: 'COMPLETED', captured: 'COMPLETED' }))]);
    expect(await capture()).toEqual(paid);
    expect(sent).toMatchObject([
      {
        method: 'POST',
        url: `https://api-m.sandbox.paypal.com/v2/checkout/orders/${gatewayOrderId}/capture`,
        headers: { 'paypal-request-id': `${transactionId}-capture`, prefer: 'return=representation' },
        body: '{}',
      },
    ]);
  });

  test('an attempt after a refused one has another id', async () => {
    const { capture, sent } = connected([said(201, order({ status: 'COMPLETED', captured: 'COMPLETED' }))]);
    await capture({ ...query, attempt: 2 });
    expect(sent[0]?.headers['paypal-request-id']).toBe(`${transactionId}-capture-2`);
  });

  test('of what is captured already adopts what the order says', async () => {
    const { capture, sent } = connected([
      issue('ORDER_ALREADY_CAPTURED'),
      said(200, order({ status: 'COMPLETED', captured: 'COMPLETED' })),
    ]);
    expect(await capture()).toEqual(paid);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  test('of what is captured already, and not shown: unknown', async () => {
    expect(await captured(issue('ORDER_ALREADY_CAPTURED'), said(500, 'no'))).toMatchObject(
      unknown('http_status'),
    );
  });

  test.each([['ORDER_NOT_APPROVED'], ['PAYER_ACTION_REQUIRED']])(
    '%s: nothing was taken, and the payer has to act first',
    async (name) => {
      expect(await captured(issue(name))).toMatchObject({
        ...{ kind: 'declined', code: 'payer_refused', channelCode: name },
      });
    },
  );

  test('ORDER_EXPIRED is no refusal: the order is not there any more', async () => {
    expect(await captured(issue('ORDER_EXPIRED'))).toEqual(ok('not_found'));
  });

  test('of an order that is not there', async () => {
    const answer = said(404, failureOf('RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID'));
    expect(await captured(answer)).toEqual(ok('not_found'));
    expect(await asked(answer)).toEqual(ok('not_found'));
    expect(await closed(answer)).toEqual({ kind: 'ok', value: 'not_found' });
  });
});
