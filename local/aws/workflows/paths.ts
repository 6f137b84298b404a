// JSONPath as far as it is carried out: `$`, `$.a.b`, and what an execution knows of itself, `$$.Execution.Name`. Templates
// (Parameters, ResultSelector) are JSON whose keys that end in `.$` are filled in.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What `$$` is. */
export interface Context {
  readonly Execution: { readonly Id: string; readonly Name: string; readonly StartTime: string };
}

/** An error by its name, as Retry and Catch know it. */
export class StateError extends Error {
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

const reference = /^\$(\.[A-Za-z_]\w*)*$/;
const ofExecution = /^\$\$\.Execution\.(Id|Name|StartTime)$/;

export function isReference(path: string): boolean {
  return reference.test(path);
}

export function isPath(path: string): boolean {
  return isReference(path) || ofExecution.test(path);
}

/** @returns undefined where there is nothing */
export function find(path: string, input: Json, context: Context): Json | undefined {
  const own = path.startsWith('$$');
  let at: Json | undefined = own ? { ...context } : input;
  for (const name of namesOf(path)) at = memberOf(at, name);
  return at;
}

/** @throws StateError */
export function read(path: string, input: Json, context: Context, error = 'States.Runtime'): Json {
  const found = find(path, input, context);
  if (found !== undefined) return found;
  throw new StateError(
    error,
    `The JSONPath '${path}' could not be found in the input '${JSON.stringify(input)}'`,
  );
}

/**
 * @param path a reference; what lies on its way is made
 * @throws StateError when something that is no object lies on its way
 */
export function put(path: string, whole: Json, value: Json): Json {
  return putAt(namesOf(path), whole, value, path);
}

function putAt([name, ...rest]: readonly string[], whole: Json, value: Json, path: string): Json {
  if (name === undefined) return value;
  if (!isObject(whole))
    throw new StateError(
      'States.ResultPathMatchFailure',
      `Unable to apply ReferencePath ${path} to input ${JSON.stringify(whole)}`,
    );
  return { ...whole, [name]: putAt(rest, memberOf(whole, name) ?? {}, value, path) };
}

/** @throws StateError for a path that leads to nothing */
export function fill(template: Json, input: Json, context: Context): Json {
  if (Array.isArray(template)) return template.map((one: Json) => fill(one, input, context));
  if (!isObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$')
        ? [key.slice(0, -2), read(value as string, input, context, 'States.ParameterPathFailure')]
        : [key, fill(value, input, context)],
    ),
  );
}

/** @returns each path of a template that is not carried out */
export function strangePaths(template: unknown): string[] {
  if (Array.isArray(template)) return template.flatMap(strangePaths);
  if (typeof template !== 'object' || template === null) return [];
  return Object.entries(template).flatMap(([key, value]: [string, unknown]) => {
    if (!key.endsWith('.$')) return strangePaths(value);
    return typeof value === 'string' && isPath(value)
      ? []
      : [typeof value === 'string' ? value : JSON.stringify(value)];
  });
}

function namesOf(path: string): string[] {
  return path.split('.').slice(1);
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return value !== undefined && isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
