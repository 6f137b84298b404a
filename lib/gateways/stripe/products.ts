// Ways to pay with Stripe, and what each gives the payer: a secret for Stripe's elements in our page, or its own checkout.
import type { PrepayInfo } from '../../domain/payment.ts';
import { sameMoney } from '../../domain/money.ts';
import type { CallOptions, Outcome, Prepay, PrepayRequest } from '../gateway.ts';
import type { MethodRule } from '../provider.ts';
import { amounts, fromWire, toWire, unevenAmount } from './amounts.ts';
import { call, type Client, type Fields, type Refused } from './client.ts';
import { findOrder } from './find-order.ts';
import type { Node } from './json.ts';
import { bySession, intents, orderIdOf, sessions, transactionOf, type Kind } from './orders.ts';
import { refusal } from './status.ts';

interface Product {
  readonly kind: Kind;
  /** seconds */
  readonly expiry: MethodRule['expiry'];
  /** @param wire the amount on the wire */
  readonly fields: (request: PrepayRequest, wire: string, subject: string) => Fields;
  readonly give: (client: Client, order: Node, id: string) => PrepayInfo | undefined;
}

const products: Readonly<Record<string, Product>> = {
  card: {
    kind: intents,
    // An intent has no end of its own: ours is the only one.
    expiry: { default: 900, minimum: 120, maximum: 86_400 },
    fields: intentFields,
    give: clientSecret,
  },
  stripe_checkout: {
    kind: sessions,
    // A session lives for half an hour at least and a day at most, from when Stripe makes it: the least leaves nine minutes
    // for calls that are made again, and for clocks.
    expiry: { default: 3600, minimum: 2400, maximum: 86_400 },
    fields: sessionFields,
    give: address,
  },
};

export const methods: Readonly<Record<string, MethodRule>> = Object.fromEntries(
  Object.entries(products).map(([method, { expiry }]) => [method, { amounts, expiry }]),
);

/**
 * s. How much earlier than we do a session stops taking money: a payment at the last moment still finds our order open. Of an
 * intent, which ends when we say so, it is how much earlier no new one is shown.
 */
export const expiryLead = 60;

/**
 * Gives the means to pay. The same request may be made again: its key makes it one order, as long as nothing in it differs.
 * @throws Error for what the rules of the method exclude
 * @see https://docs.stripe.com/api/payment_intents/create · https://docs.stripe.com/api/checkout/sessions/create
 */
export async function prepay(
  client: Client,
  request: PrepayRequest,
  options: CallOptions,
): Promise<Outcome<Prepay>> {
  const { transactionId, method, amount, generation = 0 } = request;
  const product = Object.hasOwn(products, method) ? products[method] : undefined;
  if (!product || !Object.hasOwn(amounts, amount.currency))
    throw new Error(`Stripe does not offer ${method} in ${amount.currency}. Nothing was sent.`);
  const wire = toWire(amount);
  if (wire === undefined) return unevenAmount;
  const fields = product.fields(request, String(wire), cleanSubject(request.subject, transactionId));
  const key = `${transactionId}-create-${generation}`;
  const answer = await call(client, { method: 'POST', path: product.kind.path, fields, key }, options);
  switch (answer.kind) {
    case 'unknown':
      return answer;
    case 'answered':
      return given(client, product, answer.node, request);
    case 'refused':
      return answer.replayed && answer.status >= 500
        ? lookedFor(client, product, request, answer, options)
        : refusal(answer);
  }
}

/**
 * Stripe has kept its break-down under the key and will repeat it for a day, whether or not the order was made: it is looked
 * for, and only where it is proved that there is none, another key may be used.
 * @see https://docs.stripe.com/api/idempotent_requests
 */
async function lookedFor(
  client: Client,
  product: Product,
  request: PrepayRequest,
  { code, type, message }: Refused,
  options: CallOptions,
): Promise<Outcome<Prepay>> {
  const found = await findOrder(client, product.kind, request.transactionId, options);
  switch (found.kind) {
    case 'unknown':
      return found;
    case 'found':
      return given(client, product, found.order, request);
    case 'absent':
      return { kind: 'retry_later', channelCode: code || type, message, renew: true };
  }
}

/** An order that is to be shown has to be this payment's, in number, world, amount and currency. */
function given(
  client: Client,
  { kind, give }: Product,
  order: Node,
  { transactionId, amount }: PrepayRequest,
): Outcome<Prepay> {
  const total = fromWire(kind.total(order), order['currency']);
  const isOurs =
    order['object'] === kind.object &&
    order['livemode'] === client.livemode &&
    transactionOf(kind, order) === transactionId &&
    total !== undefined &&
    sameMoney(total, amount);
  if (!isOurs) return { kind: 'unknown', reason: 'other_order' };
  const gatewayOrderId = orderIdOf(kind, order);
  const prepayInfo = gatewayOrderId === undefined ? undefined : give(client, order, gatewayOrderId);
  if (gatewayOrderId === undefined || !prepayInfo) return { kind: 'unknown', reason: 'unreadable' };
  return { kind: 'ok', value: { prepayInfo, gatewayOrderId } };
}

/** Apple Pay and Google Pay are cards to Stripe: its elements show them where the payer has them. */
function intentFields({ transactionId, amount }: PrepayRequest, wire: string, subject: string): Fields {
  return {
    amount: wire,
    currency: amount.currency.toLowerCase(),
    'allowed_payment_method_types[0]': 'card',
    // Succeeded is to mean that the money was taken, not that it soon will be.
    capture_method: 'automatic',
    description: subject,
    'metadata[transaction_id]': transactionId,
  };
}

/** Stripe puts the session's number into both addresses: with ours, it is what a returning browser proves itself by. */
function sessionFields(request: PrepayRequest, wire: string, subject: string): Fields {
  const { transactionId, amount, expiresAt, returnUrl } = request;
  const back = `${returnUrl}?transaction_id=${transactionId}&session_id={CHECKOUT_SESSION_ID}`;
  return {
    mode: 'payment',
    // What takes days is not offered: the payer is to know at once.
    'allowed_payment_method_types[0]': 'card',
    'line_items[0][price_data][currency]': amount.currency.toLowerCase(),
    'line_items[0][price_data][unit_amount]': wire,
    'line_items[0][price_data][product_data][name]': subject,
    'line_items[0][quantity]': '1',
    success_url: back,
    cancel_url: back,
    client_reference_id: transactionId,
    expires_at: String(Math.floor(Date.parse(expiresAt) / 1000) - expiryLead),
    'metadata[transaction_id]': transactionId,
    'payment_intent_data[capture_method]': 'automatic',
    'payment_intent_data[description]': subject,
    'payment_intent_data[metadata][transaction_id]': transactionId,
    'payment_intent_data[metadata][by]': bySession,
  };
}

function clientSecret({ config }: Client, order: Node, id: string): PrepayInfo | undefined {
  const { client_secret: secret } = order;
  if (typeof secret !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(secret)) return undefined;
  if (!secret.startsWith(`${id}_secret_`)) return undefined;
  return { kind: 'client_secret', client_secret: secret, publishable_key: config.publishable_key };
}

function address(_: Client, { url }: Node): PrepayInfo | undefined {
  if (typeof url !== 'string' || !/^https?:\/\/[\x21-\x7e]{1,4096}$/.test(url)) return undefined;
  return { kind: 'redirect_url', url };
}

/** characters: what a payer can take in; Stripe itself takes more */
const longestSubject = 250;

/** The caller's text as payers read it: letters, digits, punctuation and symbols, on one line, never empty. */
export function cleanSubject(subject: string, otherwise: string): string {
  const kept = subject
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();
  return Array.from(kept).slice(0, longestSubject).join('').trim() || otherwise;
}
