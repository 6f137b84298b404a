// Captures: the one call that moves money, what it may be answered, and what becomes of one that is pending.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, zulu, type Created, type Fields, type World } from './paypal-merchant.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const hour = 3_600_000;
/** An order that the payer has approved. */
async function approved(conduct: Fields = {}, number = orderNumber()): Promise<Created> {
  const created = await world.created(number);
  expect(await world.pay(created, conduct)).toMatchObject({ status: 200 });
  return created;
}
const captureOf = (body: Fields): Fields => {
  const [unit] = body['purchase_units'] as { payments: { captures: [Fields] } }[];
  return unit?.payments.captures[0] ?? {};
};
const retrieved = async (id: string) => captureOf((await world.retrieve(id)).body);
const linkOf = ({ body }: { body: Fields }, rel: string) =>
  (body['links'] as { rel: string; href: string }[]).find((each) => each.rel === rel)?.href;
const typesOf = (id: string) => world.heard(id).map(({ event }) => event.event_type);
const again = (requestId: string) => ({ requestId });

describe('a capture', () => {
  test('moves the money, and says so in full', async () => {
    const number = orderNumber();
    const { id } = await approved({}, number);
    const answer = await world.capture(id);
    expect(answer).toMatchObject({ status: 201, body: { id, status: 'COMPLETED' } });
    const capture = captureOf(answer.body);
    const captureId = String(capture['id']);
    const base = world.gateways.paypal.gatewayUrl;
    const self = `${base}/v2/payments/captures/${captureId}`;
    const usd = (value: string) => ({ currency_code: 'USD', value });
    expect(capture).toEqual({
      ...{ id: expect.stringMatching(/^[0-9A-Z]{17}$/), status: 'COMPLETED', amount: usd('10.99') },
      ...{ final_capture: true, custom_id: number, invoice_id: number },
      seller_protection: expect.objectContaining({ status: 'ELIGIBLE' }),
      seller_receivable_breakdown: {
        gross_amount: usd('10.99'),
        paypal_fee: usd('0.87'),
        net_amount: usd('10.12'),
      },
      payee: { merchant_id: world.account().merchantId, email_address: expect.any(String) },
      supplementary_data: { related_ids: { order_id: id } },
      ...{ create_time: zulu(world.clock.at), update_time: zulu(world.clock.at) },
      links: [
        { href: self, rel: 'self', method: 'GET' },
        { href: `${self}/refund`, rel: 'refund', method: 'POST' },
        { href: `${base}/v2/checkout/orders/${id}`, rel: 'up', method: 'GET' },
      ],
    });
    const byItself = await world.call('GET', `/v2/payments/captures/${captureId}`);
    expect(byItself).toMatchObject({ status: 200, body: capture });
    expect(await retrieved(id)).toEqual(capture);
    const elsewhere = { channel: 'PAYPAL_OTHER' } as const;
    const path = `/v2/payments/captures/${captureId}`;
    expect(await world.call('GET', path, undefined, elsewhere)).toMatchObject({ status: 404 });
  });

  test('needs an approval', async () => {
    const { id } = await world.created();
    const answer = await world.capture(id);
    expect(answer).toMatchObject({ status: 422, issue: 'ORDER_NOT_APPROVED' });
    expect(await world.capture('NOTHING')).toMatchObject({ status: 404, issue: 'INVALID_RESOURCE_ID' });
  });

  test('is made once', async () => {
    const { id } = await approved();
    await world.capture(id);
    expect(await world.capture(id, again(`${id}-2`))).toMatchObject({
      status: 422,
      issue: 'ORDER_ALREADY_CAPTURED',
    });
    expect(await world.capture(id, again(''))).toMatchObject({ issue: 'ORDER_ALREADY_CAPTURED' });
  });

  test('takes no terms of its own', async () => {
    const { id } = await approved();
    const path = `/v2/checkout/orders/${id}/capture`;
    const answer = await world.call('POST', path, { amount: { currency_code: 'USD', value: '1.00' } });
    expect(answer).toMatchObject({ status: 400, issue: 'UNSUPPORTED_FIELD' });
    expect(await world.call('POST', path, undefined, again('no-body'))).toMatchObject({ status: 201 });
  });

  test('may have a wrong sum', async () => {
    const { id } = await approved({ amount: '7.50' });
    const capture = captureOf((await world.capture(id)).body);
    expect(capture).toMatchObject({ status: 'COMPLETED', amount: { value: '7.50' } });
    expect((await world.retrieve(id)).body['purchase_units']).toMatchObject([{ amount: { value: '10.99' } }]);
  });
});

describe('an instrument that is declined', () => {
  test('once: the payer is sent back, and may approve with another', async () => {
    const created = await approved({ outcome: 'decline' });
    const answer = await world.capture(created.id);
    expect(answer).toMatchObject({
      status: 422,
      issue: 'INSTRUMENT_DECLINED',
      body: { name: 'UNPROCESSABLE_ENTITY' },
    });
    expect(linkOf(answer, 'redirect')).toBe(created.url);
    expect((await world.retrieve(created.id)).body['status']).toBe('PAYER_ACTION_REQUIRED');
    const tooSoon = await world.capture(created.id);
    expect(tooSoon).toMatchObject({ status: 422, issue: 'PAYER_ACTION_REQUIRED' });
    expect(linkOf(tooSoon, 'payer-action')).toBe(created.url);
    await world.pay(created);
    expect(await world.capture(created.id)).toMatchObject({ status: 201 });
    expect(await retrieved(created.id)).toMatchObject({ status: 'COMPLETED' });
    expect(typesOf(created.id).sort()).toEqual([
      ...['CHECKOUT.ORDER.APPROVED', 'CHECKOUT.ORDER.APPROVED', 'CHECKOUT.ORDER.COMPLETED'],
      'PAYMENT.CAPTURE.COMPLETED',
    ]);
  });

  test('always: until ten attempts are over', async () => {
    const { id } = await approved({ method: 'declined_always' });
    for (let attempt = 1; attempt <= 10; attempt += 1)
      expect(await world.capture(id)).toMatchObject({ status: 422, issue: 'INSTRUMENT_DECLINED' });
    expect(await world.capture(id)).toMatchObject({
      status: 422,
      issue: 'MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED',
    });
  });

  test('the payer who is asked again has three hours', async () => {
    const created = await world.created();
    await world.advance(5 * hour);
    await world.pay(created, { outcome: 'decline' });
    await world.advance(2 * hour);
    await world.capture(created.id);
    await world.advance(3 * hour - 1);
    expect(await world.retrieve(created.id)).toMatchObject({ status: 200 });
    await world.advance(1);
    expect(await world.retrieve(created.id)).toMatchObject({ status: 404 });
  });

  test('in the capture: the order is completed, and no money moved', async () => {
    const number = orderNumber();
    const { id } = await approved({ method: 'declined_capture' }, number);
    const answer = await world.capture(id);
    expect(answer).toMatchObject({ status: 201, body: { status: 'COMPLETED' } });
    const capture = captureOf(answer.body);
    expect(capture).toMatchObject({ status: 'DECLINED' });
    expect(capture).not.toHaveProperty('seller_receivable_breakdown');
    await world.gateways.idle();
    expect(typesOf(id)).toContain('PAYMENT.CAPTURE.DECLINED');
    expect(typesOf(id)).not.toContain('PAYMENT.CAPTURE.COMPLETED');
    const { body } = await world.control('GET', '/books?provider=paypal');
    const rows = body['charges'] as Fields[];
    expect(rows.filter((row) => row['transaction_id'] === number)).toEqual([]);
    // The invoice is still to be paid.
    expect(await world.create(number, {}, again(`${number}-2`))).toMatchObject({ status: 201 });
  });
});

describe('a capture that is pending', () => {
  test.each([
    [{ outcome: 'pending' }, 'PENDING_REVIEW'],
    [{ method: 'echeck' }, 'ECHECK'],
  ])('%j: waits, with %s', async (conduct, reason) => {
    const { id } = await approved(conduct);
    const answer = await world.capture(id);
    expect(answer).toMatchObject({ status: 201, body: { status: 'COMPLETED' } });
    expect(captureOf(answer.body)).toMatchObject({ status: 'PENDING', status_details: { reason } });
    await world.gateways.idle();
    expect(typesOf(id)).toContain('PAYMENT.CAPTURE.PENDING');
    await world.advance(72 * hour);
    expect(await retrieved(id)).toMatchObject({ status: 'PENDING' });
  });

  test.each([
    ['success', 'COMPLETED', 'PAYMENT.CAPTURE.COMPLETED', 1],
    ['decline', 'DECLINED', 'PAYMENT.CAPTURE.DENIED', 0],
  ])('is decided by %s: %s', async (outcome, status, type, charges) => {
    const number = orderNumber();
    const created = await approved({ outcome: 'pending' }, number);
    await world.capture(created.id);
    await world.advance(24 * hour);
    const answer = await world.pay(created, { outcome });
    expect(answer).toMatchObject({
      status: 200,
      body: { outcome, scanned: true, trade_status: 'COMPLETED', capture_status: status },
    });
    const capture = await retrieved(created.id);
    expect(capture).toMatchObject({
      status,
      create_time: zulu(world.clock.at - 24 * hour),
      update_time: zulu(world.clock.at),
    });
    expect(capture).not.toHaveProperty('status_details');
    expect(typesOf(created.id).filter((each) => each.startsWith('PAYMENT'))).toEqual([
      'PAYMENT.CAPTURE.PENDING',
      type,
    ]);
    const { body } = await world.control('GET', '/books?provider=paypal');
    const rows = (body['charges'] as Fields[]).filter((row) => row['transaction_id'] === number);
    expect(rows).toHaveLength(charges);
    expect(await world.pay(created, { outcome })).toMatchObject({ status: 409 });
  });

  test('pending once more changes nothing', async () => {
    const created = await approved({ outcome: 'pending' });
    await world.capture(created.id);
    expect(await world.pay(created, { outcome: 'pending' })).toMatchObject({
      status: 200,
      body: { capture_status: 'PENDING' },
    });
  });
});
