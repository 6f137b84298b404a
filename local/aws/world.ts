// What the behaviours of resources share: where they stand, what they are made in, and what they are called.
import type { ApiDefinition } from './api-definition.ts';
import type { LocalDynamo } from './dynamodb.ts';
import type { LocalBuckets } from './buckets.ts';
import type { FunctionSpec } from './executor.ts';
import type { Access } from './gate/access.ts';
import type { Created } from './intrinsics.ts';
import type { Properties } from './properties.ts';
import type { LocalQueues } from './queues.ts';
import type { DeclaredSchedule } from './schedules.ts';
import type { LocalServices } from './services.ts';
import type { Stack } from './template.ts';
import type { Workflows } from './workflows/workflows.ts';

/** The emulators that resources are made in, and what becomes of the rest. */
export interface World {
  readonly account: string;
  readonly region: string;
  readonly dynamo: Pick<LocalDynamo, 'createTable'>;
  readonly queues: Pick<LocalQueues, 'createQueue'>;
  readonly buckets: LocalBuckets;
  readonly services: Pick<
    LocalServices,
    'createKey' | 'createAlias' | 'createSecret' | 'createBus' | 'putRule'
  >;
  readonly workflows: Pick<Workflows, 'createStateMachine'>;
  /** who may do what */
  readonly access: Access;
  /** by ARN */
  readonly functions: Map<string, DeclaredFunction>;
  /** by id */
  readonly apis: Map<string, ApiDefinition>;
  readonly mappings: Mapping[];
  readonly schedules: DeclaredSchedule[];
  /** ARNs of functions that are not invoked again when an asynchronous invocation fails */
  readonly triedOnce: Set<string>;
  /** queue name → name of its dead-letter queue, where it has one */
  readonly deadLetters: Map<string, string | undefined>;
}

/** What is filled while resources are made. */
export function emptyWorld(): Pick<
  World,
  'functions' | 'apis' | 'mappings' | 'schedules' | 'triedOnce' | 'deadLetters'
> {
  return {
    ...{ functions: new Map(), apis: new Map(), mappings: [], schedules: [] },
    ...{ triedOnce: new Set(), deadLetters: new Map() },
  };
}

/** A function as the template has it: its environment holds nothing of this machine yet. */
export interface DeclaredFunction extends FunctionSpec {
  readonly roleArn: string;
  /** Lambda sends traces of it */
  readonly traced: boolean;
  readonly inVpc: boolean;
  /** name; the one that Lambda makes by itself without it */
  readonly logGroup: string | undefined;
}

/** Resolved properties of an AWS::Lambda::EventSourceMapping. */
export interface Mapping {
  readonly functionArn: string;
  readonly sourceArn: string;
  readonly properties: Properties;
}

export interface Place {
  readonly stack: Stack;
  readonly logicalId: string;
  /** `<stack>/<logical id>`, for sentences */
  readonly name: string;
}

export type Behaviour = (properties: Properties, place: Place, world: World) => Created | Promise<Created>;

/** Stable over starts, so that persisted data is found again. */
export function physicalName({ stack, logicalId }: Place): string {
  return `${stack.name}-${logicalId}`;
}
