// PayPal in the hands of a test: a gateway that keeps orders and serves certificates, the channel that trusts its root, and
// what is posted to the channel's callback address.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from '@jest/globals';
import type { Machine } from '../../local/machine.ts';
import { anId } from '../contract/bench.ts';
import {
  account,
  captureOf,
  eventOf,
  failureOf,
  orderOf,
  secrets,
  transmitted,
  type OrderFacts,
  type Transmission,
} from '../contract/paypal-side.ts';
import { listening, type Listening } from './listening.ts';
import { authority, certificates, goodId, hand } from './paypal-certificates.ts';
import { made, now } from './play.ts';
import { refusing } from './row.ts';
import type { Sent, World } from './world.ts';

export interface PayPalGateway extends Listening {
  /** `GET /v1/…`, in order; but not the questions for tokens */
  readonly asked: string[];
  /** by PayPal's number: each as a query finds it */
  readonly orders: Map<string, OrderFacts>;
}

let serial = 0;
const numbered = (kind: string) => `${kind}HOSTILE${String(++serial).padStart(9, '0')}`;

export async function startPayPalGateway(): Promise<PayPalGateway> {
  const asked: string[] = [];
  const orders = new Map<string, OrderFacts>();
  const server = await listening((request, body, response) => {
    const { method = '', url = '' } = request;
    if (url === '/v1/oauth2/token') {
      tell(response, 200, { access_token: 'A21AAToken', token_type: 'Bearer', expires_in: 32_400 });
      return;
    }
    asked.push(`${method} ${url}`);
    if (url.startsWith('/v2/checkout/orders')) answerOrder(orders, request, body, response);
    else certificates(server.url, url, response);
  });
  return { ...server, asked, orders };
}

function tell(response: ServerResponse, status: number, said: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
}

interface Asking {
  readonly purchase_units: readonly {
    readonly custom_id: string;
    readonly amount: { readonly value: string; readonly currency_code: string };
  }[];
}

function answerOrder(
  orders: PayPalGateway['orders'],
  { method, url = '' }: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const [, id = '', capture] = /^\/v2\/checkout\/orders\/?(\w*)(\/capture)?$/.exec(url) ?? [];
  if (method === 'POST' && id === '') {
    const [unit] = (JSON.parse(body) as Asking).purchase_units;
    if (!unit) return;
    const { value, currency_code: currency } = unit.amount;
    const facts = { id: numbered('O'), order: unit.custom_id, value, currency };
    orders.set(facts.id, facts);
    tell(response, 201, orderOf({ ...facts, at: Date.now() }));
    return;
  }
  const known = orders.get(id);
  if (!known) {
    tell(response, 404, failureOf('RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID'));
    return;
  }
  const taken = { status: 'COMPLETED', captured: 'COMPLETED', capture: numbered('C') };
  if (capture !== undefined) orders.set(id, { ...known, ...taken });
  tell(response, 200, orderOf({ at: Date.now(), ...(orders.get(id) ?? known) }));
}

export function payPalChannel(machine: Machine, { url }: Pick<PayPalGateway, 'url'>) {
  return {
    ...account,
    ...secrets,
    environment: 'local',
    gateway_url: url,
    root_certificate_platform: authority.rootPem,
    callback_url_payment: `${machine.api}/payments/callbacks/paypal`,
    is_active: true,
  };
}

export const byPayPal = { payment_channel: 'PAYPAL', payment_method: 'paypal', currency: 'USD' };

export interface Order {
  readonly id: string;
  readonly orderId: string;
}

/** A payment of 8.80 USD, and PayPal's number of it. */
export async function ordered(world: World): Promise<Order> {
  const { transaction_id: id } = await made(world, byPayPal);
  const [orderId] = [...world.paypal.orders].find(([, { order }]) => order === id) ?? [];
  if (orderId === undefined) throw new Error(`PayPal was not asked for ${id}`);
  return { id, orderId };
}

/** PayPal knows more of an order than it did. */
export function becomes(world: World, orderId: string, change: Partial<OrderFacts>): void {
  const known = world.paypal.orders.get(orderId);
  if (!known) throw new Error(`PayPal has no order ${orderId}`);
  world.paypal.orders.set(orderId, { ...known, capture: numbered('C'), ...change });
}

export interface Posting extends Omit<Transmission, 'url' | 'at'> {
  /** the certificate that is named, or the whole address */
  readonly certificate?: string;
  readonly url?: string;
  /** ms from now */
  readonly late?: number;
  /** changes the headers of a genuine signature; undefined takes one away */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** what is posted instead of what was signed */
  readonly instead?: (signed: string) => string;
}

/** A text, signed and posted as one transmission. */
export const posting =
  (text: string | (() => string), how: Posting = {}) =>
  async (world: World): Promise<Sent> => {
    const body = typeof text === 'string' ? text : text();
    const { certificate = goodId, late = 0, headers = {}, instead, ...more } = how;
    const url = more.url ?? `${world.paypal.url}/v1/notifications/certs/${certificate}`;
    const at = (await now(world)) + late;
    const signed = transmitted(body, { id: randomUUID(), ...more, by: more.by ?? hand, url, at });
    const plain = Object.entries(signed).map(([name, [value = '']]) => [name, value]);
    const all = Object.entries({ ...(Object.fromEntries(plain) as Record<string, string>), ...headers });
    return {
      method: 'POST',
      path: '/payments/callbacks/paypal',
      headers: [
        ['content-type', 'application/json'],
        ...all.filter((pair): pair is [string, string] => pair[1] !== undefined),
      ],
      body: instead?.(body) ?? body,
    };
  };

/** An event under a number of its own. */
export const telling = (type: string, resource: object, change: object = {}): string =>
  JSON.stringify({ ...eventOf(type, resource, `WH-${numbered('E')}`), ...change });

/** What PayPal would say of an order of 8.80 that was paid. */
export const paidCapture = (change: Partial<OrderFacts> = {}): Record<string, unknown> =>
  captureOf({ id: numbered('O'), order: anId(), value: '8.80', capture: numbered('C'), ...change });

/** 8.80 USD were captured, by the event's own words. */
export const saying = (change: Partial<OrderFacts> = {}, event: object = {}): string =>
  telling('PAYMENT.CAPTURE.COMPLETED', paidCapture(change), event);

/** What an event says of this order, whatever is true. */
export const about = ({ id, orderId }: Order, change: Partial<OrderFacts> = {}): Partial<OrderFacts> => ({
  id: orderId,
  order: id,
  ...change,
});

/** Posts it, demands a yes, and waits until it is applied and followed. */
export async function accepted(world: World, text: string, how: Posting = {}): Promise<Sent> {
  const sent = await posting(text, how)(world);
  const answer = await world.send(sent);
  expect([answer.status, answer.text]).toEqual([200, '']);
  await world.settled();
  return sent;
}

/** Refused in words for PayPal. */
export const refused = refusing('{"name":"REFUSED","message":"refused"}');
