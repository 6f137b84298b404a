// What one state does with its input: the words of the definition, without time, chance, and anything that is kept.
import { holds } from './choices.ts';
import type { Choice, Pass, State, Task, Wait } from './definition.ts';
import { type Context, fill, type Json, put, read, StateError } from './paths.ts';

export type Done =
  | { readonly kind: 'next'; readonly next: string; readonly output: Json }
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error?: string | undefined; readonly cause?: string | undefined };

/** What a Task's function gets. */
export interface Call {
  /** name or ARN */
  readonly functionName: string;
  readonly payload: Json;
}

/** @throws StateError */
export function callOf({ InputPath, Parameters }: Task, input: Json, context: Context): Call {
  const given = through(InputPath, input, context);
  const path = Parameters['Payload.$'];
  const payload =
    path === undefined
      ? fill(Parameters.Payload ?? {}, given, context)
      : read(path, given, context, 'States.ParameterPathFailure');
  return { functionName: Parameters.FunctionName, payload };
}

/**
 * @param answer the payload that the function returned
 * @throws StateError
 */
export function answered(task: Task, input: Json, answer: Json, context: Context): Done {
  const result = { ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 };
  const selected = task.ResultSelector === undefined ? result : fill(task.ResultSelector, result, context);
  return onward(task, shaped(task, input, selected, context));
}

/**
 * Of every state but a Task, and of a Wait when it is over.
 * @throws StateError
 */
export function carryOut(state: Exclude<State, Task>, input: Json, context: Context): Done {
  switch (state.Type) {
    case 'Pass':
      return pass(state, input, context);
    case 'Choice':
      return choose(state, input, context);
    case 'Wait':
    case 'Succeed': {
      const output = through(state.OutputPath, through(state.InputPath, input, context), context);
      return state.Type === 'Succeed' ? { kind: 'succeeded', output } : onward(state, output);
    }
    case 'Fail':
      return { kind: 'failed', error: state.Error, cause: state.Cause };
  }
}

/**
 * @param now ms since 1970 UTC
 * @returns ms since 1970 UTC
 * @throws StateError for what is no time
 */
export function waitUntil(state: Wait, raw: Json, context: Context, now: number): number {
  const input = through(state.InputPath, raw, context);
  if (state.Seconds !== undefined) return now + state.Seconds * 1000;
  if (state.SecondsPath !== undefined) {
    const said = read(state.SecondsPath, input, context);
    if (typeof said === 'number' && Number.isInteger(said) && said >= 0 && said <= 99_999_999)
      return now + said * 1000;
    throw noTime('SecondsPath', said);
  }
  const said = state.Timestamp ?? read(state.TimestampPath ?? '$', input, context);
  const at = typeof said === 'string' && /^\d{4}-\d\d-\d\dT/.test(said) ? Date.parse(said) : NaN;
  if (Number.isNaN(at)) throw noTime('TimestampPath', said);
  return at;
}

function noTime(field: string, said: Json): StateError {
  return new StateError(
    'States.Runtime',
    `The ${field} parameter leads to ${JSON.stringify(said)}, which is no time.`,
  );
}

function pass(state: Pass, input: Json, context: Context): Done {
  const given = through(state.InputPath, input, context);
  const shapedInput = state.Parameters === undefined ? given : fill(state.Parameters, given, context);
  return onward(state, shaped(state, input, state.Result ?? shapedInput, context));
}

function choose(state: Choice, input: Json, context: Context): Done {
  const given = through(state.InputPath, input, context);
  const next = state.Choices.find((rule) => holds(rule, given, context))?.Next ?? state.Default;
  if (next === undefined)
    throw new StateError('States.NoChoiceMatched', 'No choice rule matched and there is no Default.');
  return { kind: 'next', next, output: through(state.OutputPath, given, context) };
}

/** The result, put where the state says into what came, whatever InputPath took of it. */
function shaped(
  { ResultPath = '$', OutputPath }: Pick<Task, 'ResultPath' | 'OutputPath'>,
  input: Json,
  result: Json,
  context: Context,
): Json {
  return through(OutputPath, ResultPath === null ? input : put(ResultPath, input, result), context);
}

function onward({ Next }: { readonly Next?: string | undefined }, output: Json): Done {
  return Next === undefined ? { kind: 'succeeded', output } : { kind: 'next', next: Next, output };
}

function through(path: string | null | undefined, input: Json, context: Context): Json {
  if (path === null) return {};
  return path === undefined ? input : read(path, input, context);
}
