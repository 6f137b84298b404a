// Each product from its order to its end: paid, declined, never opened.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { orderOf, products } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { create, deliveries, pay, payInVain, read, shown, timeRunsOut, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

describe.each(products)('$channel $method', (product) => {
  test('is paid: the callback settles it, and a browser is sent back to its shop', async () => {
    const order = orderOf(product, { return_url: 'https://shop.example/orders?n=7' });
    const id = await shown(service.app, order);
    const paying = await pay(service, id);
    const paid = await untilStatus(service, id, 'PAID_SUCCESS');
    expect(paid).toMatchObject({
      amount_paid: '8.80',
      payment_channel: product.channel,
      payment_method: product.method,
      gateway_transaction_id: paying.gateway_transaction_id,
    });
    const [delivery] = await deliveries(service, id);
    expect(delivery).toMatchObject({ status: 200, accepted: true });
    const location = `https://shop.example/orders?n=7&transaction_id=${id}&status=PAID_SUCCESS`;
    // Who pays without a browser is sent nowhere.
    const back = { status: 303, location, ...paying.returned };
    expect(back).toMatchObject({ status: 303, location });
    await expectAgreement(service, [order]);
  });

  test('is opened and not paid: its channel closes it, and we hear of it', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await pay(service, id, 'decline');
    const declined = await read(service, id);
    expect(declined.status).toBe('PENDING_PAYMENT');
    // What is captured is refused to us, and not to the payer.
    expect(declined.version > 2).toBe(product.isCaptured === true);
    await timeRunsOut(service, id);
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED' });
    await expectAgreement(service, [order]);
  });

  test('is never opened: closed once nobody can open it any more, and the order is free', async () => {
    const order = orderOf(product);
    const first = await create(service.app, order);
    const id = first.body.transaction_id ?? '';
    await timeRunsOut(service, id);
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 3 });
    const late = { prepay_info: first.body.prepay_info };
    await payInVain(service, product, id, late);
    const second = await shown(service.app, order);
    expect(second).not.toBe(id);
    await pay(service, second);
    await untilStatus(service, second, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });
});

/** Its page is through with a payer whose means take days, and is not shown again. */
describe.each(products.filter(({ method }) => method === 'stripe_checkout'))(
  '$channel $method',
  (product) => {
    test.each(['heard of', 'not heard of'])(
      'is paid by what takes days, and the money does not come, %s: ended, and the order is free',
      async (heard) => {
        const order = orderOf(product);
        const id = await shown(service.app, order);
        await pay(service, id, 'pending');
        if (heard === 'not heard of')
          await service.gateway('/faults', {
            transaction_id: id,
            callback: { kind: 'payment', fault: 'lost' },
          });
        await pay(service, id, 'decline');
        if (heard === 'heard of') await untilStatus(service, id, 'CLOSED');
        else await timeRunsOut(service, id);
        expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 3 });
        await service.gateway('/faults', undefined, 'DELETE');
        const second = await shown(service.app, order);
        expect(second).not.toBe(id);
        await pay(service, second);
        await untilStatus(service, second, 'PAID_SUCCESS');
        await expectAgreement(service, [order]);
      },
    );
  },
);
