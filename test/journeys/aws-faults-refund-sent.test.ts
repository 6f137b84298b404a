// What is asked of AWS while a refund is sent to each other provider, with every fault that it can have: in the end the money
// has gone back once, and all agree.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { faultsOf, invocations, plant, type Fault } from './aws-ways.ts';
import { oneOfEach, type Product } from './products.ts';
import { expectRefundedOnce, paidQuietly, refundAtLast, unheard } from './refund-at-last.ts';
import { actionsOf, fresh, numbering, querying, stepsTaken, submitting } from './refund-ways.ts';
import { bootPatience, startService, type Service } from './service.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(async () => {
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
});

async function expectSent(product: Product, faults: readonly Fault[]): Promise<void> {
  const paid = await paidQuietly(service, product);
  await unheard(service, paid.id);
  for (const fault of faults) await plant(service, fault);
  const refund_id = await refundAtLast(service, paid.id, '3.00');
  await expectRefundedOnce(service, paid, refund_id, '3.00');
}

describe.each(oneOfEach.filter(({ provider }) => provider !== 'alipay'))('$channel', (product) => {
  const isLater = product.provider === 'wechat-pay';
  const sending = isLater ? numbering : submitting;

  test('the table has every call of the way', async () => {
    const { length: before } = await invocations(service, 'refund-steps');
    await expectSent(product, [fresh]);
    const steps = isLater ? [sending, querying] : [sending];
    expect(await stepsTaken(service, before)).toEqual(steps.map(actionsOf));
  });

  test.each(faultsOf(sending))('%s', (_, faults) => expectSent(product, faults));
});
