// Stripe in the hands of a test: a gateway that keeps intents, the channel that knows its keys, and what is posted to the
// channel's callback address.
import { expect } from '@jest/globals';
import type { Machine } from '../../local/machine.ts';
import { anId } from '../contract/bench.ts';
import {
  account,
  error,
  event,
  intent,
  paidIntent,
  publishableKey,
  seconds,
  secretKey,
  sharedSecret,
  signature,
  v1,
  webhookSecret,
  type Fields,
} from '../contract/stripe-side.ts';
import { listening, type Listening } from './listening.ts';
import { made, now } from './play.ts';
import { refusing } from './row.ts';
import type { Sent, World } from './world.ts';

export interface StripeGateway extends Listening {
  /** `GET /v1/…`, in order */
  readonly asked: string[];
  /** by Stripe's number: each as a query finds it */
  readonly intents: Map<string, Fields>;
}

let serial = 0;
/** Of this process: no two intents or events meet by accident. */
const numbered = (prefix: string) => `${prefix}3Hostile${String(++serial).padStart(16, '0')}`;

export async function startStripeGateway(): Promise<StripeGateway> {
  const asked: string[] = [];
  const intents = new Map<string, Fields>();
  const server = await listening(({ method = '', url = '' }, body, response) => {
    asked.push(`${method} ${url}`);
    const [status, said] = answer(intents, method, url, new URLSearchParams(body));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  return { ...server, asked, intents };
}

function answer(
  intents: Map<string, Fields>,
  method: string,
  url: string,
  form: URLSearchParams,
): [status: number, said: Fields] {
  const [, path = '', cancel] = /^\/v1\/payment_intents\/?(\w*)(\/cancel)?/.exec(url) ?? [];
  if (method === 'POST' && path === '') {
    const id = numbered('pi_');
    const [order = '', currency = ''] = ['metadata[transaction_id]', 'currency'].map(
      (name) => form.get(name) ?? '',
    );
    const client_secret = `${id}_secret_DemoSecretOfTests`;
    intents.set(id, intent(order, Number(form.get('amount')), currency, { id, client_secret }));
    return [200, intents.get(id) ?? {}];
  }
  const known = intents.get(path);
  if (!known) return [404, error('invalid_request_error', 'resource_missing')];
  if (cancel !== undefined) intents.set(path, { ...known, status: 'canceled' });
  return [200, intents.get(path) ?? {}];
}

/** While the endpoint's secret is rolled: the one before it is live, too. */
export function stripeChannel(machine: Machine, { url }: Pick<StripeGateway, 'url'>) {
  return {
    ...account,
    environment: 'local',
    gateway_url: url,
    publishable_key: publishableKey,
    secret_key: secretKey,
    webhook_secret: webhookSecret,
    webhook_secret_previous: sharedSecret,
    callback_url_payment: `${machine.api}/payments/callbacks/stripe`,
    is_active: true,
  };
}

export const byStripe = { payment_channel: 'STRIPE', payment_method: 'card', currency: 'USD' };

/** A payment of 8.80 USD, and Stripe's number of it. */
export async function ordered(world: World): Promise<{ id: string; intentId: string }> {
  const { transaction_id: id } = await made(world, byStripe);
  const [intentId] =
    [...world.stripe.intents].find(([, { metadata }]) => (metadata as Fields)['transaction_id'] === id) ?? [];
  if (intentId === undefined) throw new Error(`Stripe was not asked for ${id}`);
  return { id, intentId };
}

type Text = (at: number) => string;

/** @param header of the body, and of ms since 1970 UTC; undefined leaves it out */
export const posting =
  (text: string | Text, header: (body: string, at: number) => string | undefined = signedBy(webhookSecret)) =>
  async (world: World): Promise<Sent> => {
    const at = await now(world);
    const body = typeof text === 'string' ? text : text(at);
    const value = header(body, at);
    return {
      method: 'POST',
      path: '/payments/callbacks/stripe',
      headers: [
        ['content-type', 'application/json'],
        ...(value === undefined ? [] : [['stripe-signature', value] as const]),
      ],
      body,
    };
  };

/** @param late ms from now */
export const signedBy =
  (secret: string, late = 0) =>
  (body: string, at: number): string =>
    signature(body, secret, at + late);

/** By each of these secrets. */
export const both =
  (...secrets: readonly string[]) =>
  (body: string, at: number) => {
    const time = String(seconds(at));
    return `t=${time}${secrets.map((secret) => `,v1=${v1(secret, time, body)}`).join('')}`;
  };

/** An event about this object, under a number of its own. */
export const telling =
  (type: string, object: Fields, change: Fields = {}): Text =>
  (at) =>
    JSON.stringify(event(type, object, at, { id: numbered('evt_'), ...change }));

/** 8.80 USD were paid for `id`, said otherwise in some members of the intent or of the event. */
export const saying = (intentChange: Fields = {}, change: Fields = {}, id: string = anId()): Text =>
  telling(
    'payment_intent.succeeded',
    paidIntent(id, 880, 'usd', { id: numbered('pi_'), ...intentChange }),
    change,
  );

/** Posts it, demands a yes, and waits until it is applied. */
export async function accepted(world: World, ...how: Parameters<typeof posting>): Promise<void> {
  const answer = await world.send(await posting(...how)(world));
  expect([answer.status, answer.text]).toEqual([200, '{"received":true}']);
  await world.settled();
}

/** Refused in words for Stripe. */
export const refused = refusing('{"received":false}');
