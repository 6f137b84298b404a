// A PayPal merchant written for these tests, on a clock that is moved by hand.
import { startGateways, type GatewayOptions, type LocalGateways } from '../../../local/gateways/server.ts';
import { Clock, orderNumber } from './alipay-merchant.ts';
import { doubts, openShop, type Fields, type Received, type Shop } from './paypal-proof.ts';

export { orderNumber };
export type { Fields };

export type Channel = 'PAYPAL' | 'PAYPAL_OTHER';
type Account = LocalGateways['paypal']['accounts'][number];

/** ms since 1970 UTC → `2026-11-20T02:10:00Z` */
export function zulu(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly body: Fields;
  readonly headers: Headers;
  /** the first of an error's details */
  readonly issue: string | undefined;
}

export interface Call {
  readonly channel?: Channel;
  /** `PayPal-Request-Id`; '' leaves it out */
  readonly requestId?: string;
  /** replaces headers; '' leaves one out */
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface Heard extends Received {
  readonly event: Fields & { event_type: string; resource: Fields };
}

/** An order as create answers it. */
export interface Created {
  readonly id: string;
  /** where the payer goes */
  readonly url: string;
}

export interface World {
  readonly clock: Clock;
  readonly gateways: LocalGateways;
  readonly shop: Shop;
  account(channel?: Channel): Account;
  raw(method: string, path: string, body?: unknown, call?: Call): Promise<Response>;
  call(method: string, path: string, body?: unknown, call?: Call): Promise<Answered>;
  /** the body of a create */
  order(number: string, change?: Fields): Fields;
  create(number: string, change?: Fields, call?: Call): Promise<Answered>;
  created(number?: string, change?: Fields, call?: Call): Promise<Created>;
  retrieve(id: string, call?: Call): Promise<Answered>;
  capture(id: string, call?: Call): Promise<Answered>;
  /** over `_control`, by the link */
  pay(created: Created, conduct?: Fields): Promise<{ status: number; body: Fields }>;
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: Fields }>;
  /** webhooks that name the order, or the capture of it */
  heard(id: string): Heard[];
  doubts(received: Received, channel?: Channel): Promise<string[]>;
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** A purchase unit of 10.99 USD. */
export function unit(number: string, change: Fields = {}): Fields {
  return {
    ...{ reference_id: 'default', custom_id: number, invoice_id: number, description: 'Tea & 茶' },
    amount: { currency_code: 'USD', value: '10.99' },
    ...change,
  };
}

/** Both merchants hear all events at `/hooks/<channel code>`. */
export async function openWorld(options: Partial<GatewayOptions> = {}): Promise<World> {
  const [clock, shop] = [new Clock(), await openShop()];
  const gateways = await startGateways({ port: 0, now: clock.now, schedule: clock.schedule, ...options });
  const { paypal } = gateways;
  for (const channel of ['PAYPAL', 'PAYPAL_OTHER'] as const)
    paypal.registerWebhook(`${shop.origin}/hooks/${channel}`, channel);
  const tokens = new Map<Channel, { token: string; until: number }>();
  const tokenOf = async (channel: Channel) => {
    const held = tokens.get(channel);
    if (held && clock.at < held.until) return held.token;
    const { token, body } = await newToken(world, channel);
    tokens.set(channel, { token, until: clock.at + Number(body['expires_in']) * 1000 });
    return token;
  };
  const world: World = {
    ...{ clock, gateways, shop },
    account(channel = 'PAYPAL') {
      const found = paypal.accounts.find(({ channelCode }) => channelCode === channel);
      if (!found) throw new Error(`no account for ${channel}`);
      return found;
    },
    async raw(method, path, body, { channel = 'PAYPAL', requestId, headers, signal } = {}) {
      const given = Object.entries({
        authorization: headers?.['authorization'] ?? `Bearer ${await tokenOf(channel)}`,
        'content-type': method === 'POST' ? 'application/json' : '',
        'paypal-request-id': requestId ?? '',
        ...headers,
      }).filter(([, value]) => value !== '');
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const url = `${paypal.gatewayUrl}${path}`;
      return fetch(url, {
        ...{ method, headers: given },
        ...(text ? { body: text } : {}),
        ...(signal ? { signal } : {}),
      });
    },
    async call(method, path, body, call) {
      const response = await world.raw(method, path, body, call);
      const { status, headers } = response;
      const text = await response.text();
      const read = JSON.parse(text || '{}') as Fields;
      const [detail] = (read['details'] ?? []) as { issue?: string }[];
      return { ...{ status, headers, text }, body: read, issue: detail?.issue };
    },
    order: (number, change) => ({
      ...{ intent: 'CAPTURE', purchase_units: [unit(number)] },
      payment_source: {
        paypal: {
          experience_context: {
            return_url: `${shop.origin}/back?shop=a%20b`,
            cancel_url: `${shop.origin}/cancelled`,
            ...{ user_action: 'PAY_NOW', shipping_preference: 'NO_SHIPPING' },
          },
        },
      },
      ...change,
    }),
    create: (number, change, call) =>
      world.call('POST', '/v2/checkout/orders', world.order(number, change), {
        ...{ requestId: `${number}-create`, ...call },
      }),
    async created(number = orderNumber(), change, call) {
      const { status, text, body } = await world.create(number, change, call);
      if (status !== 201) throw new Error(`create: ${status} ${text}`);
      const links = body['links'] as { rel: string; href: string }[];
      const url = links.find(({ rel }) => rel === 'payer-action' || rel === 'approve')?.href ?? '';
      return { id: String(body['id']), url };
    },
    retrieve: (id, call) => world.call('GET', `/v2/checkout/orders/${id}`, undefined, call),
    capture: (id, call) =>
      world.call('POST', `/v2/checkout/orders/${id}/capture`, {}, { requestId: `${id}-capture`, ...call }),
    async pay({ url }, conduct = {}) {
      const prepay = { kind: 'redirect_url', url };
      const played = { transaction_id: 'any', outcome: 'success', prepay_info: prepay, ...conduct };
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
    heard: (id) =>
      shop.received
        .filter(({ url, raw }) => url.startsWith('/hooks/') && raw.includes(id))
        .map((each) => ({ ...each, event: JSON.parse(each.raw) as Heard['event'] })),
    doubts: (received, channel) =>
      doubts(received, {
        authorityPem: paypal.certificateAuthorityPem,
        webhookId: world.account(channel).webhookId,
      }),
    async advance(ms) {
      await clock.advance(ms);
      await gateways.idle();
    },
    async stop() {
      await Promise.all([gateways.stop(), shop.stop()]);
    },
  };
  return world;
}

/** @param change replaces headers and form, '' leaves one out */
export async function newToken(
  world: World,
  channel: Channel = 'PAYPAL',
  change: { authorization?: string; form?: Record<string, string>; contentType?: string } = {},
): Promise<{ status: number; token: string; body: Fields; headers: Headers }> {
  const { clientId, clientSecret } = world.account(channel);
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const { authorization = `Basic ${basic}`, form = { grant_type: 'client_credentials' } } = change;
  const response = await fetch(`${world.gateways.paypal.gatewayUrl}/v1/oauth2/token`, {
    method: 'POST',
    headers: {
      ...(authorization ? { authorization } : {}),
      'content-type': change.contentType ?? 'application/x-www-form-urlencoded',
    },
    body: String(new URLSearchParams(form)),
  });
  const body = (await response.json()) as Fields;
  const { status, headers } = response;
  return { ...{ status, headers, body }, token: String(body['access_token']) };
}
