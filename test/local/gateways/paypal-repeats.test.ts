// `PayPal-Request-Id`: what a repeat gets, for how long, and what two at once get.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openWorld, orderNumber, unit, type World } from './paypal-merchant.ts';

let world: World;
let heardLine = (_line: Record<string, unknown>): void => undefined;
beforeAll(async () => {
  world = await openWorld({
    onEvent: (line) => {
      heardLine(line);
    },
  });
});
afterEach(async () => {
  await world.control('DELETE', '/faults');
});
afterAll(() => world.stop());

const hour = 3_600_000;
const day = 24 * hour;

describe('an order', () => {
  test('is created once: a repeat gets it as it stands now', async () => {
    const number = orderNumber();
    const first = await world.create(number);
    expect(first.status).toBe(201);
    const second = await world.create(number);
    expect([second.status, second.body]).toEqual([200, first.body]);
    const [, { href: url } = { href: '' }] = first.body['links'] as { href: string }[];
    await world.pay({ id: String(first.body['id']), url });
    expect(await world.create(number)).toMatchObject({
      status: 200,
      body: { id: first.body['id'], status: 'APPROVED' },
    });
  });

  test('the order of the fields is no term', async () => {
    const number = orderNumber();
    const body = world.order(number);
    const turned = Object.fromEntries(Object.entries(body).reverse());
    const requestId = orderNumber();
    const { body: first } = await world.call('POST', '/v2/checkout/orders', body, { requestId });
    const again = await world.call('POST', '/v2/checkout/orders', turned, { requestId });
    expect(again).toMatchObject({ status: 200, body: { id: first['id'] } });
  });

  test('another body under its id: 422', async () => {
    const number = orderNumber();
    await world.create(number);
    const dearer = unit(number, { amount: { currency_code: 'USD', value: '11.00' } });
    const answer = await world.create(number, { purchase_units: [dearer] });
    expect(answer).toMatchObject({ status: 422, issue: 'DUPLICATE_REQUEST_ID' });
  });

  test('is forgotten after six hours: then there is a second one', async () => {
    const number = orderNumber();
    const { id } = await world.created(number);
    await world.advance(6 * hour - 1);
    expect(await world.create(number)).toMatchObject({ status: 200, body: { id } });
    await world.advance(1);
    const later = await world.create(number);
    expect(later.status).toBe(201);
    expect(later.body['id']).not.toBe(id);
  });

  test('of the other merchant is another order', async () => {
    const number = orderNumber();
    const { id } = await world.created(number);
    const other = await world.created(number, {}, { channel: 'PAYPAL_OTHER' });
    expect(other.id).not.toBe(id);
  });
});

describe('a capture', () => {
  const captured = async () => {
    const created = await world.created();
    await world.pay(created, { method: 'echeck' });
    expect(await world.capture(created.id)).toMatchObject({ status: 201 });
    return created;
  };
  const statusIn = (body: object) =>
    (body as { purchase_units: { payments: { captures: { status: string }[] } }[] }).purchase_units[0]
      ?.payments.captures[0]?.status;

  test('is made once: a repeat gets it as it stands now', async () => {
    const created = await captured();
    const second = await world.capture(created.id);
    expect([second.status, statusIn(second.body)]).toEqual([200, 'PENDING']);
    await world.pay(created);
    const third = await world.capture(created.id);
    expect([third.status, statusIn(third.body)]).toEqual([200, 'COMPLETED']);
  });

  test('is remembered for 45 days', async () => {
    const { id } = await captured();
    await world.advance(45 * day - 1);
    expect(await world.capture(id)).toMatchObject({ status: 200 });
    await world.advance(1);
    expect(await world.capture(id)).toMatchObject({ status: 422, issue: 'ORDER_ALREADY_CAPTURED' });
  });

  test('under the id of another request: 422', async () => {
    const { id } = await captured();
    const other = await world.created();
    await world.pay(other);
    const requestId = `${id}-capture`;
    expect(await world.capture(other.id, { requestId })).toMatchObject({
      status: 422,
      issue: 'DUPLICATE_REQUEST_ID',
    });
    expect((await world.retrieve(other.id)).body['status']).toBe('APPROVED');
  });

  test('that was refused leaves its id free', async () => {
    const created = await world.created();
    expect(await world.capture(created.id)).toMatchObject({ issue: 'ORDER_NOT_APPROVED' });
    await world.pay(created);
    expect(await world.capture(created.id)).toMatchObject({ status: 201 });
  });
});

describe('two at once', () => {
  const conflict = {
    status: 409,
    issue: 'PREVIOUS_REQUEST_IN_PROGRESS',
    body: { name: 'RESOURCE_CONFLICT' },
  };
  const plant = (number: string, operation: string, ms: number) =>
    world.control('POST', '/faults', {
      ...{ transaction_id: number, provider: 'paypal' },
      call: { operation, fault: 'slow', ms },
    });
  /** Resolves when the call of the payment is carried out, though not answered yet. */
  const carriedOut = (number: string) =>
    new Promise<void>((resolve) => {
      heardLine = (line) => {
        if (line['transaction_id'] === number && line['fault'] === 'slow') resolve();
      };
    });

  test.each(['prepay', 'capture'])('%s: one is carried out, the other is told to wait', async (operation) => {
    const number = orderNumber();
    const created = operation === 'capture' ? await world.created(number) : undefined;
    if (created) await world.pay(created);
    await plant(number, operation, 60_000);
    const hangUp = new AbortController();
    const under = carriedOut(number);
    const ask = (signal?: AbortSignal) =>
      created
        ? world.capture(created.id, signal ? { signal } : {})
        : world.create(number, {}, signal ? { signal } : {});
    const first = ask(hangUp.signal).catch(() => 'no answer');
    await under;
    expect(await ask()).toMatchObject(conflict);
    hangUp.abort();
    expect(await first).toBe('no answer');
    const other = created
      ? world.capture(created.id, { requestId: `${number}-other` })
      : world.create(number, {}, { requestId: `${number}-other` });
    expect(await other).toMatchObject(created ? { issue: 'ORDER_ALREADY_CAPTURED' } : { status: 201 });
  });

  test('the id is free again with the answer', async () => {
    const number = orderNumber();
    await plant(number, 'prepay', 1);
    expect(await world.create(number)).toMatchObject({ status: 201 });
    expect(await world.create(number)).toMatchObject({ status: 200 });
  });
});
