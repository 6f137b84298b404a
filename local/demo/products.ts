// What the demo can pay by: every product of every channel that the local stage declares.
import { stages } from '../../infra/config.ts';
import type { Payer } from '../../lib/domain/payment.ts';
import { provider } from '../../lib/gateways/registry.ts';

export interface Product {
  readonly channel: string;
  readonly method: string;
  readonly currency: string;
  /** members of an order that say what the method must know of the payer */
  readonly payer: Readonly<Record<string, string>>;
  /** the payer only agrees, and the money is taken afterwards: nobody has to be told of a closing */
  readonly isCaptured: boolean;
  /** its channel knows the order before a payer opens it */
  readonly isKnownAtOnce: boolean;
}

const payer: Readonly<Record<keyof Payer, Readonly<Record<string, string>>>> = {
  openid: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  clientIp: { client_ip: '203.0.113.9' },
};

const products: readonly Product[] = stages.local.channels.flatMap(({ code, provider: name }) =>
  Object.entries(provider(name).methods).map(([method, { amounts, requires = [] }]) => ({
    channel: code,
    method,
    currency: Object.keys(amounts)[0] ?? '',
    payer: Object.assign({}, ...requires.map((each) => payer[each])) as Product['payer'],
    isCaptured: name === 'paypal',
    isKnownAtOnce: name !== 'alipay',
  })),
);

/** A line for each channel. */
export function productList(): string[] {
  const channels = [...new Set(products.map(({ channel }) => channel))];
  const widest = Math.max(...channels.map(({ length }) => length));
  return channels.map((channel) => {
    const methods = products.filter((product) => product.channel === channel).map(({ method }) => method);
    return `${channel.padEnd(widest)}  ${methods.join(' ')}`;
  });
}

/**
 * @param wanted what is left open is the first that there is
 * @throws Error naming what there is
 */
export function findProduct(wanted: {
  readonly method: string | undefined;
  readonly channel: string | undefined;
}): Product {
  const found = products.find(
    ({ method, channel }) => method === (wanted.method ?? method) && channel === (wanted.channel ?? channel),
  );
  if (found) return found;
  const what = [
    ...(wanted.method === undefined ? [] : [`product ${wanted.method}`]),
    ...(wanted.channel === undefined ? [] : [`channel ${wanted.channel}`]),
  ];
  const list = productList().map((line) => `  ${line}`);
  throw new Error([`There is no ${what.join(' on ')}. Nothing was started. There are:`, ...list].join('\n'));
}

/** Another way to pay the same: the next in the list that takes its currency. @throws Error when there is none */
export function otherThan(product: Product): Product {
  const place = products.indexOf(product);
  const others = [...products.slice(place + 1), ...products.slice(0, place)];
  const other = others.find(({ currency }) => currency === product.currency);
  if (!other) throw new Error(`${product.method} is the only way to pay ${product.currency} here.`);
  return other;
}
