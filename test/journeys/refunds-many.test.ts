// Refunds that are asked for twice, or many at once; and one whose workflow does not begin.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach } from './products.ts';
import { bootPatience, startService, type Service } from './service.ts';
import { newOrder, pay, read, shown, untilStatus } from './shop.ts';
import { inBooks, paidBy, readRefund, refund, refunding, untilRefund } from './refunding.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);
afterAll(() => service.stop());
afterEach(() => service.control('/faults', undefined, 'DELETE'));

/** A shop that is told to come again does so, under the number of its refund. */
async function atLast(id: string, amount: string): Promise<Awaited<ReturnType<typeof refund>>> {
  const named = { business_refund_id: `many-${randomUUID()}` };
  for (let tries = 0; tries < 10; tries++) {
    const answer = await refund(service.app, id, amount, named);
    if (answer.body.retryable !== true) return answer;
  }
  throw new Error(`Nobody says what became of ${named.business_refund_id}.`);
}

describe.each(oneOfEach)('$channel', (product) => {
  test('fifty at once of 1.00: eight are made, the others are more than was paid', async () => {
    const { order, id } = await paidBy(service, product);
    const answers = await Promise.all(Array.from({ length: 50 }, () => atLast(id, '1.00')));
    const made = answers.filter(({ status }) => status < 300);
    const refused = answers.filter(({ status }) => status >= 300);
    expect(made).toHaveLength(8);
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.code ?? ''}`))).toEqual(
      new Set(['422 REFUND_EXCEEDS_PAID']),
    );
    for (const { body } of made) await untilRefund(service, body.refund_id ?? '', 'SUCCESS', '1m');
    const left = { status: 'REFUND_PARTIAL', amount_refunded: '8.00', refundable_amount: '0.80' };
    expect(await read(service, id)).toMatchObject(left);
    expect(await inBooks(service, id)).toHaveLength(8);
    await expectAgreement(service, [order]);
  });

  test('twice under one number: one refund; of another amount: none', async () => {
    const { order, id } = await paidBy(service, product);
    const named = { business_refund_id: `twice-${id.slice(4)}` };
    const both = await Promise.all([1, 2].map(() => refund(service.app, id, '3.00', named)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    const [refund_id = '', other] = both.map(({ body }) => body.refund_id);
    expect(other).toBe(refund_id);
    const mismatch = { status: 422, body: { code: 'REFUND_MISMATCH', outcome: 'not_attempted' } };
    expect(await refund(service.app, id, '3.01', named)).toMatchObject(mismatch);
    await untilRefund(service, refund_id, 'SUCCESS');
    const again = { status: 200, body: { refund_id, status: 'SUCCESS' } };
    expect(await refund(service.app, id, '3.00', named)).toMatchObject(again);
    expect(await refund(service.app, id, '3.01', named)).toMatchObject(mismatch);
    expect(await inBooks(service, id)).toMatchObject([{ refund_id, amount: '3.00' }]);
    await expectAgreement(service, [order]);
  });
});

test('while every transaction meets another: nothing is held, and who comes again gets his refund', async () => {
  const order = newOrder();
  const id = await shown(service.app, order);
  await pay(service, id);
  await untilStatus(service, id, 'PAID_SUCCESS');
  const fault = { operation: 'create-refund', action: 'TransactWriteItems', fault: 'transaction_conflict' };
  await service.control('/faults', { ...fault, times: 1000 });
  const named = { business_refund_id: `contended-${id.slice(4)}` };
  const busy = await refund(service.app, id, '8.80', named);
  expect(busy).toMatchObject({
    ...{ status: 409, body: { code: 'STATE_CONFLICT', retryable: true, outcome: 'not_attempted' } },
  });
  expect(busy.headers.get('retry-after')).toBe('1');
  expect(await read(service, id)).toMatchObject({ status: 'PAID_SUCCESS', refundable_amount: '8.80' });
  await service.control('/faults', undefined, 'DELETE');
  const { status, body } = await refund(service.app, id, '8.80', named);
  expect(status).toBe(201);
  await untilRefund(service, body.refund_id ?? '', 'SUCCESS');
  await expectAgreement(service, [order]);
});

interface Executions {
  readonly executions: readonly { readonly name: string }[];
}

describe('the beginning of its workflow', () => {
  test.each([
    ['access_denied', 2],
    ['crash_before', 2],
    ['lost_answer', 1],
    ['crash_after', 1],
  ])('%s: status sync begins what has not begun, and it is made once', async (fault, run) => {
    const order = newOrder();
    const id = await shown(service.app, order);
    await pay(service, id);
    await untilStatus(service, id, 'PAID_SUCCESS');
    await service.control('/faults', {
      ...{ operation: 'create-refund', action: 'StartExecution', fault },
      // An SDK whose clock was moved takes a refusal for the clock's, and asks again.
      times: run > 1 ? 3 : 1,
    });
    const business_refund_id = `begun-${id.slice(4)}`;
    await refund(service.app, id, '8.80', { business_refund_id });
    const again = await refund(service.app, id, '8.80', { business_refund_id });
    const refund_id = again.body.refund_id ?? '';
    expect([again.status, refund_id]).toEqual([200, expect.stringMatching(/^rfd_/)]);
    const { status } = await readRefund(service, refund_id);
    expect(run === 1 || status === 'PENDING').toBe(true);
    await untilRefund(service, refund_id, 'SUCCESS');
    const { executions } = await service.control<Executions>(`/executions?refund_id=${refund_id}`);
    expect(executions.map(({ name }) => name)).toEqual([`${refund_id}-${run}`]);
    expect(await inBooks(service, id)).toHaveLength(1);
    await expectAgreement(service, [order]);
  });
});

test('by other means it is handed over: the channel hears nothing of it', async () => {
  const order = newOrder();
  const id = await shown(service.app, order);
  await pay(service, id);
  await untilStatus(service, id, 'PAID_SUCCESS');
  const { body } = await refund(service.app, id, '3.00', { refund_method: 'OFFLINE' });
  await untilRefund(service, await refunding(service, id, '5.80'), 'SUCCESS');
  expect(await readRefund(service, body.refund_id ?? '')).toMatchObject({ status: 'PENDING' });
  expect(await read(service, id)).toMatchObject({ amount_refunded: '5.80', amount_reserved: '3.00' });
  await expectAgreement(service, [order]);
});
