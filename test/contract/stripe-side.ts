// Stripe's side, written for the tests alone: its secrets, its events, its objects.
import { createHmac } from 'node:crypto';
import { paymentOf, type RefundId } from '../../lib/domain/ids.ts';
import type { Callback } from '../../lib/gateways/gateway.ts';
import { noon } from './bench.ts';

export const account = { account_id: 'acct_1DemoShopOfTests' };
export const publishableKey = 'pk_test_51DemoShopOfTests0000000000';
export const secretKey = 'sk_test_51DemoShopOfTests0000000001';
export const webhookSecret = 'whsec_OursAndNobodyElses000000000001';
/** of an endpoint that a platform shares with its other account */
export const sharedSecret = 'whsec_SharedByTwoAccounts0000000002';
export const strangerSecret = 'whsec_OfAStranger00000000000000003';
/** Stripe in another sandbox. */
export const elsewhereSecret = 'whsec_OfAnotherSandbox000000000004';
export const elsewhereShared = 'whsec_OfAnotherSandbox000000000005';

export const version = '2026-10-28.endive';
export const intentId = 'pi_3DemoIntentOfTests00001a';
export const sessionId = 'cs_test_a1DemoSessionOfTests0000000000000000000000000000000001';
export const refundNumber = 're_3DemoIntentOfTests00001d';
export const chargeId = 'ch_3DemoIntentOfTests00001b';

export type Fields = Readonly<Record<string, unknown>>;

/** seconds since 1970 UTC of ms */
export function seconds(at: number): number {
  return Math.floor(at / 1000);
}

/** @param minor on the wire */
export function intent(order: string, minor: number, currency: string, change: Fields = {}): Fields {
  return {
    id: intentId,
    object: 'payment_intent',
    amount: minor,
    amount_received: 0,
    client_secret: `${intentId}_secret_DemoSecretOfTests`,
    created: seconds(noon),
    currency,
    description: '一杯咖啡 / coffee',
    latest_charge: null,
    livemode: false,
    metadata: { transaction_id: order },
    status: 'requires_payment_method',
    ...change,
  };
}

export function paidIntent(order: string, minor: number, currency: string, change: Fields = {}): Fields {
  const paid = { amount_received: minor, latest_charge: chargeId, status: 'succeeded' };
  return intent(order, minor, currency, { ...paid, ...change });
}

/** As a query brings it along. */
export function charge(at: number, change: Fields = {}): Fields {
  const card = { brand: 'visa', funding: 'credit', last4: '4242', wallet: null };
  return {
    id: chargeId,
    object: 'charge',
    created: seconds(at),
    payment_method_details: { type: 'card', card },
    ...change,
  };
}

export function session(order: string, minor: number, currency: string, change: Fields = {}): Fields {
  return {
    id: sessionId,
    object: 'checkout.session',
    amount_total: minor,
    client_reference_id: order,
    created: seconds(noon),
    currency,
    expires_at: seconds(noon) + 3600,
    livemode: false,
    metadata: { transaction_id: order },
    mode: 'payment',
    payment_intent: null,
    payment_status: 'unpaid',
    status: 'open',
    url: `https://checkout.stripe.com/c/pay/${sessionId}#fidkdWxOYHwnPyd1blppbHNgWjA0`,
    ...change,
  };
}

export function paidSession(order: string, minor: number, currency: string, change: Fields = {}): Fields {
  const paid = { payment_intent: intentId, payment_status: 'paid', status: 'complete', url: null };
  return session(order, minor, currency, { ...paid, ...change });
}

/** Successful; without a number of ours it was made at the console. @param minor on the wire */
export function refund(
  refundId: RefundId | undefined,
  minor: number,
  currency: string,
  change: Fields = {},
): Fields {
  const ours = refundId && { refund_id: refundId, transaction_id: paymentOf(refundId) };
  return {
    id: refundNumber,
    object: 'refund',
    amount: minor,
    charge: chargeId,
    created: seconds(noon),
    currency,
    metadata: ours ?? {},
    payment_intent: intentId,
    reason: 'requested_by_customer',
    status: 'succeeded',
    ...change,
  };
}

/** @param at ms since 1970 UTC */
export function event(type: string, object: Fields, at: number = noon, change: Fields = {}): Fields {
  return {
    id: 'evt_3DemoEventOfTests00001c',
    object: 'event',
    api_version: version,
    created: seconds(at),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    ...change,
  };
}

/** Hex, over what Stripe signs. */
export function v1(secret: string, at: string, body: string | Uint8Array): string {
  return createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
}

/** @param at ms since 1970 UTC */
export function signature(body: string | Uint8Array, secret = webhookSecret, at: number = noon): string {
  const time = String(seconds(at));
  return `t=${time},v1=${v1(secret, time, body)}`;
}

/** Signed now, unless another header is given. */
export function posted(body: string | Uint8Array, header = signature(body)): Callback {
  return { body: Buffer.from(body), headers: { 'stripe-signature': [header] } };
}

/** A refusal in Stripe's form. */
export function error(type: string, code?: string, change: Fields = {}): Fields {
  const more = code === undefined ? {} : { code, doc_url: `https://stripe.com/docs/error-codes/${code}` };
  return { error: { type, ...more, message: 'No, in words for people.', param: null, ...change } };
}
