// The control address: what people and tests ask this machine, beside the service and unknown to it.
import { createServer, type IncomingMessage } from 'node:http';
import type { Gate } from './aws/gate/gate.ts';
import { orderFault } from './aws/gate/orders.ts';
import type { LocalQueues } from './aws/queues.ts';
import type { Workflows } from './aws/workflows/workflows.ts';
import { moveClock } from './clock.ts';
import { type Credentials, people, returnOrigins } from './credentials.ts';
import type { Functions } from './functions.ts';
import { readBody, Refused, sendJson } from './gateways/http.ts';
import type { Journal } from './journal.ts';
import { listen, type Listening } from './listen.ts';
import type { Ready } from './print.ts';
import type { Timeline } from './timeline.ts';

export interface ControlOptions {
  readonly port: number;
  readonly credentials: Credentials;
  readonly journal: Journal;
  readonly queues: Pick<LocalQueues, 'depths'>;
  /** queue name → name of its dead-letter queue, where it has one */
  readonly deadLetters: ReadonlyMap<string, string | undefined>;
  readonly timeline: Pick<Timeline, 'now' | 'advanceTo'>;
  readonly gate: Pick<Gate, 'calls' | 'faults'>;
  readonly functions: Pick<Functions, 'redeliver'>;
  readonly workflows: Pick<Workflows, 'list'>;
  /** one hash over all tables, and one for each */
  readonly stateHash: () => Promise<unknown>;
  /** the facts of the ready line, once there are any */
  readonly ready: () => Ready | undefined;
}

interface Request {
  readonly query: URLSearchParams;
  /** parsed JSON; undefined when there is none */
  readonly body: unknown;
}

type Route = (request: Request, options: ControlOptions) => unknown;

/** By method and path; what they return is sent as JSON. They throw Refused. */
const routes: Readonly<Record<string, Route>> = {
  'GET /calls': ({ query }, { gate }) => ({
    invocations: gate.calls.list(query.get('operation') ?? undefined),
  }),
  'GET /clock': (_request, { timeline }) => ({ now: new Date(timeline.now()).toISOString() }),
  'POST /clock': ({ body }, { timeline }) => moveClock(timeline, body),
  'GET /credentials': (_request, { credentials }) => ({
    credentials: people.map((name) => {
      const { accessKeyId, secretAccessKey, userArn } = credentials.people[name];
      return { name, accessKeyId, secretAccessKey, arn: userArn, returnOrigins: returnOrigins(name) };
    }),
  }),
  'GET /events': ({ query }, { journal }) => ({
    events: journal.events(query.get('transaction_id') ?? undefined),
  }),
  'GET /executions': ({ query }, { workflows }) => ({
    executions: workflows.list(query.get('refund_id') ?? undefined),
  }),
  'GET /faults': (_request, { gate }) => ({ faults: gate.faults.list() }),
  'POST /faults': ({ body }, { gate, functions }) => orderFault(body, gate.faults, functions),
  'DELETE /faults': (_request, { gate }) => {
    gate.faults.clear();
    return { faults: [] };
  },
  'GET /log': ({ query }, { journal }) => ({ lines: journal.log(query.get('transaction_id') ?? undefined) }),
  'GET /queues': (_request, options) => queues(options),
  'GET /ready': (_request, { ready }) => ({ ready: ready() !== undefined, ...ready() }),
  'GET /state-hash': (_request, { stateHash }) => stateHash(),
};

function queues({ queues: all, deadLetters }: ControlOptions): unknown {
  const depths = all.depths();
  const depth = (name: string | undefined): number => (name === undefined ? 0 : (depths[name]?.visible ?? 0));
  return {
    queues: [...deadLetters].map(([name, deadLetterQueue]) => ({
      name,
      depth: depth(name),
      in_flight: depths[name]?.inFlight ?? 0,
      ...(deadLetterQueue === undefined ? {} : { dead_letter_depth: depth(deadLetterQueue) }),
    })),
  };
}

/** @throws CannotStart when the port is in use */
export function startControl(options: ControlOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      (body) => {
        sendJson(response, 200, body);
      },
      (error: unknown) => {
        const status = error instanceof Refused ? error.status : 500;
        sendJson(response, status, { error: error instanceof Error ? error.message : String(error) });
      },
    );
  });
  return listen(server, options.port);
}

/** @throws Refused */
async function answer(request: IncomingMessage, options: ControlOptions): Promise<unknown> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://control');
  const name = `${request.method ?? ''} ${pathname}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!route) throw new Refused(404, `There is no ${name} here. Known: ${Object.keys(routes).join(', ')}.`);
  const body = await readBody(request);
  return await route({ query, body: readJson(body) }, options);
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
