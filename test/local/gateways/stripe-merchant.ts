// A Stripe merchant written for these tests, on a clock that is moved by hand; Stripe's own library is its judge.
import Stripe from 'stripe';
import { startGateways, type GatewayOptions, type LocalGateways } from '../../../local/gateways/server.ts';
import { Clock, orderNumber } from './alipay-merchant.ts';
import { openShop, type Received, type Shop } from './wechat-proof.ts';

export { orderNumber };
export type Fields = Record<string, unknown>;
export type Channel = 'STRIPE' | 'STRIPE_OTHER';
export type AccountFacts = LocalGateways['stripe']['accounts'][number];

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly body: Fields;
  readonly headers: Headers;
}

export interface Call {
  readonly channel?: Channel;
  /** replaces headers; '' leaves one out */
  readonly headers?: Record<string, string>;
}

export interface World {
  readonly clock: Clock;
  readonly gateways: LocalGateways;
  readonly shop: Shop;
  account(channel?: Channel): AccountFacts;
  /** a client of Stripe's library for the account */
  sdk(channel?: Channel): Stripe;
  /** @param form of a POST; @param path behind the gateway's address */
  raw(method: string, path: string, form?: string, call?: Call): Promise<Response>;
  call(method: string, path: string, form?: string, call?: Call): Promise<Answered>;
  intent(number: string, change?: Record<string, string>, call?: Call): Promise<Answered>;
  session(number: string, change?: Record<string, string>, call?: Call): Promise<Answered>;
  read(id: unknown, call?: Call): Promise<Answered>;
  /** as a payer: by client_secret or by the page's address, whichever is there */
  pay(number: string, placed: Fields, conduct?: Fields): Promise<{ status: number; body: Fields }>;
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: Fields }>;
  stop(): Promise<void>;
}

/** What the shop heard, as events; whatever their signature. */
export function heard(world: World, from = 0): (Received & { event: Fields; about: Fields })[] {
  return world.shop.received.slice(from).map((each) => {
    const event = JSON.parse(each.raw) as Fields;
    return { ...each, event, about: ((event['data'] ?? {}) as Fields)['object'] as Fields };
  });
}

export function types(world: World, from = 0): string[] {
  return heard(world, from)
    .map(({ event }) => String(event['type']))
    .sort();
}

export async function openWorld(options: Partial<GatewayOptions> = {}): Promise<World> {
  const [clock, shop] = [new Clock(), await openShop()];
  const gateways = await startGateways({ port: 0, now: clock.now, schedule: clock.schedule, ...options });
  const world: World = {
    ...{ clock, gateways, shop },
    account(channel = 'STRIPE') {
      const found = gateways.stripe.accounts.find(({ channelCode }) => channelCode === channel);
      if (!found) throw new Error(`no account for ${channel}`);
      return found;
    },
    sdk(channel) {
      const { hostname: host, port } = new URL(gateways.url);
      return new Stripe(world.account(channel).secretKey, {
        ...{ host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false },
      });
    },
    raw(method, path, form, call = {}) {
      const isForm = method === 'POST';
      const headers = Object.entries({
        authorization: `Bearer ${world.account(call.channel).secretKey}`,
        ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...call.headers,
      }).filter(([, value]) => value !== '');
      return fetch(gateways.stripe.gatewayUrl + path, { method, headers, ...(form ? { body: form } : {}) });
    },
    async call(method, path, form, call) {
      const response = await world.raw(method, path, form, call);
      const { status, headers } = response;
      const text = await response.text();
      return { status, headers, text, body: JSON.parse(text) as Fields };
    },
    intent: (number, change, call) =>
      world.call('POST', '/v1/payment_intents', written(intentForm(number), change), call),
    session: (number, change, call) =>
      world.call('POST', '/v1/checkout/sessions', written(sessionForm(number), change), call),
    read: (id, call) => {
      const kind = String(id).startsWith('cs_') ? 'checkout/sessions' : 'payment_intents';
      return world.call('GET', `/v1/${kind}/${String(id)}`, undefined, call);
    },
    async pay(number, placed, conduct = {}) {
      const means =
        placed['object'] === 'checkout.session'
          ? { kind: 'redirect_url', url: `${gateways.url}/stripe/c/pay/${String(placed['id'])}` }
          : { kind: 'client_secret', client_secret: placed['client_secret'] };
      const played = { transaction_id: number, outcome: 'success', prepay_info: means, ...conduct };
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

export function intentForm(number: string): Record<string, string> {
  return {
    amount: '880',
    currency: 'usd',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    description: 'Test goods A+B 100%',
    'metadata[transaction_id]': number,
  };
}

export function sessionForm(number: string): Record<string, string> {
  return {
    mode: 'payment',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': '440',
    'line_items[0][price_data][product_data][name]': 'Test goods <A> & B',
    'line_items[0][quantity]': '2',
    success_url: 'https://shop.example/paid?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'https://shop.example/back',
    client_reference_id: number,
    'payment_intent_data[metadata][transaction_id]': number,
  };
}

/** '' leaves a field out. */
function written(form: Record<string, string>, change: Record<string, string> = {}): string {
  const fields = Object.entries({ ...form, ...change }).filter(([, value]) => value !== '');
  return String(new URLSearchParams(fields));
}
