// One booted machine with a gateway of the test's own behind each channel, a client that sends anything, and a sight of
// every row in every table.
import { hash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamo } from '../../local/aws/dynamodb.ts';
import type { Person } from '../../local/credentials.ts';
import type { Line } from '../../local/journal.ts';
import { startMachine, type Machine } from '../../local/machine.ts';
import { channel, startAlipayGateway, type AlipayGateway } from './alipay-gateway.ts';
import { watchCallsOut } from './calls-out.ts';
import { payPalChannel, startPayPalGateway, type PayPalGateway } from './paypal.ts';
import { now } from './play.ts';
import { sign, type Key } from './sigv4.ts';
import { atRest, scan, stateText, type Rows } from './state.ts';
import { startStripeGateway, stripeChannel, type StripeGateway } from './stripe.ts';
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
  readonly stripe: StripeGateway;
  readonly paypal: PayPalGateway;
  /** what happened on the machine, in order */
  readonly lines: Line[];
  readonly tables: DynamoDBDocumentClient;
  send(sent: Sent): Promise<Answer>;
  /** all rows by table */
  rows(): Promise<Rows>;
  /**
   * Of all tables but the cache of answers, which keeps final refusals too; and not of when a payment is asked for next,
   * which time alone changes. @see SPEC R3.3
   */
  stateHash(): Promise<string>;
  /** the numbers that the gateway was asked to make, in order */
  created(): string[];
  /**
   * when every message that can be applied has been; `stuck` of them cannot. What it led to be asked for is asked for.
   */
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
    const { machine, wechat, stripe, paypal } = world;
    const others = {
      WECHAT_PAY: weChatChannel(machine, wechat),
      STRIPE: stripeChannel(machine, stripe),
      PAYPAL: payPalChannel(machine, paypal),
    };
    const answers = [await anew(world, 'ALIPAY', () => world.configure())];
    for (const [code, channel] of Object.entries(others))
      answers.push(await anew(world, code, () => world.send(put(code, channel))));
    for (const { status, text } of answers) if (status !== 200) throw new Error(text);
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

export function put(code: string, channel: object): Sent {
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
  await start(Promise.resolve(watchCallsOut()));
  const lines: Line[] = [];
  const onLine = (line: Line) => lines.push(line);
  const machine = await start(startMachine({ port: 0, onLine, ...options }));
  const wechat = await start(startWeChatGateway(() => now({ machine })));
  const stripe = await start(startStripeGateway());
  const paypal = await start(startPayPalGateway());
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const tables = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }),
  );
  const rows = () => scan(tables);
  const send = (sent: Sent) => transmit(machine, sent);
  return {
    ...{ machine, alipay, wechat, stripe, paypal, lines, tables, send, rows },
    stateHash: async () => hash('sha256', stateText(await rows())),
    created: () =>
      alipay.asked
        .filter(({ method }) => method === 'alipay.trade.precreate')
        .map(({ business }) => business['out_trade_no'] ?? ''),
    settled: async (stuck = 0) => {
      await atRest(machine, 'callbacks', stuck);
      await atRest(machine, 'sync');
    },
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
