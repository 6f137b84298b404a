// The shop's side as alipay-sdk writes it, for either application: the judge of what this side signs and accepts.
import { AlipaySdk } from 'alipay-sdk';
import type { AccountFacts } from '../../../local/gateways/alipay/application.ts';
import { beijing, type World } from './alipay-merchant.ts';

export type Mode = AccountFacts['mode'];
export type Product = 'page' | 'wap' | 'app';

const codes = { page: 'FAST_INSTANT_TRADE_PAY', wap: 'QUICK_WAP_WAY', app: 'QUICK_MSECURITY_PAY' } as const;

export function accountOf<M extends Mode>(world: World, mode: M): AccountFacts & { mode: M } {
  const found = world.gateways.alipay.accounts.find((each) => each.mode === mode);
  return found as AccountFacts & { mode: M };
}

/** @param change replaces parts of the SDK's configuration */
export function sdkOf(world: World, mode: Mode = 'public_key', change: object = {}): AlipaySdk {
  const account = accountOf(world, mode);
  return new AlipaySdk({
    appId: account.appId,
    privateKey: account.merchantPrivateKeyPem,
    keyType: 'PKCS8',
    gateway: world.gateways.alipay.gatewayUrl,
    camelcase: false,
    ...(account.mode === 'public_key'
      ? { alipayPublicKey: account.platformPublicKeyPem }
      : {
          appCertContent: account.appCertificatePem,
          alipayPublicCertContent: account.platformCertificatePem,
          alipayRootCertContent: account.rootCertificatesPem,
        }),
    ...change,
  });
}

/** The business part of an order that every product takes. */
export function order(world: World, number: string, product: Product, biz: object = {}): object {
  return {
    out_trade_no: number,
    total_amount: '8.80',
    subject: '测试商品 A+B 100%',
    product_code: codes[product],
    time_expire: beijing(world.clock.at + 15 * 60_000),
    ...biz,
  };
}

/** System parameters with the clock's time: the SDK would write the machine's own. */
export function params(world: World, biz: object, change: object = {}): Record<string, unknown> {
  return { timestamp: beijing(world.clock.at), notify_url: world.shop.url, biz_content: biz, ...change };
}

export interface Signing {
  readonly mode?: Mode;
  readonly biz?: object;
  /** further or other system parameters */
  readonly change?: object;
}

/** A signed link, as the shop's page sends browsers to it. */
export function link(
  world: World,
  number: string,
  product: 'page' | 'wap',
  { mode, biz, change }: Signing = {},
): string {
  const signed = params(world, order(world, number, product, biz), change);
  return sdkOf(world, mode).pageExecute(`alipay.trade.${product}.pay`, 'GET', signed);
}

/** A signed string, as the shop's app hands it to Alipay's. */
export function orderString(world: World, number: string, { mode, biz, change }: Signing = {}): string {
  const signed = params(world, order(world, number, 'app', biz), change);
  return sdkOf(world, mode).sdkExecute('alipay.trade.app.pay', signed);
}

export interface Seen {
  readonly status: number;
  readonly location: string | undefined;
  readonly html: string;
  readonly headers: Headers;
}

/** One page in a browser that follows nothing by itself. */
export async function look(world: World, path: string, form?: Record<string, string>): Promise<Seen> {
  const response = await fetch(new URL(path, world.gateways.url), {
    redirect: 'manual',
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  });
  const location = response.headers.get('location') ?? undefined;
  return { status: response.status, location, html: await response.text(), headers: response.headers };
}

/** Opens a link up to the cashier. @returns the session, and the path of its page */
export async function arrive(world: World, address: string): Promise<{ session: string; path: string }> {
  const { location = '' } = await look(world, address);
  const session = new URL(location, world.gateways.url).searchParams.get('session') ?? '';
  return { session, path: location };
}
