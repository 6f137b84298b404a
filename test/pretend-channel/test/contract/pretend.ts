// Pretend Pay before the contract suite.
import { createHmac, randomBytes } from 'node:crypto';
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import type { Callback, GatewayPorts } from '../../lib/gateways/gateway.ts';
import { pretend } from '../../lib/gateways/pretend/index.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { setting, type Bench, type Mood, type Says, type Seat, type Sent } from './bench.ts';

const secretOf = () => randomBytes(32).toString('hex');
const secrets = { call_secret: secretOf(), callback_secret: secretOf() };
const stranger = secretOf();
/** of Pretend Pay in another world */
const elsewhere = secretOf();
const merchants: Readonly<Record<Seat['merchant'], string>> = { ours: '4711', another: '8150' };

function signed(text: string, secret: string, at: number): Record<string, string> {
  const second = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', secret).update(`${second}.${text}`).digest('hex');
  return { 'pretend-signature': `t=${second},v1=${signature}` };
}

function orderOf(order: string, { minor, currency }: Money, at: number, state: string): object {
  const paid = { number: 'pp0011223344556677', paid_at: new Date(at).toISOString() };
  return { order, merchant_id: merchants.ours, minor, currency, state, ...paid };
}

function posted(facts: Says, indent?: number): Callback {
  const { transactionId, amount, at, news, merchant, environment, signedBy } = facts;
  const state = { paid: 'paid', closed: 'closed', unlisted_status: 'wonderful', unrelated: 'open' }[news];
  const said = {
    ...orderOf(transactionId, amount, at, state),
    merchant_id: merchants[merchant],
    notice: 'n1',
    kind: news === 'unrelated' ? 'weather' : 'payment',
  };
  const text = JSON.stringify(said, null, indent);
  const own = environment === 'ours' ? secrets.callback_secret : elsewhere;
  const headers = signed(text, signedBy === 'stranger' ? stranger : own, at);
  const listed = Object.entries(headers).map(([name, value]) => [name, [value]]);
  return {
    body: Buffer.from(text),
    headers: signedBy === 'nobody' ? {} : (Object.fromEntries(listed) as Callback['headers']),
  };
}

function answered(path: string, order: string, mood: Mood, now: number, amount: Money): Response {
  const state = { paid: 'paid', closed: 'closed', not_found: 'unheard_of' }[mood as string];
  const refusal = {
    declined: 'unknown_merchant',
    rate_limited: 'too_many',
    unlisted_code: 'never_heard_of',
    unsure: 'oops',
  }[mood as string];
  const usual = path === '/close' ? 'closed' : 'open';
  const node = {
    ...orderOf(order, amount, now, state ?? usual),
    code: `pretend:${order}`,
    ...(refusal !== undefined && { refusal }),
    ...(mood === 'other_order' && { order: `${order.slice(0, -4)}zzzz` }),
  };
  const whole = JSON.stringify(node);
  const texts: Partial<Record<Mood, string>> = {
    half: whole.slice(0, whole.length / 2),
    html: '<!doctype html>',
    too_long: whole + ' '.repeat(256 * 1024),
  };
  const text = texts[mood] ?? whole;
  const headers = signed(
    mood === 'wrong_node' ? '{}' : text,
    mood === 'bad_signature' ? stranger : secrets.call_secret,
    now,
  );
  const status = { http_500: 500, redirect: 302 }[mood as string] ?? 200;
  return new Response(text, { status, headers: mood === 'unsigned' ? {} : headers });
}

const connect: Bench['connect'] = (mood, now, amount = { minor: 880, currency: 'CNY' }) => {
  const sent: Sent[] = [];
  const fetch: GatewayPorts['fetch'] = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const business = JSON.parse(init?.body as string) as { order: string; minor?: number };
    const { order, minor } = business;
    const asked = minor === undefined ? undefined : formatAmount({ minor, currency: 'CNY' });
    sent.push({ order, amount: asked, business });
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood !== 'timeout') return Promise.resolve(answered(pathname, order, mood, now, amount));
    return new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => {
        reject(init.signal?.reason as Error);
      });
    });
  };
  const provider: Provider = pretend;
  const ports = { fetch, now: () => now, randomBytes };
  const config = { merchant_id: merchants.ours, ...setting };
  return { gateway: provider.connect(config, { secrets, platformKeys: {} }, ports), sent };
};

const proofs = { secrets: { callback_secret: secrets.callback_secret }, platformKeys: {} };

export const pretendBench: Bench = {
  provider: pretend,
  method: 'pretend_code',
  config: { merchant_id: merchants.ours },
  secrets,
  signer: undefined,
  hidden: Object.values(secrets),
  proofs,
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: 'accepted' },
    refused: { status: 400, contentType: 'text/plain', body: 'refused' },
  },
  callback: (facts) => posted(facts),
  door: ({ merchant, environment }) => ({
    config: { merchant_id: merchants[merchant] },
    proofs: environment === 'ours' ? proofs : { ...proofs, secrets: { callback_secret: elsewhere } },
  }),
  variants: (facts) => [posted(facts, 2)],
  harmlessFlips: () => 0,
  connect,
};
