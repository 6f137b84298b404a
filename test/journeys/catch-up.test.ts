// After an outage of ours: what a provider could not bring us is fetched from its list of events.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { orderOf, products } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { pay, read, resend, shown, deliveries, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());

const ofStripe = products.filter(({ provider }) => provider === 'stripe');

test.each(ofStripe)('$method: paid while no callback arrived and no sync ran', async (product) => {
  const order = orderOf(product);
  const id = await shown(service.app, order);
  for (const operation of ['find-due', 'sync-transaction'])
    await service.control('/faults', {
      operation,
      service: 'dynamodb',
      fault: 'internal_error',
      times: 10_000,
    });
  await service.gateway('/faults', { transaction_id: id, callback: { kind: 'payment', fault: 'lost' } });
  await pay(service, id, 'success', { return: false });
  await service.control('/clock', { advance: '1h' });
  await untilStatus(service, id, 'PAID_SUCCESS');
  const { version } = await read(service, id);
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
  // It is told once more in an hour, and by its callback after all: neither changes anything.
  await service.control('/clock', { advance: '1h' });
  await resend(service, id);
  await deliveries(service, id, 2);
  await expectAgreement(service, [order]);
  expect(await read(service, id)).toMatchObject({ version });
});
