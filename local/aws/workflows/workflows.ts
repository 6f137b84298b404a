// Step Functions of this machine: Standard workflows as the template defines them, with names that are taken once. Only what
// a definition says within the known subset is carried out: docs/decisions/0023-a-small-interpreter-of-workflows.md
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Timeline } from '../../timeline.ts';
import { AwsError, type AwsOperations, operation } from '../aws-json.ts';
import type { Durable } from '../durable-state.ts';
import { type Properties, readProperties, withoutBehaviour } from '../properties.ts';
import { readDefinition } from './definition.ts';
import { awsHistory, inShort } from './history.ts';
import type { Call } from './interpreter.ts';
import type { Json } from './paths.ts';
import { type Execution, openShelf, type Shelf } from './record.ts';
import { inputs, pageOf } from './requests.ts';
import { openRunner } from './runner.ts';
import { described, listed, subjectOf } from './views.ts';

/** A state machine of the template, read. */
export interface DeclaredMachine {
  readonly name: string;
  readonly arn: string;
  readonly definition: string;
  readonly roleArn: string;
  /** names or ARNs of the functions that its states invoke */
  readonly invokes: readonly string[];
  /** what it does is written to a log */
  readonly logs: boolean;
  readonly traced: boolean;
}

export interface Workflows {
  readonly operations: AwsOperations;
  /**
   * Takes resolved properties of AWS::StepFunctions::StateMachine.
   * @throws Error naming a property, or what of the definition is not carried out
   */
  readonly createStateMachine: (name: string, properties: Properties) => DeclaredMachine;
  readonly machines: ReadonlyMap<string, DeclaredMachine>;
  /** From now on states are carried out; executions that an earlier start left running go on. */
  begin(invoke: (machine: DeclaredMachine, call: Call) => Promise<Json>): void;
  /** in the order of their starts, with their steps; only those about a refund where it is named */
  list(refundId?: string): object[];
  /** Whether no state is being carried out: what waits is idle. */
  idle(): boolean;
  stop(): Promise<void>;
}

export interface WorkflowsOptions {
  readonly region: string;
  readonly account: string;
  readonly timeline: Pick<Timeline, 'now' | 'schedule'>;
  /** [0, 1): of retries' jitter */
  readonly random: () => number;
  /** each step of each execution */
  readonly tell: (name: string, facts: Record<string, unknown>) => void;
  /** where executions outlive this process; in memory without it */
  readonly dataDir?: string;
}

const machineSchema = z.strictObject({
  StateMachineName: z.string().optional(),
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
  DefinitionString: z.string(),
  RoleArn: z.string(),
  LoggingConfiguration: z.looseObject({ Level: z.string().default('OFF') }).optional(),
  TracingConfiguration: z.strictObject({ Enabled: z.boolean().default(false) }).optional(),
  // What is kept here is readable by its owner only, as everything that is kept.
  ...withoutBehaviour('EncryptionConfiguration', 'Tags'),
});

/** ms: for so long an execution that ended is remembered, and its name is taken */
const remembered = 90 * 86_400_000;
/** ms: for so long one that ended can be redriven */
const redrivable = 14 * 86_400_000;
/** How many executions keep their steps; the names of older ones stay taken. */
const withHistory = 20_000;

export function openWorkflows(options: WorkflowsOptions): Workflows {
  const { region, account, timeline, random, dataDir } = options;
  const { now } = timeline;
  const machines = new Map<string, DeclaredMachine>();
  const shelves = new Map<string, Shelf>();
  const executions = new Map<string, Durable<Execution>>();
  let invoke: Parameters<Workflows['begin']>[0] | undefined;
  const runner = openRunner({
    timeline,
    random,
    invoke: async (arn, call) => {
      const machine = machines.get(arn);
      if (!machine || !invoke) throw new Error(`${arn} cannot invoke anything yet.`);
      return invoke(machine, call);
    },
    tell: (execution, name, facts = {}) => {
      options.tell(name, { execution: execution.name, ...subjectOf(execution), ...facts });
    },
  });

  function machineOf(arn: string): DeclaredMachine {
    const found = machines.get(arn);
    if (!found) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return found;
  }

  /** Forgets what has been over for long enough. */
  function lookUp(arn: string): Durable<Execution> | undefined {
    const found = executions.get(arn);
    if (found?.value.stoppedAt === undefined || found.value.stoppedAt + remembered > now()) return found;
    executions.delete(arn);
    shelves.get(found.value.machineArn)?.remove(found.value);
    return undefined;
  }

  function executionOf(arn: string): Durable<Execution> {
    const found = lookUp(arn);
    if (!found) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return found;
  }

  function known(): Execution[] {
    return [...executions.keys()].flatMap((arn) => lookUp(arn)?.value ?? []);
  }

  function start({ stateMachineArn, name = randomUUID(), input }: z.infer<typeof inputs.start>): object {
    const machine = machineOf(stateMachineArn);
    const arn = `arn:aws:states:${region}:${account}:execution:${machine.name}:${name}`;
    const before = lookUp(arn)?.value;
    if (before) {
      if (before.status !== 'RUNNING' || before.input !== input)
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      return { executionArn: arn, startDate: before.startedAt / 1000 };
    }
    assertInput(input);
    assertName(name);
    const startedAt = now();
    const kept = shelves.get(stateMachineArn)?.add({
      ...{ arn, name, machineArn: stateMachineArn, definition: machine.definition, input },
      ...{ status: 'RUNNING', startedAt, countedFrom: startedAt, redrives: 0, transitions: 0 },
      position: { state: '', input: null, tried: [] },
      history: [{ at: startedAt, type: 'ExecutionStarted', input: JSON.parse(input) as Json }],
    });
    if (!kept) throw new Error(`${stateMachineArn} has no shelf.`);
    executions.set(arn, kept);
    if (executions.size % 1000 === 0) thin([...executions.values()]);
    options.tell('execution.started', { execution: name, ...subjectOf(kept.value) });
    if (invoke) runner.run(kept);
    return { executionArn: arn, startDate: startedAt / 1000 };
  }

  function redrive(kept: Durable<Execution>): object {
    const { value } = kept;
    const { status, stoppedAt = 0 } = value;
    if (status === 'RUNNING' || status === 'SUCCEEDED' || stoppedAt + redrivable < now())
      throw new AwsError(
        'ExecutionNotRedrivable',
        `Execution '${value.arn}' is ${status} and cannot be redriven.`,
      );
    delete value.stoppedAt;
    delete value.error;
    delete value.cause;
    delete value.position.until;
    value.position.tried = [];
    Object.assign(value, { status: 'RUNNING', countedFrom: now(), redrives: value.redrives + 1 });
    value.history.push({ at: now(), type: 'ExecutionRedriven' });
    kept.save();
    options.tell('execution.redriven', { execution: value.name, ...subjectOf(value) });
    runner.run(kept);
    return { redriveDate: now() / 1000 };
  }

  return {
    machines,
    operations: {
      StartExecution: operation(inputs.start, start),
      DescribeExecution: operation(inputs.ofExecution, ({ executionArn: arn }) =>
        described(executionOf(arn).value),
      ),
      ListExecutions: operation(inputs.list, ({ stateMachineArn: of, statusFilter: status, ...page }) => {
        const { arn } = machineOf(of);
        const fits = (one: Execution) => one.machineArn === arn && (status ?? one.status) === one.status;
        const { page: some, ...more } = pageOf(known().filter(fits).reverse(), page);
        return { executions: some.map(listed), ...more };
      }),
      GetExecutionHistory: operation(inputs.history, ({ executionArn, reverseOrder, ...page }) => {
        const all = awsHistory(executionOf(executionArn).value);
        const { page: events, ...more } = pageOf(reverseOrder ? all.reverse() : all, page);
        return { events, ...more };
      }),
      StopExecution: operation(inputs.stop, ({ executionArn, ...why }) => {
        const kept = executionOf(executionArn);
        if (kept.value.status === 'RUNNING') runner.end(kept, 'ABORTED', why);
        return { stopDate: (kept.value.stoppedAt ?? now()) / 1000 };
      }),
      RedriveExecution: operation(inputs.redrive, ({ executionArn }) => redrive(executionOf(executionArn))),
    },
    createStateMachine: (name, properties) => {
      const said = readProperties(machineSchema, `State machine ${name}`, properties);
      const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      const { states } = readDefinition(said.DefinitionString, name);
      const invokes = [...states.values()].flatMap((state) =>
        state.Type === 'Task' ? [state.Parameters.FunctionName] : [],
      );
      const machine = {
        ...{ name, arn, definition: said.DefinitionString, roleArn: said.RoleArn, invokes },
        logs: (said.LoggingConfiguration?.Level ?? 'OFF') !== 'OFF',
        traced: said.TracingConfiguration?.Enabled ?? false,
      };
      machines.set(arn, machine);
      const shelf = openShelf(dataDir === undefined ? undefined : join(dataDir, 'executions', name));
      shelves.set(arn, shelf);
      const inOrder = [...shelf.kept].sort((one, other) => one.value.startedAt - other.value.startedAt);
      for (const kept of inOrder) executions.set(kept.value.arn, kept);
      return machine;
    },
    begin: (by) => {
      invoke = by;
      for (const kept of executions.values()) if (kept.value.status === 'RUNNING') runner.run(kept);
    },
    list: (refundId) =>
      known()
        .filter((one) => refundId === undefined || subjectOf(one).refund_id === refundId)
        .map(inShort),
    idle: () => runner.idle(),
    stop: () => {
      runner.stop();
      return Promise.resolve();
    },
  };
}

function thin(all: readonly Durable<Execution>[]): void {
  for (const { value } of all.filter((one) => one.value.status !== 'RUNNING').slice(0, -withHistory))
    value.history = [];
}

/** Fewer than AWS takes, and each can be the name of a file. */
function assertName(name: string): void {
  if (!/^\w[\w.-]{0,79}$/.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

function assertInput(input: string): void {
  if (Buffer.byteLength(input) > 262_144)
    throw new AwsError('InvalidExecutionInput', 'The input is longer than 262144 bytes.');
  try {
    JSON.parse(input);
  } catch {
    throw new AwsError('InvalidExecutionInput', 'The input is not JSON.');
  }
}
