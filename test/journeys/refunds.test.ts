// Money goes back, by every product: whole, and in parts.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { products } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { read } from './shop.ts';
import { paidBy, refund, refunding, untilRefund } from './refunding.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());

const full = { status: 'REFUND_FULL', amount_refunded: '8.80', refundable_amount: '0.00' };

describe.each(products)('$channel $method', (product) => {
  test('all of it at once', async () => {
    const { order, id } = await paidBy(service, product);
    await untilRefund(service, await refunding(service, id, '8.80'), 'SUCCESS');
    expect(await read(service, id)).toMatchObject(full);
    await expectAgreement(service, [order]);
  });

  test('in three parts, asked for one right after the other, and not a 分 more', async () => {
    const { order, id } = await paidBy(service, product);
    const expectNoMore = async () => {
      const { status, body } = await refund(service.app, id, '0.01');
      expect([status, body.code]).toEqual([422, 'REFUND_EXCEEDS_PAID']);
    };
    const parts: string[] = [];
    for (const amount of ['3.00', '3.00', '2.80']) parts.push(await refunding(service, id, amount));
    await expectNoMore();
    for (const part of parts) await untilRefund(service, part, 'SUCCESS');
    expect(await read(service, id)).toMatchObject(full);
    await expectNoMore();
    await expectAgreement(service, [order]);
  });
});
