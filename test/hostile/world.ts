// One booted machine with a gateway of the test's own behind its channel, a client that sends anything, and a sight of
// every row in every table.
import { bookkeeping } from '../../lib/store/due.ts';
import { hash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { startDynamo } from '../../local/aws/dynamodb.ts';
import type { Person } from '../../local/credentials.ts';
import type { Line } from '../../local/journal.ts';
import { startMachine, type Machine } from '../../local/machine.ts';
import { channel, startAlipayGateway, type AlipayGateway } from './alipay-gateway.ts';
import { now } from './play.ts';
import { sign, type Key } from './sigv4.ts';
import { startWeChatGateway, weChatChannel, type WeChatGateway } from './wechat.ts';

export interface Sent {
  readonly method?: string;
  /** without the stage, as it is to stand on the wire */
  readonly path: string;
  readonly query?: string;
  /** beside those of the signature; a name may come twice */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  /** who signs; nobody without it */
  readonly as?: Person | Key;
  /** changes what was signed */
  readonly after?: (wire: { method: string; path: string; body: Buffer }) => object;
  /** ms since 1970 UTC */
  readonly signedAt?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface World {
  readonly machine: Machine;
  readonly alipay: AlipayGateway;
  readonly wechat: WeChatGateway;
  /** what happened on the machine, in order */
  readonly lines: Line[];
  readonly tables: DynamoDBDocumentClient;
  send(sent: Sent): Promise<Answer>;
  /** all rows by table */
  rows(): Promise<Record<string, Record<string, unknown>[]>>;
  /**
   * Of all tables but the cache of answers, which keeps final refusals too; and not of when a payment is asked for next,
   * which time alone changes. @see SPEC R3.3
   */
  stateHash(): Promise<string>;
  /** the numbers that the gateway was asked to make, in order */
  created(): string[];
  /** when every message that can be applied has been; `stuck` of them cannot */
  settled(stuck?: number): Promise<void>;
  configure(change?: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param options.dataDir keeps everything in files there */
export async function startWorld(options: { dataDir?: string } = {}): Promise<World> {
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
    delete process.env['DYNAMODB_ENDPOINT'];
  };
  try {
    const world = { ...(await boot(options, running)), stop };
    const wechat = weChatChannel(world.machine, world.wechat);
    for (const configured of [
      await anew(world, 'ALIPAY', () => world.configure()),
      await anew(world, 'WECHAT_PAY', () => world.send(put('WECHAT_PAY', wechat))),
    ])
      if (configured.status !== 200) throw new Error(configured.text);
    return world;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The machine's own account is forgotten first: a channel that has one keeps it. */
async function anew<T>(
  { tables }: Pick<World, 'tables'>,
  channel_code: string,
  configure: () => Promise<T>,
): Promise<T> {
  const Key = { channel_code };
  await tables.send(new DeleteCommand({ TableName: 'payments-local-channels', Key }));
  return configure();
}

function put(code: string, channel: object): Sent {
  return {
    method: 'PUT',
    path: `/channels/${code}`,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify(channel),
    as: 'operator',
  };
}

async function boot(
  options: { dataDir?: string },
  running: { stop(): Promise<void> }[],
): Promise<Omit<World, 'stop'>> {
  const start = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    running.push(await starting);
    return starting;
  };
  const { endpoint } = await start(startDynamo(options));
  process.env['DYNAMODB_ENDPOINT'] = endpoint;
  const alipay = await start(startAlipayGateway());
  const lines: Line[] = [];
  const onLine = (line: Line) => lines.push(line);
  const machine = await start(startMachine({ port: 0, onLine, ...options }));
  const wechat = await start(startWeChatGateway(() => now({ machine })));
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const tables = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }),
  );
  const rows = () => scan(tables);
  const send = (sent: Sent) => transmit(machine, sent);
  return {
    ...{ machine, alipay, wechat, lines, tables, send, rows },
    stateHash: async () => hash('sha256', stateText(await rows())),
    created: () =>
      alipay.asked
        .filter(({ method }) => method === 'alipay.trade.precreate')
        .map(({ business }) => business['out_trade_no'] ?? ''),
    settled: (stuck = 0) => settled(machine, stuck),
    configure: (change = {}) => send(put('ALIPAY', { ...channel(machine, alipay), ...change })),
  };
}

/** Asks the control address; posts when there is something to say. */
export async function control(machine: Machine, path: string, body?: object): Promise<unknown> {
  const init = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${machine.control}${path}`, init);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function transmit(machine: Machine, sent: Sent): Promise<Answer> {
  const { host, hostname, port, pathname } = new URL(machine.api);
  const { method = 'GET', query = '', headers = [], as, after, signedAt = Date.now() } = sent;
  const body = Buffer.from((sent.body ?? '') as string);
  const path = `${pathname}${sent.path}`;
  const key = typeof as === 'string' ? machine.credentials.people[as] : as;
  const own = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? host;
  const signed = key
    ? sign({ method, path, query, host: own, body }, key, signedAt)
    : [['host', own] as [string, string]];
  const wire = { method, path, body, ...(after?.({ method, path, body }) ?? {}) };
  const all = [...signed, ...headers.filter(([name]) => name.toLowerCase() !== 'host')];
  if (wire.body.length > 0 && !all.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name)))
    all.push(['content-length', String(wire.body.length)]);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      ...{ hostname, port, agent: false, method: wire.method },
      path: query === '' ? wire.path : `${wire.path}?${query}`,
      headers: all.flat(),
    });
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: readObject(text),
        });
      });
    });
    request.end(wire.body);
  });
}

function readObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function scan(tables: DynamoDBDocumentClient): Promise<Record<string, Record<string, unknown>[]>> {
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
  const all: Record<string, Record<string, unknown>[]> = {};
  for (const TableName of TableNames.sort()) {
    const found: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await tables.send(new ScanCommand({ TableName, ExclusiveStartKey: from }));
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    const text = (row: object) => JSON.stringify(Object.entries(row).sort());
    all[TableName] = found.sort((a, b) => (text(a) < text(b) ? -1 : 1));
  }
  return all;
}

/** With sorted names: no two reads give a row's attributes in one order. */
function stateText(rows: Record<string, Record<string, unknown>[]>): string {
  const tables = Object.entries(rows).filter(([name]) => !name.endsWith('-idempotency'));
  const sorted = (value: object) =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !bookkeeping.has(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const isMap = (value: unknown): value is object => Object(value) === value && !Array.isArray(value);
  const texts = tables.map(([name, each]) => [
    name,
    each
      .map((row) => JSON.stringify(row, (_, value: unknown) => (isMap(value) ? sorted(value) : value)))
      .sort(),
  ]);
  return JSON.stringify(texts);
}

async function settled(machine: Machine, stuck: number): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const { queues } = (await control(machine, '/queues')) as {
      queues: { name: string; depth: number; in_flight: number }[];
    };
    const queue = queues.find(({ name }) => name.endsWith('-callbacks'));
    if (queue?.depth === 0 && queue.in_flight <= stuck) return;
    if (Date.now() > end) throw new Error(`The queue does not come to rest: ${JSON.stringify(queue)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
