// A WeChat Pay merchant written for these tests, on a clock that is moved by hand.
import { randomBytes } from 'node:crypto';
import { startGateways, type GatewayOptions, type LocalGateways } from '../../../local/gateways/server.ts';
import { Clock, orderNumber } from './alipay-merchant.ts';
import {
  isGenuine,
  opened,
  openShop,
  signed,
  type AccountFacts,
  type Fields,
  type Received,
  type Shop,
} from './wechat-proof.ts';

export { orderNumber };
export type { Fields };

export type Channel = 'WECHAT_PAY' | 'WECHAT_PAY_CERT';

/** ms since 1970 UTC → RFC 3339 in Beijing */
export function beijing(at: number): string {
  return `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly body: Fields;
  readonly headers: Headers;
  /** over the characters as they came, by the key that the answer names */
  readonly genuine: boolean;
}

export interface Call {
  readonly channel?: Channel;
  /** replaces headers; '' leaves one out */
  readonly headers?: Record<string, string>;
  /** replaces fields of the authorization; '' leaves one out */
  readonly authorization?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface World {
  readonly clock: Clock;
  readonly gateways: LocalGateways;
  readonly shop: Shop;
  account(channel?: Channel): AccountFacts;
  /** @param path behind the gateway's address */
  raw(method: string, path: string, body?: unknown, call?: Call): Promise<Response>;
  call(method: string, path: string, body?: unknown, call?: Call): Promise<Answered>;
  order(number: string, change?: Fields, channel?: Channel): Fields;
  place(product: string, number: string, change?: Fields, call?: Call): Promise<Answered>;
  query(number: string, call?: Call): Promise<Answered>;
  close(number: string, call?: Call): Promise<Answered>;
  /** places a native order and pays it by the code */
  pay(number: string, conduct?: Fields, channel?: Channel): Promise<{ status: number; body: Fields }>;
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: Fields }>;
  stop(): Promise<void>;
}

export interface Heard extends Received {
  readonly envelope: Fields;
  readonly plain: Fields;
}

/** The notifications about one of WeChat Pay's numbers, or about all that can be opened. */
export function heard(world: World, transactionId: unknown, channel?: Channel): Heard[] {
  const { apiV3Key } = world.account(channel);
  return world.shop.received.flatMap((each) => {
    const envelope = JSON.parse(each.raw) as Fields;
    try {
      const plain = JSON.parse(opened(envelope['resource'] as Fields, apiV3Key)) as Fields;
      return plain['transaction_id'] === transactionId ? [{ ...each, envelope, plain }] : [];
    } catch {
      return [];
    }
  });
}

export async function openWorld(options: Partial<GatewayOptions> = {}): Promise<World> {
  const [clock, shop] = [new Clock(), await openShop()];
  const gateways = await startGateways({ port: 0, now: clock.now, schedule: clock.schedule, ...options });
  const world: World = {
    ...{ clock, gateways, shop },
    account(channel = 'WECHAT_PAY') {
      const found = gateways.wechatPay.accounts.find(({ channelCode }) => channelCode === channel);
      if (!found) throw new Error(`no account for ${channel}`);
      return found;
    },
    raw(method, path, body, call = {}) {
      const url = gateways.wechatPay.gatewayUrl + path;
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const { pathname, search } = new URL(url);
      const facts = authorizationOf(world, call);
      const message = [method, pathname + search, facts['timestamp'], facts['nonce_str'], text, ''].join(
        '\n',
      );
      const key = world.account(call.channel).merchantPrivateKeyPem;
      const proved = { ...facts, signature: signed(message, key), ...call.authorization };
      const pairs = Object.entries(proved).filter(([, value]) => value !== '');
      const written = pairs.map(([name, value]) => `${name}="${value}"`).join(',');
      const headers = Object.entries({
        accept: 'application/json',
        'user-agent': 'test',
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        authorization: `WECHATPAY2-SHA256-RSA2048 ${written}`,
        ...call.headers,
      }).filter(([, value]) => value !== '');
      const { signal } = call;
      return fetch(url, { method, headers, ...(text ? { body: text } : {}), ...(signal ? { signal } : {}) });
    },
    async call(method, path, body, call) {
      const response = await world.raw(method, path, body, call);
      const { status, headers } = response;
      const text = await response.text();
      const genuine = isGenuine((name) => headers.get(name), text, world.account(call?.channel));
      return { ...{ status, headers, text, genuine }, body: JSON.parse(text || '{}') as Fields };
    },
    order(number, change, channel) {
      const { appid, mchid } = world.account(channel);
      return {
        ...{ appid, mchid, out_trade_no: number },
        description: '测试商品 A+B 100%',
        time_expire: beijing(clock.at + 15 * 60_000),
        notify_url: shop.url,
        amount: { total: 880, currency: 'CNY' },
        ...change,
      };
    },
    place: (product, number, change, call) =>
      world.call(
        'POST',
        `/v3/pay/transactions/${product}`,
        world.order(number, { ...needs[product], ...change }, call?.channel),
        call,
      ),
    query: (number, call) =>
      world.call(
        'GET',
        `/v3/pay/transactions/out-trade-no/${encodeURIComponent(number)}?mchid=${world.account(call?.channel).mchid}`,
        undefined,
        call,
      ),
    close: (number, call) =>
      world.call(
        'POST',
        `/v3/pay/transactions/out-trade-no/${encodeURIComponent(number)}/close`,
        { mchid: world.account(call?.channel).mchid },
        call,
      ),
    async pay(number, conduct = {}, channel: Channel = 'WECHAT_PAY') {
      const { body } = await world.place('native', number, {}, { channel });
      const prepay = { kind: 'qr_code', qr_code: body['code_url'] };
      const played = { transaction_id: number, outcome: 'success', prepay_info: prepay, ...conduct };
      const answer = await world.control('POST', '/pay', played);
      await gateways.idle();
      return answer;
    },
    async control(method, path, body) {
      const response = await fetch(`${gateways.url}/_control${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Fields };
    },
    async stop() {
      await Promise.all([gateways.stop(), shop.stop()]);
    },
  };
  return world;
}

const needs: Readonly<Record<string, Fields>> = {
  jsapi: { payer: { openid: 'oDEMO-openid' } },
  h5: { scene_info: { payer_client_ip: '198.51.100.7', h5_info: { type: 'Wap' } } },
};

function authorizationOf(world: World, call: Call): Record<string, string> {
  const account = world.account(call.channel);
  return {
    mchid: account.mchid,
    nonce_str: randomBytes(16).toString('hex'),
    timestamp: String(Math.floor(world.clock.at / 1000)),
    serial_no: account.merchantCertificateSerial,
    ...call.authorization,
  };
}
