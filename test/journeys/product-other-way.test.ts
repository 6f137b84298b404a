// The payer changes from each product to the next, and holds two ways to pay one order: one of them pays it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import {
  byOtherWay,
  elsewhere,
  hasOther,
  oneOfEach,
  openedByPayer,
  orderOf,
  otherThan,
  products,
} from './products.ts';
import { bootPatience, startService, until, type PaymentView, type Service } from './service.ts';
import { holdMoney } from './settings.ts';
import { create, pay, payInVain, read, resolve, untilStatus, type Order } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
  await holdMoney(
    service,
    products.map(({ channel }) => channel),
  );
}, bootPatience);

afterAll(() => service.stop());

const anomalyOf = (id: string): Promise<PaymentView> =>
  until(`an anomaly of ${id}`, async () => {
    const payment = await read(service, id);
    return payment.anomaly && payment;
  });

interface Shown {
  readonly id: string;
  readonly means: { readonly prepay_info?: unknown };
}

async function make(order: Order): Promise<Shown> {
  const { status, body } = await create(service.app, order);
  expect([status, body.status]).toEqual([201, 'PENDING_PAYMENT']);
  return { id: body.transaction_id ?? '', means: { prepay_info: body.prepay_info } };
}

const across = oneOfEach.flatMap((product) => {
  const other = elsewhere(product);
  return other ? [{ product, other, channel: product.channel, to: other.channel }] : [];
});

describe.each(across)('from $channel to $to, another provider', ({ product, other }) => {
  test('the new one is paid, and the old one is not waited for', async () => {
    const order = orderOf(product);
    const first = await make(order);
    const second = await make(byOtherWay(order, other));
    await pay(service, second.id, 'success', second.means);
    await untilStatus(service, second.id, 'PAID_SUCCESS');
    expect(['CLOSED', 'PENDING_PAYMENT']).toContain((await read(service, first.id)).status);
    expect((await create(service.app, order)).body).toMatchObject({ code: 'ORDER_ALREADY_PAID' });
    await expectAgreement(service, [order]);
  });
});

describe.each(openedByPayer)('from $channel $method to the next', (product) => {
  const twoWays = async () => {
    const order = orderOf(product);
    const first = await make(order);
    const second = await make(byOtherWay(order, otherThan(product)));
    expect(await read(service, first.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      superseded_by: second.id,
    });
    return { order, first, second };
  };

  test('the new one is paid, then the old one: a duplicate', async () => {
    const { order, first, second } = await twoWays();
    await pay(service, second.id, 'success', second.means);
    await untilStatus(service, second.id, 'PAID_SUCCESS');
    await pay(service, first.id, 'success', first.means);
    expect(await anomalyOf(first.id)).toMatchObject({ anomaly: { kind: 'DUPLICATE_PAID' } });
    await expectAgreement(service, [order]);
  });

  test('the old one is paid, then the new one: late money until then, and a duplicate since', async () => {
    const { order, first, second } = await twoWays();
    await pay(service, first.id, 'success', first.means);
    expect(await anomalyOf(first.id)).toMatchObject({ anomaly: { kind: 'PAID_AFTER_CLOSE' } });
    await pay(service, second.id, 'success', second.means);
    await untilStatus(service, second.id, 'PAID_SUCCESS');
    expect(await read(service, first.id)).toMatchObject({ anomaly: { kind: 'DUPLICATE_PAID' } });
    await expectAgreement(service, [order]);
  });

  test('the old one is paid, and nobody is asked to pay again before it is decided; accepted, it pays the order', async () => {
    const { order, first, second } = await twoWays();
    await pay(service, first.id, 'success', first.means);
    await anomalyOf(first.id);
    for (const way of [order, byOtherWay(order, otherThan(product))])
      expect((await create(service.app, way)).body).toMatchObject({ code: 'ORDER_UNDER_REVIEW' });
    expect(await resolve(service.operator, first.id, 'accept')).toMatchObject({
      status: 200,
      body: { status: 'PAID_SUCCESS' },
    });
    expect((await create(service.app, order)).body).toMatchObject({ code: 'ORDER_ALREADY_PAID' });
    expect((await read(service, second.id)).close_requested_at).toBeDefined();
    expect(await read(service, second.id)).not.toHaveProperty('prepay_info');
    await expectAgreement(service, [order]);
  });

  test('both at the same instant: one pays the order, the other is held', async () => {
    const { order, first, second } = await twoWays();
    await Promise.all([first, second].map(({ id, means }) => pay(service, id, 'success', means)));
    await untilStatus(service, second.id, 'PAID_SUCCESS');
    const { anomaly } = await anomalyOf(first.id);
    expect(anomaly?.kind).toBe('DUPLICATE_PAID');
    await expectAgreement(service, [order]);
  });
});

/** A way to pay that no other takes the currency of can be changed for nothing. */
const changeable = products.filter((product) => hasOther(product));

describe.each(changeable)('from $channel $method to the next', (product) => {
  test('the old one waits for its payer: it is closed at its channel first', async () => {
    const order = orderOf(product);
    const first = await make(order);
    if (!product.isKnownAtOnce) await pay(service, first.id, 'pending', first.means);
    const second = await make(byOtherWay(order, otherThan(product)));
    expect(await read(service, first.id)).toMatchObject({ status: 'CLOSED' });
    await payInVain(service, product, first.id, first.means);
    await pay(service, second.id, 'success', second.means);
    await untilStatus(service, second.id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('the old one may be paid, nobody says: the new one waits', async () => {
    const order = orderOf(product);
    const first = await make(order);
    await service.gateway('/faults', {
      transaction_id: first.id,
      call: { operation: 'query', fault: 'html_200', times: 1 },
    });
    const refused = await create(service.app, byOtherWay(order, otherThan(product)));
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'STATE_CONFLICT', transaction_id: first.id, outcome: 'not_attempted' },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await pay(service, first.id, 'success', first.means);
    await untilStatus(service, first.id, 'PAID_SUCCESS');
    const paid = await create(service.app, byOtherWay(order, otherThan(product)));
    expect(paid.body).toMatchObject({ code: 'ORDER_ALREADY_PAID' });
    await expectAgreement(service, [order]);
  });
});
