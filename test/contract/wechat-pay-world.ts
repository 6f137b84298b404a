// WeChat Pay in memory: how it proves itself in either mode of its keys, and a gateway that is connected to it.
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { Callback, Gateway, GatewayPorts, Signer } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { weChatPay } from '../../lib/gateways/wechat-pay/index.ts';
import { setting, type Fault, type Says, type Seat } from './bench.ts';
import {
  account,
  apiV3Key,
  byCertificate,
  byPublicKey,
  certificate,
  elsewhere,
  listed,
  merchant,
  platform,
  platformCertificate,
  publicKeyId,
  serialOf,
  signedHeaders,
  stranger,
  type Signing,
} from './wechat-pay-side.ts';

interface World {
  readonly config: Readonly<Record<string, string>>;
  readonly signing: Signing;
}

/** How WeChat Pay proves itself, by environment. */
export type Mode = Readonly<Record<Seat['environment'], World>>;

const named = { ...account, public_key_id_platform: publicKeyId };
const otherCertificate = platformCertificate({
  publicPem: elsewhere.publicPem,
  issuerPrivatePem: elsewhere.privatePem,
});

export const publicKey: Mode = {
  ours: { config: { ...named, public_key_platform: platform.publicPem }, signing: byPublicKey },
  another: {
    config: { ...named, public_key_platform: elsewhere.publicPem },
    signing: { ...byPublicKey, by: elsewhere },
  },
};
export const certificates: Mode = {
  ours: { config: { ...account, certificate_platform: certificate }, signing: byCertificate },
  another: {
    config: { ...account, certificate_platform: otherCertificate },
    signing: { ...byCertificate, by: elsewhere, serial: serialOf(otherCertificate) },
  },
};
export const another = { merchant_id: '1900000999', app_id: 'wx0000000000000009' };

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A refusal in WeChat Pay's form. */
export function no(status: number, code: string): Answer {
  return { status, body: JSON.stringify({ code, message: '不行', detail: {} }) };
}

/** @param whole an answer that is well @param other the same of somebody else's */
export function spoilt(whole: object, other: object): Partial<Record<Fault, Answer>> {
  const body = JSON.stringify(whole);
  return {
    unlisted_code: no(400, 'NEVER_HEARD_OF'),
    unsure: no(500, 'SYSTEM_ERROR'),
    other_order: { status: 200, body: JSON.stringify(other) },
    http_500: { status: 500, body: 'Internal Server Error' },
    redirect: { status: 302, body: '' },
    // Signed as they are: without a signature nobody would look at them.
    half: { status: 200, body: body.slice(0, body.length / 2) },
    html: { status: 200, body: '<!doctype html><h1>系统维护</h1>' },
    too_long: { status: 200, body: body + ' '.repeat(256 * 1024) },
  };
}

export function posted(
  text: string,
  { at, signedBy, environment }: Pick<Says, 'at' | 'signedBy' | 'environment'>,
  mode: Mode,
): Callback {
  const { signing } = mode[environment];
  const by = signedBy === 'stranger' ? stranger : signing.by;
  const headers = listed(signedHeaders(text, { ...signing, at, by }));
  if (signedBy === 'nobody') delete headers['wechatpay-signature'];
  return { body: Buffer.from(text), headers };
}

function response({ status, body }: Answer, mood: string, now: number, mode: Mode): Response {
  const { signing } = mode.ours;
  const by = mood === 'bad_signature' ? stranger : signing.by;
  const isBare = ['unsigned', 'http_500', 'redirect'].includes(mood);
  const signed = mood === 'wrong_node' ? '{"code_url":"weixin://other"}' : body;
  const headers = isBare ? {} : signedHeaders(signed, { ...signing, at: now, by });
  return new Response(status === 204 ? null : body, { status, headers });
}

export const held = pemSigner('v1', merchant.privatePem);
export const secrets = { private_key_merchant: merchant.privatePem, api_v3_key: apiV3Key };

/** One request as WeChat Pay got it: its path, and its business, empty where it had none. */
export interface Got {
  readonly method: string;
  readonly pathname: string;
  readonly business: Readonly<Record<string, unknown>>;
}

/** @param answer what WeChat Pay says to a request that reached it, and that it notes */
export function connected(
  mode: Mode,
  now: number,
  mood: string,
  answer: (got: Got) => Answer,
  signer?: Signer,
): Gateway {
  const fetch: GatewayPorts['fetch'] = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const business = typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    const said = answer({ method: init?.method ?? 'GET', pathname, business });
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood === 'timeout') return untilAborted(init?.signal);
    return Promise.resolve(response(said, mood, now, mode));
  };
  const credentials = {
    ...(signer ? { secrets: {}, signer } : { secrets, signer: held }),
    platformKeys: {},
  };
  // The same chance every time: what is signed twice can be compared.
  const ports = { fetch, now: () => now, randomBytes: (n: number) => Buffer.alloc(n, 7) };
  const provider: Provider = weChatPay;
  return provider.connect({ ...mode.ours.config, ...setting }, credentials, ports);
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
