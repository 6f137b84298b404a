// Each product when words get lost on the way: status sync alone heals it, or the queue alone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { orderOf, products } from './products.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { asked, create, createAfter, deliveries, pay, read, resend, shown, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

/** The payer's browser does not come back either: its return would ask at once. */
const gone = { return: false };

/** What a callback that changes nothing is told as; a hint lets the channel be asked. */
const applied = /^callback\.(without_effect|followed)$/;

describe.each(products)('$channel $method', (product) => {
  test('the callback and all its repeats are lost: status sync finds the money', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await service.gateway('/faults', { transaction_id: id, callback: { kind: 'payment', fault: 'lost' } });
    await pay(service, id, 'success', gone);
    await service.control('/clock', { advance: '15m' });
    expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', amount_paid: '8.80' });
    await service.gateway('/faults', undefined, 'DELETE');
    await resend(service, id);
    await deliveries(service, id, 2);
    await expectAgreement(service, [order]);
    expect(await read(service, id)).toMatchObject({ version: product.isCaptured ? 4 : 3 });
  });

  test('the queue is emptied by nobody: status sync finds the money, and what comes out later changes nothing', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    await service.control('/faults', {
      operation: 'apply-notification',
      service: 'dynamodb',
      fault: 'internal_error',
      times: 1000,
    });
    await pay(service, id, 'success', gone);
    await deliveries(service, id);
    await service.control('/clock', { advance: '15m' });
    expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS' });
    await service.control('/faults', undefined, 'DELETE');
    await service.control('/clock', { advance: '10m' });
    await until('the callback, applied', () =>
      service.lines.find((line) => applied.test(line.name) && line.transaction_id === id),
    );
    await expectAgreement(service, [order]);
  });

  // What a payer only agreed to is captured by sync.
  (product.isCaptured ? test.skip : test)(
    'nobody asks and no sync runs: the queue alone settles it',
    async () => {
      const order = orderOf(product);
      const id = await shown(service.app, order);
      for (const operation of ['find-due', 'sync-transaction'])
        await service.control('/faults', {
          operation,
          service: 'dynamodb',
          fault: 'internal_error',
          times: 1000,
        });
      await pay(service, id, 'success', gone);
      await untilStatus(service, id, 'PAID_SUCCESS');
      await service.control('/faults', undefined, 'DELETE');
      await expectAgreement(service, [order]);
    },
  );

  test('the answer to its creation is lost, and the payer pays what is shown later', async () => {
    const order = orderOf(product);
    await service.gateway('/faults', { call: { operation: 'prepay', fault: 'reset_after' } });
    const first = await create(service.app, order);
    await service.gateway('/faults', undefined, 'DELETE');
    // A product that asks nobody for its creation has no answer to lose.
    const wasAsked = asked(service, first.body.transaction_id ?? '', 'prepay').length > 0;
    expect(first.status).toBe(wasAsked ? 202 : 201);
    const again = await createAfter(service, order);
    expect(again.body).toMatchObject({
      status: 'PENDING_PAYMENT',
      transaction_id: first.body.transaction_id,
    });
    const id = again.body.transaction_id ?? '';
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await expectAgreement(service, [order]);
  });

  test('paid before the answer to its creation is written down', async () => {
    const order = orderOf(product);
    await service.gateway('/faults', {
      call: { operation: 'prepay', fault: 'slow', ms: 700 },
      callback: { kind: 'payment', fault: 'early' },
    });
    const { body } = await create(service.app, order);
    await service.gateway('/faults', undefined, 'DELETE');
    const id = body.transaction_id ?? '';
    const wasAsked = asked(service, id, 'prepay').length > 0;
    // A number of the order's own is not ours before the answer is written down: its word waits for that.
    const isAtOnce = wasAsked && !product.numbersOrders;
    expect(body.status).toBe(isAtOnce ? 'PAID_SUCCESS' : 'PENDING_PAYMENT');
    if (!wasAsked) await pay(service, id);
    if (product.numbersOrders) await service.control('/clock', { advance: '30s' });
    await untilStatus(service, id, 'PAID_SUCCESS');
    expect((await create(service.app, order)).body).toMatchObject({ code: 'ORDER_ALREADY_PAID' });
    await expectAgreement(service, [order]);
  });
});
