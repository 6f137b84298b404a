// A policy document of the resolved template, taken apart into single permissions: one action on one resource each, so
// that a test can take away one at a time.
import * as z from 'zod';
import { compileConditions, conditionSchema, type Context, pattern } from './conditions.ts';

/** One action on one resource that somebody asks for. */
export interface Ask {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** ARN */
  readonly resource: string;
  readonly context: Context;
}

/** Who asks: a role in a session, or a service of AWS in its own name. */
export type Asker =
  | { readonly roleArn: string; readonly account: string }
  | { readonly service: string; readonly account: string };

/** `account` = the statement leaves it to the identity policies of this account. */
export type Named = 'asker' | 'account' | 'other';

export interface Permission {
  readonly effect: 'Allow' | 'Deny';
  /** as written */
  readonly action: string;
  /** as written */
  readonly resource: string;
  /** whether action, resource and conditions are those of the statement */
  covers(ask: Ask): boolean;
  /** Statements of identity policies name nobody: they mean their role. */
  names(asker: Asker): Named;
}

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const principalSchema = z.union([
  z.literal('*').transform(() => ({ AWS: ['*'], Service: [] as string[] })),
  z.strictObject({ AWS: texts.default([]), Service: texts.default([]) }),
]);
type Principals = z.infer<typeof principalSchema>;

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Principal: principalSchema.optional(),
  Condition: conditionSchema.default({}),
});
type Statement = z.infer<typeof statementSchema>;

const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.union([statementSchema.transform((one) => [one]), z.array(statementSchema)]),
});

/**
 * @param where names the policy in sentences
 * @throws Error naming what this machine does not carry out
 */
export function readPolicy(document: unknown, where: string): Permission[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success)
    throw new Error(`${where} is a policy that this machine cannot read: ${z.prettifyError(parsed.error)}`);
  return parsed.data.Statement.flatMap((statement) => permissions(statement, where));
}

interface Part {
  readonly text: string;
  readonly matches: (value: string) => boolean;
}

function permissions(statement: Statement, where: string): Permission[] {
  const { Effect: effect, Action, NotAction, Resource, NotResource, Principal, Condition } = statement;
  if ((Action === undefined) === (NotAction === undefined))
    throw new Error(`${where} must have either Action or NotAction in each statement.`);
  if ((Resource === undefined) === (NotResource === undefined))
    throw new Error(`${where} must have either Resource or NotResource in each statement.`);
  const holds = compileConditions(Condition, where);
  const actions = parts(Action, NotAction, 'i');
  const resources = parts(Resource, NotResource);
  return actions.flatMap((action) =>
    resources.map((resource) => ({
      effect,
      action: action.text,
      resource: resource.text,
      covers: (ask: Ask) =>
        action.matches(ask.action) && resource.matches(ask.resource) && holds(ask.context),
      names: (asker: Asker) => named(asker, Principal),
    })),
  );
}

function parts(wanted: string[] | undefined, not: string[] | undefined, flags = ''): Part[] {
  if (not) {
    const all = not.map((text) => pattern(text, flags));
    return [{ text: `not ${not.join(', ')}`, matches: (value) => !all.some((one) => one.test(value)) }];
  }
  return (wanted ?? []).map((text) => {
    const one = pattern(text, flags);
    return { text, matches: (value) => one.test(value) };
  });
}

function named(asker: Asker, principals: Principals | undefined): Named {
  if (!principals) return 'asker';
  if ('service' in asker) return principals.Service.includes(asker.service) ? 'asker' : 'other';
  if (principals.AWS.includes('*') || principals.AWS.includes(asker.roleArn)) return 'asker';
  const own = [asker.account, `arn:aws:iam::${asker.account}:root`];
  return principals.AWS.some((one) => own.includes(one)) ? 'account' : 'other';
}
