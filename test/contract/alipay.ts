// Alipay before the contract suite.
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { GatewayPorts } from '../../lib/gateways/gateway.ts';
import {
  account,
  answer,
  beijing,
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
} from './alipay-side.ts';
import type { Bench, Mood, Says, Sent } from './bench.ts';

const config = { ...account, public_key_platform: platform.publicPem };

function saidFields({ transactionId, amount, at, news, merchant: whose }: Says): Fields {
  const paid: Fields = {
    ...paidFields(transactionId, formatAmount(amount), at),
    ...(whose === 'another' && { app_id: '2021009900000009', seller_id: '2088900000000009' }),
  };
  return {
    paid,
    // An empty value is no field.
    closed: { ...paid, trade_status: 'TRADE_CLOSED', gmt_payment: '' },
    unlisted_status: { ...paid, trade_status: 'TRADE_WONDERFUL' },
    unrelated: { ...paid, notify_type: 'open_app_auth_notify' },
  }[news];
}

function callback(facts: Says): Fields {
  const said = notice(saidFields(facts), facts.signedBy === 'stranger' ? stranger : platform);
  return facts.signedBy === 'nobody'
    ? Object.fromEntries(Object.entries(said).filter(([name]) => name !== 'sign'))
    : said;
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

function response(method: string, said: object, mood: Mood): Response {
  const whole = answer(method, said, mood === 'bad_signature' ? stranger : platform);
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

function connect(mood: Mood, now: number, amount: Money = { minor: 880, currency: 'CNY' }) {
  const sent: Sent[] = [];
  const fetch: GatewayPorts['fetch'] = (url, init) => {
    const address = new URL(url instanceof Request ? url.url : url);
    const body = new URLSearchParams(init?.body as string).get('biz_content') ?? '';
    const business = JSON.parse(body) as Fields;
    sent.push({ order: business['out_trade_no'], amount: business['total_amount'], business });
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood === 'timeout') return untilAborted(init?.signal);
    const method = address.searchParams.get('method') ?? '';
    return Promise.resolve(response(method, node(business['out_trade_no'] ?? '', mood, now, amount), mood));
  };
  const secrets = { private_key_merchant: merchant.privatePem };
  const signer = pemSigner('v1', merchant.privatePem);
  const endpoint = 'https://gateway.invalid/gateway.do';
  const gateway = alipay.connect({ ...config, endpoint }, { secrets, signer }, { fetch, now: () => now });
  return { gateway, sent };
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

export const alipayBench: Bench = {
  provider: alipay,
  method: 'alipay_qr',
  config,
  secrets: { private_key_merchant: merchant.privatePem },
  hidden: [merchant.privatePem, merchant.privatePem.split('\n')[1] ?? '', 'sign='],
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: 'success' },
    refused: { status: 400, contentType: 'text/plain', body: 'fail' },
  },
  callback: (facts) => ({ body: form(callback(facts)), headers: {} }),
  variants: (facts) => [
    { body: gbkForm(saidFields(facts), facts.signedBy === 'stranger' ? stranger : platform), headers: {} },
  ],
  // The letters among the digits of %XX may be of either case.
  harmlessFlips: (body) => {
    const escapes =
      Buffer.from(body)
        .toString()
        .match(/%[0-9A-F]{2}/g) ?? [];
    return escapes.join('').replaceAll(/[^A-F]/g, '').length;
  },
  connect,
};
