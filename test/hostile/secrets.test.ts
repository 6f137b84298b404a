// Secrets planted in every flow and every error, then searched for wherever something was said or kept.
import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { form, merchant, newPair, notice } from '../contract/alipay-side.ts';
import { anId } from '../contract/bench.ts';
import { fault, later, made, noFaults, noticeFor } from './play.ts';
import { post } from './post.ts';
import { create, fresh, json, keyed, posted, read, terms } from './row.ts';
import { laterFlows } from './secret-flows.ts';
import { search, spellings, withoutRawCallback, type Secret } from './search.ts';
import { sign } from './sigv4.ts';
import { control, startWorld, type Answer, type Sent, type World } from './world.ts';

let dataDir: string;
let paid = '';
let world: World;
const answers: Answer[] = [];
const timelines: Answer[] = [];
const places: Record<string, string> = {};
const secrets: Secret[] = [];
const plant = (name: string, value: string, at: readonly string[] = []): string => {
  secrets.push({ name, value, at });
  return value;
};
const send = async (sent: Sent): Promise<Answer> => {
  const answer = await world.send(sent);
  answers.push(answer);
  return answer;
};

const told = {
  buyer_logon_id: plant('the payer’s e-mail', 'canary.buyer@example.com'),
  buyer_open_id: plant('the payer’s open id', '074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5'),
  seller_email: plant('the seller’s e-mail', 'canary.seller@example.com'),
  buyer_id: plant('the payer’s account', '2088555500001111'),
};
const hidden = [
  ['cookie', plant('a cookie', 'session=canary-cookie-5f1d2c')],
  ['authorization', `Bearer ${plant('a bearer token', 'canary-bearer-77aa90')}`],
] as const;

function plantKeys(): void {
  const [, first = '', second = ''] = merchant.privatePem.split('\n');
  plant('the merchant’s key', first);
  plant('the merchant’s key without its line breaks', first.slice(-20) + second.slice(0, 20));
  plant('its exponent', createPrivateKey(merchant.privatePem).export({ format: 'jwk' }).d ?? '');
  for (const person of ['local-app', 'other-app', 'operator', 'finance'] as const)
    plant(`the key of ${person}`, world.machine.credentials.people[person].secretAccessKey);
}

/** Payments: well, repeated, refused, spoiled, and over broken services. */
async function pay(): Promise<string> {
  const body = terms();
  const { host, pathname } = new URL(world.machine.api);
  const bytes = Buffer.from(JSON.stringify(body));
  const signable = {
    method: 'POST',
    path: `${pathname}/payments/transactions`,
    query: '',
    host,
    body: bytes,
  };
  const headers = sign(signable, world.machine, Date.now());
  plant('a request’s signature', /Signature=(\w+)/.exec(headers.at(-1)?.[1] ?? '')?.[1] ?? '');
  const first = await send(
    posted(bytes, { as: undefined, headers: [...headers, json, ['idempotency-key', fresh()]] }),
  );
  expect(first.status).toBe(201);
  plant('our signature to the gateway', world.alipay.asked.at(-1)?.system['sign'] ?? '', ['gateway']);
  plant('what a payer pays with', 'https://qr.alipay.com/bax0123456789', ['answers', 'tables']);
  await send(create(body));
  await send(create({ ...body, amount: '9.90' }));
  const key = fresh('key');
  for (const amount of ['1.00', '1.00', '2.00'])
    await send(keyed(key, terms({ business_order_id: 'twice', amount })));
  plant('what a gateway says in its own words', 'canary-raw-words-of-the-gateway');
  for (const mood of ['sub_code', 'lost', 'unsigned', 'other_order'] as const) {
    world.alipay.next(mood);
    await send(create());
  }
  for (const service of ['dynamodb', 'secretsmanager'] as const)
    for (const kind of ['internal_error', 'access_denied', 'crash_after'] as const) {
      await world.configure();
      await later(world, '6m');
      await fault(world, { operation: 'create-payment', service, fault: kind, nth: 2, times: 3 });
      await send(create());
      await noFaults(world);
    }
  return String(first.json['transaction_id']);
}

async function refuse(): Promise<void> {
  await send(create({ subject: plant('a card number', '5555555555554444') }));
  await send(create({ metadata: { note: plant('a card number in metadata', '4012888888881881') } }));
  await send(create({ card_cvv: plant('a CVV', 'canary-cvv-937') }));
  await send(posted(`{"subject":"${plant('a body that is no JSON', 'canary-broken-body')}`));
  await send(create({}, { headers: [json, ...hidden.slice(0, 1)] }));
  await send(create({ payment_channel: plant('a channel that is none', 'canary-channel-name') }));
  const other = newPair().privatePem;
  const [, line = ''] = other.split('\n');
  plant('a key in the wrong field', line);
  await world.configure().then((answer) => answers.push(answer));
  for (const change of [
    { public_key_platform: other },
    { private_key_merchant: `${other}x` },
    { nonsense: other },
  ])
    answers.push(await world.configure(change));
  for (const path of ['/channels/ALIPAY', '/channels/NONE']) await send({ path, as: 'operator' });
}

/** Callbacks of every fate; their messages are held in the queue until it was looked into. */
async function call(id: string): Promise<void> {
  await fault(world, { operation: 'apply-notification', fault: 'internal_error', times: 9999 });
  const fates = [
    await noticeFor(world, id, told),
    await noticeFor(world, id, { ...told, notify_type: 'trade_weather_sync' }),
    await noticeFor(world, id, { ...told, total_amount: '9.99' }),
    await noticeFor(world, anId(), told),
    await noticeFor(world, id, { ...told, app_id: '2021009900000009' }),
    { ...(await noticeFor(world, id, told)), total_amount: '0.01' },
    notice({ ...told, out_trade_no: id }),
  ];
  for (const [i, fields] of fates.entries()) {
    plant(`the signature of callback ${i}`, fields['sign'] ?? '');
    await send(post(form(fields), { headers: hidden }));
  }
  await later(world, '3m');
  places['queues'] = readQueues();
  await noFaults(world);
  await later(world, '30m');
}

/** What operators read of callbacks that belong to nobody; their bytes, in the field that is made for them, say all. */
async function quarantine(): Promise<string> {
  await later(world, '55m');
  const query = 'channel_code=ALIPAY&limit=50';
  const { status, json: said } = await world.send({ path: '/quarantine', query, as: 'operator' });
  const items = said['items'] as { body_base64: string }[];
  expect([status, items.length]).toEqual([200, 1]);
  expect(Buffer.from(items[0]?.body_base64 ?? '', 'base64').toString()).toContain(
    encodeURIComponent(told.buyer_logon_id),
  );
  return withoutRawCallback(said);
}

/** All messages of the emulator, as it keeps them. */
function readQueues(): string {
  const database = new DatabaseSync(join(dataDir, 'fauxqs.db'), { readOnly: true });
  const bodies = database.prepare('SELECT * FROM sqs_messages').all();
  database.close();
  return bodies
    .map((row) => withoutRawCallback({ ...row, body: JSON.parse(String(row['body'])) as unknown }))
    .join('\n');
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'secrets-'));
  world = await startWorld({ dataDir });
  plantKeys();
  paid = await pay();
  await refuse();
  await call(paid);
  await made(world);
  await send(read(`/${paid}`));
  const others = await laterFlows({ world, send, plant });
  for (const id of [paid, ...others]) timelines.push(await world.send(read(`/${id}/timeline`)));
  places['timelines'] = JSON.stringify(timelines);
  places['answers'] = JSON.stringify([answers, await quarantine()]);
  places['tables'] = withoutRawCallback(await world.rows());
  places['events'] = JSON.stringify(await control(world.machine, '/events'));
  places['logs'] = JSON.stringify([await control(world.machine, '/log'), world.lines]);
  places['gateway'] = JSON.stringify(world.alipay.asked);
}, 120_000);

afterAll(async () => {
  await world.stop();
  await rm(dataDir, { recursive: true });
});

describe('secrets', () => {
  test('were planted: sixteen and more, none of them short', () => {
    expect(secrets.length).toBeGreaterThanOrEqual(16);
    expect(secrets.filter(({ value }) => value.length < 14)).toEqual([]);
  });

  test('were looked for where something was said: every place has heard of the payment', () => {
    expect(Object.keys(places)).toHaveLength(7);
    for (const text of Object.values(places)) expect(text).toContain(paid);
  });

  test('none is anywhere but in the place that is made for it', () => {
    expect(search(places, secrets)).toEqual([]);
  });

  test('and each is in every place that is made for it', () => {
    const missing = secrets.flatMap(({ name, value, at = [] }) =>
      at.filter((place) => search({ [place]: places[place] ?? '' }, [{ name, value }]).length === 0),
    );
    expect(missing).toEqual([]);
  });

  test('nor is an access key of a function, which comes with its token', () => {
    for (const text of Object.values(places)) expect(text).not.toMatch(/\b(ASIA|AKIA)[A-Z0-9]{16}\b/);
  });

  test('the search finds each of them, in every place and every spelling', () => {
    for (const [place, text] of Object.entries(places))
      for (const { name, value } of secrets)
        for (const spelt of spellings(value)) {
          const spoiled = { [place]: `${text.slice(0, 1000)}${spelt}${text.slice(1000, 2000)}` };
          expect(search(spoiled, [{ name, value }])).toEqual([{ secret: name, place }]);
        }
  });
});
