// One line of the list of bad inputs: what is sent, and what must be answered. Numbers are those of QUALITY 3.
import type { Answer, Sent, World } from './world.ts';

export interface Row {
  readonly row: number;
  readonly what: string;
  readonly send: Sent | ((world: World) => Sent | Promise<Sent>);
  readonly status: number | readonly number[];
  /** of the problem */
  readonly code?: string;
  readonly param?: string;
  /** the body, to the letter */
  readonly body?: string;
  /** whatever else must hold */
  readonly and?: (answer: Answer, world: World) => void | Promise<void>;
}

/** A row, or several, that take more than one request. */
export interface Scene {
  readonly rows: readonly number[];
  readonly what: string;
  readonly play: (world: World) => Promise<void>;
}

const json = ['content-type', 'application/json'] as const;

let serial = 0;
/** Unique in this process: no two rows meet by accident. */
export function fresh(prefix = 'order'): string {
  return `${prefix}-${++serial}`;
}

/** Good terms, changed. */
export function terms(change: object = {}): Record<string, unknown> {
  return {
    business_order_id: fresh(),
    payment_channel: 'ALIPAY',
    payment_method: 'alipay_qr',
    amount: '8.80',
    currency: 'CNY',
    subject: 'Tea',
    ...change,
  };
}

/** A create by the local application. @param body JSON text or bytes, as it is to be sent */
export function posted(body: string | Uint8Array, change: Partial<Sent> = {}): Sent {
  return {
    method: 'POST',
    path: '/payments/transactions',
    headers: [json, ['idempotency-key', fresh('key')]],
    body,
    as: 'local-app',
    ...change,
  };
}

/** A create on changed terms. */
export function create(change: object = {}, sent: Partial<Sent> = {}): Sent {
  return posted(JSON.stringify(terms(change)), sent);
}

/** A create under an Idempotency-Key. */
export function keyed(key: string, body: object, change: Partial<Sent> = {}): Sent {
  return posted(JSON.stringify(body), { headers: [json, ['idempotency-key', key]], ...change });
}

export function read(path: string, change: Partial<Sent> = {}): Sent {
  return { path: `/payments/transactions${path}`, as: 'local-app', ...change };
}

export { json };

/** Rows of a channel whose answer to what it refuses is `body`. */
export const refusing =
  (body: string) =>
  (row: number, status: 400 | 401 | 403, what: string, send: Row['send'], more: Partial<Row> = {}): Row => ({
    row,
    what,
    send,
    status,
    body,
    ...more,
  });
