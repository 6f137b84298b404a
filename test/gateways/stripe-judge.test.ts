// Stripe's own library as judge, in both directions: what it signs we accept, what we accept it accepts; what we send is what
// it would send.
import Stripe from 'stripe';
import { describe, expect, test } from '@jest/globals';
import { CallbackRefused } from '../../lib/gateways/gateway.ts';
import { apiVersion } from '../../lib/gateways/stripe/client.ts';
import { prove } from '../../lib/gateways/stripe/signature.ts';
import {
  event,
  intentId,
  paidIntent,
  posted,
  refundNumber,
  seconds,
  secretKey,
  sessionId,
  sharedSecret,
  signature,
  strangerSecret,
  webhookSecret,
} from '../contract/stripe-side.ts';
import {
  answering,
  byIntent,
  bySession,
  options,
  order,
  request,
  said,
  type Request,
} from './stripe-answering.ts';
import { theirs } from './stripe-judging.ts';
import { refundId, wanted } from './stripe-refunding.ts';

describe('callbacks', () => {
  // The judge knows no clock but the wall's.
  const now = Date.now();
  const body = JSON.stringify(event('payment_intent.succeeded', paidIntent(order, 880, 'usd')), null, 2);
  const judge = new Stripe(secretKey);

  function isAccepted(text: string, header: string): boolean {
    try {
      judge.webhooks.constructEvent(text, header, webhookSecret);
      return true;
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
      throw error;
    }
  }
  function isProved(text: string, header: string): boolean {
    try {
      prove(posted(text, header), [webhookSecret], now);
      return true;
    } catch (error) {
      if (error instanceof CallbackRefused) return false;
      throw error;
    }
  }
  const header = (secret: string, at = now) => signature(body, secret, at);

  test('what the judge signs is proved', () => {
    const timestamp = seconds(now);
    const theirs = judge.webhooks.generateTestHeaderString({
      payload: body,
      secret: webhookSecret,
      timestamp,
    });
    expect(isProved(body, theirs)).toBe(true);
    expect(isProved(body.replace('880', '881'), theirs)).toBe(false);
  });

  test.each([
    ['genuine', body, header(webhookSecret), true],
    ['another body', body.replace('880', '881'), header(webhookSecret), false],
    ['a stranger', body, header(strangerSecret), false],
    ['the other endpoint', body, header(sharedSecret), false],
    ['an empty key', body, header(''), false],
    ['old', body, header(webhookSecret, now - 400_000), false],
    ['only v0', body, header(webhookSecret).replace('v1', 'v0'), false],
    ['no time', body, header(webhookSecret).replace(/t=\d+,/, ''), false],
  ])('%s: the judge and we agree', (_, text, text1, expected) => {
    expect(isAccepted(text, text1)).toBe(expected);
    expect(isProved(text, text1)).toBe(expected);
  });

  test('the judge takes what is signed in years to come, and we do not', () => {
    const future = header(webhookSecret, now + 315_360_000_000);
    expect(isAccepted(body, future)).toBe(true);
    expect(isProved(body, future)).toBe(false);
  });
});

describe('calls', () => {
  test('are of the version that the judge speaks', () => {
    expect(apiVersion).toBe(Stripe.API_VERSION);
  });

  const told = ({ method, path, form, headers }: Request) => ({
    method,
    path: decodeURIComponent(path),
    form,
    authorization: headers['authorization'],
    version: headers['stripe-version'],
    type: method === 'POST' ? headers['content-type'] : undefined,
    // Those of a close are new each time.
    key: headers['idempotency-key']?.replace(/^((?!-create-|-refund-).)*$/, 'one of its own'),
  });
  const idempotencyKey = `${order}-create-0`;
  const description = '一杯 coffee & cake';
  const back = `${request.returnUrl}?transaction_id=${order}&session_id={CHECKOUT_SESSION_ID}`;

  test.each<
    [
      string,
      (gateway: ReturnType<typeof answering>['gateway']) => Promise<unknown>,
      (stripe: Stripe) => Promise<unknown>,
    ]
  >([
    [
      'an intent',
      (gateway) => gateway.prepay(request, options),
      (stripe) =>
        stripe.paymentIntents.create(
          {
            amount: 880,
            currency: 'usd',
            allowed_payment_method_types: ['card'],
            capture_method: 'automatic',
            description,
            metadata: { transaction_id: order },
          },
          { idempotencyKey },
        ),
    ],
    [
      'a session',
      (gateway) => gateway.prepay({ ...request, method: 'stripe_checkout' }, options),
      (stripe) =>
        stripe.checkout.sessions.create(
          {
            mode: 'payment',
            allowed_payment_method_types: ['card'],
            line_items: [
              {
                price_data: { currency: 'usd', unit_amount: 880, product_data: { name: description } },
                quantity: 1,
              },
            ],
            success_url: back,
            cancel_url: back,
            client_reference_id: order,
            expires_at: Math.floor(Date.parse(request.expiresAt) / 1000) - 60,
            metadata: { transaction_id: order },
            payment_intent_data: {
              capture_method: 'automatic',
              description,
              metadata: { transaction_id: order, by: 'checkout_session' },
            },
          },
          { idempotencyKey },
        ),
    ],
    [
      'a query of an intent',
      (gateway) => gateway.queryPayment(byIntent, options),
      (stripe) => stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] }),
    ],
    [
      'a query of a session',
      (gateway) => gateway.queryPayment(bySession, options),
      (stripe) => stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent.latest_charge'] }),
    ],
    [
      'a refund',
      async (gateway) => gateway.refund?.(wanted, options),
      (stripe) =>
        stripe.refunds.create(
          {
            payment_intent: intentId,
            amount: 300,
            reason: 'requested_by_customer',
            metadata: { refund_id: refundId, transaction_id: order },
          },
          { idempotencyKey: `${refundId}-refund-0` },
        ),
    ],
    [
      'a query of a refund',
      async (gateway) => gateway.queryRefund?.({ ...wanted, gatewayRefundId: refundNumber }, options),
      (stripe) => stripe.refunds.retrieve(refundNumber),
    ],
    [
      'a look for a refund',
      async (gateway) => gateway.queryRefund?.(wanted, options),
      (stripe) => stripe.refunds.list({ payment_intent: intentId, limit: 20 }),
    ],
    [
      'a cancel',
      (gateway) => gateway.closePayment(byIntent, options),
      (stripe) => stripe.paymentIntents.cancel(intentId),
    ],
    [
      'an end of a session',
      (gateway) => gateway.closePayment(bySession, options),
      (stripe) => stripe.checkout.sessions.expire(sessionId),
    ],
  ])('%s is asked for as the judge asks', async (_, ours, judges) => {
    const { gateway, sent } = answering(said(502, ''));
    await ours(gateway);
    const [first] = sent;
    if (!first) throw new Error('nothing was sent');
    const judged = await theirs(judges);
    // A list is spelt `[]` or `[0]`: Stripe reads both.
    const plain = (request: Request) =>
      JSON.parse(JSON.stringify(told(request)).replaceAll('[0]', '[]')) as unknown;
    expect(plain(first)).toEqual(plain(judged));
  });

  test.each([
    [
      400,
      { type: 'invalid_request_error', code: 'amount_too_small' },
      'StripeInvalidRequestError',
      'declined',
    ],
    [401, { type: 'invalid_request_error' }, 'StripeAuthenticationError', 'declined'],
    [403, { type: 'invalid_request_error' }, 'StripePermissionError', 'declined'],
    [400, { type: 'idempotency_error' }, 'StripeIdempotencyError', 'declined'],
    [429, { type: 'invalid_request_error', code: 'rate_limit' }, 'StripeRateLimitError', 'retry_later'],
    [500, { type: 'api_error' }, 'StripeAPIError', 'unknown'],
  ])('%i %j is to the judge a %s, to us %s', async (status, error, type, kind) => {
    const body = JSON.stringify({ error: { ...error, message: 'no' } });
    const httpClient = Stripe.createFetchHttpClient(() => Promise.resolve(new Response(body, { status })));
    const judge = new Stripe(secretKey, { httpClient, maxNetworkRetries: 0, telemetry: false });
    await expect(judge.paymentIntents.retrieve(intentId)).rejects.toMatchObject({ type });
    const { gateway } = answering(said(status, body));
    expect(await gateway.prepay(request, options)).toMatchObject({ kind });
  });
});
