// One execution, as it is kept: where it stands, and all that happened in it. A file for each, so that a step writes little.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type Durable, durable } from '../durable-state.ts';
import type { Json } from './paths.ts';

const json = z.custom<Json>();

const historyEvent = z.object({
  /** ms since 1970 UTC */
  at: z.number(),
  /** as GetExecutionHistory names it */
  type: z.string(),
  state: z.string().optional(),
  input: json.optional(),
  output: json.optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  /** ms since 1970 UTC: what it waits for then begins */
  until: z.number().optional(),
});
export type HistoryEvent = z.infer<typeof historyEvent>;

const position = z.object({
  state: z.string(),
  /** as it came from the state before */
  input: json,
  /** how often each retrier of the state has tried */
  tried: z.array(z.number()),
  /** ms since 1970 UTC: until when it waits, or waits to try again */
  until: z.number().optional(),
});
export type Position = z.infer<typeof position>;

export const executionStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
export type ExecutionStatus = z.infer<typeof executionStatus>;

const execution = z.object({
  arn: z.string(),
  name: z.string(),
  machineArn: z.string(),
  /** that it began with: a machine that is changed changes nothing for those that run */
  definition: z.string(),
  /** as it was sent */
  input: z.string(),
  status: executionStatus,
  /** ms since 1970 UTC */
  startedAt: z.number(),
  /** ms since 1970 UTC: from when its time counts; later than `startedAt` when it was redriven */
  countedFrom: z.number(),
  stoppedAt: z.number().optional(),
  redrives: z.number(),
  output: json.optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
  position,
  /** states that were begun, and begun again: what AWS takes money for */
  transitions: z.number(),
  history: z.array(historyEvent),
});
export type Execution = z.infer<typeof execution>;

export interface Shelf {
  /** those of earlier starts */
  readonly kept: readonly Durable<Execution>[];
  add(one: Execution): Durable<Execution>;
  /** Forgets it for ever. */
  remove(one: Execution): void;
}

/** @param directory where executions of one machine outlive this process; in memory without it */
export function openShelf(directory?: string): Shelf {
  if (directory === undefined)
    return { kept: [], add: (one) => durable(execution, one), remove: () => undefined };
  mkdirSync(directory, { recursive: true });
  const fileOf = (name: string): string => join(directory, `${name}.json`);
  const names = readdirSync(directory).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  return {
    kept: names.map((name) => {
      const there = execution.parse(JSON.parse(readFileSync(fileOf(name), 'utf8')));
      return durable(execution, there, fileOf(name));
    }),
    add: (one) => {
      rmSync(fileOf(one.name), { force: true });
      return durable(execution, one, fileOf(one.name));
    },
    remove: ({ name }) => {
      rmSync(fileOf(name), { force: true });
    },
  };
}
