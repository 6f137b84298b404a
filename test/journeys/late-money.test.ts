// Money that comes late, or twice, goes back by itself: once, all of it, and what the order is paid by stays as it is. What
// cannot go back waits for a person. @see SPEC R5.6
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { refundIdOf, type TransactionId } from '../../lib/domain/ids.ts';
import { expectAgreement } from './agree.ts';
import { expectFree, gone } from './capturing.ts';
import {
  byOtherWay,
  oneOfEach,
  openedByPayer,
  orderOf,
  otherThan,
  products,
  type Product,
} from './products.ts';
import {
  decide,
  inBooks,
  readRefund,
  refund,
  refunding,
  refundsOf,
  untilBack,
  untilRefund,
} from './refunding.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { close, create, logged, open, pay, read, resolve, shown, untilStatus, type Order } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());

const ours = { origin: 'SYSTEM', status: 'SUCCESS', amount_refunded: '8.80' };
const byPolicy = { resolution: { action: 'refund', by: 'policy' } };
const advance = (span: string) => service.control('/clock', { advance: span });

/** The shop wants it closed, and does not get that through; what is captured, another program of the shop takes. */
async function paidLate(product: Product): Promise<{ readonly order: Order; readonly id: string }> {
  const order = orderOf(product);
  const id = await shown(service.app, order);
  await open(service, product, id);
  const { prepay_info } = await read(service, id);
  if (product.isCaptured) {
    await close(service.app, id);
    await pay(service, id, 'success', { prepay_info, method: 'taken_elsewhere', ...gone });
    return { order, id };
  }
  await service.gateway('/faults', {
    transaction_id: id,
    call: { operation: 'close', fault: 'reset_before', times: 1 },
  });
  expect((await close(service.app, id)).status).toBe(202);
  await pay(service, id, 'success', { prepay_info });
  return { order, id };
}

describe.each(products)('$channel $method: paid when it was to be closed', (product) => {
  test('the money goes back, and the order may be paid anew', async () => {
    const { order, id } = await paidLate(product);
    expect(await untilBack(service, id)).toMatchObject(ours);
    expect(await logged(service, id, 'refund.workflow_begun')).toMatchObject({ level: 'INFO', count: 1 });
    const late = await read(service, id);
    expect(late).toMatchObject({ status: 'CLOSED', anomaly: { kind: 'PAID_AFTER_CLOSE', ...byPolicy } });
    expect(late).not.toHaveProperty('amount_paid');
    expect(await inBooks(service, id)).toMatchObject([{ amount: '8.80' }]);
    expect((await refund(service.app, id, '8.80')).body.code).toBe('STATE_CONFLICT');
    await expectFree(service, order);
    await expectAgreement(service, [order]);
  });
});

describe.each(openedByPayer)('$channel $method: paid twice', (product) => {
  async function twice() {
    const order = orderOf(product);
    const [{ body: first }, { body: second }] = [
      await create(service.app, order),
      await create(service.app, byOtherWay(order, otherThan(product))),
    ];
    const [stray = '', kept = ''] = [first.transaction_id, second.transaction_id];
    await pay(service, kept, 'success', { prepay_info: second.prepay_info });
    await untilStatus(service, kept, 'PAID_SUCCESS');
    const before = await read(service, kept);
    await pay(service, stray, 'success', { prepay_info: first.prepay_info });
    return { order, stray, kept, before };
  }

  test('the second money goes back, and what paid the order is not touched', async () => {
    const { order, stray, kept, before } = await twice();
    expect(await untilBack(service, stray)).toMatchObject(ours);
    expect(await read(service, stray)).toMatchObject({ anomaly: { kind: 'DUPLICATE_PAID', ...byPolicy } });
    expect(await read(service, kept)).toEqual(before);
    expect(await inBooks(service, kept)).toEqual([]);
    expect((await create(service.app, order)).body.code).toBe('ORDER_ALREADY_PAID');
    await expectAgreement(service, [order]);
  });

  test('and the shop refunds what paid the order at the same moment: each goes back once', async () => {
    const { order, stray, kept } = await twice();
    const own = await refunding(service, kept, '8.80');
    await untilBack(service, stray);
    await untilRefund(service, own, 'SUCCESS');
    for (const id of [stray, kept]) expect(await inBooks(service, id)).toMatchObject([{ amount: '8.80' }]);
    expect(await read(service, kept)).toMatchObject({ status: 'REFUND_FULL' });
    await expectAgreement(service, [order]);
  });
});

describe.each(oneOfEach)('$channel', (product) => {
  test('somebody gives late money back at the console before we do: it goes once', async () => {
    const { order, id } = await paidLate(product);
    const known = async () => (await read(service, id)).anomaly?.resolution?.refund_id;
    const decided = await until('the decision', known);
    await service.gateway('/refunds/console', { transaction_id: id, amount: '8.80' });
    await until('our refund to be refused', async () => {
      await advance('61s');
      return (await readRefund(service, decided)).status === 'FAILED' || undefined;
    });
    await advance('3h');
    expect(await inBooks(service, id)).toMatchObject([{ amount: '8.80' }]);
    expect((await refundsOf(service, id)).filter(({ status }) => status === 'SUCCESS').length).toBeLessThan(
      2,
    );
    await expectAgreement(service, [order]);
  });

  test('refuses to give late money back: that is not tried again by itself; a person has it go back', async () => {
    const { order, id } = await paidLate(product);
    await decide(service, { transaction_id: id }, 'failed');
    const first = await until('the refusal', async () => {
      await advance('61s');
      const { anomaly } = await read(service, id);
      return anomaly && !anomaly.resolution ? anomaly : undefined;
    });
    expect(first).toMatchObject({
      ...{ kind: 'PAID_AFTER_CLOSE', refused_refund_id: refundIdOf(id as TransactionId, 0) },
    });
    expect((await create(service.app, order)).body.code).toBe('ORDER_UNDER_REVIEW');
    await advance('1h');
    expect(await refundsOf(service, id)).toHaveLength(1);
    expect((await resolve(service.operator, id, 'refund')).status).toBe(200);
    expect(await untilBack(service, id)).toMatchObject({ ...ours, origin: 'OPERATOR' });
    await expectFree(service, order);
    await expectAgreement(service, [order]);
  });
});
