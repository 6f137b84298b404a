// WeChat Pay before the contract suite.
import { formatAmount, type Money } from '../../lib/domain/money.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { Callback, GatewayPorts, Signer } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { weChatPay } from '../../lib/gateways/wechat-pay/index.ts';
import { setting, type Bench, type Mood, type Says, type Seat, type Sent } from './bench.ts';
import {
  account,
  apiV3Key,
  byCertificate,
  byPublicKey,
  certificate,
  elsewhere,
  listed,
  merchant,
  notice,
  paidOrder,
  platform,
  platformCertificate,
  publicKeyId,
  serialOf,
  signedHeaders,
  stranger,
  type Sealing,
  type Signing,
} from './wechat-pay-side.ts';

interface World {
  readonly config: Readonly<Record<string, string>>;
  readonly signing: Signing;
}

/** How WeChat Pay proves itself, by environment. */
type Mode = Readonly<Record<Seat['environment'], World>>;

const named = { ...account, public_key_id_platform: publicKeyId };
const otherCertificate = platformCertificate({
  publicPem: elsewhere.publicPem,
  issuerPrivatePem: elsewhere.privatePem,
});

const publicKey: Mode = {
  ours: { config: { ...named, public_key_platform: platform.publicPem }, signing: byPublicKey },
  another: {
    config: { ...named, public_key_platform: elsewhere.publicPem },
    signing: { ...byPublicKey, by: elsewhere },
  },
};
const certificates: Mode = {
  ours: { config: { ...account, certificate_platform: certificate }, signing: byCertificate },
  another: {
    config: { ...account, certificate_platform: otherCertificate },
    signing: { ...byCertificate, by: elsewhere, serial: serialOf(otherCertificate) },
  },
};
const another = { merchant_id: '1900000999', app_id: 'wx0000000000000009' };

function saidNotice(facts: Says, sealing: Sealing = {}): Record<string, unknown> {
  const { transactionId, amount, at, news, merchant: whose } = facts;
  const paid = {
    ...paidOrder(transactionId, amount.minor, at),
    ...(whose === 'another' && { mchid: another.merchant_id, appid: another.app_id }),
  };
  if (news === 'unrelated')
    return notice({ mchid: account.merchant_id, stock_id: '1' }, { type: 'COUPON.SEND', kind: 'coupon' });
  const state = { closed: 'CLOSED', unlisted_status: 'WONDERFUL', paid: 'SUCCESS' }[news];
  return notice({ ...paid, trade_state: state }, { sealing });
}

function posted(text: string, { at, signedBy, environment }: Says, mode: Mode): Callback {
  const { signing } = mode[environment];
  const by = signedBy === 'stranger' ? stranger : signing.by;
  const headers = listed(signedHeaders(text, { ...signing, at, by }));
  if (signedBy === 'nobody') delete headers['wechatpay-signature'];
  return { body: Buffer.from(text), headers };
}

/** The same notice in every spelling that JSON has for it. */
function spellings(facts: Says): string[] {
  const said = saidNotice(facts);
  const plain = JSON.stringify(said);
  const turned = Object.fromEntries(Object.entries(said).reverse());
  const sealings: Sealing[] = [{ associated: '' }, { associated: null }, { associated: undefined }];
  return [
    JSON.stringify(said, null, 2),
    JSON.stringify(turned),
    plain.replaceAll('/', '\\/'),
    plain.replace('支付', '\\u652f\\u4ed8'),
    ...sealings.map((sealing) => JSON.stringify(saidNotice(facts, sealing))),
  ];
}

type Operation = 'prepay' | 'query' | 'close';

interface Answer {
  readonly status: number;
  readonly body: string;
}

function answer(operation: Operation, order: string, mood: Mood, now: number, { minor }: Money): Answer {
  const paid = paidOrder(order, minor, now);
  const { appid, mchid, out_trade_no, trade_type } = paid;
  const open = (trade_state: string) => ({ appid, mchid, out_trade_no, trade_type, trade_state });
  const said = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
  const no = (status: number, code: string) => said(status, { code, message: '不行', detail: {} });
  const well = {
    prepay: said(200, {
      code_url: 'weixin://wxpay/bizpayurl?pr=qnu8GTpzz',
      prepay_id: 'wx201410272009395522657a690389285100',
      h5_url: 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2',
    }),
    query: said(200, open('NOTPAY')),
    close: { status: 204, body: '' },
  }[operation];
  const whole = said(200, paid).body;
  const answers: Partial<Record<Mood, Answer>> = {
    not_found: no(404, 'ORDER_NOT_EXIST'),
    declined: no(403, 'NO_AUTH'),
    rate_limited: no(429, 'FREQUENCY_LIMITED'),
    unlisted_code: no(400, 'NEVER_HEARD_OF'),
    unsure: no(500, 'SYSTEM_ERROR'),
    other_order: said(200, { ...paid, code_url: 'weixin://x', out_trade_no: `${order.slice(0, -4)}zzzz` }),
    http_500: { status: 500, body: 'Internal Server Error' },
    redirect: { status: 302, body: '' },
    // Signed as they are: without a signature nobody would look at them.
    half: { status: 200, body: whole.slice(0, whole.length / 2) },
    html: { status: 200, body: '<!doctype html><h1>系统维护</h1>' },
    too_long: { status: 200, body: whole + ' '.repeat(256 * 1024) },
    ...(operation === 'query' && { paid: said(200, paid), closed: said(200, open('CLOSED')) }),
  };
  return answers[mood] ?? well;
}

function response({ status, body }: Answer, mood: Mood, now: number, mode: Mode): Response {
  const { signing } = mode.ours;
  const by = mood === 'bad_signature' ? stranger : signing.by;
  const isBare = ['unsigned', 'http_500', 'redirect'].includes(mood);
  const signed = mood === 'wrong_node' ? '{"code_url":"weixin://other"}' : body;
  const headers = isBare ? {} : signedHeaders(signed, { ...signing, at: now, by });
  return new Response(status === 204 ? null : body, { status, headers });
}

const held = pemSigner('v1', merchant.privatePem);
const secrets = { private_key_merchant: merchant.privatePem, api_v3_key: apiV3Key };

function connector(mode: Mode): Bench['connect'] {
  return (mood, now, amount = { minor: 880, currency: 'CNY' }, signer?: Signer) => {
    const sent: Sent[] = [];
    const fetch: GatewayPorts['fetch'] = (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const [, named, close] = /\/out-trade-no\/([^/]+)(\/close)?$/.exec(pathname) ?? [];
      const business =
        typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {};
      const total = (business['amount'] as { total: number } | undefined)?.total;
      const order = String(named ?? business['out_trade_no']);
      sent.push({
        order,
        amount: total === undefined ? undefined : formatAmount({ minor: total, currency: 'CNY' }),
        business,
      });
      if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
      if (mood === 'timeout') return untilAborted(init?.signal);
      const operation = named === undefined ? 'prepay' : close === undefined ? 'query' : 'close';
      return Promise.resolve(response(answer(operation, order, mood, now, amount), mood, now, mode));
    };
    const credentials = {
      ...(signer ? { secrets: {}, signer } : { secrets, signer: held }),
      platformKeys: {},
    };
    // The same chance every time: what is signed twice can be compared.
    const ports = { fetch, now: () => now, randomBytes: (n: number) => Buffer.alloc(n, 7) };
    const provider: Provider = weChatPay;
    const config = { ...mode.ours.config, ...setting };
    return { gateway: provider.connect(config, credentials, ports), sent };
  };
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

const proofs = { secrets: { api_v3_key: apiV3Key }, platformKeys: {} };

const benchOf = (mode: Mode): Bench => ({
  provider: weChatPay,
  method: 'wechat_native',
  config: mode.ours.config,
  secrets,
  signer: held,
  hidden: [merchant.privatePem, merchant.privatePem.split('\n')[1] ?? '', apiV3Key, 'signature="'],
  proofs,
  acknowledgements: {
    accepted: { status: 200, contentType: 'text/plain', body: '' },
    refused: { status: 400, contentType: 'application/json', body: '{"code":"FAIL","message":"refused"}' },
  },
  callback: (facts) => posted(JSON.stringify(saidNotice(facts)), facts, mode),
  // Whoever shares our APIv3 key is the harder to tell from us.
  door: ({ merchant: whose, environment }) => ({
    config: { ...mode[environment].config, ...(whose === 'another' && another) },
    proofs,
  }),
  variants: (facts) => spellings(facts).map((text) => posted(text, facts, mode)),
  tellsNoClosing: true,
  // The signature covers the very bytes.
  harmlessFlips: () => 0,
  connect: connector(mode),
});

export const weChatPayBench = benchOf(publicKey);
export const weChatPayCertificateBench = benchOf(certificates);
