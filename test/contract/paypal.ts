// PayPal before the contract suite. Its callbacks are hints: of the suite's cases about money in callbacks none applies.
import { randomBytes } from 'node:crypto';
import type { TransactionId } from '../../lib/domain/ids.ts';
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import type { Callback, GatewayPorts } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { payPal } from '../../lib/gateways/paypal/index.ts';
import { setting, type Bench, type Mood, type Says, type Seat, type Sent } from './bench.ts';
import {
  account,
  captureOf,
  certificateUrl,
  eventOf,
  failureOf,
  orderOf,
  secrets,
  served,
  transmitted,
  worlds,
  type Transmission,
} from './paypal-side.ts';

const another = { merchant_id: 'N8TJV3C6YD5PS' };
const configOf = (environment: Seat['environment']) => ({
  ...account,
  root_certificate_platform: worlds[environment].authority.rootPem,
});

/** Both ways, as PayPal keeps its orders. */
const numbers = new Map<string, TransactionId>();

function gatewayOrderId(transactionId: TransactionId): string {
  const number = transactionId.slice(-17).toUpperCase();
  numbers.set(number, transactionId);
  return number;
}

function saidEvent({ transactionId, amount, at, news, merchant }: Says): Record<string, unknown> {
  const capture = {
    ...captureOf({
      id: gatewayOrderId(transactionId),
      order: transactionId,
      value: formatAmount(amount),
      at,
    }),
    payee: { merchant_id: merchant === 'another' ? another.merchant_id : account.merchant_id },
  };
  const type = {
    paid: 'PAYMENT.CAPTURE.COMPLETED',
    closed: 'PAYMENT.CAPTURE.DECLINED',
    unlisted_status: 'PAYMENT.CAPTURE.WONDERFUL',
    unrelated: 'CUSTOMER.DISPUTE.CREATED',
  }[news];
  return eventOf(type, capture);
}

function posted(text: string, { at, signedBy, environment }: Says, more: Transmission = {}): Callback {
  const { hand } = worlds[signedBy === 'stranger' ? 'stranger' : environment];
  const url = certificateUrl(worlds[environment]);
  const headers = transmitted(text, { at, by: hand, url, ...more });
  if (signedBy === 'nobody') delete headers['paypal-transmission-sig'];
  return { body: Buffer.from(text), headers };
}

/** The same event in other spellings of JSON; a stranger names a certificate of his own, too. */
function variants(facts: Says): readonly Callback[] {
  const said = saidEvent(facts);
  const plain = JSON.stringify(said);
  const spellings = [
    JSON.stringify(said, null, 2),
    JSON.stringify(Object.fromEntries(Object.entries(said).reverse())),
    plain.replaceAll('/', '\\/'),
    plain.replace('Payment', '\\u0050ayment'),
  ];
  const own =
    facts.signedBy === 'stranger' ? [posted(plain, facts, { url: certificateUrl(worlds.stranger) })] : [];
  return [...spellings.map((text) => posted(text, facts)), ...own];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function answer(id: string, mood: Mood, now: number, amount: Money, isCreate: boolean): Answer {
  const order = numbers.get(id) ?? '';
  const facts = { id, order, value: formatAmount(amount), at: now };
  const said = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
  const well = said(isCreate ? 201 : 200, orderOf(facts));
  const answers: Partial<Record<Mood, Answer>> = {
    not_found: said(404, failureOf('RESOURCE_NOT_FOUND', 'INVALID_RESOURCE_ID')),
    declined: said(403, failureOf('NOT_AUTHORIZED', 'PERMISSION_DENIED')),
    rate_limited: said(429, failureOf('RATE_LIMIT_REACHED', 'RATE_LIMIT_REACHED')),
    unlisted_code: said(422, failureOf('UNPROCESSABLE_ENTITY', 'NEVER_HEARD_OF')),
    unsure: said(500, failureOf('INTERNAL_SERVER_ERROR')),
    other_order: said(200, orderOf({ ...facts, order: `${order.slice(0, -4)}zzzz` })),
    http_500: { status: 500, body: 'Internal Server Error' },
    redirect: { status: 302, body: '' },
    half: { status: 200, body: well.body.slice(0, well.body.length / 2) },
    html: { status: 200, body: '<!doctype html><h1>This page isn’t available</h1>' },
    too_long: { status: 200, body: well.body + ' '.repeat(256 * 1024) },
    ...(!isCreate && {
      paid: said(200, orderOf({ ...facts, status: 'COMPLETED', captured: 'COMPLETED' })),
      closed: said(200, orderOf({ ...facts, status: 'VOIDED' })),
    }),
  };
  return answers[mood] ?? well;
}

interface Asked {
  readonly purchase_units: readonly {
    readonly custom_id: TransactionId;
    readonly amount: { readonly value: string };
  }[];
}

const token = 'A21AAFEpH4PsADK7qSS7pSRsgz';

const connect: Bench['connect'] = (mood, now, amount = { minor: 880, currency: 'USD' }) => {
  const sent: Sent[] = [];
  const fetch: GatewayPorts['fetch'] = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    // Faults of the token service are cases of its own tests.
    if (pathname === '/v1/oauth2/token')
      return Promise.resolve(
        Response.json({ access_token: token, token_type: 'Bearer', expires_in: 32_400 }),
      );
    const business = typeof init?.body === 'string' ? (JSON.parse(init.body) as Asked) : undefined;
    const [unit] = business?.purchase_units ?? [];
    const id = unit ? gatewayOrderId(unit.custom_id) : (pathname.split('/').at(-1) ?? '');
    sent.push({ order: numbers.get(id), amount: unit?.amount.value, business });
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood === 'timeout') return untilAborted(init?.signal);
    const { status, body } = answer(id, mood, now, amount, business !== undefined);
    return Promise.resolve(new Response(body, { status }));
  };
  const provider: Provider = payPal;
  const credentials = { secrets, platformKeys: {} };
  const gateway = provider.connect({ ...configOf('ours'), ...setting }, credentials, {
    fetch,
    now: () => now,
    randomBytes,
  });
  return { gateway, sent };
};

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

const proofs = { secrets: {}, platformKeys: {} };

export const payPalBench: Bench = {
  provider: payPal,
  method: 'paypal',
  config: configOf('ours'),
  secrets,
  signer: undefined,
  hidden: [
    secrets.client_secret,
    Buffer.from(`${account.client_id}:${secrets.client_secret}`).toString('base64'),
    token,
  ],
  proofs,
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: '' },
    refused: { status: 400, contentType: 'application/json', body: '{"name":"REFUSED","message":"refused"}' },
  },
  hints: true,
  tellsNoClosing: true,
  signsNoAnswers: true,
  optional: ['root_certificate_platform'],
  gatewayOrderId,
  readerFetch: (input) => {
    const pem = served[String(input instanceof Request ? input.url : input)];
    return Promise.resolve(new Response(pem ?? '', { status: pem === undefined ? 404 : 200 }));
  },
  callback: (facts) => posted(JSON.stringify(saidEvent(facts)), facts),
  // Another payee under one webhook is the harder to tell from us.
  door: ({ merchant, environment }) => ({
    config: { ...configOf(environment), ...(merchant === 'another' && another) },
    proofs,
  }),
  variants,
  // One bit never leaves a CRC-32 as it was.
  harmlessFlips: () => 0,
  connect,
};
