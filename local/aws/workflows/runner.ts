// Runs executions: one state after the other, waits and retries by the service's time, and each step written down before the
// next begins. What was under way when the process ended is begun again.
import type { Timeline } from '../../timeline.ts';
import type { Durable } from '../durable-state.ts';
import { type Definition, readDefinition, type Task } from './definition.ts';
import { answered, type Call, callOf, carryOut, type Done, waitUntil } from './interpreter.ts';
import { type Context, type Json, put, StateError } from './paths.ts';
import type { Execution, ExecutionStatus, HistoryEvent } from './record.ts';
import { sequelOf } from './retries.ts';
import { within } from './within.ts';

export interface RunnerOptions {
  readonly timeline: Pick<Timeline, 'now' | 'schedule'>;
  /** [0, 1) */
  readonly random: () => number;
  /** @throws StateError */
  readonly invoke: (machineArn: string, call: Call) => Promise<Json>;
  readonly tell: (execution: Execution, name: string, facts?: Record<string, unknown>) => void;
}

export interface Runner {
  /** Goes on where the execution stands: at its first state, or wherever it stood before. */
  run(kept: Durable<Execution>): void;
  /** Ends it from outside. */
  end(kept: Durable<Execution>, status: ExecutionStatus, why?: Why): void;
  idle(): boolean;
  stop(): void;
}

interface Why {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

interface Live {
  readonly kept: Durable<Execution>;
  readonly definition: Definition;
  readonly context: Context;
  /** timers of the service's time */
  readonly cancels: Set<() => void>;
  over: boolean;
}

/** events, of one execution; AWS ends it then */
const longestHistory = 25_000;

const ends: Readonly<Record<ExecutionStatus, string>> = {
  RUNNING: '',
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

export function openRunner({ timeline, random, invoke, tell }: RunnerOptions): Runner {
  const live = new Map<string, Live>();
  const working = new Set<Live>();
  let stopped = false;
  const { now } = timeline;

  function note({ value }: Durable<Execution>, type: string, facts: Partial<HistoryEvent> = {}): void {
    value.history.push({ at: now(), type, ...facts });
  }

  function at(one: Live, moment: number, task: () => unknown): void {
    const cancel = timeline.schedule(moment, () => {
      one.cancels.delete(cancel);
      return one.over || stopped ? undefined : task();
    });
    one.cancels.add(cancel);
  }

  function finish(
    kept: Durable<Execution>,
    status: ExecutionStatus,
    why: Why & { output?: Json } = {},
  ): void {
    const { value } = kept;
    const known = Object.fromEntries(Object.entries(why).filter(([, said]) => said !== undefined));
    Object.assign(value, { status, stoppedAt: now(), ...known });
    note(kept, ends[status], known);
    kept.save();
    const one = live.get(value.arn);
    live.delete(value.arn);
    if (one) {
      one.over = true;
      for (const cancel of one.cancels) cancel();
    }
    const { error, cause } = why;
    tell(value, `execution.${status.toLowerCase()}`, { error, cause, transitions: value.transitions });
  }

  function enter(one: Live, state: string, input: Json): void {
    const { kept, definition } = one;
    kept.value.position = { state, input, tried: [] };
    kept.value.transitions += 1;
    note(kept, `${definition.states.get(state)?.Type ?? ''}StateEntered`, { state, input });
    kept.save();
    tell(kept.value, 'execution.state_entered', { state });
  }

  async function goOn(one: Live): Promise<void> {
    working.add(one);
    try {
      while (!one.over && !stopped && (await step(one)));
    } catch (error) {
      if (!one.over && !stopped) finish(one.kept, 'FAILED', whyOf(error));
    } finally {
      working.delete(one);
    }
  }

  /** @returns whether there is more to be done at once */
  async function step(one: Live): Promise<boolean> {
    const { kept, definition, context } = one;
    const { position, history } = kept.value;
    const state = definition.states.get(position.state);
    if (!state) throw new Error(`There is no state ${position.state}.`);
    if (history.length > longestHistory)
      throw new StateError(
        'States.Runtime',
        `The execution reached the maximum number of history events (${longestHistory}).`,
      );
    if (state.Type === 'Wait' && position.until === undefined) {
      position.until = waitUntil(state, position.input, context, now());
      note(kept, 'Waiting', { state: position.state, until: position.until });
      kept.save();
      tell(kept.value, 'execution.waiting', { state: position.state, until: isoOf(position.until) });
    }
    if (position.until !== undefined && position.until > now()) {
      at(one, position.until, () => goOn(one));
      return false;
    }
    if (state.Type !== 'Task') return leave(one, carryOut(state, position.input, context));
    if (position.until !== undefined) {
      delete position.until;
      kept.value.transitions += 1;
    }
    return perform(one, state);
  }

  function leave(one: Live, done: Done): boolean {
    const { kept, definition } = one;
    const { state } = kept.value.position;
    if (done.kind === 'failed') {
      finish(kept, 'FAILED', { error: done.error, cause: done.cause });
      return false;
    }
    const type = definition.states.get(state)?.Type ?? '';
    note(kept, `${type}StateExited`, { state, output: done.output });
    if (done.kind === 'next') enter(one, done.next, done.output);
    else finish(kept, 'SUCCEEDED', { output: done.output });
    return done.kind === 'next';
  }

  async function perform(one: Live, task: Task): Promise<boolean> {
    const { kept, context } = one;
    const { value } = kept;
    const { input, state } = value.position;
    try {
      const call = callOf(task, input, context);
      note(kept, 'TaskScheduled', { state });
      note(kept, 'TaskStarted', { state });
      const answer = await within(task.TimeoutSeconds, invoke(value.machineArn, call));
      if (one.over || stopped) return false;
      note(kept, 'TaskSucceeded', { state, output: answer });
      return leave(one, answered(task, input, answer, context));
    } catch (error) {
      if (one.over || stopped) return false;
      if (!(error instanceof StateError)) throw error;
      return afterError(one, task, error);
    }
  }

  function afterError(one: Live, task: Task, error: StateError): boolean {
    const { kept } = one;
    const { position } = kept.value;
    const { state } = position;
    const sequel = sequelOf(task, error, position.tried, random);
    const until = sequel.kind === 'retry' ? now() + sequel.after : undefined;
    const why = { error: error.name, cause: error.message };
    const type = error.name === 'States.Timeout' ? 'TaskTimedOut' : 'TaskFailed';
    note(kept, type, { state, ...why, ...(until !== undefined && { until }) });
    tell(kept.value, 'execution.task_failed', { state, ...why, again_at: until && isoOf(until) });
    if (sequel.kind === 'failed') throw error;
    if (sequel.kind === 'caught') {
      const { next, resultPath } = sequel;
      const told = { Error: why.error, Cause: why.cause };
      const output = resultPath === null ? position.input : put(resultPath, position.input, told);
      return leave(one, { kind: 'next', next, output });
    }
    position.tried = task.Retry.map(
      (_, place) => (position.tried[place] ?? 0) + (place === sequel.retrier ? 1 : 0),
    );
    position.until = until;
    kept.save();
    return true;
  }

  return {
    run: (kept) => {
      const { value } = kept;
      const definition = readDefinition(value.definition, value.machineArn);
      const context = {
        Execution: { Id: value.arn, Name: value.name, StartTime: new Date(value.startedAt).toISOString() },
      };
      const one: Live = { kept, definition, context, cancels: new Set(), over: false };
      live.set(value.arn, one);
      if (definition.timeout !== undefined)
        at(one, value.countedFrom + definition.timeout * 1000, () => {
          finish(kept, 'TIMED_OUT', { error: 'States.Timeout' });
        });
      if (value.transitions === 0) enter(one, definition.startAt, JSON.parse(value.input) as Json);
      void goOn(one);
    },
    end: finish,
    idle: () => working.size === 0,
    stop: () => {
      stopped = true;
      for (const { cancels } of live.values()) for (const cancel of cancels) cancel();
    },
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

function whyOf(error: unknown): Why {
  if (error instanceof StateError) return { error: error.name, cause: error.message };
  return {
    error: 'States.Runtime',
    cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
