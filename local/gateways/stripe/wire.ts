// How an answer leaves, and how planted faults spoil it. Nothing on this wire is signed.
import type { CallFault } from '../faults.ts';
import type { WireAnswer } from '../http.ts';
import { apiVersion } from './endpoints.ts';
import { refusal, unheardOf, type Reply } from './errors.ts';
import { newId, newTail } from './ids.ts';

const holdMs = 30_000;

type Written = WireAnswer & { kind: 'answer' };

/** Any page may call with a publishable key. */
const anyOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Request-Id, Idempotent-Replayed',
};

/** What a browser asks first, because of the headers that it is to send. */
export const preflight: WireAnswer = {
  ...{ kind: 'answer', status: 204, contentType: '', body: '' },
  headers: {
    ...anyOrigin,
    'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
    'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, Stripe-Version',
    'access-control-max-age': '300',
  },
};

/** @param headers what comes with every answer to this request */
export function answered({ status, body, headers: own }: Reply, headers: Record<string, string>): Written {
  const always = { ...anyOrigin, 'stripe-version': apiVersion, 'cache-control': 'no-cache, no-store' };
  return {
    kind: 'answer',
    status,
    contentType: 'application/json',
    body,
    headers: { ...always, ...headers, ...own },
  };
}

/** The request is not carried out, and nothing is kept of it. */
export function instead(fault: CallFault | undefined, ms = holdMs): WireAnswer | undefined {
  if (fault === 'reset_before') return { kind: 'reset' };
  return fault === 'timeout_before' ? { kind: 'hold', ms } : undefined;
}

/** The request was carried out, and this is what the merchant gets to see of it. */
export function spoiled(whole: Written, fault: CallFault, requestId: string, ms?: number): WireAnswer {
  switch (fault) {
    case 'reset_after':
      return { kind: 'reset' };
    case 'timeout_after':
      return { kind: 'hold', ms: ms ?? holdMs };
    case 'html_200':
      return { kind: 'answer', status: 200, contentType: 'text/html; charset=utf-8', body: page };
    case 'truncated':
      return { ...whole, body: whole.body.slice(0, Math.floor(whole.body.length / 2)) };
    case 'bad_signature':
      return { ...whole, status: 200, body: customer() };
    case 'wrong_order':
      return { ...whole, status: 200, body: misplaced(whole) };
    case 'unknown_code':
      return { ...whole, ...refusal(unheardOf, requestId) };
    case 'slow':
    case 'http_500_before':
    case 'http_500_after':
    case 'reset_before':
    case 'timeout_before':
    case 'rate_limited':
      return whole;
  }
}

/** Well formed, and an answer to nothing that was asked. */
function customer(): string {
  return JSON.stringify(
    { id: newId('cus_', 14), object: 'customer', livemode: false, metadata: {} },
    null,
    2,
  );
}

/** Somebody else's object of the same kind; to what is no object, an intent. */
function misplaced({ status, body }: Written): string {
  const own = status === 200 ? (JSON.parse(body) as Record<string, unknown>) : {};
  return JSON.stringify(elsewhere(own), null, 2);
}

function elsewhere(own: Readonly<Record<string, unknown>>): object {
  const { data, metadata } = own;
  if (Array.isArray(data)) {
    // That there is none of somebody else's would be as true of what was asked for.
    const others =
      data.length === 0 && own['url'] === '/v1/refunds' ? [{ object: 'refund', id: 're' }] : data;
    return { ...own, data: others.map((each) => elsewhere(each as Record<string, unknown>)) };
  }
  const isSession = own['object'] === 'checkout.session';
  const prefix = typeof own['id'] === 'string' ? own['id'].split('_')[0] : 'pi';
  const id = isSession ? newId('cs_test_a1', 58) : `${prefix ?? 'pi'}_${newTail()}`;
  return {
    object: 'payment_intent',
    ...own,
    id,
    metadata: { ...(metadata as object | undefined), transaction_id: 'payment_of_somebody_else' },
    ...(own['object'] === 'refund' ? { payment_intent: `pi_${newTail()}` } : {}),
    ...(isSession ? { client_reference_id: 'payment_of_somebody_else' } : {}),
  };
}

const page = '<!doctype html><title>Stripe</title><h1>We will be right back.</h1>\n';
