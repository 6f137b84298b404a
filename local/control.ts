// The control address: what people and tests ask this machine, beside the service and unknown to it.
import { createServer } from 'node:http';
import type { LocalQueues } from './aws/queues.ts';
import { type Credentials, people } from './credentials.ts';
import type { Journal } from './journal.ts';
import { listen, type Listening } from './listen.ts';
import type { Ready } from './print.ts';

export interface ControlOptions {
  readonly port: number;
  readonly credentials: Credentials;
  readonly journal: Journal;
  readonly queues: Pick<LocalQueues, 'depths'>;
  /** queue name → name of its dead-letter queue, where it has one */
  readonly deadLetters: ReadonlyMap<string, string | undefined>;
  readonly now: () => number;
  /** the facts of the ready line, once there are any */
  readonly ready: () => Ready | undefined;
}

type Route = (query: URLSearchParams, options: ControlOptions) => unknown;

const routes: Readonly<Record<string, Route>> = {
  '/clock': (_query, options) => ({ now: new Date(options.now()).toISOString() }),
  '/credentials': (_query, { credentials }) => ({
    credentials: people.map((name) => {
      const { accessKeyId, secretAccessKey, userArn } = credentials.people[name];
      return { name, accessKeyId, secretAccessKey, arn: userArn };
    }),
  }),
  '/events': (query, { journal }) => ({ events: journal.events(query.get('transaction_id') ?? undefined) }),
  '/log': (query, { journal }) => ({ lines: journal.log(query.get('transaction_id') ?? undefined) }),
  '/queues': (_query, options) => queues(options),
  '/ready': (_query, { ready }) => ({ ready: ready() !== undefined, ...ready() }),
};

async function queues({ queues: all, deadLetters }: ControlOptions): Promise<unknown> {
  const depths = await all.depths();
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
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
    const route = request.method === 'GET' && Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(body, undefined, 2)}\n`);
    };
    if (!route) {
      const known = Object.keys(routes).map((each) => `GET ${each}`);
      answer(404, {
        error: `There is no ${request.method ?? ''} ${pathname} here. Known: ${known.join(', ')}.`,
      });
      return;
    }
    Promise.resolve()
      .then(() => route(searchParams, options))
      .then(
        (body) => {
          answer(200, body);
        },
        (error: unknown) => {
          answer(500, { error: error instanceof Error ? error.message : String(error) });
        },
      );
  });
  return listen(server, options.port);
}
