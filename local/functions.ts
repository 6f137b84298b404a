// The functions of the template, each with its own environment and key, and what sets them off: queues, streams, clocks.
import { join } from 'node:path';
import { prefix } from '../infra/names.ts';
import { stages } from '../infra/config.ts';
import { type Endpoints, functionEnvironment } from './aws/environment.ts';
import { createFunction, type InvokeResult, type LambdaFunction } from './aws/executor.ts';
import type { Poller } from './aws/event-source.ts';
import type { Gate } from './aws/gate/gate.ts';
import { lambdaDuties } from './aws/gate/lambda-duties.ts';
import { closedToServices } from './aws/gate/service-duties.ts';
import type { LocalQueues } from './aws/queues.ts';
import { pollQueue } from './aws/queue-poller.ts';
import { startSchedules } from './aws/schedules.ts';
import { randomFrom } from './aws/stream-lanes.ts';
import { pollStream } from './aws/stream-poller.ts';
import type { Mapping, World } from './aws/world.ts';
import type { Credentials } from './credentials.ts';
import type { Journal } from './journal.ts';
import type { Part, Timeline } from './timeline.ts';

export interface FunctionsOptions {
  readonly world: World;
  readonly endpoints: Endpoints;
  readonly gate: Gate;
  /** what a queue holds at this moment, by its name */
  readonly look: LocalQueues['look'];
  readonly credentials: Credentials;
  readonly journal: Journal;
  readonly timeline: Timeline;
  /** where it is kept how far each stream was read; each start begins anew without it */
  readonly dataDir?: string | undefined;
  /** of the chance by which changes of different items overtake one another */
  readonly seed: number;
}

export interface Functions {
  readonly byArn: ReadonlyMap<string, LambdaFunction>;
  /** operation → its role and its function */
  readonly byOperation: ReadonlyMap<string, { readonly roleArn: string; readonly fn: LambdaFunction }>;
  /** What the roles forbid of that which services of AWS do by themselves, a sentence each. */
  forbidden(): string[];
  /**
   * Hands the newest batch of its stream to a function once more.
   * @returns nothing when it never got one
   */
  redeliver(operation: string): Promise<InvokeResult | undefined>;
  stop(): Promise<void>;
}

/** @throws Error when a role forbids what a service of AWS would do with it: in the cloud nothing would be deployed */
export function startFunctions(options: FunctionsOptions): Functions {
  const { world, gate, journal } = options;
  const { account, region, access } = world;
  const duties = lambdaDuties(access, account, region);
  const forbidden = () => [
    ...[...world.functions.values()].flatMap((fn) => duties.forbidden(fn, world.mappings)),
    ...closedToServices(access, account, region),
  ];
  const [obstacle] = forbidden();
  if (obstacle !== undefined) throw new Error(obstacle);
  const byArn = new Map<string, LambdaFunction>();
  const byOperation = new Map<string, { roleArn: string; fn: LambdaFunction }>();
  for (const spec of world.functions.values()) {
    const operation = operationOf(spec.name);
    const environment = functionEnvironment(spec, region, gate.endpoint);
    const facts = { operation, functionArn: spec.arn, functionName: spec.name, roleArn: spec.roleArn };
    const mayLog = () => duties.mayLog(spec);
    const admit = (kill: () => void) => {
      const door = gate.openSandbox(facts, kill);
      const began = (requestId: string): void => {
        door.began(requestId);
        // Lambda itself writes of every invocation.
        if (!mayLog()) journal.happened(operation, 'log.lost', { level: 'ERROR', role: spec.roleArn });
      };
      return { ...door, began };
    };
    const log = logOf(operation, journal, mayLog);
    const fn = createFunction({ ...spec, environment }, log, admit);
    byArn.set(spec.arn, fn);
    byOperation.set(operation, { roleArn: spec.roleArn, fn });
  }
  const batches = new Map<string, object>();
  const pollers = world.mappings.map((mapping) => poll(mapping, byArn, options, batches));
  const { timeline } = options;
  timeline.join(inTime([...byArn.values()], pollers, timeline.offset()));
  const stopClocks = startSchedules({
    ...{
      schedules: world.schedules,
      functions: byArn,
      triedOnce: world.triedOnce,
      account,
      region,
      timeline,
    },
    failed: (arn, { errorType, errorMessage }) => {
      const operation = operationOf(byArn.get(arn)?.spec.name ?? arn);
      journal.happened(operation, 'schedule.failed', { level: 'ERROR', errorType, errorMessage });
    },
  });
  return {
    byArn,
    byOperation,
    forbidden,
    redeliver: async (operation) => {
      const batch = batches.get(operation);
      return batch && byOperation.get(operation)?.fn.invoke(batch);
    },
    stop: async () => {
      stopClocks();
      // A poller waits for the invocation that it has begun, and takes nothing more: what a stopped function did not
      // do must not count as its failure.
      const polling = pollers.map((each) => each.stop());
      await Promise.all([...byArn.values()].map((each) => each.stop()));
      await Promise.all(polling);
    },
  };
}

/** Lines of a function whose role may not write its log are lost, as in the cloud. */
function logOf(operation: string, journal: Journal, allowed: () => boolean): (line: string) => void {
  return (line) => {
    if (allowed()) journal.logged(operation, line);
  };
}

/** @param batches newest batch of a stream by operation, to be handed over once more on demand */
function poll(
  mapping: Mapping,
  byArn: ReadonlyMap<string, LambdaFunction>,
  options: FunctionsOptions,
  batches: Map<string, object>,
) {
  const { world, endpoints, credentials, journal } = options;
  const { sourceArn, functionArn, properties } = mapping;
  const target = byArn.get(functionArn);
  const declared = world.functions.get(functionArn);
  if (!target || !declared) throw new Error(`${sourceArn} feeds ${functionArn}, which is no function here.`);
  const [, , service = ''] = sourceArn.split(':');
  const { now } = options.timeline;
  if (service !== 'sqs' && service !== 'dynamodb')
    throw new Error(
      `${functionArn} is fed by ${sourceArn}; this machine feeds from queues and table streams only.`,
    );
  const source = {
    credentials: credentials.forRole(declared.roleArn),
    region: world.region,
    mapping: properties,
    now,
    invoke: (event: object) => target.invoke(event),
    onError: (line: string) => {
      journal.happened(operationOf(target.spec.name), line, { level: 'WARN' });
    },
  };
  if (service === 'sqs') return pollQueue({ ...source, endpoint: endpoints.queues, look: options.look });
  const { dataDir, seed } = options;
  const table = sourceArn.split('/')[1] ?? '';
  return pollStream({
    ...source,
    invoke: (event) => {
      batches.set(operationOf(declared.name), event);
      return target.invoke(event);
    },
    endpoint: endpoints.dynamodb,
    random: randomFrom(seed),
    written: options.gate.written,
    keep: (bucket, key, body) => world.buckets.put(bucket, key, body),
    ...(dataDir === undefined
      ? {}
      : { checkpointFile: join(dataDir, `stream-${table}-${declared.name}.json`) }),
  });
}

/** `Date` in functions is the service's; a move waits until no function runs and nothing is left to be read. */
function inTime(functions: readonly LambdaFunction[], pollers: readonly Poller[], offset: number): Part {
  const setClock = (ahead: number): void => {
    for (const each of functions) each.setClock(ahead);
  };
  setClock(offset);
  return {
    moved: (by, ahead) => {
      setClock(ahead);
      for (const each of pollers) each.moved?.(by);
    },
    idle: async () => {
      if (functions.some((each) => each.busy() > 0)) return false;
      return !(await Promise.all(pollers.map((each) => each.idle()))).includes(false);
    },
  };
}

/** `payments-local-create-payment` → `create-payment` */
export function operationOf(functionName: string): string {
  const start = `${prefix(stages.local)}-`;
  return functionName.startsWith(start) ? functionName.slice(start.length) : functionName;
}
