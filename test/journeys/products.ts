// Every product of every channel of the local stage: what a new provider adds takes part in the journeys by itself.
import { stages } from '../../infra/config.ts';
import { provider } from '../../lib/gateways/registry.ts';
import { newOrder, type Order } from './shop.ts';

export interface Product extends Protocol {
  readonly provider: string;
  readonly channel: string;
  readonly method: string;
  readonly currency: string;
  /** what the method must know of the payer */
  readonly payer: Readonly<Record<string, string>>;
}

/** What a provider's protocol is like, beyond what its adapter says. */
interface Protocol {
  /** the channel knows the order as soon as it is made, and can close it; else only once a payer opens it */
  readonly isKnownAtOnce: boolean;
  /** it gives the order a number of its own: whoever has not got that was not shown how to pay, and need not ask */
  readonly numbersOrders?: true;
  /** a closing is told by a callback, too, and at once */
  readonly tellsClosing?: true;
  /** the payer only agrees: no money moves before it is captured, and none after the payment is closed */
  readonly isCaptured?: true;
}

/** By provider: what a new one has to state here. */
const protocols: Readonly<Record<string, Protocol>> = {
  alipay: { isKnownAtOnce: false },
  paypal: { isKnownAtOnce: true, numbersOrders: true, isCaptured: true },
  stripe: { isKnownAtOnce: true, numbersOrders: true, tellsClosing: true },
  'wechat-pay': { isKnownAtOnce: true },
};

function protocolOf(name: string): Protocol {
  const known = protocols[name];
  if (!known) throw new Error(`Say in products.ts what the protocol of ${name} is like.`);
  return known;
}

const payer = {
  openid: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  clientIp: { client_ip: '203.0.113.9' },
} as const;

export const products: readonly Product[] = stages.local.channels.flatMap(({ code, provider: name }) =>
  Object.entries(provider(name).methods).map(([method, { amounts, requires = [] }]) => ({
    provider: name,
    channel: code,
    method,
    currency: Object.keys(amounts)[0] ?? '',
    ...protocolOf(name),
    payer: Object.assign({}, ...requires.map((each) => payer[each])) as Product['payer'],
  })),
);

/** The first of each provider: for what a provider's products have in common. */
export const oneOfEach = products.filter(
  ({ provider: name }, place) => products.findIndex((each) => each.provider === name) === place,
);

/** Those that no channel knows until a payer opens them. */
export const openedByPayer = products.filter(({ isKnownAtOnce: known }) => !known);
export const knownAtOnce = products.filter(({ isKnownAtOnce: known }) => known);

/** An order that nobody has made before, to be paid so. */
export function orderOf({ channel, method, currency, payer }: Product, more: Partial<Order> = {}): Order {
  return newOrder({ payment_channel: channel, payment_method: method, currency, ...payer, ...more });
}

/** The same order, to be paid another way. */
export function byOtherWay(order: Order, { channel, method, payer }: Product): Order {
  return { ...order, payment_channel: channel, payment_method: method, ...payer };
}

/** Another way to pay the same order: the next in the list, and the first again after the last. */
export function otherThan(product: Product): Product {
  const other = after(product)[0];
  if (!other) throw new Error(`nothing but ${product.method} takes ${product.currency}`);
  return other;
}

export function hasOther(product: Product): boolean {
  return after(product).length > 0;
}

/** The same by another provider, if there is one in that currency. */
export function elsewhere(product: Product): Product | undefined {
  return after(product).find(({ provider: name }) => name !== product.provider);
}

/** All others in its currency, those first that follow it in the list. */
function after(product: Product): readonly Product[] {
  const place = products.indexOf(product);
  const others = [...products.slice(place + 1), ...products.slice(0, place)];
  return others.filter(({ currency }) => currency === product.currency);
}
