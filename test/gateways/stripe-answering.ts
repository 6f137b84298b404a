// A connected Stripe gateway whose other side says what a test wants said.
import { randomBytes } from 'node:crypto';
import type { PaymentQuery, PrepayRequest } from '../../lib/gateways/gateway.ts';
import { stripe } from '../../lib/gateways/stripe/index.ts';
import { anId, noon } from '../contract/bench.ts';
import {
  account,
  intentId,
  publishableKey,
  secretKey,
  sessionId,
  webhookSecret,
  type Fields,
} from '../contract/stripe-side.ts';

export const order = anId();
export const options = { deadline: noon + 5_000 };
export const config = { ...account, publishable_key: publishableKey };
export const secrets = { secret_key: secretKey, webhook_secret: webhookSecret };

export interface Said {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Request {
  readonly method: string;
  /** path and query as they were sent */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

export function said(status: number, body: object | string, headers: Said['headers'] = {}): Said {
  return { status, body: typeof body === 'string' ? body : JSON.stringify(body), headers };
}

/** @returns a gateway whose provider answers so, one after another and the last for ever, and what it was sent */
export function answering(...answers: readonly Said[]) {
  const sent: Request[] = [];
  const fetch = (url: unknown, init?: RequestInit) => {
    const { pathname, search } = new URL(String(url));
    const answer = answers[Math.min(sent.length, answers.length - 1)];
    sent.push({
      method: init?.method ?? '',
      path: pathname + search,
      headers: init?.headers as Record<string, string>,
      form: Object.fromEntries(new URLSearchParams((init?.body ?? '') as string)),
    });
    const { status, body, headers = {} } = answer ?? said(500, 'nothing to say');
    return Promise.resolve(new Response(body, { status, headers }));
  };
  const gateway = stripe.connect(
    { ...config, environment: 'sandbox', endpoint: 'https://stripe.example' },
    { secrets, platformKeys: {} },
    { fetch, now: () => noon, randomBytes },
  );
  return { sent, gateway };
}

export const request: PrepayRequest = {
  transactionId: order,
  method: 'card',
  amount: { minor: 880, currency: 'USD' },
  subject: '一杯 coffee\n& cake',
  expiresAt: '2026-11-20T07:07:08.500Z',
  callbackUrl: 'https://pay.example.com/payments/callbacks/STRIPE',
  returnUrl: 'https://pay.example.com/payments/returns/STRIPE',
};
export const byIntent: PaymentQuery = { transactionId: order, currency: 'USD', gatewayOrderId: intentId };
export const bySession: PaymentQuery = { transactionId: order, currency: 'USD', gatewayOrderId: sessionId };

export const prepaid = (change: Partial<PrepayRequest>, ...answers: readonly Said[]) =>
  answering(...answers).gateway.prepay({ ...request, ...change }, options);
export const asked = (query: PaymentQuery, body: Fields | Said) =>
  answering(isSaid(body) ? body : said(200, body)).gateway.queryPayment(query, options);
export const closed = (query: PaymentQuery, body: Fields | Said) =>
  answering(isSaid(body) ? body : said(200, body)).gateway.closePayment(query, options);

function isSaid(body: Fields | Said): body is Said {
  return typeof body.status === 'number';
}
