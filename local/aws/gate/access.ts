// Who may do what: the roles' policies, the resources' own policies and the customer keys, gathered while the template's
// resources are made, and asked at every call.
import { type Decision, evaluate } from './evaluate.ts';
import { type Ask, type Asker, type Permission, readPolicy } from './policy.ts';

export interface Access {
  /** @param document of an identity policy that stands by itself; attached to roles by its ARN */
  addPolicy(arn: string, document: unknown): void;
  /** @param policies ARNs, and documents written into the role */
  addRole(arn: string, policies: readonly (string | object)[]): void;
  addResourcePolicy(arn: string, document: unknown): void;
  /** The resource is closed with a customer key. */
  addKeyOf(arn: string, key: string): void;
  /** ARN of the secret that a call names by its name or ARN */
  addSecret(name: string, arn: string): void;
  secretArn(id: string): string | undefined;
  /** @param arn of a table or an index @param attribute its partition key */
  addPartitionKey(arn: string, attribute: string): void;
  partitionKey(arn: string): string | undefined;
  /** ARN of the customer key of a table (also by its index or stream), queue, secret, bus or bucket (also by object) */
  keyOf(arn: string): string | undefined;
  /** every resource that is closed with a customer key, and the key */
  keyed(): readonly (readonly [arn: string, key: string])[];
  judge(ask: Ask, asker: Asker): Decision;
  /** what a role allows, one action on one resource each */
  grantsOf(roleArn: string): readonly Permission[];
  /** Takes a permission away until the returned function gives it back. For tests: the template has one grant less. */
  withhold(permission: Permission): () => void;
}

export function openAccess(): Access {
  const policies = new Map<string, Permission[]>();
  const roles = new Map<string, Permission[]>();
  const ofResources = new Map<string, Permission[]>();
  const keys = new Map<string, string>();
  const secrets = new Map<string, string>();
  const partitionKeys = new Map<string, string>();
  const withheld = new Set<Permission>();
  const there = (all: readonly Permission[] | undefined): readonly Permission[] =>
    withheld.size === 0 ? (all ?? []) : (all ?? []).filter((one) => !withheld.has(one));

  function attached(role: string, policy: string | object): Permission[] {
    if (typeof policy === 'object') return readPolicy(policy, `The role ${role}`);
    const found = policies.get(policy);
    if (!found)
      throw new Error(`The role ${role} has the policy ${policy}, which the template does not hold.`);
    return found;
  }

  return {
    addPolicy: (arn, document) => {
      policies.set(arn, readPolicy(document, `The policy ${arn}`));
    },
    addRole: (arn, attachedPolicies) => {
      const all = [...(roles.get(arn) ?? []), ...attachedPolicies.flatMap((one) => attached(arn, one))];
      roles.set(arn, all);
    },
    addResourcePolicy: (arn, document) => {
      const all = [...(ofResources.get(arn) ?? []), ...readPolicy(document, `The policy of ${arn}`)];
      ofResources.set(arn, all);
    },
    addKeyOf: (arn, key) => {
      if (!key.startsWith('arn:aws:kms:'))
        throw new Error(`${arn} names its key as ${key}; this machine knows keys by their ARN.`);
      keys.set(arn, key);
    },
    addSecret: (name, arn) => {
      secrets.set(name, arn);
      secrets.set(arn, arn);
    },
    secretArn: (id) => secrets.get(id),
    addPartitionKey: (arn, attribute) => {
      partitionKeys.set(arn, attribute);
    },
    partitionKey: (arn) => partitionKeys.get(arn),
    keyOf: (arn) => keys.get(ownerOf(arn)),
    keyed: () => [...keys],
    judge: (ask, asker) => {
      const identity = 'roleArn' in asker ? there(roles.get(asker.roleArn)) : [];
      return evaluate(ask, asker, identity, there(ofResources.get(ownerOf(ask.resource))));
    },
    grantsOf: (roleArn) => (roles.get(roleArn) ?? []).filter(({ effect }) => effect === 'Allow'),
    withhold: (permission) => {
      withheld.add(permission);
      return () => withheld.delete(permission);
    },
  };
}

/** The resource that has the policy and the key: the table of an index or stream, the bucket of an object. */
function ownerOf(arn: string): string {
  if (arn.startsWith('arn:aws:s3:::')) return arn.replace(/\/.*$/, '');
  return arn.startsWith('arn:aws:dynamodb:') ? arn.replace(/(:table\/[^/]+)\/.*$/, '$1') : arn;
}
