// Who calls: the IAM principal that API Gateway vouches for, as one of the applications that the stage lists.
import { PaymentError } from '../domain/errors.ts';
import { readJson } from '../domain/strict-json.ts';
import { env } from './env.ts';

export type Scope = 'pay' | 'refund' | 'read' | 'configure' | 'reconcile';

export interface Caller {
  readonly application: string;
  readonly roles: readonly string[];
  readonly scopes: readonly Scope[];
  readonly operator?: true;
  /** to which payers' browsers may be sent back, each as URL.origin writes it; none without it */
  readonly returnOrigins?: readonly string[];
}

const callers = new Map(
  (readJson(Buffer.from(env('CALLERS'))) as unknown as Caller[]).flatMap((caller) =>
    caller.roles.map((role) => [roleName(role), caller] as const),
  ),
);

/**
 * @param userArn `requestContext.identity.userArn`: for a role, the ARN of its session
 * @throws PaymentError CALLER_UNKNOWN, SCOPE_MISSING
 * @see SPEC R3.6, DESIGN 13.2
 */
export function caller(userArn: string | null, scope: Scope): Caller {
  const name = roleName(userArn ?? '');
  const known = name === undefined ? undefined : callers.get(name);
  if (!known) throw new PaymentError('CALLER_UNKNOWN');
  scoped(known, scope);
  return known;
}

/** @throws PaymentError SCOPE_MISSING */
export function scoped({ scopes }: Caller, scope: Scope): void {
  if (!scopes.includes(scope))
    throw new PaymentError('SCOPE_MISSING', { detail: `This needs the scope "${scope}".` });
}

/**
 * Account and role name: a session's ARN has lost the role's path, and adds the session's name. Only roles count: whoever
 * makes a user or a federated session chooses its name.
 */
function roleName(arn: string): string | undefined {
  const [, , , , account = '', resource = ''] = arn.split(':');
  const [kind, ...parts] = resource.split('/');
  const name = kind === 'assumed-role' ? parts[0] : kind === 'role' ? parts.at(-1) : undefined;
  return name === undefined ? undefined : `${account}:${name}`;
}
