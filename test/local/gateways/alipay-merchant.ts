// A merchant written for these tests: signs, verifies and receives with node:crypto alone.
import { createServer, type Server } from 'node:http';
import { createSign, createVerify, randomInt } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { startGateways, type GatewayOptions, type LocalGateways } from '../../../local/gateways/server.ts';

export const start = Date.parse('2026-11-20T02:10:00.000Z');

export function beijing(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}

export function orderNumber(): string {
  return `pay_0${Array.from({ length: 25 }, () => randomInt(32).toString(32)).join('')}`;
}

/** A clock that stands still until it is moved, and rings what falls due, in order. */
export class Clock {
  at = start;
  #due: { at: number; task: () => void | Promise<void> }[] = [];

  readonly now = (): number => this.at;

  readonly schedule = (at: number, task: () => void | Promise<void>): (() => void) => {
    const entry = { at, task };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((each) => each !== entry);
    };
  };

  waiting(): string[] {
    return this.#due.map(({ at }) => new Date(at).toISOString()).sort();
  }

  async advance(ms: number): Promise<void> {
    const end = this.at + ms;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.at = Math.max(this.at, next.at);
      await next.task();
    }
    this.at = end;
  }
}

export interface Received {
  readonly raw: string;
  readonly contentType: string | undefined;
  readonly fields: Record<string, string>;
}

/** The shop's callback address; answers what `reply` says. */
export interface Shop {
  readonly url: string;
  readonly received: Received[];
  reply: { status: number; body: string; location?: string };
  stop(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const contentType = request.headers['content-type'];
      received.push({ raw, contentType, fields: Object.fromEntries(new URLSearchParams(raw)) });
      const { status, body, location } = shop.reply;
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks?a=1`,
    received,
    reply: { status: 200, body: 'success' },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return shop;
}

export function joined(fields: Record<string, string>, without: string[]): string {
  const names = Object.keys(fields).filter((name) => fields[name] !== '' && !without.includes(name));
  return names
    .sort()
    .map((name) => `${name}=${fields[name] ?? ''}`)
    .join('&');
}

export function genuine(text: string, signature: string | undefined, publicPem: string): boolean {
  return createVerify('sha256')
    .update(text)
    .verify(publicPem, signature ?? '', 'base64');
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly node: Record<string, unknown>;
  readonly name: string;
  /** over the node's characters as they came */
  readonly genuine: boolean;
}

export interface World {
  readonly clock: Clock;
  readonly gateways: LocalGateways;
  readonly shop: Shop;
  /** @param change replaces system parameters; '' leaves one out */
  call(method: string, biz: unknown, change?: Record<string, string>): Promise<Answered>;
  raw(params: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  signed(method: string, biz: unknown, change?: Record<string, string>): Record<string, string>;
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: never }>;
  precreate(number: string, biz?: Record<string, unknown>): Promise<Answered>;
  /** precreates, and pays by what the payer was shown */
  pay(number: string, outcome: string, amount?: string): Promise<{ status: number; body: never }>;
  stop(): Promise<void>;
}

export async function openWorld(options: Partial<GatewayOptions> = {}): Promise<World> {
  const [clock, shop] = [new Clock(), await openShop()];
  const gateways = await startGateways({ port: 0, now: clock.now, schedule: clock.schedule, ...options });
  const { account, merchantPrivateKeyPem, platformPublicKeyPem, gatewayUrl } = gateways.alipay;

  const world: World = {
    clock,
    gateways,
    shop,
    signed(method, biz, change = {}) {
      const params: Record<string, string> = {
        app_id: account.appId,
        method,
        charset: 'utf-8',
        sign_type: 'RSA2',
        timestamp: beijing(clock.at),
        version: '1.0',
        biz_content: typeof biz === 'string' ? biz : JSON.stringify(biz),
        ...(method === 'alipay.trade.precreate' ? { notify_url: shop.url } : {}),
        ...change,
      };
      const text = joined(params, ['sign']);
      return { sign: createSign('sha256').update(text).sign(merchantPrivateKeyPem, 'base64'), ...params };
    },
    raw(params, signal) {
      const { biz_content: body = '', ...system } = params;
      const form = new URLSearchParams({ biz_content: body });
      return fetch(`${gatewayUrl}?${String(new URLSearchParams(system))}`, {
        method: 'POST',
        body: form,
        ...(signal ? { signal } : {}),
      });
    },
    async call(method, biz, change) {
      const response = await world.raw(world.signed(method, biz, change));
      const text = await response.text();
      const [, name = '', inner = '', sign = ''] = /^\{"(\w+)":(\{.*\}),"sign":"([^"]*)"\}$/.exec(text) ?? [];
      const node = JSON.parse(inner || '{}') as Record<string, unknown>;
      return {
        status: response.status,
        text,
        name,
        node,
        genuine: genuine(inner, sign, platformPublicKeyPem),
      };
    },
    async control(method, path, body) {
      const response = await fetch(`${gateways.url}/_control${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as never };
    },
    precreate: (number, biz = {}) =>
      world.call('alipay.trade.precreate', {
        out_trade_no: number,
        total_amount: '8.80',
        subject: '测试商品 A+B 100%',
        time_expire: beijing(clock.at + 15 * 60_000),
        ...biz,
      }),
    async pay(number, outcome, amount) {
      const { node } = await world.precreate(number);
      const prepay = { kind: 'qr_code', qr_code: node['qr_code'] };
      const body = { transaction_id: number, outcome, amount, prepay_info: prepay };
      const answer = await world.control('POST', '/pay', body);
      await gateways.idle();
      return answer;
    },
    async stop() {
      await Promise.all([gateways.stop(), shop.stop()]);
    },
  };
  return world;
}
