// What scenes do about refunds: pay, ask for one, look at it.
import { expect } from '@jest/globals';
import type { Fields } from '../contract/alipay-side.ts';
import { made, told, type Seen } from './play.ts';
import { fresh, json } from './row.ts';
import type { Answer, Sent, World } from './world.ts';

/** A payment of 8.80 CNY by Alipay, paid; the notice said otherwise in some fields. */
export async function paidOne(world: World, notice: Fields = {}): Promise<Seen> {
  const { transaction_id: id } = await made(world);
  const paid = await told(world, id, notice);
  expect(paid).toMatchObject({ status: 'PAID_SUCCESS' });
  return paid;
}

/** 3.00 of it, under a number of its own, unless said otherwise. */
export function refundOf(id: string, change: object = {}, sent: Partial<Sent> = {}): Sent {
  return {
    ...{ method: 'POST', path: '/refunds/transactions', as: 'local-app' },
    headers: [json, ['idempotency-key', fresh('key')]],
    body: JSON.stringify({
      ...{ original_transaction_id: id, business_refund_id: fresh('refund'), amount: '3.00' },
      ...change,
    }),
    ...sent,
  };
}

export async function refunded(world: World, id: string, change: object = {}): Promise<string> {
  const answer = await world.send(refundOf(id, change));
  expect([answer.status, answer.json]).toMatchObject([201, { status: 'PENDING' }]);
  return String(answer.json['refund_id']);
}

export async function refundSeen(world: World, refundId: string): Promise<Answer['json']> {
  const answer = await world.send({ path: `/refunds/transactions/${refundId}`, as: 'local-app' });
  expect(answer.status).toBe(200);
  return answer.json;
}

/** Each answered so: the status, and the code where it is refused. */
export async function answers(world: World, sent: readonly Sent[]): Promise<unknown[]> {
  const all = await Promise.all(sent.map((each) => world.send(each)));
  return all.map(({ status, json: body }) => (status < 300 ? status : [status, body['code']]));
}
