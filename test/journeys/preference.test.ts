// An order that may be paid by any of several channels: the first that takes it, never a second after an answer that is
// unknown. @see SPEC R4.8
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { elsewhere, oneOfEach, type Product } from './products.ts';
import { bootPatience, newKey, startService, type Answer, type Service } from './service.ts';
import { asked, newOrder, pay, untilStatus, type Order } from './shop.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

const pairs = oneOfEach.flatMap((first): [Product, Product][] => {
  const second = elsewhere(first);
  return first.provider === 'alipay' && second ? [[first, second]] : [];
});
const [[first, second] = []] = pairs;

/** An order for either of the two. */
const either = (): Order => newOrder({ currency: first?.currency ?? '', ...second?.payer });

function create(order: Order): Promise<Answer> {
  const rest = Object.entries(order).filter(([name]) => !/^payment_(channel|method)$/.test(name));
  const channel_preference = [first, second].map((product) => ({
    payment_channel: product?.channel,
    payment_method: product?.method,
  }));
  return service.app('/payments/transactions', {
    method: 'POST',
    headers: { 'idempotency-key': newKey() },
    body: { ...Object.fromEntries(rest), channel_preference },
  });
}

const passedOver = () => service.lines.filter(({ name }) => name === 'payment.channel_passed_over');

/** The merchant's key here is not the one that the provider knows any more: nothing that it signs is taken. */
async function misconfigure(code: string): Promise<void> {
  const { body } = await service.operator<Record<string, unknown>>(`/channels/${code}`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const shown = new Set(['channel_code', 'secret_fingerprints', 'version', 'updated_at', 'updated_by']);
  const { status } = await service.operator(`/channels/${code}`, {
    method: 'PUT',
    body: {
      ...Object.fromEntries(Object.entries(body).filter(([name]) => !shown.has(name))),
      private_key_merchant: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
  });
  expect(status).toBe(200);
  await service.control('/clock', { advance: '6m' });
}

test('the first channel takes it', async () => {
  const order = either();
  const { status, body } = await create(order);
  expect([status, body.payment_channel]).toEqual([201, first?.channel]);
  await pay(service, body.transaction_id ?? '');
  await untilStatus(service, body.transaction_id ?? '', 'PAID_SUCCESS');
  await expectAgreement(service, [order]);
});

test('an answer that is lost is no refusal: the second is not asked', async () => {
  const order = either();
  await service.gateway('/faults', { call: { operation: 'prepay', fault: 'reset_after' } });
  const { status, body } = await create(order);
  expect([status, body.payment_channel, body.status]).toEqual([202, first?.channel, 'PENDING_CREATE']);
  await service.control('/clock', { advance: '3s' });
  const again = await create(order);
  expect([again.status, again.body.transaction_id]).toEqual([201, body.transaction_id]);
  await pay(service, body.transaction_id ?? '');
  await untilStatus(service, body.transaction_id ?? '', 'PAID_SUCCESS');
  expect(passedOver()).toEqual([]);
  await expectAgreement(service, [order]);
});

test('the first provably refuses: the second takes it, and somebody hears that the first is misconfigured', async () => {
  await misconfigure(first?.channel ?? '');
  const order = either();
  const { status, body } = await create(order);
  expect([status, body.payment_channel]).toEqual([201, second?.channel]);
  expect(asked(service, body.transaction_id ?? '', 'prepay')).toHaveLength(1);
  expect(passedOver()).toMatchObject([{ channel_code: first?.channel, code: 'CHANNEL_MISCONFIGURED' }]);
  await pay(service, body.transaction_id ?? '');
  await untilStatus(service, body.transaction_id ?? '', 'PAID_SUCCESS');
  await expectAgreement(service, [order]);
});
