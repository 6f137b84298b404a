// The conditions of policy statements: the operators and keys that our template uses. Any other stops the start, by name,
// because a condition that is passed over would allow what the cloud refuses.
import * as z from 'zod';

/** Condition key in lower case → its values in the request. A key that is absent is not in the request. */
export type Context = Readonly<Record<string, readonly string[]>>;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const conditionSchema = z.record(
  z.string(),
  z.record(z.string(), z.union([scalar.transform((one) => [one]), z.array(scalar)])),
);

/** What this machine knows about a request; see `context` in the callers. */
const knownKeys = new Set([
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'dynamodb:attributes',
  'dynamodb:enclosingoperation',
  'dynamodb:leadingkeys',
  'kms:encryptioncontext:aws:logs:arn',
  'kms:messagetype',
  'kms:signingalgorithm',
  'kms:viaservice',
  'lambda:sourcefunctionarn',
]);

type Comparison = (value: string, wanted: string) => boolean;

const equals: Comparison = (value, wanted) => value === wanted;
const like: Comparison = (value, wanted) => pattern(wanted).test(value);
const sameBool: Comparison = (value, wanted) => value.toLowerCase() === wanted.toLowerCase();

const comparisons: Readonly<Record<string, { readonly compare: Comparison; readonly negated?: true }>> = {
  ArnEquals: { compare: like },
  ArnLike: { compare: like },
  ArnNotEquals: { compare: like, negated: true },
  ArnNotLike: { compare: like, negated: true },
  Bool: { compare: sameBool },
  StringEquals: { compare: equals },
  StringLike: { compare: like },
  StringNotEquals: { compare: equals, negated: true },
  StringNotLike: { compare: like, negated: true },
};

/** `*` is any text and `?` any character, as in actions, ARNs and the `Like` operators. */
export function pattern(text: string, flags = ''): RegExp {
  const escaped = text.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags);
}

/**
 * @param where names the statement in the sentence
 * @returns whether all conditions hold in a context
 * @throws Error naming an operator or a key that is not known here
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-key-or-value-conditions.html
 */
export function compileConditions(
  conditions: z.infer<typeof conditionSchema>,
  where: string,
): (context: Context) => boolean {
  const all = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]) => compileOne(operator, key, wanted, where)),
  );
  return (context) => all.every((holds) => holds(context));
}

function compileOne(operator: string, key: string, wanted: readonly string[], where: string) {
  if (operator === 'Null') return compileNull(key, wanted, where);
  const [, set, name = ''] = /^(?:(ForAnyValue|ForAllValues):)?(.+)$/.exec(operator) ?? [];
  const found = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
  if (!found)
    throw new Error(`${where} has the condition ${operator}, which this machine does not carry out.`);
  const lower = known(key, where);
  const { compare, negated = false } = found;
  const fits = (value: string): boolean => wanted.some((one) => compare(value, one)) !== negated;
  return (context: Context): boolean => {
    const values = context[lower] ?? [];
    if (set === 'ForAllValues') return values.every(fits);
    if (set === 'ForAnyValue') return values.some(fits);
    // Without a set operator, a negated comparison also holds where the request has no such key.
    return values.length === 0 ? negated : values.every(fits);
  };
}

/** `true`: the request has no such key; `false`: it has one. */
function compileNull(key: string, wanted: readonly string[], where: string) {
  const lower = known(key, where);
  return (context: Context): boolean => {
    const absent = (context[lower] ?? []).length === 0;
    return wanted.some((one) => sameBool(one, String(absent)));
  };
}

function known(key: string, where: string): string {
  const lower = key.toLowerCase();
  if (!knownKeys.has(lower))
    throw new Error(`${where} has a condition on ${key}, which this machine does not know of a request.`);
  return lower;
}
