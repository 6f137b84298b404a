// A gateway that is connected to an Alipay in memory, which answers by its mood and in either mode of its keys.
import { randomBytes } from 'node:crypto';
import { alipay } from '../../lib/gateways/alipay/index.ts';
import { serialOf } from '../../lib/gateways/alipay/certificates.ts';
import { pemSigner } from '../../lib/gateways/crypto.ts';
import type { Gateway, GatewayPorts, Signer } from '../../lib/gateways/gateway.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { certified, certifiedElsewhere, elsewherePem, platformPem } from './alipay-certificates.ts';
import {
  account,
  answer,
  elsewhere,
  merchant,
  nodeJson,
  platform,
  signed,
  stranger,
  type Fields,
  type Pair,
} from './alipay-side.ts';
import { setting, type Seat, type Sent } from './bench.ts';

export interface World {
  readonly config: Readonly<Record<string, string>>;
  readonly by: Pair;
  /** of Alipay's certificate, where there is one */
  readonly serial?: string;
}

/** How both sides know each other's keys, by environment. */
export type Mode = Readonly<Record<Seat['environment'], World>>;

export const publicKeys: Mode = {
  ours: { config: { ...account, public_key_platform: platform.publicPem }, by: platform },
  another: { config: { ...account, public_key_platform: elsewhere.publicPem }, by: elsewhere },
};
export const certificates: Mode = {
  ours: { config: certified, by: platform, serial: serialOf(platformPem) },
  another: { config: certifiedElsewhere, by: elsewhere, serial: serialOf(elsewherePem) },
};

export const secrets = { private_key_merchant: merchant.privatePem };
export const held = pemSigner('v1', merchant.privatePem);

interface Manners {
  /** in the place of the merchant's own: the gateway is given no secrets then */
  readonly signer: Signer | undefined;
  sent(business: Fields): Sent;
  says(business: Fields, method: string): object;
}

export function connected(
  mode: Mode,
  mood: string,
  now: number,
  { signer, ...alipaySide }: Manners,
): { readonly gateway: Gateway; readonly sent: readonly Sent[] } {
  const sent: Sent[] = [];
  const fetch: GatewayPorts['fetch'] = (url, init) => {
    const address = new URL(url instanceof Request ? url.url : url);
    const body = new URLSearchParams(init?.body as string).get('biz_content') ?? '';
    const business = JSON.parse(body) as Fields;
    sent.push(alipaySide.sent(business));
    if (mood === 'reset') return Promise.reject(new TypeError('fetch failed'));
    if (mood === 'timeout') return untilAborted(init?.signal);
    const method = address.searchParams.get('method') ?? '';
    return Promise.resolve(response(method, alipaySide.says(business, method), mood, mode));
  };
  const credentials = {
    ...(signer ? { secrets: {}, signer } : { secrets, signer: held }),
    platformKeys: {},
  };
  const endpoint = `${setting.endpoint}/gateway.do`;
  const config = { ...mode.ours.config, ...setting, endpoint };
  const provider: Provider = alipay;
  return { gateway: provider.connect(config, credentials, { fetch, now: () => now, randomBytes }), sent };
}

function response(method: string, said: object, mood: string, { ours: { serial } }: Mode): Response {
  const signing = serial === undefined ? ',"sign":' : `,"alipay_cert_sn":"${serial}","sign":`;
  const bare = answer(method, said, mood === 'bad_signature' ? stranger : platform);
  const whole = bare.replace(',"sign":', signing);
  const mine = whole.slice(0, whole.indexOf(',"sign":'));
  const other = nodeJson({ code: '10000', msg: 'Success' });
  const bodies: Partial<Record<string, string>> = {
    half: whole.slice(0, whole.length / 2),
    html: '<!doctype html><h1>系统维护</h1>',
    too_long: whole + ' '.repeat(256 * 1024),
    unsigned: `${mine}}`,
    wrong_node: `${mine},"error_response":${other},"sign":"${signed(other, platform)}"}`,
  };
  const status = { http_500: 500, redirect: 302 }[mood] ?? 200;
  return new Response(bodies[mood] ?? whole, { status });
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
