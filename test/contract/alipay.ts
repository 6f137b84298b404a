// Alipay before the contract suite.
import { randomBytes } from 'node:crypto';
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { GatewayPorts, Signer } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { serialOf } from '../../lib/gateways/alipay/certificates.ts';
import { certified, certifiedElsewhere, elsewherePem, platformPem } from './alipay-certificates.ts';
import {
  account,
  answer,
  beijing,
  elsewhere,
  form,
  gbkForm,
  merchant,
  nodeJson,
  notice,
  paidFields,
  platform,
  signed,
  stranger,
  type Fields,
  type Pair,
} from './alipay-side.ts';
import { setting, type Bench, type Mood, type Says, type Seat, type Sent } from './bench.ts';

interface World {
  readonly config: Readonly<Record<string, string>>;
  readonly by: Pair;
  /** of Alipay's certificate, where there is one */
  readonly serial?: string;
}

/** How both sides know each other's keys, by environment. */
type Mode = Readonly<Record<Seat['environment'], World>>;

const publicKeys: Mode = {
  ours: { config: { ...account, public_key_platform: platform.publicPem }, by: platform },
  another: { config: { ...account, public_key_platform: elsewhere.publicPem }, by: elsewhere },
};
const certificates: Mode = {
  ours: { config: certified, by: platform, serial: serialOf(platformPem) },
  another: { config: certifiedElsewhere, by: elsewhere, serial: serialOf(elsewherePem) },
};
const another = { merchant_id: '2088900000000009', app_id: '2021009900000009' };

function saidFields(
  { transactionId, amount, at, news, merchant: whose, environment }: Says,
  mode: Mode,
): Fields {
  const { serial } = mode[environment];
  const paid: Fields = {
    ...paidFields(transactionId, formatAmount(amount), at),
    ...(serial !== undefined && { alipay_cert_sn: serial }),
    ...(whose === 'another' && { app_id: another.app_id, seller_id: another.merchant_id }),
  };
  return {
    paid,
    // An empty value is no field.
    closed: { ...paid, trade_status: 'TRADE_CLOSED', gmt_payment: '' },
    unlisted_status: { ...paid, trade_status: 'TRADE_WONDERFUL' },
    unrelated: { ...paid, notify_type: 'open_app_auth_notify' },
  }[news];
}

function callback(facts: Says, mode: Mode): Fields {
  const said = notice(saidFields(facts, mode), signerOf(facts, mode));
  return facts.signedBy === 'nobody'
    ? Object.fromEntries(Object.entries(said).filter(([name]) => name !== 'sign'))
    : said;
}

function signerOf({ signedBy, environment }: Says, mode: Mode): Pair {
  return signedBy === 'stranger' ? stranger : mode[environment].by;
}

function node(order: string, mood: Mood, now: number, amount: Money): object {
  const ok = { code: '10000', msg: 'Success', out_trade_no: order };
  const no = (code: string, sub: string) => ({ ...ok, code, msg: 'no', sub_code: sub, sub_msg: '不行' });
  const total = formatAmount(amount);
  const trade = { ...ok, trade_no: '2026112022001400000000000001', total_amount: total };
  const nodes: Partial<Record<Mood, object>> = {
    not_found: no('40004', 'ACQ.TRADE_NOT_EXIST'),
    pending: { ...trade, trade_status: 'WAIT_BUYER_PAY' },
    closed: { ...trade, trade_status: 'TRADE_CLOSED' },
    paid: { ...trade, trade_status: 'TRADE_SUCCESS', send_pay_date: beijing(now) },
    declined: no('40004', 'ACQ.ACCESS_FORBIDDEN'),
    rate_limited: no('40005', 'app.call-limited'),
    unlisted_code: no('40004', 'ACQ.NEVER_HEARD_OF'),
    unsure: no('20000', 'aop.ACQ.SYSTEM_ERROR'),
    other_order: { ...trade, out_trade_no: `${order.slice(0, -4)}zzzz`, qr_code: 'https://qr.alipay.com/x' },
  };
  return nodes[mood] ?? { ...ok, trade_status: 'WAIT_BUYER_PAY', qr_code: 'https://qr.alipay.com/bax01234' };
}

function response(method: string, said: object, mood: Mood, { ours: { serial } }: Mode): Response {
  const signing = serial === undefined ? ',"sign":' : `,"alipay_cert_sn":"${serial}","sign":`;
  const bare = answer(method, said, mood === 'bad_signature' ? stranger : platform);
  const whole = bare.replace(',"sign":', signing);
  const mine = whole.slice(0, whole.indexOf(',"sign":'));
  const other = nodeJson({ code: '10000', msg: 'Success' });
  const bodies: Partial<Record<Mood, string>> = {
    half: whole.slice(0, whole.length / 2),
    html: '<!doctype html><h1>系统维护</h1>',
    too_long: whole + ' '.repeat(256 * 1024),
    unsigned: `${mine}}`,
    wrong_node: `${mine},"error_response":${other},"sign":"${signed(other, platform)}"}`,
  };
  const status = { http_500: 500, redirect: 302 }[mood as string] ?? 200;
  return new Response(bodies[mood] ?? whole, { status });
}

const held = pemSigner('v1', merchant.privatePem);

function connector(mode: Mode): Bench['connect'] {
  return (mood, now, amount = { minor: 880, currency: 'CNY' }, signer?: Signer) => {
    const sent: Sent[] = [];
    const fetch: GatewayPorts['fetch'] = (url, init) => {
      const address = new URL(url instanceof Request ? url.url : url);
      const body = new URLSearchParams(init?.body as string).get('biz_content') ?? '';
      const business = JSON.parse(body) as Fields;
      sent.push({ order: business['out_trade_no'], amount: business['total_amount'], business });
      if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
      if (mood === 'timeout') return untilAborted(init?.signal);
      const method = address.searchParams.get('method') ?? '';
      const said = node(business['out_trade_no'] ?? '', mood, now, amount);
      return Promise.resolve(response(method, said, mood, mode));
    };
    const credentials = {
      ...(signer ? { secrets: {}, signer } : { secrets, signer: held }),
      platformKeys: {},
    };
    const endpoint = `${setting.endpoint}/gateway.do`;
    const config = { ...mode.ours.config, ...setting, endpoint };
    const provider: Provider = alipay;
    return { gateway: provider.connect(config, credentials, { fetch, now: () => now, randomBytes }), sent };
  };
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

const secrets = { private_key_merchant: merchant.privatePem };

const benchOf = (mode: Mode): Bench => ({
  provider: alipay,
  method: 'alipay_qr',
  config: mode.ours.config,
  secrets,
  signer: held,
  hidden: [merchant.privatePem, merchant.privatePem.split('\n')[1] ?? '', 'sign='],
  proofs: { secrets: {}, platformKeys: {} },
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: 'success' },
    refused: { status: 400, contentType: 'text/plain', body: 'fail' },
  },
  callback: (facts) => ({ body: form(callback(facts, mode)), headers: {} }),
  door: ({ merchant: whose, environment }) => ({
    config: { ...mode[environment].config, ...(whose === 'another' && another) },
    proofs: { secrets: {}, platformKeys: {} },
  }),
  variants: (facts) => [{ body: gbkForm(saidFields(facts, mode), signerOf(facts, mode)), headers: {} }],
  // The letters among the digits of %XX may be of either case.
  harmlessFlips: (body) => {
    const escapes =
      Buffer.from(body)
        .toString()
        .match(/%[0-9A-F]{2}/g) ?? [];
    return escapes.join('').replaceAll(/[^A-F]/g, '').length;
  },
  connect: connector(mode),
});

export const alipayBench = benchOf(publicKeys);
export const alipayCertificateBench = benchOf(certificates);
