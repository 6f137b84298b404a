// Reads what roles may do, as text: `dynamodb:GetItem payments.Arn`.
import { readable, resources, type Assembly } from './assembly.ts';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const list = <T>(value: T | readonly T[]): T[] => (Array.isArray(value) ? (value as T[]) : [value as T]);

/** Logical id of the policy → its statements: of every identity policy of the app, wherever it is written. */
export function identityPolicies(assembly: Assembly): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const [id, { Type, Properties }] of resources(assembly)) {
    const documents =
      Type === 'AWS::IAM::ManagedPolicy' || Type === 'AWS::IAM::Policy'
        ? [Properties['PolicyDocument']]
        : ((Properties['Policies'] ?? []) as { PolicyDocument: unknown }[]).map(
            (policy) => policy.PolicyDocument,
          );
    if (Type.startsWith('AWS::IAM::') && documents.length > 0)
      found.set(
        id,
        documents.flatMap(
          (document) => (readable(assembly, document) as { Statement: Statement[] }).Statement,
        ),
      );
  }
  return found;
}

/** Statements of the role of one operation. */
export function statementsOf(assembly: Assembly, operation: string): Statement[] {
  const id = operation.replaceAll('-', '') + 'Policy';
  const own = [...identityPolicies(assembly)].filter(([policy]) => policy.startsWith(id));
  if (own.length !== 1) throw new Error(`${operation} has ${own.length} policies.`);
  return own.flatMap(([, statements]) => statements);
}

/** `action resource`, sorted, of what a role allows. */
export function allowed(statements: readonly Statement[]): string[] {
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${resource}`)),
    )
    .sort();
}

/** `policy: action resource` for each permission with a `*` in it. */
export function wildcards(policies: ReadonlyMap<string, readonly Statement[]>): string[] {
  return [...policies].flatMap(([id, statements]) =>
    allowed(statements)
      .filter((permission) => permission.includes('*'))
      .map((permission) => `${id.replace(/[0-9A-F]{8}$/, '')}: ${permission}`),
  );
}
