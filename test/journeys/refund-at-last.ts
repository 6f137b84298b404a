// A refund that something befell, and how it must end: made once, as it was asked for, whoever repeats whatever was not heard.
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { disagreements } from './agree.ts';
import { expectSuffered } from './aws-ways.ts';
import type { Product } from './products.ts';
import { inBooks, paidBy, readRefund, refund, stepsOf, type Paid } from './refunding.ts';
import type { Service } from './service.ts';
import { read } from './shop.ts';
import { look } from './sight.ts';

const advance = (service: Service, span: string) => service.control('/clock', { advance: span });

/** Functions know a channel for five minutes: each journey reads it anew. All that the payment sets off is over. */
export async function paidQuietly(service: Service, product: Product): Promise<Paid> {
  await advance(service, '6m');
  const paid = await paidBy(service, product);
  await advance(service, '0s');
  return paid;
}

/** Nobody but its workflow finds out what becomes of it. */
export function unheard({ gateway }: Service, transaction_id: string): Promise<unknown> {
  return gateway('/faults', { transaction_id, callback: { kind: 'refund', fault: 'lost' } });
}

/** The shop repeats under its key until it has a number. */
export async function refundAtLast(service: Service, id: string, amount: string): Promise<string> {
  const named = { business_refund_id: `r-${randomUUID().slice(0, 18)}` };
  for (let tries = 0; tries < 6; tries++) {
    const { status, body } = await refund(service.app, id, amount, named, named.business_refund_id);
    if ([200, 201].includes(status) && body.refund_id) return body.refund_id;
    expect([409, 500, 502, 503, 504]).toContain(status);
    expect(body.retryable).toBe(true);
    await advance(service, '30s');
  }
  throw new Error(`Nobody says what became of ${named.business_refund_id}.`);
}

/** Time goes by, and everybody repeats. @param amount of 8.80 */
export async function expectRefundedOnce(
  service: Service,
  { order, id }: Paid,
  refund_id: string,
  amount: string,
): Promise<void> {
  let found: string[] = [];
  for (const span of ['0s', '15s', '1m', '4m', '10m', '10m', '20m']) {
    await advance(service, span);
    found = disagreements(await look(service, [order]));
    if (found.length === 0 && (await readRefund(service, refund_id)).status === 'SUCCESS') break;
  }
  expect(found).toEqual([]);
  await expectSuffered(service);
  expect(await readRefund(service, refund_id)).toMatchObject({ status: 'SUCCESS', amount_refunded: amount });
  const left = { '8.80': '0.00', '3.00': '5.80' }[amount];
  expect(await read(service, id)).toMatchObject({
    status: amount === '8.80' ? 'REFUND_FULL' : 'REFUND_PARTIAL',
    ...{ amount_refunded: amount, refundable_amount: left },
  });
  expect(await inBooks(service, id)).toMatchObject([{ refund_id, amount }]);
  const ways = [sent, [...sent, 'refund.processing']].map((way) => [...way, 'refund.succeeded']);
  expect(ways).toContainEqual(await stepsOf(service, id));
}

/** Once more where the channel gives its number of it before it is made. */
const sent = ['refund.created', 'refund.processing'];
