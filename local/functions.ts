// The functions of the template, each with its own environment and key, and what feeds them from queues and streams.
import { prefix } from '../infra/names.ts';
import { stages } from '../infra/config.ts';
import { type Endpoints, functionEnvironment } from './aws/environment.ts';
import { createFunction, type LambdaFunction } from './aws/executor.ts';
import { pollQueue } from './aws/queue-poller.ts';
import { pollStream } from './aws/stream-poller.ts';
import type { Mapping, World } from './aws/world.ts';
import type { Credentials } from './credentials.ts';
import type { Journal } from './journal.ts';

export interface FunctionsOptions {
  readonly world: World;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
  readonly journal: Journal;
}

export interface Functions {
  readonly byArn: ReadonlyMap<string, LambdaFunction>;
  stop(): Promise<void>;
}

export function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { world, endpoints, credentials, journal } = options;
  const byArn = new Map<string, LambdaFunction>();
  for (const spec of world.functions.values()) {
    const environment = functionEnvironment(spec, world.region, credentials.forRole(spec.roleArn), endpoints);
    byArn.set(
      spec.arn,
      createFunction({ ...spec, environment }, (line) => {
        journal.logged(operationOf(spec.name), line);
      }),
    );
  }
  const pollers = world.mappings.map((mapping) => poll(mapping, byArn, options));
  return Promise.resolve({
    byArn,
    stop: async () => {
      // The functions first: a poller waits for the invocation that it has begun.
      await Promise.all([...byArn.values()].map((each) => each.stop()));
      await Promise.all(pollers.map((each) => each.stop()));
    },
  });
}

function poll(mapping: Mapping, byArn: ReadonlyMap<string, LambdaFunction>, options: FunctionsOptions) {
  const { world, endpoints, credentials, journal } = options;
  const { sourceArn, functionArn, properties } = mapping;
  const target = byArn.get(functionArn);
  const declared = world.functions.get(functionArn);
  if (!target || !declared) throw new Error(`${sourceArn} feeds ${functionArn}, which is no function here.`);
  const [, , service = ''] = sourceArn.split(':');
  const pollers = { sqs: pollQueue, dynamodb: pollStream };
  if (service !== 'sqs' && service !== 'dynamodb')
    throw new Error(
      `${functionArn} is fed by ${sourceArn}; this machine feeds from queues and table streams only.`,
    );
  return pollers[service]({
    endpoint: service === 'sqs' ? endpoints.queues : endpoints.dynamodb,
    credentials: credentials.forRole(declared.roleArn),
    region: world.region,
    mapping: properties,
    invoke: (event) => target.invoke(event),
    onError: (line) => {
      journal.happened(operationOf(target.spec.name), line, { level: 'WARN' });
    },
  });
}

/** `payments-local-create-payment` → `create-payment` */
function operationOf(functionName: string): string {
  const start = `${prefix(stages.local)}-`;
  return functionName.startsWith(start) ? functionName.slice(start.length) : functionName;
}
