// Stripe before the contract suite.
import { randomBytes } from 'node:crypto';
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import type { Callback, GatewayPorts } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { stripe } from '../../lib/gateways/stripe/index.ts';
import { stripeRefunds, untilAborted } from './stripe-refunds.ts';
import { setting, type Bench, type Mood, type Says, type Seat, type Sent } from './bench.ts';
import {
  account,
  charge,
  elsewhereSecret,
  elsewhereShared,
  error,
  event,
  intent,
  intentId,
  paidIntent,
  paidSession,
  posted,
  publishableKey,
  secretKey,
  session,
  sessionId,
  sharedSecret,
  signature,
  strangerSecret,
  v1,
  webhookSecret,
  seconds,
  type Fields,
} from './stripe-side.ts';

/** The secrets of the two endpoints, by environment: the one of the shop, and the one that it shares with another account. */
const endpoints: Readonly<Record<Seat['environment'], { readonly own: string; readonly shared: string }>> = {
  ours: { own: webhookSecret, shared: sharedSecret },
  another: { own: elsewhereSecret, shared: elsewhereShared },
};
const another = { account_id: 'acct_1OtherShopOfTests' };
const config = { ...account, publishable_key: publishableKey };
const secrets = { secret_key: secretKey, webhook_secret: webhookSecret };

/** One of the two ways to pay, as Stripe tells of it. */
interface Way {
  readonly method: string;
  readonly gatewayOrderId: string;
  readonly open: (order: string, minor: number, currency: string, change?: Fields) => Fields;
  readonly paid: (order: string, minor: number, currency: string, change?: Fields) => Fields;
  /** as a query brings it */
  readonly expanded: (order: string, minor: number, currency: string, at: number) => Fields;
  readonly closed: Fields;
  readonly types: Readonly<Record<Exclude<Says['news'], 'unrelated'>, string>>;
}

const byIntent: Way = {
  method: 'card',
  gatewayOrderId: intentId,
  open: intent,
  paid: paidIntent,
  expanded: (order, minor, currency, at) => paidIntent(order, minor, currency, { latest_charge: charge(at) }),
  closed: { status: 'canceled' },
  types: {
    paid: 'payment_intent.succeeded',
    closed: 'payment_intent.canceled',
    unlisted_status: 'payment_intent.wonderful',
  },
};

const byCheckout: Way = {
  method: 'stripe_checkout',
  gatewayOrderId: sessionId,
  open: session,
  paid: paidSession,
  expanded: (order, minor, currency, at) => {
    const made = { transaction_id: order, by: 'checkout_session' };
    const payment_intent = paidIntent(order, minor, currency, {
      metadata: made,
      latest_charge: charge(at),
    });
    return paidSession(order, minor, currency, { payment_intent });
  },
  closed: { status: 'expired', url: null },
  types: {
    paid: 'checkout.session.completed',
    closed: 'checkout.session.expired',
    unlisted_status: 'checkout.session.wonderful',
  },
};

function saidEvent({ transactionId, amount, at, news, merchant }: Says, way: Way): Fields {
  const whose = merchant === 'another' ? { account: another.account_id } : {};
  const { minor, currency } = amount;
  const facts = [transactionId, minor, currency.toLowerCase()] as const;
  if (news === 'unrelated') return event('customer.created', { id: 'cus_1', object: 'customer' }, at, whose);
  const object = news === 'closed' ? way.open(...facts, way.closed) : way.paid(...facts);
  return event(way.types[news], object, at, whose);
}

function secretOf({ signedBy, merchant, environment }: Says): string {
  const { own, shared } = endpoints[environment];
  if (signedBy === 'stranger') return strangerSecret;
  return merchant === 'another' ? shared : own;
}

function said(facts: Says, way: Way): Callback {
  const body = JSON.stringify(saidEvent(facts, way), null, 2);
  const callback = posted(body, signature(body, secretOf(facts), facts.at));
  return facts.signedBy === 'nobody' ? { ...callback, headers: {} } : callback;
}

/** The same event in every spelling that JSON has for it, and signed in every way of Stripe's. */
function variants(facts: Says, way: Way): readonly Callback[] {
  const told = saidEvent(facts, way);
  const plain = JSON.stringify(told);
  const [secret, time] = [secretOf(facts), String(seconds(facts.at))];
  const [good, old] = [v1(secret, time, plain), v1(strangerSecret, time, plain)];
  return [
    ...[
      plain,
      JSON.stringify(Object.fromEntries(Object.entries(told).reverse())),
      plain.replaceAll('/', '\\/'),
      plain.replaceAll('咖啡', '\\u5496\\u5561'),
      // Platforms are told whose event it is.
      JSON.stringify({ ...told, account: account.account_id }),
    ].map((text) => posted(text, signature(text, secret, facts.at))),
    posted(plain, `v0=${'0'.repeat(64)},v1=${good},t=${time}`),
    posted(plain, `t=${time},v1=${old},v1=${good}`),
  ];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const other = (number: string) => `${number.slice(0, -4)}zzzz`;
const answered = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body, null, 2) });

function answer(way: Way, order: string, isClose: boolean, mood: Mood, now: number, amount: Money): Answer {
  const facts = [order, amount.minor, amount.currency.toLowerCase()] as const;
  const open = answered(200, way.open(...facts));
  const closed = answered(200, way.open(...facts, way.closed));
  const whole = open.body;
  const missing = error('invalid_request_error', 'resource_missing', { param: 'id' });
  const answers: Partial<Record<Mood, Answer>> = {
    well: isClose ? closed : open,
    not_found: answered(404, missing),
    paid: answered(200, way.expanded(...facts, now)),
    closed,
    declined: answered(401, error('invalid_request_error')),
    rate_limited: answered(429, error('invalid_request_error', 'rate_limit')),
    unlisted_code: answered(400, error('invalid_request_error', 'never_heard_of')),
    unsure: answered(500, error('api_error')),
    other_order: answered(200, way.open(other(order), facts[1], facts[2], { id: other(way.gatewayOrderId) })),
    http_500: { status: 500, body: 'Internal Server Error' },
    redirect: { status: 302, body: '' },
    half: { status: 200, body: whole.slice(0, whole.length / 2) },
    html: { status: 200, body: '<!doctype html><h1>Down for maintenance</h1>' },
    too_long: { status: 200, body: whole + ' '.repeat(256 * 1024) },
  };
  return answers[mood] ?? open;
}

/** The decimal text of what was asked for; queries and closes ask for nothing. */
function amountOf(form: URLSearchParams): string | undefined {
  const minor = form.get('amount') ?? form.get('line_items[0][price_data][unit_amount]');
  return minor === null ? undefined : formatAmount({ minor: Number(minor), currency: 'USD' });
}

function connector(way: Way): Bench['connect'] {
  return (mood, now, amount = { minor: 880, currency: 'USD' }) => {
    const sent: Sent[] = [];
    let order = '';
    const fetch: GatewayPorts['fetch'] = (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const form = new URLSearchParams(init?.body as string | undefined);
      const isClose = /\/(cancel|expire)$/.test(pathname);
      order = form.get('metadata[transaction_id]') ?? order;
      const { 'idempotency-key': key } = init?.headers as Record<string, string>;
      sent.push({ order, amount: amountOf(form), business: { key, ...Object.fromEntries(form) } });
      if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
      if (mood === 'timeout') return untilAborted(init?.signal);
      const { status, body } = answer(way, order, isClose, mood, now, amount);
      return Promise.resolve(new Response(body, { status }));
    };
    const provider: Provider = stripe;
    const credentials = { secrets, platformKeys: {} };
    const ports = { fetch, now: () => now, randomBytes };
    const connected = provider.connect({ ...config, ...setting }, credentials, ports);
    // Stripe knows an order by its number alone: this one remembers whose it is.
    const gateway: typeof connected = {
      ...connected,
      queryPayment: (query, options) => {
        order = query.transactionId;
        return connected.queryPayment(query, options);
      },
      closePayment: (query, options) => {
        order = query.transactionId;
        return connected.closePayment(query, options);
      },
    };
    return { gateway, sent };
  };
}

function door({ merchant, environment }: Seat): Pick<Bench, 'config' | 'proofs'> {
  const { own, shared } = endpoints[environment];
  return merchant === 'ours'
    ? {
        config,
        proofs: { secrets: { webhook_secret: own, webhook_secret_previous: shared }, platformKeys: {} },
      }
    : {
        config: { ...config, ...another },
        proofs: { secrets: { webhook_secret: shared }, platformKeys: {} },
      };
}

const benchOf = (way: Way): Bench => ({
  provider: stripe,
  method: way.method,
  gatewayOrderId: () => way.gatewayOrderId,
  signsNoAnswers: true,
  forgetsNothing: true,
  config,
  secrets,
  signer: undefined,
  hidden: [secretKey, webhookSecret, sharedSecret],
  proofs: door({ merchant: 'ours', environment: 'ours' }).proofs,
  acknowledgements: {
    accepted: { status: 200, contentType: 'application/json', body: '{"received":true}' },
    refused: { status: 400, contentType: 'application/json', body: '{"received":false}' },
  },
  callback: (facts) => said(facts, way),
  door,
  variants: (facts) => variants(facts, way),
  // The signature covers the very bytes.
  harmlessFlips: () => 0,
  connect: connector(way),
  refunds: stripeRefunds,
});

export const stripeBench = benchOf(byIntent);
export const stripeCheckoutBench = benchOf(byCheckout);
