// A provider changes the key that it proves itself by: the next one is fetched on schedule before it is needed, and what it
// proves is believed; what it proves before anybody could fetch it waits, and is not lost.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { deliveries, newOrder, pay, shown, untilStatus } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
  await service.control('/clock', { advance: '1h' });
}, bootPatience);

afterAll(() => service.stop());

const order = () => newOrder({ payment_channel: 'WECHAT_PAY_CERT', payment_method: 'wechat_native' });
const rotate = () => service.gateway<{ key: string }>('/keys/rotate', { provider: 'wechat_pay' });

test('the key that was handed out ahead proves at once, and the one after it is fetched by the clock', async () => {
  for (let n = 0; n < 3; n++) {
    const { key } = await rotate();
    const one = order();
    const id = await shown(service.app, one);
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    const lines = service.lines.filter(({ name }) => name === 'platform_keys.fetched');
    expect(key).toMatch(/^[0-9A-F]{16,40}$/);
    expect(lines.length).toBeGreaterThan(0);
    await expectAgreement(service, [one]);
    // The clock ticks, and functions hear of the new row.
    await service.control('/clock', { advance: '66m' });
  }
});

test('changed twice before the clock ticked: refused until the new key is fetched, then paid', async () => {
  const one = order();
  const id = await shown(service.app, one);
  await rotate();
  await rotate();
  await pay(service, id);
  expect(await deliveries(service, id)).toMatchObject([{ status: 401, accepted: false }]);
  await service.control('/clock', { advance: '66m' });
  await untilStatus(service, id, 'PAID_SUCCESS');
  await expectAgreement(service, [one]);
});
