// Where PayPal's benches sit: our account in both worlds, webhooks on their way, and a gateway whose other side is in memory.
import { randomBytes } from 'node:crypto';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Callback, Gateway, GatewayPorts } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { setting, type Fault, type Says, type Seat } from './bench.ts';
import {
  account,
  certificateUrl,
  failureOf,
  secrets,
  transmitted,
  worlds,
  type Transmission,
} from './paypal-side.ts';

export const another = { merchant_id: 'N8TJV3C6YD5PS' };
export const configOf = (environment: Seat['environment']) => ({
  ...account,
  root_certificate_platform: worlds[environment].authority.rootPem,
});

/** Both ways, as PayPal keeps its orders. */
export const numbers = new Map<string, TransactionId>();

export function gatewayOrderId(transactionId: TransactionId): string {
  const number = transactionId.slice(-17).toUpperCase();
  numbers.set(number, transactionId);
  return number;
}

export function posted(
  text: string,
  { at, signedBy, environment }: Pick<Says, 'at' | 'signedBy' | 'environment'>,
  more: Transmission = {},
): Callback {
  const { hand } = worlds[signedBy === 'stranger' ? 'stranger' : environment];
  const url = certificateUrl(worlds[environment]);
  const headers = transmitted(text, { at, by: hand, url, ...more });
  if (signedBy === 'nobody') delete headers['paypal-transmission-sig'];
  return { body: Buffer.from(text), headers };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function said(status: number, body: object): Answer {
  return { status, body: JSON.stringify(body) };
}

/** @param well the answer that is to be spoiled */
export function troubles(well: Answer): Partial<Record<Fault | 'rate_limited', Answer>> {
  return {
    rate_limited: said(429, failureOf('RATE_LIMIT_REACHED', 'RATE_LIMIT_REACHED')),
    unlisted_code: said(422, failureOf('UNPROCESSABLE_ENTITY', 'NEVER_HEARD_OF')),
    unsure: said(500, failureOf('INTERNAL_SERVER_ERROR')),
    http_500: { status: 500, body: 'Internal Server Error' },
    redirect: { status: 302, body: '' },
    half: { status: 200, body: well.body.slice(0, well.body.length / 2) },
    html: { status: 200, body: '<!doctype html><h1>This page isn’t available</h1>' },
    too_long: { status: 200, body: well.body + ' '.repeat(256 * 1024) },
  };
}

export const token = 'A21AAFEpH4PsADK7qSS7pSRsgz';

/** @param answer to each call; `business` is what was sent with it */
export function connected(
  mood: string,
  now: number,
  answer: (pathname: string, business: unknown) => Answer,
): Gateway {
  const fetch: GatewayPorts['fetch'] = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    // Faults of the token service are cases of its own tests.
    if (pathname === '/v1/oauth2/token')
      return Promise.resolve(
        Response.json({ access_token: token, token_type: 'Bearer', expires_in: 32_400 }),
      );
    const business = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
    const { status, body } = answer(pathname, business);
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood === 'timeout') return untilAborted(init?.signal);
    return Promise.resolve(new Response(body, { status }));
  };
  const provider: Provider = payPal;
  const credentials = { secrets, platformKeys: {} };
  const ports = { fetch, now: () => now, randomBytes };
  return provider.connect({ ...configOf('ours'), ...setting }, credentials, ports);
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
