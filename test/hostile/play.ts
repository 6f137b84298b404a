// What scenes do again and again: make a payment, have it paid, look at it.
import { expect } from '@jest/globals';
import { form, notice, paidFields, type Fields } from '../contract/alipay-side.ts';
import { post } from './post.ts';
import { create, read } from './row.ts';
import { control, type Answer, type Sent, type World } from './world.ts';

export type Seen = Readonly<Record<string, unknown>> & { readonly transaction_id: string };

/** The service's time, which a test may have moved. ms since 1970 UTC */
export async function now({ machine }: Pick<World, 'machine'>): Promise<number> {
  const { now: at } = (await control(machine, '/clock')) as { now: string };
  return Date.parse(at);
}

export async function made(world: World, change: object = {}, sent: Partial<Sent> = {}): Promise<Seen> {
  const answer = await world.send(create(change, sent));
  expect([answer.status, answer.json]).toMatchObject([201, { status: 'PENDING_PAYMENT' }]);
  return answer.json as Seen;
}

export async function seen(world: World, id: string): Promise<Seen> {
  const answer = await world.send(read(`/${id}`));
  expect(answer.status).toBe(200);
  return answer.json as Seen;
}

let serial = 0;

/** A genuine notice of 8.80 for this payment, with a trade of its own, said otherwise in some fields. */
export async function noticeFor(world: World, id: string, change: Fields = {}): Promise<Fields> {
  const trade_no = `20261122220014${String(++serial).padStart(14, '0')}`;
  return notice({ ...paidFields(id, '8.80', await now(world)), trade_no, ...change });
}

/** Posts it, demands `success`, and waits until it is applied. */
export async function accepted(
  world: World,
  body: Fields | Buffer,
  sent: Partial<Sent> = {},
): Promise<Answer> {
  const answer = await world.send(post(Buffer.isBuffer(body) ? body : form(body), sent));
  expect([answer.status, answer.text]).toEqual([200, 'success']);
  await world.settled();
  return answer;
}

export async function told(world: World, id: string, change: Fields = {}): Promise<Seen> {
  await accepted(world, await noticeFor(world, id, change));
  return seen(world, id);
}

/** Arms a fault of AWS for functions' calls to come. */
export async function fault(world: World, order: object): Promise<void> {
  await control(world.machine, '/faults', order);
}

export async function noFaults(world: World): Promise<void> {
  await fetch(`${world.machine.control}/faults`, { method: 'DELETE' });
}

export async function later(world: World, advance: string): Promise<void> {
  await control(world.machine, '/clock', { advance });
}
