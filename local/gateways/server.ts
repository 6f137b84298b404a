// The providers' server side on one address: `/alipay/*` speaks Alipay's wire, `/_control/*` plays its people.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account, AccountFacts } from './alipay/application.ts';
import { openAlipay, type Alipay } from './alipay/provider.ts';
import type { WireAnswer } from './alipay/wire.ts';
import { controlRoutes, type TransactionPort } from './control.ts';
import { Faults } from './faults.ts';
import { readBody, Refused, send, sendJson } from './http.ts';
import { realTimers, type Ports } from './ports.ts';

export interface GatewayOptions extends Pick<Ports, 'now'>, Partial<Omit<Ports, 'now'>> {
  /** 0 picks a free one */
  readonly port: number;
  /** How `_control/pay` finds what was shown to the payer when its body does not say. */
  readonly transaction?: TransactionPort;
  /** of the application in public-key mode */
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
  const faults = new Faults();
  const alipay = await openAlipay([options.seller ?? seller, certifiedSeller], ports, faults);
  const transaction = options.transaction ?? (() => Promise.resolve(undefined));
  let url = '';
  const routes = controlRoutes({ alipay, faults, transaction, origin: () => url });
  const server = createServer((request, response) => {
    void answer(request, response, alipay, routes);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { account, merchantPrivateKeyPem, platformPublicKeyPem } = alipay;
  return {
    url,
    alipay: {
      ...{ account, merchantPrivateKeyPem, platformPublicKeyPem },
      gatewayUrl: `${url}/alipay/gateway.do`,
      registerKey: (appId, publicKeyPem) => alipay.registerKey(appId, publicKeyPem),
      get accounts() {
        return alipay.accounts();
      },
    },
    idle: () => alipay.idle(),
    async stop() {
      alipay.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  alipay: Alipay,
  routes: ReturnType<typeof controlRoutes>,
): Promise<void> {
  try {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://gateways');
    const route = `${request.method ?? ''} ${pathname}`;
    const body = await readBody(request);
    const said = await atAlipay(alipay, route, search.slice(1), body);
    if (said) {
      perform(response, said);
      return;
    }
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

/** Alipay's own addresses; undefined for any other. */
async function atAlipay(
  alipay: Alipay,
  route: string,
  query: string,
  body: string,
): Promise<WireAnswer | undefined> {
  switch (route) {
    case 'GET /alipay/gateway.do':
    case 'POST /alipay/gateway.do':
      return alipay.call(query, body);
    case 'GET /alipay/cashier':
      return alipay.cashier.show(new URLSearchParams(query).get('session') ?? '');
    case 'POST /alipay/cashier':
      return alipay.cashier.submit(body);
    default:
      return undefined;
  }
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
