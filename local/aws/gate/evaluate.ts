// IAM's decision within one account: a denial anywhere wins; then identity policy or resource policy must allow. Keys are
// stricter: their own policy must allow, or leave it to the account's identity policies.
import type { Ask, Asker, Permission } from './policy.ts';

export type Decision =
  | { readonly kind: 'allowed' }
  /** the end of AWS's own sentence */
  | { readonly kind: 'denied'; readonly because: string };

const allowed: Decision = { kind: 'allowed' };

/**
 * @param identity what the asker's role says; nothing for a service
 * @param resource what the resource's own policy says
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(
  ask: Ask,
  asker: Asker,
  identity: readonly Permission[],
  resource: readonly Permission[],
): Decision {
  const own = identity.filter((one) => one.covers(ask));
  const theirs = resource.filter((one) => one.covers(ask) && one.names(asker) !== 'other');
  if (own.some(denies))
    return { kind: 'denied', because: 'with an explicit deny in an identity-based policy' };
  if (theirs.some(denies))
    return { kind: 'denied', because: 'with an explicit deny in a resource-based policy' };
  if (theirs.some((one) => one.names(asker) === 'asker')) return allowed;
  const needsResource = ask.action.startsWith('kms:') || 'service' in asker;
  const delegated = theirs.some((one) => one.names(asker) === 'account');
  const kind = needsResource && !delegated ? 'resource-based' : 'identity-based';
  if (kind === 'identity-based' && own.length > 0) return allowed;
  return { kind: 'denied', because: `because no ${kind} policy allows the ${ask.action} action` };
}

const denies = ({ effect }: Permission): boolean => effect === 'Deny';
