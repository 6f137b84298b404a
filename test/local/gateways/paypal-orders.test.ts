// Orders: what is taken, what is refused and in which words, how long one waits for its payer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, unit, zulu, type Fields, type World } from './paypal-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const hour = 3_600_000;
const usd = (value: string) => ({ currency_code: 'USD', value });
const asking = (change: Fields) => ({ purchase_units: [unit(orderNumber(), change)] });
const representation = { headers: { prefer: 'return=representation' } };

describe('creating', () => {
  test('with a payment source: waits for the payer’s action', async () => {
    const { status, body } = await world.create(orderNumber());
    expect(status).toBe(201);
    const id = String(body['id']);
    const base = world.gateways.paypal.gatewayUrl;
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{17}$/),
      status: 'PAYER_ACTION_REQUIRED',
      payment_source: { paypal: {} },
      links: [
        { href: `${base}/v2/checkout/orders/${id}`, rel: 'self', method: 'GET' },
        { href: `${base}/checkoutnow?token=${id}`, rel: 'payer-action', method: 'GET' },
      ],
    });
  });

  test('without one: created, with the older context and no request id', async () => {
    const context = { return_url: `${world.shop.origin}/back`, cancel_url: `${world.shop.origin}/no` };
    const change = { payment_source: undefined, application_context: context };
    const { status, body } = await world.create(orderNumber(), change, { requestId: '' });
    expect([status, body['status']]).toEqual([201, 'CREATED']);
    const rels = (body['links'] as { rel: string }[]).map(({ rel }) => rel);
    expect(rels).toEqual(['self', 'approve', 'update', 'capture']);
  });

  test('the representation says it all, and is what a query gets', async () => {
    const number = orderNumber();
    const { status, body } = await world.create(number, {}, representation);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ intent: 'CAPTURE', status: 'PAYER_ACTION_REQUIRED', create_time: zulu(world.clock.at) },
      purchase_units: [{ ...unit(number), payee: { merchant_id: world.account().merchantId } }],
    });
    const query = await world.retrieve(String(body['id']));
    expect([query.status, query.body]).toEqual([200, body]);
  });

  test.each([
    ['USD', '10.9', '10.90'],
    ['USD', '.5', '0.50'],
    ['EUR', '7', '7.00'],
    ['JPY', '880', '880'],
    ['HUF', '3500', '3500'],
    ['TWD', '300', '300'],
  ])('%s %s is told as %s', async (currency_code, value, written) => {
    const { body } = await world.create(
      ...([orderNumber(), asking({ amount: { currency_code, value } }), representation] as const),
    );
    expect(body['purchase_units']).toMatchObject([{ amount: { currency_code, value: written } }]);
  });

  test('sums that agree', async () => {
    const breakdown = { item_total: usd('10.00'), tax_total: usd('1.49'), discount: usd('0.50') };
    const items = [{ name: 'Tea', quantity: '4', unit_amount: usd('2.50') }];
    const change = asking({ amount: { ...usd('10.99'), breakdown }, items });
    const { status, body } = await world.create(orderNumber(), change, representation);
    expect(status).toBe(201);
    expect(body['purchase_units']).toMatchObject([{ items, amount: { breakdown } }]);
  });
});

describe('what is not well formed: 400', () => {
  test.each<[string, string, Fields]>([
    ['MISSING_REQUIRED_PARAMETER', '/intent', { intent: undefined }],
    ['INVALID_PARAMETER_VALUE', '/intent', { intent: 'AUTHORIZE' }],
    ['MISSING_REQUIRED_PARAMETER', '/purchase_units', { purchase_units: undefined }],
    ['INVALID_ARRAY_MIN_ITEMS', '/purchase_units', { purchase_units: [] }],
    ['INVALID_ARRAY_MAX_ITEMS', '/purchase_units', { purchase_units: [unit('a'), unit('b')] }],
    ['MISSING_REQUIRED_PARAMETER', '/purchase_units/0/amount', asking({ amount: undefined })],
    ['INVALID_PARAMETER_SYNTAX', '/purchase_units/0/amount/value', asking({ amount: usd('1,00') })],
    ['INVALID_PARAMETER_SYNTAX', '/purchase_units/0/amount/value', asking({ amount: usd('1.') })],
    [
      'INVALID_PARAMETER_SYNTAX',
      '/purchase_units/0/amount/currency_code',
      asking({ amount: { currency_code: 'usd', value: '1.00' } }),
    ],
    ['INVALID_STRING_MAX_LENGTH', '/purchase_units/0/custom_id', asking({ custom_id: 'c'.repeat(128) })],
    ['INVALID_STRING_MIN_LENGTH', '/purchase_units/0/invoice_id', asking({ invoice_id: '' })],
    ['INVALID_PARAMETER_SYNTAX', '/purchase_units/0/description', asking({ description: 1 })],
    ['UNSUPPORTED_FIELD', '/purchase_units/0/colour', asking({ colour: 'red' })],
    ['UNSUPPORTED_FIELD', '/colour', { colour: 'red' }],
    [
      'INVALID_PARAMETER_SYNTAX',
      '/payment_source/paypal/experience_context/return_url',
      { payment_source: { paypal: { experience_context: { return_url: 'shop' } } } },
    ],
  ])('%s %s', async (issue, field, change) => {
    const number = orderNumber();
    const answer = await world.create(number, change);
    expect(answer).toMatchObject({
      status: 400,
      body: { name: 'INVALID_REQUEST', details: [{ issue, field, location: 'body' }] },
    });
    // Nothing came of it: the id is free for what is right.
    expect(await world.create(number)).toMatchObject({ status: 201 });
  });

  test('a payment source without a request id', async () => {
    expect(await world.create(orderNumber(), {}, { requestId: '' })).toMatchObject({
      status: 400,
      issue: 'PAYPAL_REQUEST_ID_REQUIRED',
    });
  });

  test('all that is wrong is told', async () => {
    const { body } = await world.create(orderNumber(), { intent: 'X', purchase_units: [] });
    expect(body['details']).toHaveLength(2);
  });
});

describe('what is not allowed: 422', () => {
  const item = { name: 'Tea', quantity: '2', unit_amount: usd('5.00') };
  const at = "/purchase_units/@reference_id=='default'";
  test.each<[string, string, Fields]>([
    ['CURRENCY_NOT_SUPPORTED', 'amount/currency_code', { amount: { currency_code: 'XTS', value: '1.00' } }],
    ['CURRENCY_NOT_SUPPORTED', 'amount/currency_code', { amount: { currency_code: 'CNY', value: '1.00' } }],
    ['DECIMAL_PRECISION', 'amount/value', { amount: usd('1.001') }],
    ['DECIMALS_NOT_SUPPORTED', 'amount/value', { amount: { currency_code: 'JPY', value: '880.00' } }],
    ['DECIMALS_NOT_SUPPORTED', 'amount/value', { amount: { currency_code: 'HUF', value: '1.5' } }],
    ['DECIMALS_NOT_SUPPORTED', 'amount/value', { amount: { currency_code: 'TWD', value: '1.0' } }],
    ['CANNOT_BE_ZERO_OR_NEGATIVE', 'amount/value', { amount: usd('0.00') }],
    ['CANNOT_BE_ZERO_OR_NEGATIVE', 'amount/value', { amount: usd('-1.00') }],
    ['MAX_VALUE_EXCEEDED', 'amount/value', { amount: usd('99999999999999999.00') }],
    [
      'AMOUNT_MISMATCH',
      'amount/value',
      { amount: { ...usd('9.00'), breakdown: { item_total: usd('8.99') } } },
    ],
    ['ITEM_TOTAL_REQUIRED', 'amount/value', { items: [item] }],
    [
      'ITEM_TOTAL_MISMATCH',
      'amount/value',
      { amount: { ...usd('9.00'), breakdown: { item_total: usd('9.00') } }, items: [item] },
    ],
    [
      'MULTI_CURRENCY_ORDER',
      'amount/breakdown/shipping/value',
      { amount: { ...usd('9.00'), breakdown: { shipping: { currency_code: 'EUR', value: '9.00' } } } },
    ],
    [
      'CANNOT_BE_NEGATIVE',
      'amount/breakdown/shipping/value',
      { amount: { ...usd('9.00'), breakdown: { item_total: usd('10.00'), shipping: usd('-1.00') } } },
    ],
  ])('%s %s', async (issue, field, change) => {
    expect(await world.create(orderNumber(), asking(change))).toMatchObject({
      status: 422,
      body: { name: 'UNPROCESSABLE_ENTITY', details: [{ issue, field: `${at}/${field}` }] },
    });
  });

  test('somebody else as the payee', async () => {
    const payee = { merchant_id: world.account('PAYPAL_OTHER').merchantId };
    expect(await world.create(orderNumber(), asking({ payee }))).toMatchObject({
      status: 422,
      issue: 'PAYEE_ACCOUNT_INVALID',
    });
  });

  test('an invoice that was captured, and not one that was only asked for', async () => {
    const number = orderNumber();
    const first = await world.created(number);
    const second = await world.created(number, {}, { requestId: `${number}-again` });
    for (const each of [first, second]) await world.pay(each);
    expect(await world.capture(first.id)).toMatchObject({ status: 201 });
    expect(await world.capture(second.id)).toMatchObject({ status: 422, issue: 'DUPLICATE_INVOICE_ID' });
    const third = await world.create(number, {}, { requestId: `${number}-third` });
    expect(third).toMatchObject({ status: 422, issue: 'DUPLICATE_INVOICE_ID' });
    expect(await world.create(number, {}, { requestId: 'o', channel: 'PAYPAL_OTHER' })).toMatchObject({
      status: 201,
    });
  });
});

describe('time', () => {
  test('an order that nobody approves vanishes after six hours, to the millisecond', async () => {
    const created = await world.created();
    await world.advance(6 * hour - 1);
    expect(await world.retrieve(created.id)).toMatchObject({ status: 200 });
    expect(await world.capture(created.id)).toMatchObject({ status: 422, issue: 'ORDER_NOT_APPROVED' });
    await world.advance(1);
    expect(await world.retrieve(created.id)).toMatchObject({
      status: 404,
      body: { name: 'RESOURCE_NOT_FOUND' },
    });
    expect(await world.capture(created.id)).toMatchObject({ status: 422, issue: 'ORDER_EXPIRED' });
    expect(await world.pay(created)).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('is over') },
    });
    expect(world.heard(created.id)).toEqual([]);
  });

  test('an approval that nobody captures is given back after three', async () => {
    const created = await world.created();
    await world.pay(created);
    await world.advance(3 * hour - 1);
    expect((await world.retrieve(created.id)).body['status']).toBe('APPROVED');
    await world.advance(1);
    const types = () => world.heard(created.id).map(({ event }) => event.event_type);
    expect(types()).toEqual(['CHECKOUT.ORDER.APPROVED', 'CHECKOUT.PAYMENT-APPROVAL.REVERSED']);
    expect(await world.capture(created.id)).toMatchObject({ status: 422, issue: 'ORDER_NOT_APPROVED' });
    expect((await world.retrieve(created.id)).body['status']).toBe('VOIDED');
    expect(await world.pay(created)).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('given back') },
    });
    await world.advance(hour);
    expect(types()).toHaveLength(2);
  });

  test('a capture keeps it', async () => {
    const created = await world.created();
    await world.pay(created);
    await world.capture(created.id);
    await world.advance(48 * hour);
    expect((await world.retrieve(created.id)).body['status']).toBe('COMPLETED');
  });
});
