// What Stripe's refusals prove: its words are taken by table, and only where they are proof.
import { describe, expect, test } from '@jest/globals';
import { stripe } from '../../lib/gateways/stripe/index.ts';
import { noon } from '../contract/bench.ts';
import { error, intent, intentId, secretKey, sessionId } from '../contract/stripe-side.ts';
import {
  answering,
  asked,
  byIntent,
  bySession,
  closed,
  config,
  options,
  order,
  prepaid,
  said,
  secrets,
} from './stripe-answering.ts';

const declined = (code: string) => ({ kind: 'declined', code });
const later = { kind: 'retry_later' };
const unlisted = { kind: 'unknown', reason: 'unlisted_code' };

const refusals = [
  [400, 'invalid_request_error', undefined, declined('refused')],
  [400, 'invalid_request_error', 'parameter_missing', declined('refused')],
  [400, 'invalid_request_error', 'amount_too_small', declined('amount_refused')],
  [400, 'invalid_request_error', 'amount_too_large', declined('amount_refused')],
  [400, 'invalid_request_error', 'testmode_charges_only', declined('misconfigured')],
  [400, 'idempotency_error', undefined, declined('duplicate_order')],
  [401, 'invalid_request_error', undefined, declined('misconfigured')],
  [401, 'invalid_request_error', 'api_key_expired', declined('misconfigured')],
  [403, 'invalid_request_error', undefined, declined('misconfigured')],
  [402, 'card_error', 'card_declined', declined('payer_refused')],
  [409, 'idempotency_error', 'idempotency_key_in_use', later],
  [409, 'invalid_request_error', 'lock_timeout', later],
  [429, 'invalid_request_error', 'rate_limit', later],
  [429, 'invalid_request_error', 'lock_timeout', later],
  [500, 'api_error', undefined, unlisted],
  [503, 'api_error', undefined, unlisted],
  // The three together are the proof: a refusal's word under a failure's status is none.
  [500, 'invalid_request_error', 'amount_too_small', unlisted],
  [500, 'invalid_request_error', 'rate_limit', unlisted],
  [400, 'card_error', 'card_declined', unlisted],
  [400, 'invalid_request_error', 'never_heard_of', unlisted],
  [424, 'api_error', undefined, unlisted],
  [400, 'constructor', undefined, unlisted],
] as const;

test.each(refusals)('%i %s %s', async (status, type, code, meaning) => {
  const answer = said(status, error(type, code));
  const channelCode = { channelCode: code ?? type };
  for (const outcome of [
    await prepaid({}, answer),
    await asked(byIntent, answer),
    await closed(byIntent, answer),
  ])
    expect(outcome).toMatchObject({ ...meaning, ...channelCode });
});

describe('a means to pay was refused', () => {
  const refused = (code: string, change: object = {}) =>
    prepaid({}, said(402, error('card_error', code, { ...change })));

  test.each([
    ['insufficient_funds', 'payer_refused'],
    ['lost_card', 'payer_refused'],
    ['never_heard_of', 'payer_refused'],
    ['invalid_amount', 'amount_refused'],
  ])('%s: %s', async (decline_code, code) => {
    const outcome = await refused('card_declined', { decline_code });
    expect(outcome).toMatchObject({ ...declined(code), channelCode: decline_code });
  });

  test.each([7, null, 'In Valid', ''])(
    'a decline code that is no word says nothing: %j',
    async (decline_code) => {
      const outcome = await refused('expired_card', { decline_code });
      expect(outcome).toMatchObject({ ...declined('payer_refused'), channelCode: 'expired_card' });
    },
  );

  test('a decline code makes no proof of what is none', async () => {
    const change = { decline_code: 'insufficient_funds' };
    expect(await refused('never_heard_of', change)).toMatchObject(unlisted);
    const down = said(500, error('card_error', 'card_declined', change));
    expect(await prepaid({}, down)).toMatchObject(unlisted);
  });
});

test.each([
  [502, '<html>'],
  [401, ''],
  [400, '{"error":"no"}'],
  [400, '{"error":{"type":"in valid"}}'],
  [400, '{"error":{"type":"api_error","code":7}}'],
  [404, '{"error":{"type":"invalid_request_error"'],
  [201, '{}'],
  [301, ''],
])('%i %j is not Stripe’s form, and proves nothing', async (status, body) => {
  for (const outcome of [await prepaid({}, said(status, body)), await closed(bySession, said(status, body))])
    expect(outcome).toEqual({ kind: 'unknown', reason: 'http_status', cause: `HTTP ${status}` });
});

test.each([`Invalid API Key provided: ${secretKey}`, 'No such thing: pi_1_secret_abc'])(
  'no key is handed on with Stripe’s sentence: %s',
  async (message) => {
    const outcome = await prepaid({}, said(401, error('invalid_request_error', undefined, { message })));
    expect(outcome).toHaveProperty('message', expect.stringMatching(/: \(a key\)$/));
  },
);

describe('an order without Stripe’s number', () => {
  test('is asked of nobody, and there is nothing to close', async () => {
    const { gateway, sent } = answering(said(500, ''));
    const unnamed = { transactionId: order, currency: 'USD' } as const;
    const nothing = { state: 'not_found', transactionId: order };
    expect(await gateway.queryPayment(unnamed, options)).toEqual({ kind: 'ok', value: nothing });
    expect(await gateway.closePayment(unnamed, options)).toEqual({ kind: 'ok', value: 'not_found' });
    expect(sent).toEqual([]);
  });

  test.each(['pi_', 'pi_1/../../v1/refunds', 'cs_x_123456', 'ch_3Demo0000', ''])(
    'what no prepay gave is a bug: %j',
    async (gatewayOrderId) => {
      const { gateway, sent } = answering(said(500, ''));
      await expect(gateway.queryPayment({ ...byIntent, gatewayOrderId }, options)).rejects.toThrow(
        /no number/,
      );
      await expect(gateway.closePayment({ ...byIntent, gatewayOrderId }, options)).rejects.toThrow(
        /no number/,
      );
      expect(sent).toEqual([]);
    },
  );
});

test.each([byIntent, bySession])(
  'a number that Stripe gave and does not know is another’s: %j',
  async (of) => {
    const missing = said(404, error('invalid_request_error', 'resource_missing', { param: 'id' }));
    const unknown = { kind: 'unknown', reason: 'unlisted_code', channelCode: 'resource_missing' };
    expect(await asked(of, missing)).toEqual(unknown);
    expect(await closed(of, missing)).toEqual(unknown);
  },
);

describe('a close', () => {
  const unexpected = (status: string, id = intentId) =>
    said(
      400,
      error('invalid_request_error', 'payment_intent_unexpected_state', {
        payment_intent: intent(order, 880, 'usd', { id, status }),
      }),
    );

  test.each([
    ['succeeded', intentId, 'already_paid'],
    ['canceled', intentId, 'already_closed'],
    ['processing', intentId, 'refused'],
    ['succeeded', 'pi_3AnotherIntent00001', 'refused'],
  ])('refused about an intent that is %s (%s): %s', async (status, id, code) => {
    expect(await closed(byIntent, unexpected(status, id))).toMatchObject(declined(code));
  });

  test('a session that is not open declines without a reason: a query tells', async () => {
    expect(await closed(bySession, said(400, error('invalid_request_error')))).toMatchObject(
      declined('refused'),
    );
  });

  test('goes to the order’s own address, under a key of its own each time', async () => {
    const { gateway, sent } = answering(said(200, intent(order, 880, 'usd', { status: 'canceled' })));
    for (let i = 0; i < 2; i++) await gateway.closePayment(byIntent, options);
    await gateway.closePayment(bySession, options);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /v1/payment_intents/${intentId}/cancel`,
      `POST /v1/payment_intents/${intentId}/cancel`,
      `POST /v1/checkout/sessions/${sessionId}/expire`,
    ]);
    const keys = sent.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(new RegExp(`^${order}-close-[0-9a-f-]{36}$`));
  });
});

describe('keys of the other world', () => {
  const connect = (environment: 'production' | 'sandbox' | 'local', pk: string, sk: string) => () =>
    stripe.connect(
      { ...config, publishable_key: pk, environment, endpoint: 'https://stripe.example' },
      { secrets: { ...secrets, secret_key: sk }, platformKeys: {} },
      { fetch, now: () => noon, randomBytes: (n) => Buffer.alloc(n) },
    );
  const [pk, sk] = [config.publishable_key, secretKey];
  const [livePk, liveSk] = [pk.replace('test', 'live'), sk.replace('test', 'live')];

  test.each([
    ['production', pk, liveSk, 'publishable_key'],
    ['production', livePk, sk, 'secret_key'],
    ['sandbox', livePk, sk, 'publishable_key'],
    ['local', pk, liveSk, 'secret_key'],
  ] as const)('%s refuses %s with %s', (environment, publishable, secret, name) => {
    const connecting = connect(environment, publishable, secret);
    expect(connecting).toThrow(new RegExp(`${name} has to be`));
    expect(connecting).not.toThrow(secret);
  });

  test.each([
    ['production', livePk, liveSk],
    ['production', livePk, liveSk.replace('sk_', 'rk_')],
    ['sandbox', pk, sk],
  ] as const)('%s takes %s with %s', (environment, publishable, secret) => {
    expect(connect(environment, publishable, secret)).not.toThrow();
  });
});
