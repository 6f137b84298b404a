// What a gateway keeps under the key of a request, and forgets: a stored break-down is not heard for ever, and a key that
// is forgotten makes no second order that anybody could pay. @see SPEC R6.4; hard cases 14, 15
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { expectAgreement } from './agree.ts';
import { oneOfEach, orderOf, products } from './products.ts';
import { bootPatience, startService, type Answer, type Service } from './service.ts';
import { asked, create, createAfter, pay, read, untilStatus, type Order } from './shop.ts';
import { look } from './sight.ts';

let service: Service;

beforeAll(async () => {
  service = await startService();
}, bootPatience);

afterAll(() => service.stop());

afterEach(async () => {
  await service.control('/faults', undefined, 'DELETE');
  await service.gateway('/faults', undefined, 'DELETE');
});

const unknown = { status: 202, body: { status: 'PENDING_CREATE' } };
const fine = { status: 201, body: { status: 'PENDING_PAYMENT' } };
const absent = { status: 503, body: { code: 'GATEWAY_UNAVAILABLE', outcome: 'not_attempted' } };

const advance = (span: string) => service.control('/clock', { advance: span });
const idOf = ({ body }: Answer): string => body.transaction_id ?? '';
/** What the gateway answered to each try at the order; `null` where it did nothing. */
const answers = (id: string) => asked(service, id, 'prepay').map((line) => line['answer']);

/** Its first create meets the fault. */
async function met(order: Order, fault: string): Promise<string> {
  await service.gateway('/faults', { call: { operation: 'prepay', fault } });
  const first = await create(service.app, order);
  expect(first).toMatchObject(unknown);
  return idOf(first);
}

/** Paid by what is shown in the end, and by nothing else. */
async function expectPaidOnce(order: Order, id: string): Promise<void> {
  await pay(service, id);
  await untilStatus(service, id, 'PAID_SUCCESS');
  const { charges, orders } = await look(service, [order]);
  const own = orders.flatMap(({ payments }) => payments.map(({ payment }) => payment.transaction_id));
  expect(charges.filter(({ transaction_id }) => own.includes(transaction_id))).toMatchObject([
    { transaction_id: id, amount: '8.80' },
  ]);
  await expectAgreement(service, [order]);
}

/** Stripe's word for it, the first time and whenever it is replayed */
const brokenDown = 'api_error';

describe.each(products.filter(({ provider }) => provider === 'stripe'))(
  '$method: a break-down is stored under the key',
  (product) => {
    test('nothing was made: another key, once that is proved', async () => {
      const order = orderOf(product);
      const id = await met(order, 'http_500_before');
      // What was made is looked for, and that breaks down too: nothing is proved.
      await service.gateway('/faults', { call: { operation: 'query', fault: 'http_500_before' } });
      expect(await createAfter(service, order)).toMatchObject(unknown);
      expect(await createAfter(service, order)).toMatchObject(absent);
      const made = await createAfter(service, order);
      expect([made, idOf(made)]).toMatchObject([fine, id]);
      expect(answers(id)).toEqual([brokenDown, brokenDown, brokenDown, '200']);
      await expectPaidOnce(order, id);
    });

    test('it was made: found, and no other key is taken', async () => {
      const order = orderOf(product);
      const id = await met(order, 'http_500_after');
      const made = await createAfter(service, order);
      expect([made, idOf(made)]).toMatchObject([fine, id]);
      expect(answers(id)).toEqual([brokenDown, brokenDown]);
      await expectPaidOnce(order, id);
    });
  },
);

/** By provider: when it forgets a key, and how long a payment lasts at most, less some seconds; both from the call on. */
const memories: Readonly<Record<string, { readonly forgets: string; readonly lasts: number }>> = {
  paypal: { forgets: '6h', lasts: 3 * 3_600_000 - 10_000 },
  stripe: { forgets: '24h', lasts: 24 * 3_600_000 - 10_000 },
};
const minutes = 60_000;

describe.each(oneOfEach.filter(({ numbersOrders }) => numbersOrders))(
  '$channel: the answer is lost',
  (product) => {
    const { forgets, lasts } = memories[product.provider] ?? { forgets: '', lasts: NaN };

    test('the key is remembered as long as the payment lasts: the same order is shown', async () => {
      const start = await now();
      const order = orderOf(product, { expires_at: new Date(start + lasts).toISOString() });
      const id = await met(order, 'reset_after');
      await sleep();
      await service.control('/clock', { to: new Date(start + lasts - 2 * minutes).toISOString() });
      const made = await create(service.app, order);
      expect([made, idOf(made)]).toMatchObject([fine, id]);
      expect(answers(id)).toHaveLength(2);
      await expectPaidOnce(order, id);
    });

    test.each([
      ['sync has closed the payment', false],
      ['nobody was there to close it', true],
    ])('the key is forgotten, %s: nobody was shown that order, another is made', async (_, asleep) => {
      const order = orderOf(product);
      const first = await met(order, 'reset_after');
      if (asleep) await sleep();
      await advance(forgets);
      await advance('10m');
      expect(await read(service, first)).toMatchObject({ status: asleep ? 'PENDING_CREATE' : 'CLOSED' });
      const again = await create(service.app, order);
      expect(again).toMatchObject(fine);
      expect(idOf(again)).not.toBe(first);
      // The forgotten key was not used again.
      expect([answers(first), answers(idOf(again))].map(({ length }) => length)).toEqual([1, 1]);
      expect(await read(service, first)).toMatchObject({ status: 'CLOSED' });
      await service.control('/faults', undefined, 'DELETE');
      await expectPaidOnce(order, idOf(again));
    });
  },
);

async function now(): Promise<number> {
  return Date.parse((await service.control<{ now: string }>('/clock')).now);
}

/** Status sync finds nothing. */
function sleep(): Promise<unknown> {
  const fault = { service: 'dynamodb', fault: 'internal_error', times: 1_000_000 };
  return service.control('/faults', { operation: 'find-due', ...fault });
}
