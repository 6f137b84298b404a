// Resolved CloudFormation properties, read strictly: what has no meaning on this machine is named beside its schema, and
// anything else stops the start.
import * as z from 'zod';

export type Properties = Readonly<Record<string, unknown>>;

/** Properties that are accepted and change nothing here; spread it into a strict schema. */
export function withoutBehaviour(...names: string[]): object {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()]));
}

/**
 * @param what names the resource in the sentence, e.g. `Queue callbacks`
 * @throws Error naming the resource and the property that this machine does not carry out
 */
export function readProperties<T>(schema: z.ZodType<T>, what: string, properties: Properties): T {
  const parsed = schema.safeParse(properties);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === 'unrecognized_keys') path.push(issue.keys.join(', '));
  throw new Error(
    `${what} has the property ${path.join('.')}, which this machine does not carry out` +
      (issue?.code === 'unrecognized_keys' ? '.' : ` as it stands: ${issue?.message ?? 'it is not valid'}.`),
  );
}
