// Which address asks for what. The addresses stand under `/stripe/v1` and `/v1`.
import type { Operation } from '../faults.ts';

/** Each call, with the operation that faults are planted for; the payer's own acts and the dashboard's have none. */
const operations = {
  createIntent: 'prepay',
  readIntent: 'query',
  listIntents: 'query',
  confirmIntent: undefined,
  cancelIntent: 'close',
  readCharge: 'query',
  createRefund: 'refund',
  readRefund: 'refund_query',
  listRefunds: 'refund_query',
  createSession: 'prepay',
  readSession: 'query',
  listSessions: 'query',
  expireSession: 'close',
  readEvent: 'events',
  listEvents: 'events',
  createEndpoint: undefined,
  readEndpoint: undefined,
  listEndpoints: undefined,
  removeEndpoint: undefined,
} as const satisfies Record<string, Operation | undefined>;

export type CallName = keyof typeof operations;

/** By method and path, a number standing for `*`. */
const calls: Readonly<Record<string, CallName>> = {
  'POST payment_intents': 'createIntent',
  'GET payment_intents': 'listIntents',
  'GET payment_intents/*': 'readIntent',
  'POST payment_intents/*/confirm': 'confirmIntent',
  'POST payment_intents/*/cancel': 'cancelIntent',
  'GET charges/*': 'readCharge',
  'POST refunds': 'createRefund',
  'GET refunds': 'listRefunds',
  'GET refunds/*': 'readRefund',
  'POST checkout/sessions': 'createSession',
  'GET checkout/sessions': 'listSessions',
  'GET checkout/sessions/*': 'readSession',
  'POST checkout/sessions/*/expire': 'expireSession',
  'GET events': 'listEvents',
  'GET events/*': 'readEvent',
  'POST webhook_endpoints': 'createEndpoint',
  'GET webhook_endpoints': 'listEndpoints',
  'GET webhook_endpoints/*': 'readEndpoint',
  'DELETE webhook_endpoints/*': 'removeEndpoint',
};

export interface Asked {
  readonly name: CallName;
  /** '' where the address has none */
  readonly id: string;
  readonly operation: Operation | undefined;
}

const number = /^(?:pi|ch|py|re|cs|evt|we)_\w{1,250}$/;

/** @param path `/v1/…`; undefined for an address that there is not */
export function routed(method: string, path: string): Asked | undefined {
  const parts = path.replace(/^\/v1\//, '').split('/');
  const at = parts.findIndex((part) => number.test(part));
  // A number that Stripe could not have made is still one that is not there.
  const place = at >= 0 ? at : parts[0] === 'checkout' ? 2 : 1;
  const shape = parts.map((part, index) => (index === place ? '*' : part)).join('/');
  const key = `${method} ${shape}`;
  const name = Object.hasOwn(calls, key) ? calls[key] : undefined;
  return name && { name, id: parts[place] ?? '', operation: operations[name] };
}

/** Beside these, `/v1/…` may be somebody else's. */
const own = /^\/v1\/(payment_intents|charges|refunds|checkout|events|webhook_endpoints)(\/|$)/;

/** The path behind the place of the gateway; undefined where Stripe's API is not. */
export function apiPath(target: string): string | undefined {
  const [pathname = ''] = target.split('?', 1);
  if (pathname.startsWith('/stripe/v1/')) return pathname.slice('/stripe'.length);
  return own.test(pathname) ? pathname : undefined;
}
