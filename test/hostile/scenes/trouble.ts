// Rows in which something of ours, or of the gateway's, fails: nothing is lost, nothing is charged twice, and what is not
// known is not called failed.
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import type { Mood } from '../alipay-gateway.ts';
import { anId } from '../../contract/bench.ts';
import { form } from '../../contract/alipay-side.ts';
import { accepted, fault, later, made, noFaults, noticeFor, seen } from '../play.ts';
import { post } from '../post.ts';
import { create, fresh, keyed, terms, type Scene } from '../row.ts';
import { control, type World } from '../world.ts';

const spoiled = (row: number, moods: readonly Mood[]): Scene[] =>
  moods.map((mood) => ({
    rows: [row],
    what: `the gateway's answer is ${mood}: unknown, never failed`,
    play: async (world) => {
      world.alipay.next(mood);
      const answer = await world.send(create());
      expect([answer.status, answer.json['status']]).toEqual([202, 'PENDING_CREATE']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      const payment = await seen(world, String(answer.json['transaction_id']));
      expect(payment).toMatchObject({ status: 'PENDING_CREATE', version: 1 });
    },
  }));

/** Configures anew and lets every function forget what it held. */
async function reconfigured(world: World, change: object = {}): Promise<void> {
  expect((await world.configure(change)).status).toBe(200);
  await later(world, '6m');
}

async function callsOfCreate(world: World): Promise<number> {
  await made(world);
  const { invocations } = (await control(world.machine, '/calls?operation=create-payment')) as {
    invocations: { calls: unknown[] }[];
  };
  return invocations.at(-1)?.calls.length ?? 0;
}

/** One create that dies at its n-th call, and the same asked again later. */
async function crashed(world: World, kind: 'crash_before' | 'crash_after', nth: number): Promise<void> {
  const [key, body] = [fresh('key'), terms()];
  const before = world.created().length;
  await fault(world, { operation: 'create-payment', fault: kind, nth });
  const first = await world.send(keyed(key, body));
  await noFaults(world);
  expect([kind, nth, first.status]).toEqual([kind, nth, 500]);
  await later(world, '30s');
  const again = await world.send(keyed(key, body));
  expect([kind, nth, [200, 201].includes(again.status), again.json['status']]).toEqual([
    ...[kind, nth, true, 'PENDING_PAYMENT'],
  ]);
  const orders = world.created().slice(before);
  expect(new Set(orders)).toEqual(new Set([again.json['transaction_id']]));
}

async function refusedBefore(world: World, broken: object): Promise<void> {
  await reconfigured(world);
  const before = { created: world.created(), state: await world.stateHash() };
  await fault(world, { operation: 'create-payment', fault: 'internal_error', ...broken });
  const answer = await world.send(create());
  await noFaults(world);
  expect([answer.status, answer.json['code'], answer.json['outcome']]).toEqual([
    ...[503, 'GATEWAY_UNAVAILABLE', 'not_attempted'],
  ]);
  expect({ created: world.created(), state: await world.stateHash() }).toEqual(before);
  await made(world);
}

async function withoutItsKey(world: World): Promise<void> {
  await reconfigured(world);
  const TableName = Object.keys(await world.rows()).find((name) => name.endsWith('-channels')) ?? '';
  for (const key of [null, '']) {
    await world.tables.send(
      new UpdateCommand({
        ...{ TableName, Key: { channel_code: 'ALIPAY' } },
        UpdateExpression: 'SET config.public_key_platform = :key ADD version :one',
        ExpressionAttributeValues: { ':key': key, ':one': 1 },
      }),
    );
    await later(world, '6m');
    const answer = await world.send(create());
    expect([answer.status, answer.json['code']]).toEqual([503, 'CHANNEL_MISCONFIGURED']);
    const callback = await world.send(post(form(await noticeFor(world, anId()))));
    expect([callback.status, callback.text]).toEqual([500, 'fail']);
  }
  await reconfigured(world);
  await made(world);
}

export const troubleScenes: readonly Scene[] = [
  ...spoiled(60, ['lost', 'html', 'http_500']),
  ...spoiled(110, ['unsigned', 'stranger', 'wrong_node', 'other_order', 'sub_code']),
  {
    rows: [30],
    what: 'a crash before or after each call of a create: the same payment, one order at the gateway',
    play: async (world) => {
      const calls = await callsOfCreate(world);
      expect(calls).toBeGreaterThan(4);
      for (let nth = 1; nth <= calls; nth++)
        for (const kind of ['crash_before', 'crash_after'] as const) await crashed(world, kind, nth);
    },
  },
  {
    rows: [91],
    what: 'the queue is down: the provider hears of it, and what it sends again is applied',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const notice = await noticeFor(world, id);
      const before = await world.stateHash();
      await fault(world, {
        operation: 'receive-callback',
        service: 'sqs',
        fault: 'internal_error',
        times: 9,
      });
      const answer = await world.send(post(form(notice)));
      expect([answer.status, answer.text]).toEqual([500, 'fail']);
      expect(await world.stateHash()).toBe(before);
      await noFaults(world);
      await accepted(world, notice);
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
    },
  },
  {
    rows: [91],
    what: 'the table is down while the notice is applied: the queue brings it again',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      await fault(world, {
        operation: 'apply-notification',
        service: 'dynamodb',
        fault: 'internal_error',
        times: 3,
      });
      const answer = await world.send(post(form(await noticeFor(world, id))));
      expect([answer.status, answer.text]).toEqual([200, 'success']);
      await noFaults(world);
      await later(world, '10m');
      await world.settled();
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
    },
  },
  ...[
    { service: 'secretsmanager', times: 3 },
    // The first two uses of a key belong to the tables of answers and of channels.
    { service: 'kms', action: 'Decrypt', nth: 3, times: 3 },
  ].map((broken): Scene => ({
    rows: [61],
    what: `${broken.service} is down: refused before any call to the gateway`,
    play: (world) => refusedBefore(world, broken),
  })),
  {
    rows: [40],
    what: 'a channel that is switched off takes no payments, and still hears',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      await reconfigured(world, { is_active: false });
      const before = await world.stateHash();
      const answer = await world.send(create());
      expect([answer.status, answer.json['code']]).toEqual([409, 'CHANNEL_DISABLED']);
      expect(await world.stateHash()).toBe(before);
      await accepted(world, await noticeFor(world, id));
      expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
    },
  },
  {
    rows: [40, 94],
    what: 'a row that lost its key: no payment is taken, no callback is believed',
    play: withoutItsKey,
  },
  {
    rows: [31],
    what: 'the key was forgotten after eight days, the order was not',
    play: async (world) => {
      const [key, body] = [fresh('key'), terms()];
      const first = await world.send(keyed(key, body));
      const paid = { key: fresh('key'), body: terms() };
      const other = await world.send(keyed(paid.key, paid.body));
      await accepted(world, await noticeFor(world, String(other.json['transaction_id'])));
      await later(world, '8d');
      const again = await world.send(keyed(key, body));
      // Nobody scanned the first one's code, and its time is over: it is closed, and there is a new one.
      expect(again.status).toBe(201);
      expect(await seen(world, String(first.json['transaction_id']))).toMatchObject({ status: 'CLOSED' });
      const before = world.created().length;
      const charged = await world.send(keyed(paid.key, paid.body));
      expect([charged.status, charged.json['code']]).toEqual([409, 'ORDER_ALREADY_PAID']);
      expect(world.created()).toHaveLength(before);
    },
  },
];
