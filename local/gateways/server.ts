// The providers' server side on one address: `/<provider>/*` speaks its wire, `/_control/*` plays its people.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlRoutes, type TransactionPort } from './control.ts';
import { FaultPlan } from './faults.ts';
import { readBody, Refused, send, sendJson, type WireAnswer, type WireRequest } from './http.ts';
import { realTimers, type Ports } from './ports.ts';
import type { LocalProvider, Opening } from './provider.ts';
import { openers, type Opened } from './registry.ts';

export interface GatewayOptions extends Pick<Ports, 'now'>, Partial<Omit<Ports, 'now'>> {
  /** 0 picks a free one */
  readonly port: number;
  /** How `_control/pay` finds what was shown to the payer when its body does not say. */
  readonly transaction?: TransactionPort;
}

export interface LocalGateways extends Opened {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** all of them */
  readonly providers: readonly LocalProvider[];
  /** Resolves when no callback is under way; retries that wait for their time do not count. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

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
  const opened = await openAll({ ports, faults, origin });
  const providers: readonly LocalProvider[] = Object.values(opened);
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
    ...opened,
    url,
    providers,
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

/** Keys take their time: all at once. */
async function openAll(opening: Opening): Promise<Opened> {
  const all = Object.entries(openers).map(async ([name, open]) => [name, await open(opening)] as const);
  return Object.fromEntries(await Promise.all(all)) as unknown as Opened;
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
