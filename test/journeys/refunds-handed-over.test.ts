// Refunds by other means than the channel: they are handed over, and what their owner says of them is their end.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { bootPatience, startService, until, type Service } from './service.ts';
import { newOrder, pay, read, shown, untilStatus } from './shop.ts';
import {
  inBooks,
  readRefund,
  refund,
  refunding,
  stepsOf,
  untilRefund,
  type Paid,
  type RefundView,
} from './refunding.ts';
import { look } from './sight.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());

async function paid(): Promise<Paid> {
  const order = newOrder();
  const id = await shown(service.app, order);
  await pay(service, id);
  await untilStatus(service, id, 'PAID_SUCCESS');
  return { order, id };
}

async function handedOver(id: string, amount: string, refund_method = 'OFFLINE'): Promise<string> {
  const { status, body } = await refund(service.app, id, amount, { refund_method });
  expect([status, body.status]).toEqual([201, 'PENDING']);
  return body.refund_id ?? '';
}

interface Said extends Partial<RefundView> {
  readonly code?: string;
  readonly confirmation?: { readonly by: string; readonly reference: string };
}

const confirm = (
  id: string,
  result: 'refunded' | 'refused',
  reference: string,
  client: Service['app'] = service.app,
) =>
  client<Said>(`/refunds/transactions/${id}/confirmation`, {
    method: 'POST',
    headers: { 'idempotency-key': randomUUID() },
    body: { result, reference },
  });

/** What subscribers were told of a refund, by name, each once and in the order in which it happened. */
async function toldOf({ order }: Paid, refund_id: string): Promise<readonly string[]> {
  const { told } = await look(service, [order]);
  const own = told.filter(({ detail }) => detail.data['refund_id'] === refund_id);
  const named = new Map(own.map((event) => [event.detail.version, event['detail-type']]));
  return [...named].sort(([a], [b]) => a - b).map(([, name]) => name);
}

describe.each(['BALANCE', 'OFFLINE'])('%s', (method) => {
  test('is told to its owner, confirmed with a reference, and counts; the channel hears nothing of it', async () => {
    const story = await paid();
    const { id, order } = story;
    const refund_id = await handedOver(id, '3.00', method);
    expect(await read(service, id)).toMatchObject({
      ...{ status: 'PAID_SUCCESS', amount_reserved: '3.00', refundable_amount: '5.80' },
    });
    await expectAgreement(service, [order]);
    expect(await toldOf(story, refund_id)).toEqual(['refund.created', 'refund.handover']);
    expect(await confirm(refund_id, 'refunded', 'booking 7')).toMatchObject({
      status: 200,
      body: { status: 'SUCCESS', confirmation: { by: 'local-app', reference: 'booking 7' } },
    });
    expect(await read(service, id)).toMatchObject({
      ...{ status: 'REFUND_PARTIAL', amount_refunded: '3.00', refundable_amount: '5.80' },
    });
    await untilRefund(service, await refunding(service, id, '5.80'), 'SUCCESS');
    expect(await read(service, id)).toMatchObject({ status: 'REFUND_FULL', amount_refunded: '8.80' });
    expect(await inBooks(service, id)).toMatchObject([{ amount: '5.80' }]);
    await expectAgreement(service, [order]);
    const told = await toldOf(story, refund_id);
    expect(told).toEqual(['refund.created', 'refund.handover', 'refund.succeeded']);
  });

  test('is refused: nothing is held any more, and all of it goes back by the channel', async () => {
    const { id, order } = await paid();
    const refund_id = await handedOver(id, '8.80', method);
    const { body } = await refund(service.app, id, '0.01');
    expect(body.code).toBe('REFUND_EXCEEDS_PAID');
    await confirm(refund_id, 'refused', 'the account is closed');
    expect(await readRefund(service, refund_id)).toMatchObject({ status: 'FAILED' });
    expect(await stepsOf(service, id)).toEqual(['refund.created', 'refund.handover', 'refund.failed']);
    expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '8.80' });
    await untilRefund(service, await refunding(service, id, '8.80'), 'SUCCESS');
    await expectAgreement(service, [order]);
  });
});

test('what was said once stands: again is the same, otherwise is a conflict, others find nothing', async () => {
  const { id, order } = await paid();
  const refund_id = await handedOver(id, '3.00');
  expect(await confirm(refund_id, 'refunded', 'b-1', service.otherApp)).toMatchObject({ status: 404 });
  expect(await confirm(refund_id, 'refunded', 'b-1', service.finance)).toMatchObject({ status: 403 });
  const first = await confirm(refund_id, 'refunded', 'b-1');
  expect((await confirm(refund_id, 'refunded', 'b-1')).body).toEqual(first.body);
  for (const [result, reference] of [
    ['refused', 'b-1'],
    ['refunded', 'b-2'],
  ] as const)
    expect(await confirm(refund_id, result, reference)).toMatchObject({
      ...{ status: 409, body: { code: 'STATE_CONFLICT' } },
    });
  const ours = await refunding(service, id, '1.00');
  expect(await confirm(ours, 'refused', 'b-3')).toMatchObject({ status: 409 });
  await untilRefund(service, ours, 'SUCCESS');
  await expectAgreement(service, [order]);
});

test('nobody says so for a day: somebody is called, each day, and nothing is given up', async () => {
  const { id, order } = await paid();
  const refund_id = await handedOver(id, '3.00');
  const called = () =>
    service.lines.filter((line) => line.name === 'refund.unconfirmed' && line['refund_id'] === refund_id)
      .length;
  await service.control('/clock', { advance: '23h' });
  expect(called()).toBe(0);
  await service.control('/clock', { advance: '70m' });
  await until('somebody to be called', () => called() || undefined);
  expect(called()).toBe(1);
  expect(await readRefund(service, refund_id)).toMatchObject({ status: 'PENDING' });
  expect(await read(service, id)).toMatchObject({ amount_reserved: '3.00', refundable_amount: '5.80' });
  expect(await confirm(refund_id, 'refunded', 'late, but done')).toMatchObject({ status: 200 });
  await service.control('/clock', { advance: '25h' });
  expect(called()).toBe(1);
  await expectAgreement(service, [order]);
}, 180_000);
