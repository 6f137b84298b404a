// The providers' server side on one address: `/<provider>/*` speaks its wire, `/_control/*` plays its people.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account, AccountFacts } from './alipay/application.ts';
import { asProvider } from './alipay/local.ts';
import { openAlipay, type Alipay } from './alipay/provider.ts';
import { controlRoutes, type TransactionPort } from './control.ts';
import { FaultPlan } from './faults.ts';
import { readBody, Refused, send, sendJson, type WireAnswer, type WireRequest } from './http.ts';
import { certificateNames } from './paypal/certificates.ts';
import { openPaypal, type Paypal } from './paypal/provider.ts';
import { forgedTwin } from './paypal/twin.ts';
import { realTimers, type Ports } from './ports.ts';
import type { LocalProvider } from './provider.ts';
import { openWechatPay, type WechatPay } from './wechat-pay/provider.ts';

export interface GatewayOptions extends Pick<Ports, 'now'>, Partial<Omit<Ports, 'now'>> {
  /** 0 picks a free one */
  readonly port: number;
  /** How `_control/pay` finds what was shown to the payer when its body does not say. */
  readonly transaction?: TransactionPort;
  /** Alipay's of the application in public-key mode */
  readonly seller?: Account;
}

export interface LocalGateways {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** What channels of the service must be configured with; the single fields are the first application's. */
  readonly alipay: Pick<
    Alipay,
    'account' | 'merchantPrivateKeyPem' | 'platformPublicKeyPem' | 'registerKey'
  > & {
    readonly gatewayUrl: string;
    /** as they stand now: a key that is registered later shows here */
    readonly accounts: readonly AccountFacts[];
  };
  readonly wechatPay: Pick<WechatPay, 'registerKey' | 'rotateCertificate'> & {
    /** stands where `https://api.mch.weixin.qq.com` does; its path is part of what is signed */
    readonly gatewayUrl: string;
    /** as they stand now */
    readonly accounts: ReturnType<WechatPay['accounts']>;
  };
  readonly paypal: Pick<Paypal, 'certificateAuthorityPem' | 'registerWebhook'> & {
    /** stands where `https://api-m.sandbox.paypal.com` does */
    readonly gatewayUrl: string;
    /** common name of the certificate that signs webhooks */
    readonly certificateName: string;
    /** host and port of `PAYPAL-CERT-URL` */
    readonly certificateHost: string;
    readonly accounts: ReturnType<Paypal['accounts']>;
    /** another body that a genuine webhook's signature fits too */
    readonly forgedTwin: typeof forgedTwin;
  };
  /** Resolves when no callback is under way; retries that wait for their time do not count. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const seller: Account = { appId: '2021004100000018', sellerId: '2088100200300402' };
const certifiedSeller: Account = { appId: '2021004100000026', sellerId: '2088100200300410' };

/** Listens on 127.0.0.1 only; keys are new at every start. */
export async function startGateways(options: GatewayOptions): Promise<LocalGateways> {
  const ports: Ports = {
    now: options.now,
    schedule: options.schedule ?? realTimers(options.now),
    onEvent: options.onEvent ?? (() => undefined),
    fetch: options.fetch ?? globalThis.fetch,
  };
  let url = '';
  const origin = () => url;
  const faults = new FaultPlan();
  const [alipay, wechatPay, paypal] = await Promise.all([
    openAlipay([options.seller ?? seller, certifiedSeller], ports, faults.of('alipay')),
    openWechatPay(ports, faults.of('wechat_pay'), origin),
    openPaypal(ports, faults.of('paypal'), origin),
  ]);
  const providers = [asProvider(alipay), wechatPay, paypal];
  const transaction = options.transaction ?? (() => Promise.resolve(undefined));
  const routes = controlRoutes({ providers, faults, transaction, origin });
  const server = createServer((request, response) => {
    void answer(request, response, providers, routes);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ...facts(url, alipay, wechatPay),
    paypal: paypalFacts(url, paypal),
    async idle() {
      await Promise.all(providers.map((each) => each.idle()));
    },
    async stop() {
      for (const each of providers) each.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function facts(
  url: string,
  alipay: Alipay,
  wechatPay: WechatPay,
): Pick<LocalGateways, 'alipay' | 'wechatPay'> {
  const { account, merchantPrivateKeyPem, platformPublicKeyPem } = alipay;
  return {
    alipay: {
      ...{ account, merchantPrivateKeyPem, platformPublicKeyPem },
      gatewayUrl: `${url}/alipay/gateway.do`,
      registerKey: (appId, publicKeyPem) => alipay.registerKey(appId, publicKeyPem),
      get accounts() {
        return alipay.accounts();
      },
    },
    wechatPay: {
      gatewayUrl: `${url}/wechat-pay`,
      registerKey: (mchid, publicKeyPem) => wechatPay.registerKey(mchid, publicKeyPem),
      rotateCertificate: () => wechatPay.rotateCertificate(),
      get accounts() {
        return wechatPay.accounts();
      },
    },
  };
}

function paypalFacts(url: string, paypal: Paypal): LocalGateways['paypal'] {
  return {
    gatewayUrl: `${url}/paypal`,
    certificateAuthorityPem: paypal.certificateAuthorityPem,
    certificateName: certificateNames.sandbox,
    certificateHost: new URL(url).host,
    registerWebhook: (address, channelCode) => paypal.registerWebhook(address, channelCode),
    get accounts() {
      return paypal.accounts();
    },
    forgedTwin,
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  providers: readonly LocalProvider[],
  routes: ReturnType<typeof controlRoutes>,
): Promise<void> {
  try {
    const { method = '', url: target = '/', headers } = request;
    const body = await readBody(request);
    const said = await atProvider(providers, { method, target, headers, body });
    if (said) {
      perform(response, said);
      return;
    }
    const { pathname, searchParams } = new URL(target, 'http://gateways');
    const route = `${method} ${pathname}`;
    const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (!handler)
      throw new Refused(404, `No such route: ${route}. Known: ${Object.keys(routes).join(', ')}.`);
    sendJson(response, 200, await handler(searchParams, readJson(body)));
  } catch (error) {
    if (response.destroyed) return;
    const refused = error instanceof Refused ? error : undefined;
    const message =
      refused?.message ?? `The gateway failed: ${error instanceof Error ? error.message : 'unknown'}`;
    sendJson(response, refused?.status ?? 500, { error: message });
  }
}

/** The addresses of the providers; undefined for any other. */
async function atProvider(
  providers: readonly LocalProvider[],
  request: WireRequest,
): Promise<WireAnswer | undefined> {
  for (const each of providers) {
    const said = await each.answer(request);
    if (said) return said;
  }
  return undefined;
}

function perform(response: ServerResponse, what: WireAnswer): void {
  if (what.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const later = what.kind === 'hold' ? what.ms : (what.afterMs ?? 0);
  const act = () => {
    if (what.kind === 'hold') response.destroy();
    else if (!response.destroyed) send(response, what.status, what.contentType, what.body, what.headers);
  };
  if (later === 0) act();
  else setTimeout(act, later).unref();
}

/** @throws Refused (400) */
function readJson(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new Refused(400, 'The body is not JSON.');
  }
}
