// Money that goes back at PayPal: how refunds are asked for and told, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, zulu, type World } from './paypal-merchant.ts';
import { refunding, usd } from './paypal-refunding.ts';

let world: World;
let shop: ReturnType<typeof refunding>;
beforeAll(async () => {
  world = await openWorld();
  shop = refunding(world);
});
afterAll(() => world.stop());

const day = 86_400_000;
const number = () => `${orderNumber()}_r`;
const types = (id: string) => shop.heard(id).map(({ event }) => event.event_type);

describe('a refund', () => {
  test('is completed at once, and told with its capture', async () => {
    const { captureId } = await shop.captured();
    const own = number();
    const { status, body } = await shop.refund(captureId, own, '3.00');
    const { gatewayUrl } = world.gateways.paypal;
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[0-9A-Z]{17}$/),
        status: 'COMPLETED',
        amount: usd('3.00'),
        seller_payable_breakdown: {
          ...{ gross_amount: usd('3.00'), paypal_fee: usd('0.00'), net_amount: usd('3.00') },
          total_refunded_amount: usd('3.00'),
        },
        ...{ invoice_id: own, custom_id: own },
        payer: expect.objectContaining({ merchant_id: world.account().merchantId }),
        ...{ create_time: zulu(world.clock.at), update_time: zulu(world.clock.at) },
        links: [
          { href: `${gatewayUrl}/v2/payments/refunds/${String(body['id'])}`, rel: 'self', method: 'GET' },
          { href: `${gatewayUrl}/v2/payments/captures/${captureId}`, rel: 'up', method: 'GET' },
        ],
      },
    ]);
    expect((await shop.refundOf(String(body['id']))).body).toEqual(body);
  });

  test('is told shortly unless all is wanted', async () => {
    const { captureId } = await shop.captured();
    const response = await shop.raw(captureId, { amount: usd('1.00') });
    expect(Object.keys((await response.json()) as object)).toEqual(['id', 'status', 'links']);
  });

  test('stands among the payments of its order', async () => {
    const { id, captureId } = await shop.captured();
    expect(await shop.payments(id)).not.toHaveProperty('refunds');
    const first = await shop.refund(captureId, number(), '3.00');
    expect(await shop.payments(id)).toMatchObject({ captures: [{ status: 'PARTIALLY_REFUNDED' }] });
    const second = await shop.refund(captureId, number(), '7.99');
    expect(await shop.payments(id)).toMatchObject({
      captures: [{ id: captureId, status: 'REFUNDED', amount: usd('10.99') }],
      refunds: [{ id: first.body['id'] }, { id: second.body['id'], amount: usd('7.99') }],
    });
    expect(second.body).toMatchObject({
      seller_payable_breakdown: { total_refunded_amount: usd('10.99') },
    });
  });

  test('without an amount gives back all that is left', async () => {
    const { captureId } = await shop.captured();
    await shop.refund(captureId, number(), '3.00');
    expect(await shop.refund(captureId, number())).toMatchObject({ body: { amount: usd('7.99') } });
    expect(await shop.capture(captureId)).toMatchObject({ status: 'REFUNDED' });
  });

  test('without numbers has those of its payment', async () => {
    const payment = await shop.captured();
    const headers = { prefer: 'return=representation' };
    const response = await shop.raw(payment.captureId, { note_to_payer: 'Sorry' }, { headers });
    expect(await response.json()).toMatchObject({
      ...{ custom_id: payment.number, invoice_id: payment.number, note_to_payer: 'Sorry' },
    });
  });

  test('of a wrong sum is of the sum that was taken', async () => {
    const { captureId } = await shop.captured({ amount: '9.00' });
    expect(await shop.refund(captureId, number(), '9.01')).toMatchObject({ issue: 'REFUND_AMOUNT_EXCEEDED' });
    expect(await shop.refund(captureId, number(), '9.00')).toMatchObject({ status: 201 });
  });

  test('of one merchant is unknown to the other', async () => {
    const { captureId } = await shop.captured();
    const { body } = await shop.refund(captureId, number(), '3.00');
    const channel = 'PAYPAL_OTHER';
    const missing = { status: 404, issue: 'INVALID_RESOURCE_ID' };
    expect(await shop.refund(captureId, number(), '3.00', { channel })).toMatchObject(missing);
    expect(await shop.refundOf(String(body['id']), { channel })).toMatchObject(missing);
  });
});

describe('refused', () => {
  test.each([
    ['more than is left', '10.99', 422, 'REFUND_AMOUNT_EXCEEDED'],
    ['nothing', '0.00', 422, 'CANNOT_BE_ZERO_OR_NEGATIVE'],
    ['less than nothing', '-1.00', 422, 'CANNOT_BE_ZERO_OR_NEGATIVE'],
    ['a third decimal', '1.001', 422, 'DECIMAL_PRECISION'],
    ['no number', 'x', 400, 'INVALID_PARAMETER_SYNTAX'],
  ])('%s', async (_, value, status, issue) => {
    const { captureId } = await shop.captured();
    await shop.refund(captureId, number(), '0.01');
    expect(await shop.refund(captureId, number(), value)).toMatchObject({ status, issue });
    expect(types(captureId)).toEqual(['PAYMENT.CAPTURE.REFUNDED']);
  });

  test.each([
    [
      'another currency',
      { amount: { currency_code: 'EUR', value: '1.00' } },
      'REFUND_CAPTURE_CURRENCY_MISMATCH',
    ],
    ['a field of another call', { reason: 'x' }, 'UNSUPPORTED_FIELD'],
    ['a note that is too long', { note_to_payer: 'x'.repeat(256) }, 'INVALID_STRING_MAX_LENGTH'],
    ['a number that is too long', { custom_id: 'x'.repeat(128) }, 'INVALID_STRING_MAX_LENGTH'],
  ])('%s', async (_, body, issue) => {
    const { captureId } = await shop.captured();
    const response = await shop.raw(captureId, body);
    expect(await response.json()).toMatchObject({ details: [{ issue }] });
  });

  test('what is given back already', async () => {
    const { captureId } = await shop.captured();
    await shop.refund(captureId, number());
    expect(await shop.refund(captureId, number(), '0.01')).toMatchObject({
      ...{ status: 422, issue: 'CAPTURE_FULLY_REFUNDED' },
      body: { name: 'UNPROCESSABLE_ENTITY', debug_id: expect.any(String) },
    });
  });

  test('a capture that there is not', async () => {
    expect(await shop.refund('2GG279541U471931P', number(), '1.00')).toMatchObject({ status: 404 });
  });

  test('a capture that is pending, and one that came to nothing', async () => {
    const pending = await shop.captured({ outcome: 'pending' });
    expect(await shop.refund(pending.captureId, number(), '1.00')).toMatchObject({
      issue: 'PENDING_CAPTURE',
    });
    const nothing = await shop.captured({ method: 'declined_capture' });
    expect(await shop.refund(nothing.captureId, number(), '1.00')).toMatchObject({
      issue: 'REFUND_NOT_ALLOWED',
    });
  });

  test('after 180 days', async () => {
    const { captureId } = await shop.captured();
    await world.advance(180 * day - 1);
    expect(await shop.refund(captureId, number(), '1.00')).toMatchObject({ status: 201 });
    await world.advance(1);
    expect(await shop.refund(captureId, number(), '1.00')).toMatchObject({
      issue: 'REFUND_TIME_LIMIT_EXCEEDED',
    });
  });
});
