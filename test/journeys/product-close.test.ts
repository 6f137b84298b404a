// Each product while somebody wants it closed: payer and shop at the same moment, in both orders, and late money after it.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { knownAtOnce, openedByPayer, orderOf, products } from './products.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { untilBack } from './refunding.ts';
import { holdMoney } from './settings.ts';
import {
  asked,
  close,
  create,
  deliveries,
  open,
  pay,
  payInVain,
  read,
  resolve,
  shown,
  timeRunsOut,
  untilStatus,
} from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
  await holdMoney(
    service,
    products.map(({ channel }) => channel),
  );
}, bootPatience);

afterAll(() => service.stop());

const slowly = (transaction_id: string, operation: 'query' | 'close') =>
  service.gateway('/faults', { transaction_id, call: { operation, fault: 'slow', ms: 700 } });

/** Those of whose closing a gateway is told: where nothing was captured, nobody is. */
const closedThere = products.filter(({ isCaptured }) => !isCaptured);
const captured = products.filter(({ isCaptured }) => isCaptured);

describe.each(closedThere)('$channel $method', (product) => {
  test('the payer is quicker than the closing: paid, and nothing was lost', async () => {
    const order = orderOf(product);
    const { body } = await create(service.app, order);
    const id = body.transaction_id ?? '';
    await open(service, product, id);
    await slowly(id, 'query');
    const closing = close(service.app, id);
    await until('the question', () => asked(service, id, 'query')[0]);
    await pay(service, id, 'success', { prepay_info: body.prepay_info });
    expect(await closing).toMatchObject({ status: 409, body: { code: 'ORDER_ALREADY_PAID' } });
    const paid = await untilStatus(service, id, 'PAID_SUCCESS');
    expect(paid).not.toHaveProperty('anomaly');
    await expectAgreement(service, [order]);
  });
});

describe.each(closedThere)('$channel $method', (product) => {
  test('the closing is quicker than the payer: closed, and nobody can pay', async () => {
    const order = orderOf(product);
    const { body } = await create(service.app, order);
    const id = body.transaction_id ?? '';
    await open(service, product, id);
    await slowly(id, 'close');
    const closing = close(service.app, id);
    await until('the closing', () => asked(service, id, 'close')[0]);
    await payInVain(service, product, id, { prepay_info: body.prepay_info });
    expect(await closing).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
    expect(await close(service.app, id)).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
    await expectAgreement(service, [order]);
  });
});

describe.each(captured)('$channel $method', (product) => {
  test('the payer agrees while it is closed: either it is paid, or nothing is taken', async () => {
    const order = orderOf(product);
    const { body } = await create(service.app, order);
    const id = body.transaction_id ?? '';
    await slowly(id, 'query');
    const closing = close(service.app, id);
    await until('the question', () => asked(service, id, 'query')[0]);
    await pay(service, id, 'success', { prepay_info: body.prepay_info });
    const status = (await closing).status === 200 ? 'CLOSED' : 'PAID_SUCCESS';
    await service.control('/clock', { advance: '5m' });
    expect((await read(service, id)).status).toBe(status);
    await expectAgreement(service, [order]);
  });
});

describe.each(openedByPayer)('$channel $method', (product) => {
  test.each(['accept', 'refund', 'dismiss'] as const)(
    'nobody had opened it, and then somebody pays: late money is held where it is to be, and a person can %s it',
    async (action) => {
      const order = orderOf(product);
      const { body } = await create(service.app, order);
      const id = body.transaction_id ?? '';
      const closing = await close(service.app, id);
      expect(closing).toMatchObject({ status: 202, body: { status: 'PENDING_PAYMENT' } });
      expect(closing.body.close_requested_at).toBeDefined();
      expect(closing.body).not.toHaveProperty('prepay_info');
      await pay(service, id, 'success', { prepay_info: body.prepay_info });
      const held = await until('the anomaly', async () => {
        const payment = await read(service, id);
        return payment.anomaly && payment;
      });
      expect(held).toMatchObject({ status: 'PENDING_PAYMENT', anomaly: { kind: 'PAID_AFTER_CLOSE' } });
      expect((await create(service.app, order)).body).toMatchObject({ code: 'ORDER_UNDER_REVIEW' });
      expect((await resolve(service.app, id, action)).body).toMatchObject({ code: 'SCOPE_MISSING' });
      const decided = await resolve(service.operator, id, action);
      expect(decided).toMatchObject({
        status: 200,
        body: {
          status: action === 'accept' ? 'PAID_SUCCESS' : 'CLOSED',
          anomaly: { resolution: { action, by: 'operators' } },
        },
      });
      if (action === 'refund') await untilBack(service, id);
      const another = action === 'refund' ? service.operator : service.finance;
      expect((await resolve(another, id, action)).body).toMatchObject({ code: 'NOTHING_TO_RESOLVE' });
      await expectAgreement(service, [order]);
    },
  );

  test('nobody had opened it, and nobody does: closed when its time is over', async () => {
    const order = orderOf(product);
    const id = await shown(service.app, order);
    expect((await close(service.app, id)).status).toBe(202);
    await timeRunsOut(service, id);
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 4 });
    await expectAgreement(service, [order]);
  });

  test('the word of its closing comes when another payment has paid the order: it changes nothing', async () => {
    const order = orderOf(product);
    const { body } = await create(service.app, order);
    const id = body.transaction_id ?? '';
    await pay(service, id, 'pending');
    await service.gateway('/faults', {
      transaction_id: id,
      callback: { kind: 'payment', fault: 'delayed', delay: '10m' },
    });
    expect((await close(service.app, id)).status).toBe(200);
    const second = await shown(service.app, order);
    await pay(service, second);
    await untilStatus(service, second, 'PAID_SUCCESS');
    await service.control('/clock', { advance: '11m' });
    await deliveries(service, id);
    await wait(0);
    expect(await read(service, id)).toMatchObject({ status: 'CLOSED', version: 3 });
    expect(await read(service, second)).toMatchObject({ status: 'PAID_SUCCESS' });
    await expectAgreement(service, [order]);
  });
});

describe.each(knownAtOnce)('$channel $method', (product) => {
  test('nobody had opened it: closed at its channel at once, and nobody can pay', async () => {
    const order = orderOf(product);
    const { body } = await create(service.app, order);
    const id = body.transaction_id ?? '';
    expect(await close(service.app, id)).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
    await payInVain(service, product, id, { prepay_info: body.prepay_info });
    await expectAgreement(service, [order]);
  });
});
