// Definitions of state machines, read strictly: what this machine does not carry out stops the start, by name, because a
// workflow that runs otherwise here than in the cloud would prove nothing.
import * as z from 'zod';
import { choice, path } from './choices.ts';
import { isReference, type Json, strangePaths } from './paths.ts';

const text = z.string();
/** s; the longest that Step Functions knows */
const seconds = z.int().min(0).max(99_999_999);
const positive = z.int().min(1).max(99_999_999);
const template = z.custom<Json>().superRefine((said, context) => {
  for (const strange of strangePaths(said))
    context.addIssue({
      code: 'custom',
      message: `${strange} is no path that it knows: $, $.a.b, $$.Execution.Name`,
    });
});
const reference = text.refine(isReference, { error: 'it knows $ and $.a.b' });
const errors = z.array(text).min(1);

const common = { Comment: text.optional(), QueryLanguage: z.literal('JSONPath').optional() };
const paths = { InputPath: path.nullable().optional(), OutputPath: path.nullable().optional() };
const onward = { Next: text.optional(), End: z.literal(true).optional() };
const shaped = { Parameters: template.optional(), ResultPath: reference.nullable().optional() };

const retrier = z.strictObject({
  ErrorEquals: errors,
  IntervalSeconds: positive.default(1),
  BackoffRate: z.number().min(1).default(2),
  MaxAttempts: seconds.default(3),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
  Comment: text.optional(),
});
const catcher = z.strictObject({
  ErrorEquals: errors,
  Next: text,
  ResultPath: reference.nullable().optional(),
  Comment: text.optional(),
});

/** Exactly one of them. */
function oneOf<T extends object>(schema: z.ZodType<T>, ...names: string[]): z.ZodType<T> {
  return schema.refine((said) => names.filter((name) => name in said).length === 1, {
    error: `it has one of ${names.join(', ')}`,
  });
}

const task = z.strictObject({
  Type: z.literal('Task'),
  ...{ ...common, ...paths, ...onward },
  // Of the partition of the template.
  Resource: z.literal('arn:aws:states:::lambda:invoke', {
    error: 'it knows arn:aws:states:::lambda:invoke',
  }),
  ResultPath: shaped.ResultPath,
  Parameters: z
    .strictObject({ FunctionName: text, Payload: template.optional(), 'Payload.$': path.optional() })
    .refine((said) => !('Payload' in said && 'Payload.$' in said), { error: 'it has two payloads' }),
  ResultSelector: template.optional(),
  Retry: z.array(retrier).default([]),
  Catch: z.array(catcher).default([]),
  TimeoutSeconds: positive.optional(),
});
const pass = z.strictObject({
  Type: z.literal('Pass'),
  ...{ ...common, ...paths, ...onward, ...shaped },
  Result: z.custom<Json>().optional(),
});
const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...{ ...common, ...paths, ...onward },
  Seconds: seconds.optional(),
  SecondsPath: path.optional(),
  Timestamp: z.iso.datetime({ offset: true }).optional(),
  TimestampPath: path.optional(),
});
const choose = z.strictObject({
  Type: z.literal('Choice'),
  ...{ ...common, ...paths },
  Choices: z.array(choice).min(1),
  Default: text.optional(),
});
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, ...paths });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: text.optional(),
  Cause: text.optional(),
});

const states = {
  Task: oneOf(task, 'Next', 'End'),
  Pass: oneOf(pass, 'Next', 'End'),
  Wait: oneOf(oneOf(wait, 'Next', 'End'), 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'),
  Choice: choose,
  Succeed: succeed,
  Fail: fail,
} as const;

export type Task = z.infer<typeof task>;
export type Pass = z.infer<typeof pass>;
export type Wait = z.infer<typeof wait>;
export type Choice = z.infer<typeof choose>;
export type State = Task | Pass | Wait | Choice | z.infer<typeof succeed> | z.infer<typeof fail>;
export type Retrier = z.infer<typeof retrier>;

export interface Definition {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  /** s */
  readonly timeout: number | undefined;
}

const whole = z.strictObject({
  Comment: text.optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
  StartAt: text,
  States: z.record(text, z.looseObject({ Type: text })),
  TimeoutSeconds: positive.optional(),
  Version: z.literal('1.0').optional(),
});

/**
 * @param definition JSON, all intrinsics resolved
 * @param name of the machine, for sentences
 * @throws Error naming the state and the field that are not carried out
 */
export function readDefinition(definition: string, name: string): Definition {
  const machine = `The state machine ${name}`;
  const said = parse(whole, JSON.parse(definition), machine);
  const states = new Map(
    Object.entries(said.States).map(([id, state]) => [id, readState(id, state, machine)]),
  );
  for (const [from, to] of [['StartAt', said.StartAt], ...[...states].flatMap(exits)] as [string, string][])
    if (!states.has(to)) throw new Error(`${machine}: ${from} leads to ${to}, which is none of its states.`);
  return { startAt: said.StartAt, states, timeout: said.TimeoutSeconds };
}

function readState(id: string, state: { Type: string }, machine: string): State {
  const schema = Object.hasOwn(states, state.Type) ? states[state.Type as keyof typeof states] : undefined;
  if (!schema)
    throw new Error(
      `${machine}: state ${id} is a ${state.Type}, which this machine does not carry out (it knows ${Object.keys(states).join(', ')}).`,
    );
  return parse<State>(schema, state, `${machine}: state ${id}`);
}

function exits([id, state]: [string, State]): [string, string][] {
  const to = (next: string | undefined): [string, string][] =>
    next === undefined ? [] : [[`state ${id}`, next]];
  if (state.Type === 'Choice')
    return [...state.Choices.flatMap(({ Next }) => to(Next)), ...to(state.Default)];
  if (state.Type === 'Succeed' || state.Type === 'Fail') return [];
  return [...to(state.Next), ...(state.Type === 'Task' ? state.Catch.flatMap(({ Next }) => to(Next)) : [])];
}

function parse<T>(schema: z.ZodType<T>, said: unknown, what: string): T {
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // What is not known is named before what is missing: it may stand in its place.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const at = (issue?.path ?? []).map(String);
  if (issue?.code === 'unrecognized_keys')
    throw new Error(
      `${what} has ${[...at, issue.keys.join(', ')].join('.')}, which this machine does not carry out.`,
    );
  throw new Error(
    `${what} cannot be carried out by this machine${at.length > 0 ? `, because of ${at.join('.')}` : ''}: ${issue?.message ?? ''}.`,
  );
}
