// Access keys of this machine, new at every start: for the applications and people of the local stage, and one for each
// function's role.
import { randomBytes } from 'node:crypto';
import { stages, type Caller } from '../infra/config.ts';
import type { Principal } from './aws/api.ts';

/** Roles of the stage `local` in infra/config.ts, by name. */
export const people = ['local-app', 'other-app', 'operator', 'finance'] as const;

export type Person = (typeof people)[number];

/** Where the payers of an application may be sent back to; none for people. */
export function returnOrigins(person: Person): readonly string[] {
  const callers: readonly Caller[] = stages.local.callers;
  return callers.find(({ roles }) => roles.some((role) => role.endsWith(`/${person}`)))?.returnOrigins ?? [];
}

export interface Credentials {
  readonly people: Readonly<Record<Person, Principal>>;
  /** A function's own key; the same role gets the same key. */
  forRole(roleArn: string): Principal;
  find(accessKeyId: string): Principal | undefined;
}

export function createCredentials(account: string): Credentials {
  const all = new Map<string, Principal>();
  const byRole = new Map<string, Principal>();
  const create = (role: string, own: Pick<Principal, 'mayInvoke' | 'sessionToken'>): Principal => {
    const userId = `AROA${letters(17)}:local`;
    const principal: Principal = {
      accessKeyId: `${own.sessionToken === undefined ? 'AKIA' : 'ASIA'}${letters(16)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      userArn: `arn:aws:sts::${account}:assumed-role/${role}/local`,
      userId,
      ...own,
    };
    all.set(principal.accessKeyId, principal);
    return principal;
  };
  const person = (role: Person): Principal => create(role, { mayInvoke: true });
  return {
    people: {
      'local-app': person('local-app'),
      'other-app': person('other-app'),
      operator: person('operator'),
      finance: person('finance'),
    },
    forRole(roleArn) {
      const known = byRole.get(roleArn);
      if (known) return known;
      const role = roleArn.split('/').at(-1) ?? roleArn;
      const principal = create(role, { mayInvoke: false, sessionToken: randomBytes(48).toString('base64') });
      byRole.set(roleArn, principal);
      return principal;
    },
    find: (accessKeyId) => all.get(accessKeyId),
  };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function letters(count: number): string {
  return [...randomBytes(count)].map((byte) => alphabet.charAt(byte % 32)).join('');
}
