// 3.3 One order, one charge, whatever is repeated; and who may see it.
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { accepted, made, noticeFor, seen, told } from '../play.ts';
import { create, fresh, keyed, read, terms, type Scene } from '../row.ts';
import { control, type Answer, type World } from '../world.ts';

const withoutId = ({ json }: Answer) => ({ ...json, request_id: '', instance: '' });

/** Sends headers and half a body over a raw socket, waits, and hangs up. */
async function halfABody({ machine }: World): Promise<void> {
  const { hostname, port, host } = new URL(machine.api);
  const socket = connect(Number(port), hostname);
  const lines = [
    'POST /v1/payments/callbacks/alipay HTTP/1.1',
    `host: ${host}`,
    'content-length: 500',
    '',
    'sign=',
  ];
  socket.write(lines.join('\r\n'));
  await setTimeout(200);
  socket.destroy();
  const chunked = connect(Number(port), hostname);
  chunked.write(
    `POST /v1/payments/callbacks/alipay HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\n5\r\nsign=\r\n`,
  );
  await setTimeout(200);
  chunked.destroy();
}

/** A header whose value breaks off into another request. */
async function brokenHeader({ machine }: World): Promise<string> {
  const { hostname, port, host } = new URL(machine.api);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /v1/payments/transactions HTTP/1.1\r\nhost: ${host}\r\nx-a: a\r\n\tb\rc\r\nx b: c\r\n\r\n`,
  );
  let said = '';
  for await (const chunk of socket) said += String(chunk);
  return said;
}

async function fiftyAtOnce(world: World): Promise<void> {
  const [key, body, before] = [fresh('key'), terms(), world.created().length];
  const answers = await Promise.all(Array.from({ length: 50 }, () => world.send(keyed(key, body))));
  const paid = answers.filter(({ status }) => status === 201);
  const others = answers.filter(({ status }) => status !== 201);
  expect(new Set(paid.map(({ json }) => json['transaction_id'])).size).toBe(1);
  expect(paid.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
  for (const { status, json, headers } of others)
    expect([status, json['code'], headers['retry-after']]).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS', '2']);
  expect(world.created().length - before).toBe(1);
}

async function tenNotices(world: World): Promise<void> {
  const { transaction_id: id } = await made(world);
  const notice = await noticeFor(world, id);
  await Promise.all(Array.from({ length: 10 }, () => accepted(world, notice)));
  expect(await seen(world, id)).toMatchObject({ status: 'PAID_SUCCESS', version: 3 });
  const before = await world.stateHash();
  await accepted(world, notice);
  expect(await world.stateHash()).toBe(before);
}

export const orderScenes: readonly Scene[] = [
  {
    rows: [14],
    what: 'a header with a line break in it: refused by the platform, and not logged',
    play: async (world) => {
      expect(await brokenHeader(world)).toMatch(/^HTTP\/1\.1 400 /);
    },
  },
  {
    rows: [18],
    what: 'a forged host: no address is built from it',
    play: async (world) => {
      const before = world.alipay.asked.length;
      const headers = [
        ...(create().headers ?? []),
        ['host', 'evil.example'],
        ['x-forwarded-host', 'evil.example'],
      ] as const;
      const payment = await made(world, {}, { headers });
      expect(JSON.stringify(payment)).not.toContain('evil');
      const [asked] = world.alipay.asked.slice(before);
      expect(asked?.system['notify_url']).toBe(`${world.machine.api}/payments/callbacks/alipay`);
    },
  },
  {
    rows: [20, 80],
    what: 'half a body, and chunks without an end: not a row',
    play: async (world) => {
      const before = await world.stateHash();
      await halfABody(world);
      expect(await world.stateHash()).toBe(before);
    },
  },
  {
    rows: [23, 25, 26],
    what: 'one key: the first answer again; another body is refused, another order of keys is not another body',
    play: async (world) => {
      const [key, body] = [fresh('key'), terms()];
      const first = await world.send(keyed(key, body));
      const before = await world.stateHash();
      const again = await world.send(keyed(key, Object.fromEntries(Object.entries(body).reverse())));
      expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
        201,
        first.text,
        'true',
      ]);
      for (const change of [{ amount: '8.81' }, { business_order_id: fresh() }, { subject: 'tea' }]) {
        const other = await world.send(keyed(key, { ...body, ...change }));
        expect([other.status, other.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
      }
      expect(await world.stateHash()).toBe(before);
      const elsewhere = await world.send(keyed(key, body, { as: 'other-app' }));
      expect(elsewhere.status).toBe(201);
      expect(elsewhere.json['transaction_id']).not.toBe(first.json['transaction_id']);
    },
  },
  {
    rows: [24],
    what: 'one key, fifty at once: one payment, one order at the gateway',
    play: fiftyAtOnce,
  },
  {
    rows: [27, 29, 28],
    what: 'another key for one order: the same payment; other facts are refused; paid is paid',
    play: async (world) => {
      const body = terms();
      const first = await made(world, body);
      const again = await world.send(create(body));
      expect([again.status, again.json['transaction_id']]).toEqual([200, first.transaction_id]);
      for (const change of [{ amount: '8.81' }, { amount: '0.01' }]) {
        const other = await world.send(create({ ...body, ...change }));
        expect([other.status, other.json['code']]).toEqual([409, 'ORDER_MISMATCH']);
      }
      expect(await told(world, first.transaction_id)).toMatchObject({ status: 'PAID_SUCCESS' });
      const paid = await world.send(create(body));
      expect([paid.status, paid.json['code'], paid.json['transaction_id']]).toEqual([
        ...[409, 'ORDER_ALREADY_PAID', first.transaction_id],
      ]);
    },
  },
  {
    rows: [42],
    what: 'two order ids that differ in case only are two orders',
    play: async (world) => {
      const id = fresh('Order');
      const one = await made(world, { business_order_id: id });
      const other = await made(world, { business_order_id: id.toUpperCase() });
      expect(one.transaction_id).not.toBe(other.transaction_id);
    },
  },
  {
    rows: [43, 93],
    what: 'any subject stays on our row as it was given; the gateway gets a cleaned copy',
    play: async (world) => {
      const subjects = [
        'a&b=1%26+#<b>"\'\n\0',
        '&total_amount=0.01',
        '茶'.repeat(300),
        '😀 tea',
        '\u{20000}\u200d',
        '&&&',
        '=HYPERLINK("http://evil.example","x")',
      ];
      for (const subject of subjects) {
        const payment = await made(world, { subject });
        expect(payment['subject']).toBe(subject);
        const sent = world.alipay.asked.at(-1)?.business['subject'] ?? '';
        expect(sent).toMatch(/^[^&=%/+#<>"'\\\p{C}\u{10000}-\u{10ffff}]{1,256}$/u);
      }
    },
  },
  {
    rows: [49, 51],
    what: "another application's payment, and a cursor of another list, are not there",
    play: async (world) => {
      const { transaction_id: id, business_order_id: order } = await made(world);
      for (const tail of ['', '/timeline']) {
        const foreign = await world.send(read(`/${id}${tail}`, { as: 'other-app' }));
        const unknown = await world.send(read(`/pay_01jd0000000000000000000000${tail}`, { as: 'other-app' }));
        expect([foreign.status, foreign.json['code']]).toEqual([404, 'NOT_FOUND']);
        expect(withoutId(foreign)).toEqual(withoutId(unknown));
      }
      for (const as of ['local-app', 'other-app'] as const) {
        const page = await world.send(read('', { query: `business_order_id=${fresh()}&cursor=${id}`, as }));
        expect([page.status, page.json['code']]).toEqual([400, 'CURSOR_INVALID']);
      }
      const own = await world.send(read('', { query: `business_order_id=${String(order)}` }));
      expect(own.json['items']).toHaveLength(1);
    },
  },
  {
    rows: [44],
    what: 'a card number is neither said back nor logged nor stored',
    play: async (world) => {
      const answer = await world.send(create({ subject: 'card 4111-1111-1111-1111' }));
      const log = JSON.stringify(await control(world.machine, '/log'));
      const everywhere = answer.text + log + JSON.stringify([world.lines, await world.rows()]);
      expect(everywhere).not.toMatch(/4111.?1111/);
    },
  },
  {
    rows: [64],
    what: 'a genuine notice, ten times at once and once more: applied once',
    play: tenNotices,
  },
];
