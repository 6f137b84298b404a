// 3.4 Genuine words about nothing of ours, or by another way than ours; and a channel whose key KMS holds.
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import { anId } from '../../contract/bench.ts';
import { form, type Fields } from '../../contract/alipay-side.ts';
import { assemble } from '../../infra/assembly.ts';
import { accepted, fault, later, made, noFaults, noticeFor, seen, told } from '../play.ts';
import { post } from '../post.ts';
import { create, json, type Scene } from '../row.ts';
import { channel } from '../alipay-gateway.ts';
import { control, type World } from '../world.ts';

const other = { merchant_id: '2088102146225999', app_id: '2021004117650000' };
const byOther: Fields = { seller_id: other.merchant_id, app_id: other.app_id };
const toOther = { path: '/payments/callbacks/alipay_cert' };

const shared = new WeakMap<World['machine'], Promise<void>>();

/** Gives the second channel a merchant of its own under the same key of the platform; it signs by KMS. */
function sharedKey(world: World): Promise<void> {
  const before = shared.get(world.machine);
  if (before) return before;
  const configured = configureOther(world);
  shared.set(world.machine, configured);
  return configured;
}

async function configureOther(world: World): Promise<void> {
  const Key = { channel_code: 'ALIPAY_CERT' };
  await world.tables.send(new DeleteCommand({ TableName: 'payments-local-channels', Key }));
  const callback_url_payment = `${world.machine.api}${toOther.path}`;
  const answer = await world.send({
    method: 'PUT',
    path: '/channels/ALIPAY_CERT',
    headers: [json],
    body: JSON.stringify({
      ...channel(world.machine, world.alipay),
      ...other,
      ...{ callback_url_payment, private_key_merchant: undefined, signing_key: 'v1' },
    }),
    as: 'operator',
  });
  expect([answer.status, answer.text.includes(other.app_id)]).toEqual([200, true]);
  await later(world, '6m');
}

async function quarantined(world: World, channelCode: string): Promise<readonly Record<string, unknown>[]> {
  const query = `channel_code=${channelCode}&limit=50`;
  const answer = await world.send({ path: '/quarantine', query, as: 'operator' });
  expect(answer.status).toBe(200);
  return answer.json['items'] as Record<string, unknown>[];
}

const about = async (world: World, channelCode: string, id: string) =>
  (await quarantined(world, channelCode)).filter((each) => each['transaction_id'] === id);

/** @returns how much of what was to be asked for waits for a person */
async function setAside(world: World): Promise<number | undefined> {
  const { queues } = (await control(world.machine, '/queues')) as { queues: readonly Queue[] };
  return queues.find(({ name }) => name.endsWith('-sync'))?.dead_letter_depth;
}

interface Queue {
  readonly name: string;
  readonly dead_letter_depth?: number;
}

const refund: Fields = {
  refund_fee: '8.80',
  gmt_refund: '2026-11-23 12:00:00.000',
  out_biz_no: 'rfd_of_nobody',
};

const said = (world: World, name: string) => world.lines.filter((line) => line.name === name).length;

async function sources(world: World, policy: string, ranges: readonly string[]): Promise<void> {
  const change = { callback_source_policy: policy, callback_source_ranges: ranges };
  expect((await world.configure(change)).status).toBe(200);
  await later(world, '6m');
}

async function refusedBefore(world: World, broken: string, code: string): Promise<void> {
  await sharedKey(world);
  const created = world.created();
  const terms = { payment_channel: 'ALIPAY_CERT', business_order_id: `kms-${created.length}` };
  const sign = { operation: 'create-payment', service: 'kms', action: 'Sign' };
  await fault(world, { ...sign, fault: broken, times: 9 });
  const answer = await world.send(create(terms));
  await noFaults(world);
  expect([answer.status, answer.json['code'], answer.json['outcome']]).toEqual([
    ...[503, code, 'not_attempted'],
  ]);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(world.created()).toEqual(created);
  await later(world, '30s');
  const again = await world.send(create(terms));
  expect([again.json['status'], world.created().length]).toEqual(['PENDING_PAYMENT', created.length + 1]);
}

function oneRuleForAll(): Promise<void> {
  const acls = Object.values(assemble('sandbox').service.Resources).filter(isAcl);
  const rules = acls.flatMap(({ Properties }) => Properties['Rules'] as { Statement: object }[]);
  const limiting = rules.filter(({ Statement }) => 'RateBasedStatement' in Statement);
  expect(limiting).toMatchObject([
    { Action: { Block: {} }, Statement: { RateBasedStatement: { AggregateKeyType: 'IP' } } },
  ]);
  // No path narrows it: callbacks and returns alike.
  expect(JSON.stringify(limiting)).not.toContain('ScopeDownStatement');
  return Promise.resolve();
}

const isAcl = ({ Type }: { readonly Type: string }) => Type === 'AWS::WAFv2::WebACL';

export const strayScenes: readonly Scene[] = [
  {
    rows: [71],
    what: 'a number of our own shape that we never gave: acknowledged, looked for again, kept for a person',
    play: async (world) => {
      const id = anId();
      await accepted(world, await noticeFor(world, id));
      await later(world, '50m');
      expect(await about(world, 'ALIPAY', id)).toEqual([]);
      await later(world, '2m');
      await world.settled();
      expect(await about(world, 'ALIPAY', id)).toMatchObject([
        { reason: 'no_such_payment', what: 'payment' },
      ]);
      expect(JSON.stringify((await world.rows())['payments-local-events'])).not.toContain(id);
    },
  },
  {
    rows: [66, 67],
    what: 'a genuine one at the address of a channel that shares its key: of another merchant, refused',
    play: async (world) => {
      await sharedKey(world);
      const { transaction_id: id } = await made(world);
      const before = await world.stateHash();
      const answer = await world.send(post(form(await noticeFor(world, id)), toOther));
      expect([answer.status, answer.text]).toEqual([403, 'fail']);
      expect(await world.stateHash()).toBe(before);
      expect(await told(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
    },
  },
  {
    rows: [72],
    what: 'a genuine one of one channel about a payment of another: acknowledged, quarantined, the payment untouched',
    play: async (world) => {
      await sharedKey(world);
      const { transaction_id: id } = await made(world);
      const before = await seen(world, id);
      await accepted(world, await noticeFor(world, id, byOther), toOther);
      expect(await about(world, 'ALIPAY_CERT', id)).toMatchObject([
        { reason: 'other_channel', facts: { state: 'paid', amount: '8.80' } },
      ]);
      expect(await about(world, 'ALIPAY', id)).toEqual([]);
      expect(await seen(world, id)).toEqual(before);
      expect(await told(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
    },
  },
  {
    rows: [77, 79],
    what: 'news of a refund that nobody asked for: acknowledged, kept and told, nothing is applied',
    play: async (world) => {
      const { transaction_id: id } = await made(world);
      const paid = await told(world, id);
      const before = said(world, 'callback.unrecognised');
      const [ofOurs, unknown] = [await noticeFor(world, id, refund), anId()];
      for (const news of [ofOurs, await noticeFor(world, unknown, refund)]) {
        const { status, text } = await world.send(post(form(news)));
        expect([status, text]).toEqual([200, 'success']);
      }
      // The channel does not show it: it is asked for an hour, then a person is called.
      const called = await setAside(world);
      await later(world, '70m');
      await world.settled();
      expect(await setAside(world)).toBe((called ?? 0) + 1);
      expect(await seen(world, id)).toEqual(paid);
      expect(await about(world, 'ALIPAY', unknown)).toMatchObject([
        { reason: 'no_such_payment', what: 'refund notice' },
      ]);
      expect(said(world, 'callback.unrecognised')).toBe(before);
    },
  },
  {
    rows: [87],
    what: 'one address cannot crowd out the others: the rate rule counts whatever comes to the public API',
    play: oneRuleForAll,
  },
  {
    rows: [90],
    what: 'a source that is not on the list: watched it comes in and is counted, guarded it does not',
    play: async (world) => {
      await sources(world, 'monitor', ['203.0.113.0/24']);
      const { transaction_id: id } = await made(world);
      const before = said(world, 'callback.source_unlisted');
      expect(await told(world, id)).toMatchObject({ status: 'PAID_SUCCESS' });
      expect(said(world, 'callback.source_unlisted')).toBe(before + 1);
      await sources(world, 'enforce', ['203.0.113.0/24']);
      const { transaction_id: guarded } = await made(world);
      const state = await world.stateHash();
      const answer = await world.send(post(form(await noticeFor(world, guarded))));
      expect([answer.status, answer.text]).toEqual([403, 'fail']);
      expect(await world.stateHash()).toBe(state);
      await sources(world, 'enforce', ['127.0.0.0/8']);
      expect(await told(world, guarded)).toMatchObject({ status: 'PAID_SUCCESS' });
      await sources(world, 'off', []);
    },
  },
  // What passes is to be repeated; what KMS refuses for good, somebody has to put right.
  ...[
    ['throttle', 'GATEWAY_UNAVAILABLE'] as const,
    ['internal_error', 'GATEWAY_UNAVAILABLE'] as const,
    ['access_denied', 'CHANNEL_MISCONFIGURED'] as const,
  ].map(([broken, code]): Scene => ({
    rows: [61],
    what: `KMS does not sign (${broken}): ${code} before any call to the gateway, and healed by the same order`,
    play: (world) => refusedBefore(world, broken, code),
  })),
];
