// Every product of every channel of the local stage: what a new provider adds takes part in the journeys by itself.
import { stages } from '../../infra/config.ts';
import { provider } from '../../lib/gateways/registry.ts';
import { newOrder, type Order } from './shop.ts';

export interface Product {
  readonly channel: string;
  readonly method: string;
  readonly currency: string;
}

export const products: readonly Product[] = stages.local.channels.flatMap(({ code, provider: name }) =>
  Object.entries(provider(name).methods).map(([method, { currencies }]) => ({
    channel: code,
    method,
    currency: currencies[0] ?? '',
  })),
);

/** An order that nobody has made before, to be paid so. */
export function orderOf({ channel, method, currency }: Product, more: Partial<Order> = {}): Order {
  return newOrder({ payment_channel: channel, payment_method: method, currency, ...more });
}

/** The same order, to be paid another way. */
export function byOtherWay(order: Order, { channel, method }: Product): Order {
  return { ...order, payment_channel: channel, payment_method: method };
}

/** Another way to pay than this one: the next in the list. */
export function otherThan(product: Product): Product {
  const other = products[(products.indexOf(product) + 1) % products.length];
  if (!other || other === product) throw new Error('there is one product only');
  return other;
}
