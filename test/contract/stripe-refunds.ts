// Stripe’s refunds before the contract suite.
import { randomBytes } from 'node:crypto';
import { formatAmount } from '../../lib/domain/money.ts';
import type { RefundOrder } from '../../lib/domain/refund.ts';
import type { Callback, GatewayPorts } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { stripe } from '../../lib/gateways/stripe/index.ts';
import { setting, type Sent } from './bench.ts';
import type { RefundBench, RefundMood, RefundSays } from './refund-bench.ts';
import {
  account,
  elsewhereSecret,
  elsewhereShared,
  error,
  event,
  intentId,
  posted,
  publishableKey,
  refund,
  secretKey,
  sharedSecret,
  signature,
  strangerSecret,
  webhookSecret,
  type Fields,
} from './stripe-side.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const answered = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body, null, 2) });

/** Of how Stripe tells of it: the status, and why it is not through. */
const statuses: Partial<Record<RefundMood, Fields>> = {
  succeeded: {},
  processing: { status: 'pending', pending_reason: 'processing' },
  failed: { status: 'failed', failure_reason: 'lost_or_stolen_card' },
  needs_action: { status: 'pending', pending_reason: 'insufficient_funds' },
  other_order: { payment_intent: 'pi_3AnotherIntentOfTests01' },
};

const refusals: Partial<Record<RefundMood, Answer>> = {
  refused: answered(400, error('invalid_request_error', 'charge_already_refunded')),
  insufficient_balance: answered(400, error('invalid_request_error', 'balance_insufficient')),
  // The restricted key may read refunds and write none.
  misconfigured: answered(403, error('invalid_request_error')),
};

const failures: Partial<Record<RefundMood, Answer>> = {
  rate_limited: answered(429, error('invalid_request_error', 'rate_limit')),
  unlisted_code: answered(400, error('invalid_request_error', 'never_heard_of')),
  unsure: answered(500, error('api_error')),
  http_500: { status: 500, body: 'Internal Server Error' },
  redirect: { status: 302, body: '' },
  html: { status: 200, body: '<!doctype html><h1>Down for maintenance</h1>' },
};

function answer(mood: RefundMood, isSent: boolean, order: RefundOrder): Answer {
  const failure = failures[mood] ?? (isSent ? refusals[mood] : undefined);
  if (failure) return failure;
  const made = refund(order.refundId, order.amount.minor, order.amount.currency.toLowerCase(), {
    payment_intent: order.gatewayTransactionId,
    ...statuses[mood],
  });
  const isThere = mood !== 'not_found' && !(mood in refusals);
  const list = { object: 'list', url: '/v1/refunds', has_more: false, data: isThere ? [made] : [] };
  const { body } = answered(200, isSent ? made : list);
  if (mood === 'half') return { status: 200, body: body.slice(0, body.length / 2) };
  return { status: 200, body: mood === 'too_long' ? body + ' '.repeat(2 * 1024 * 1024) : body };
}

const connect: RefundBench['connect'] = (mood, now, order) => {
  const sent: Sent[] = [];
  const fetch: GatewayPorts['fetch'] = (_, init) => {
    const form = new URLSearchParams(init?.body as string | undefined);
    const { 'idempotency-key': key } = init?.headers as Record<string, string>;
    const minor = form.get('amount');
    const amount = minor === null ? undefined : formatAmount({ minor: Number(minor), currency: 'USD' });
    const business = { key, ...Object.fromEntries(form) };
    sent.push({ order: form.get('metadata[refund_id]'), amount, business });
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood === 'timeout') return untilAborted(init?.signal);
    const { status, body } = answer(mood, init?.method === 'POST', order);
    return Promise.resolve(new Response(body, { status }));
  };
  const provider: Provider = stripe;
  const config = { ...account, publishable_key: publishableKey, ...setting };
  const secrets = { secret_key: secretKey, webhook_secret: webhookSecret };
  const ports = { fetch, now: () => now, randomBytes };
  return { gateway: provider.connect(config, { secrets, platformKeys: {} }, ports), sent };
};

export function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function said({ refundId, amount, at, merchant, environment, signedBy }: RefundSays): Callback {
  const made = refund(refundId, amount.minor, amount.currency.toLowerCase());
  const whose = merchant === 'another' ? { account: 'acct_1OtherShopOfTests' } : {};
  const body = JSON.stringify(event('refund.created', made, at, whose), null, 2);
  const shared = environment === 'ours' ? sharedSecret : elsewhereShared;
  const own = environment === 'ours' ? webhookSecret : elsewhereSecret;
  const secret = merchant === 'another' ? shared : own;
  const callback = posted(body, signature(body, signedBy === 'stranger' ? strangerSecret : secret, at));
  return signedBy === 'nobody' ? { ...callback, headers: {} } : callback;
}

export const stripeRefunds: RefundBench = {
  never: {},
  neverQueried: {},
  gatewayTransactionId: () => intentId,
  connect,
  callback: said,
};
