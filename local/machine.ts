// The whole service on one machine: what the synthesised template says, made in emulators and run from the real bundles.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { stages } from '../infra/config.ts';
import { startApi } from './aws/api.ts';
import { openBuckets } from './aws/buckets.ts';
import { startDynamo } from './aws/dynamodb.ts';
import { type Gate, type GateOptions, startGate } from './aws/gate/gate.ts';
import { type LocalQueues, startQueues } from './aws/queues.ts';
import { createResources } from './aws/resources.ts';
import { startServices } from './aws/services.ts';
import { readAssembly } from './aws/template.ts';
import type { Workflows } from './aws/workflows/workflows.ts';
import { emptyWorld, type World } from './aws/world.ts';
import { localAssembly } from './assembly.ts';
import { startControl } from './control.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { type Functions, operationOf, startFunctions } from './functions.ts';
import type { EventLine } from './gateways/ports.ts';
import { startGateways } from './gateways/server.ts';
import { type Journal, type Line, openJournal } from './journal.ts';
import { assertFree } from './listen.ts';
import type { Ready } from './print.ts';
import { seedChannels } from './seed.ts';
import { type SignedFetch, signedFetch } from './signed-fetch.ts';
import { openTimeline, type Timeline } from './timeline.ts';
import { beginWorkflows, localWorkflows } from './workflows.ts';

export interface MachineOptions {
  /** of the API; gateways and control take the next two. 0 picks free ones. */
  readonly port: number;
  /** tables, queues and secrets are kept there; in memory without it */
  readonly dataDir?: string;
  /** gets each thing that happens */
  readonly onLine?: (line: Line) => void;
  /** of the chance by which stream records overtake one another; another one at each start without it */
  readonly seed?: number;
  /** `performance.now()` when the start began */
  readonly since?: number;
}

export interface Machine extends Ready {
  readonly credentials: Credentials;
  /** the door that functions call AWS through; with the functions, for tests that take grants away */
  readonly gate: Gate;
  readonly functions: Functions;
  readonly workflows: Workflows;
  stop(): Promise<void>;
}

/**
 * @throws CannotStart a sentence for people
 * @throws Error naming what the template asks for and this machine does not have; nothing is left running
 */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const running: Stoppable[] = [];
  const stop = async (): Promise<void> => {
    // Whatever fails to stop must not keep the rest running.
    for (const one of running.splice(0).reverse()) await one.stop().catch(() => undefined);
  };
  try {
    return { ...(await boot(options, running)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Starts something and remembers to stop it. */
type Start = <T extends Stoppable>(starting: Promise<T>) => Promise<T>;

const { account, region } = stages.local;

async function boot(options: MachineOptions, running: Stoppable[]): Promise<Omit<Machine, 'stop'>> {
  const { port, onLine = () => undefined, since = performance.now() } = options;
  const ports = { api: port, gateways: port && port + 1, control: port && port + 2 };
  for (const each of Object.values(ports)) await assertFree(each);
  const start: Start = async (starting) => {
    const one = await starting;
    running.push(one);
    return one;
  };
  const { dataDir, seed = randomInt(2 ** 32) } = options;
  const timeline = openTimeline(dataDir === undefined ? undefined : join(dataDir, 'clock.json'));
  const { now } = timeline;
  const journal = openJournal(now, onLine);
  const credentials = createCredentials(account);
  const { accessKeyId, secretAccessKey } = credentials.people['local-app'];
  const asApplication = signedFetch({ accessKeyId, secretAccessKey }, region);
  let api = '';
  const transaction = (id: string) => getTransaction(`${api}/payments/transactions/${id}`, asApplication);
  const workflows = localWorkflows({ journal, timeline, seed, dataDir });
  const around = { start, journal, timeline, gatewaysPort: ports.gateways, transaction, dataDir, workflows };
  const { stacks, gateways, ...emulators } = await startAround(around);

  const { dynamo, queues, services } = emulators;
  const buckets = openBuckets(queues.endpoint);
  const endpoints = { dynamodb: dynamo.endpoint, queues: queues.endpoint, services: services.endpoint };
  const declared = emptyWorld();
  const operations = () => [...declared.functions.values()].map(({ name }) => operationOf(name));
  const tell: GateOptions['tell'] = (operation, name, facts) => {
    journal.happened(operation, name, facts);
  };
  const gate = await start(startGate({ account, region, endpoints, now, operations, tell }));
  const { access } = gate;
  const made = { dynamo, services, buckets, workflows, queues: fronted(queues, gate) };
  const world = { account, region, access, ...made, ...declared };
  await createResources(stacks, world);
  const functions = await start(
    Promise.resolve(
      startFunctions({
        ...{ world, endpoints, gate, credentials, journal, timeline, dataDir, seed },
        look: queues.look,
      }),
    ),
  );
  await start(Promise.resolve(timeline));
  const front = await start(
    startApi({
      port: ports.api,
      account,
      region,
      apis: [...world.apis.values()],
      functions: functions.byArn,
      find: (id) => credentials.find(id),
      now,
      signedBy: Date.now,
      onAnswer: ({ method, path, route, status, took, refusal }) => {
        const transaction_id = /pay_[0-9a-z]{26}/.exec(path)?.[0];
        journal.happened('api', `${method} ${route ?? path}`, { transaction_id, status, ms: took, refusal });
      },
    }),
  );
  api = `${front.url}/${stageOf(world)}`;
  const { deadLetters } = world;
  const told: { facts?: Ready } = {};
  const ready = () => told.facts;
  const control = await start(
    startControl({
      ...{ port: ports.control, credentials, journal, timeline, queues, deadLetters, ready },
      stateHash: () => dynamo.stateHash(),
      ...{ gate, functions, workflows },
    }),
  );
  const call = signedFetch(credentials.people.operator, region);
  await seedChannels({ api, call, kms: services.endpoint, gateways });
  // What an earlier start left running finds channels that lead to this start's gateways.
  await start(beginWorkflows(workflows, { gate, functions: functions.byArn }, journal));
  told.facts = {
    ...{ api, gateways: gateways.url, control: control.url, region, accessKeyId, secretAccessKey },
    readyMs: Math.round(performance.now() - since),
  };
  return { ...told.facts, credentials, gate, functions, workflows };
}

/** Functions reach a queue by its URL, whose host comes before any other address: it is the gate's. */
function fronted(queues: LocalQueues, { endpoint }: Gate): Pick<LocalQueues, 'createQueue'> {
  return {
    createQueue: async (name, properties) => {
      const { url, arn } = await queues.createQueue(name, properties);
      return { url: new URL(new URL(url).pathname, endpoint).href, arn };
    },
  };
}

interface Around {
  readonly start: Start;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly gatewaysPort: number;
  readonly transaction: (id: string) => Promise<{ prepay_info?: unknown } | undefined>;
  readonly dataDir: string | undefined;
  readonly workflows: Pick<Workflows, 'operations'>;
}

/** The template, the emulators that its resources are made in, and the gateways: all at once, for they need time. */
async function startAround(around: Around) {
  const { start, journal, timeline, gatewaysPort, transaction, dataDir, workflows } = around;
  const { now, schedule } = timeline;
  const kept = dataDir === undefined ? {} : { dataDir };
  const building = () => {
    journal.happened('machine', 'Building the functions and the template, once per change.');
  };
  const queues = start(startQueues({ ...kept, region }));
  const dynamo = start(startDynamo({ ...kept, account, region }));
  const services = start(
    startServices({
      ...{ ...kept, account, region, now, workflows: workflows.operations },
      onBusEvent: (event) => {
        journal.published(event);
      },
      sendToQueue: async (arn, body) => (await queues).send(arn, body),
      onError: (line) => {
        journal.happened('bus', line, { level: 'WARN' });
      },
    }),
  );
  const onEvent = ({ name, ...facts }: EventLine) => {
    journal.happened('gateways', name, facts);
  };
  const gateways = start(startGateways({ port: gatewaysPort, now, schedule, transaction, onEvent }));
  const stacks = localAssembly(building).then(readAssembly);
  // Nothing may come up after the clearing away: a failure counts when all have ended.
  await Promise.allSettled([queues, dynamo, services, gateways, stacks]);
  const made = {
    stacks: await stacks,
    dynamo: await dynamo,
    queues: await queues,
    services: await services,
    gateways: await gateways,
  };
  timeline.join(made.queues.clock);
  timeline.join({ idle: () => made.gateways.idle().then(() => true) });
  timeline.join({ idle: () => made.services.settled().then(() => true) });
  return made;
}

/** One address fronts all APIs, so they must agree on the stage in their paths. */
function stageOf({ apis }: Pick<World, 'apis'>): string {
  const found = new Set([...apis.values()].flatMap(({ stages: each }) => each));
  const [only] = found;
  if (only !== undefined && found.size === 1) return only;
  throw new Error(
    `The APIs of the template have the stages ${[...found].join(', ')}; this machine fronts them with one address and needs one.`,
  );
}

async function getTransaction(
  url: string,
  call: SignedFetch,
): Promise<{ prepay_info?: unknown } | undefined> {
  const response = await call(url);
  if (response.status === 404) return undefined;
  if (response.ok) return (await response.json()) as { prepay_info?: unknown };
  throw new Error(`GET ${url} answered ${response.status}.`);
}
