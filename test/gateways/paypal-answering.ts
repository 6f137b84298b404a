// A connected PayPal gateway whose other side says what a test wants said.
import { randomBytes } from 'node:crypto';
import type { PaymentQuery, PrepayRequest } from '../../lib/gateways/gateway.ts';
import type { ChannelEnvironment } from '../../lib/gateways/provider.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { anId, noon } from '../contract/bench.ts';
import { account, orderOf, secrets, type OrderFacts } from '../contract/paypal-side.ts';

export const transactionId = anId();
export const gatewayOrderId = '5O190127TN364715T';
export const numbers = { transactionId, gatewayOrderId };
export const query: PaymentQuery = { ...numbers, currency: 'USD' };
export const options = { deadline: noon + 5_000 };
export const request: PrepayRequest = {
  transactionId,
  method: 'paypal',
  amount: { minor: 1099, currency: 'USD' },
  subject: 'Tea & 茶',
  expiresAt: new Date(noon + 1_800_000).toISOString(),
  callbackUrl: 'https://pay.example.com/payments/callbacks/PAYPAL',
  returnUrl: 'https://pay.example.com/payments/returns/PAYPAL',
};

export interface Said {
  readonly status: number;
  readonly body: string;
}

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function said(status: number, body: object | string): Said {
  return { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The order of the numbers above, over 10.99 USD. */
export function order(change: Partial<OrderFacts> = {}): Record<string, unknown> {
  return orderOf({ id: gatewayOrderId, order: transactionId, value: '10.99', ...change });
}

export const aToken = { access_token: 'A21AAToken', token_type: 'Bearer', expires_in: 32_400 };

interface Side {
  readonly environment?: ChannelEnvironment;
  readonly endpoint?: string;
  readonly now?: () => number;
  readonly token?: () => Said | Promise<Said>;
}

/** @param answers to the calls, in turn; the last one for ever */
export function connected(answers: readonly Said[], side: Side = {}) {
  const { environment = 'sandbox', endpoint = payPal.endpoints.sandbox, now = () => noon } = side;
  const sent: Sent[] = [];
  const tokens: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    const headers = init?.headers as Record<string, string>;
    const each = { method: init?.method ?? '', url, headers, body: (init?.body ?? '') as string };
    const isToken = url.endsWith('/v1/oauth2/token');
    (isToken ? tokens : sent).push(each);
    const answer = isToken
      ? await (side.token?.() ?? said(200, aToken))
      : (answers[sent.length - 1] ?? answers.at(-1));
    if (!answer) throw new TypeError('fetch failed');
    return new Response(answer.body, { status: answer.status });
  };
  const config = { ...account, environment, endpoint };
  const gateway = payPal.connect(config, { secrets, platformKeys: {} }, { fetch, now, randomBytes });
  const capture = (what: PaymentQuery = query) => gateway.capturePayment?.(what, options);
  return { gateway, capture, sent, tokens };
}

export const prepaid = (...answers: Said[]) => connected(answers).gateway.prepay(request, options);
export const asked = (...answers: Said[]) => connected(answers).gateway.queryPayment(query, options);
export const closed = (...answers: Said[]) => connected(answers).gateway.closePayment(query, options);
export const captured = (...answers: Said[]) => connected(answers).capture();
