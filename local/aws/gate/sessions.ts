// Who calls: each sandbox of a function has credentials of its own, a session of the function's role as on Lambda, so that
// a call is known to be of this sandbox, and so of the one event that it works on.
import { randomBytes } from 'node:crypto';
import type { SandboxDoor } from '../sandbox.ts';
import type { Calls, CountedInvocation } from './calls.ts';

export interface SessionFacts {
  /** `create-payment` */
  readonly operation: string;
  readonly functionArn: string;
  readonly functionName: string;
  readonly roleArn: string;
}

export interface Session extends SessionFacts {
  /** `arn:aws:sts::…:assumed-role/<role>/<function>`: whom AWS names in a denial */
  readonly userArn: string;
  /** Ends the sandbox at once, in the middle of whatever it does. */
  readonly kill: () => void;
  /** what it works on, or did last */
  readonly invocation: () => CountedInvocation;
}

export interface Sessions {
  /** A sandbox opens: its door gives it its credentials and tells what it works on. */
  open(facts: SessionFacts, kill: () => void): SandboxDoor;
  find(accessKeyId: string, token: string | undefined): Session | undefined;
}

export function openSessions(calls: Calls, account: string): Sessions {
  const all = new Map<string, { readonly token: string; readonly session: Session }>();
  return {
    open: (facts, kill) => {
      const key = newKey();
      let invocation: CountedInvocation | undefined;
      let running = false;
      const role = facts.roleArn.split('/').at(-1) ?? '';
      const session: Session = {
        ...facts,
        userArn: `arn:aws:sts::${account}:assumed-role/${role}/${facts.functionName}`,
        kill,
        invocation: () => (invocation ??= calls.began(facts.operation, 'none')),
      };
      all.set(key.AWS_ACCESS_KEY_ID, { token: key.AWS_SESSION_TOKEN, session });
      return {
        environment: key,
        began: (requestId) => {
          invocation = calls.began(facts.operation, requestId);
          running = true;
        },
        ended: () => {
          if (running && invocation) calls.ended(invocation);
          running = false;
        },
        closed: () => {
          all.delete(key.AWS_ACCESS_KEY_ID);
        },
      };
    },
    find: (accessKeyId, token) => {
      const found = all.get(accessKeyId);
      return found?.token === token ? found?.session : undefined;
    },
  };
}

function newKey() {
  return {
    AWS_ACCESS_KEY_ID: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString('base64'),
    AWS_SESSION_TOKEN: randomBytes(48).toString('base64'),
  };
}
