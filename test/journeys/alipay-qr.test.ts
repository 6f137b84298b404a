// A payment by QR code, from every side: paid, declined, repeated, asked for by others, asked for by fifty at once.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { bootPatience, newKey, startService, type Answer, type Service } from './service.ts';
import { asked, create, logged, newOrder, pay, read, resend, shown, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

const ids = (answers: readonly Answer[]) =>
  new Set(answers.map(({ body }) => body.transaction_id).filter((id) => id !== undefined));

describe('a payment', () => {
  test('is shown, paid, listed and told', async () => {
    const order = newOrder({ business_order_type: 'tea' });
    const { status, headers, body } = await create(service.app, order);
    expect(status).toBe(201);
    expect(headers.get('idempotent-replayed')).toBeNull();
    expect(body).toMatchObject({
      application: 'local-app',
      business_order_id: order.business_order_id,
      status: 'PENDING_PAYMENT',
      amount_requested: '8.80',
      currency: 'CNY',
      prepay_info: { kind: 'qr_code', qr_code: expect.stringMatching(/^https:\/\/qr\.alipay\.com\//) },
    });
    const id = body.transaction_id ?? '';
    const paying = await pay(service, id);
    const paid = await untilStatus(service, id, 'PAID_SUCCESS');
    expect(paid).toMatchObject({
      amount_paid: '8.80',
      gateway_transaction_id: paying.gateway_transaction_id,
      payment_instrument: 'alipay_balance',
    });
    expect(paid).not.toHaveProperty('prepay_info');
    const list = `/payments/transactions?business_order_id=${order.business_order_id}&business_order_type=tea`;
    expect(await service.app(list)).toMatchObject({
      status: 200,
      body: { items: [paid], next_cursor: null },
    });
    const timeline = await service.app<{ events: { name: string }[] }>(
      `/payments/transactions/${id}/timeline`,
    );
    expect(timeline.body.events.map(({ name }) => name)).toEqual([
      'payment.created',
      'payment.pending',
      'payment.paid',
    ]);
    expect(asked(service, id, 'prepay')).toHaveLength(1);
    await expectAgreement(service, [order]);
  });

  test.each(['decline', 'abandon'] as const)('%s: it waits on', async (outcome) => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await pay(service, id, outcome);
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', version: 2 });
    await expectAgreement(service, [order]);
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test.each([
    ['9.00', 'OVERPAID'],
    ['8.79', 'UNDERPAID'],
  ])('paid with %s: the money is known, and not taken for the order', async (amount, kind) => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await pay(service, id, 'success', { amount });
    await expectAgreement(service, [order]);
    expect(await read(service, id)).toMatchObject({ status: 'PENDING_PAYMENT', anomaly: { kind, amount } });
  });

  test('its time is over: closed, and the order is paid by another one', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await pay(service, id, 'decline');
    await service.control('/clock', { advance: '15m' });
    await untilStatus(service, id, 'CLOSED');
    await expectAgreement(service, [order]);
    const next = await shown(service.app, order);
    expect(next).not.toBe(id);
    await pay(service, next);
    await untilStatus(service, next, 'PAID_SUCCESS');
    await resend(service, id);
    await logged(service, id, 'callback.without_effect');
    await expectAgreement(service, [order]);
  });
});

describe('who may see it', () => {
  test('its application, operators, and nobody else', async () => {
    const order = newOrder();
    const id = await shown(service.app, order);
    const byOrder = `?business_order_id=${order.business_order_id}`;
    const of = (path: string) => `/payments/transactions${path}`;
    for (const path of [`/${id}`, `/${id}/timeline`, `${byOrder}&application=local-app`]) {
      const refused = await service.otherApp(of(path));
      expect([refused.status, refused.body.code]).toEqual([404, 'NOT_FOUND']);
      expect(refused.body).not.toHaveProperty('transaction_id');
    }
    expect((await service.otherApp(of(byOrder))).body).toEqual({ items: [], next_cursor: null });
    for (const people of [service.operator, service.finance]) {
      expect(await people(of(`/${id}`))).toMatchObject({ status: 200, body: { transaction_id: id } });
      expect((await people(of(`/${id}/timeline`))).status).toBe(200);
      const list = await people(of(`${byOrder}&application=local-app`));
      expect(list.body).toMatchObject({ items: [{ transaction_id: id }] });
    }
    expect((await create(service.finance, newOrder())).body).toMatchObject({ code: 'SCOPE_MISSING' });
  });

  test("an order of the same name is another application's own", async () => {
    const order = newOrder();
    const [ours, theirs] = [await shown(service.app, order), await shown(service.otherApp, order)];
    expect(theirs).not.toBe(ours);
    await pay(service, ours);
    await untilStatus(service, ours, 'PAID_SUCCESS');
    expect(await read(service, theirs)).toMatchObject({ status: 'PENDING_PAYMENT' });
    await expectAgreement(service, [order, { ...order, application: 'other-app' }]);
  });
});

describe('the same order again', () => {
  test('same key: the first answer · other key: the live one · other body: refused', async () => {
    const [order, key] = [newOrder(), newKey()];
    const first = await create(service.app, order, key);
    const replayed = await create(service.app, order, key);
    expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(replayed.body).toEqual(first.body);
    const live = await create(service.app, order);
    expect([live.status, live.headers.get('idempotent-replayed')]).toEqual([200, null]);
    expect(live.body).toEqual(first.body);
    const reused = await create(service.app, { ...order, amount: '8.81' }, key);
    expect(reused).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const mismatch = await create(service.app, { ...order, amount: '8.81' });
    expect(mismatch).toMatchObject({
      status: 409,
      body: { code: 'ORDER_MISMATCH', outcome: 'not_attempted', transaction_id: first.body.transaction_id },
    });
    expect(asked(service, first.body.transaction_id ?? '', 'prepay')).toHaveLength(1);
    await expectAgreement(service, [order]);
  });

  test('when it is paid: nothing is charged again', async () => {
    const [order, key] = [newOrder(), newKey()];
    const { body } = await create(service.app, order, key);
    const id = body.transaction_id ?? '';
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    const paid = { status: 409, body: { code: 'ORDER_ALREADY_PAID', transaction_id: id } };
    expect(await create(service.app, order)).toMatchObject(paid);
    expect(await create(service.app, { ...order, amount: '1.00' })).toMatchObject(paid);
    const replayed = await create(service.app, order, key);
    expect([replayed.status, replayed.body]).toEqual([201, body]);
    await expect(pay(service, id, 'success', { prepay_info: body.prepay_info })).rejects.toThrow('409');
    await expectAgreement(service, [order]);
  });

  test('the same key of another application is another key', async () => {
    const [order, key] = [newOrder(), newKey()];
    const [ours, theirs] = [
      await create(service.app, order, key),
      await create(service.otherApp, order, key),
    ];
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(ids([ours, theirs]).size).toBe(2);
    await expectAgreement(service, [order, { ...order, application: 'other-app' }]);
  });
});

describe('fifty at once', () => {
  // As many sandboxes as there can be, all warm: else the first would be done before the second is up.
  beforeAll(async () => {
    await service.gateway('/faults', { call: { operation: 'prepay', fault: 'slow', ms: 500, times: 10 } });
    await Promise.all(Array.from({ length: 10 }, () => shown(service.app, newOrder())));
  });

  test.each([
    ['fifty keys', newKey, ['CREATE_IN_PROGRESS']],
    ['one key', () => 'the-same-key-for-all', ['IDEMPOTENCY_IN_PROGRESS']],
  ])('%s: one payment, one order at the gateway', async (_what, key, waiting) => {
    const order = newOrder();
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(service.app, order, key())));
    const made = answers.filter(
      ({ status, headers }) => status === 201 && !headers.has('idempotent-replayed'),
    );
    expect(made).toHaveLength(1);
    const others = answers.filter((answer) => !made.includes(answer));
    const refused = others.filter(({ status }) => status === 409);
    expect(refused.every(({ body }) => waiting.includes(body.code ?? ''))).toBe(true);
    expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
    expect(others.every(({ status }) => [200, 201, 409].includes(status))).toBe(true);
    expect(ids(answers).size).toBe(1);
    const id = made[0]?.body.transaction_id ?? '';
    expect(asked(service, id, 'prepay')).toHaveLength(1);
    expect((await create(service.app, order)).body).toEqual(made[0]?.body);
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });
});
