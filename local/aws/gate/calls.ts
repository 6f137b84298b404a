// What each invocation of a function asked of AWS: the calls in order, with their capacity units and their outcome.
import type { Units } from './capacity.ts';
import type { Ask } from './policy.ts';
import type { AwsCall } from './requests.ts';

export interface CountedCall {
  readonly service: string;
  readonly action: string;
  /** ARNs, each once */
  readonly resources: readonly string[];
  read_units: number;
  write_units: number;
  /** `ok`, the name of the service's error, `denied`, or the fault that was carried out */
  outcome: string;
  /** until the answer */
  ms: number;
}

export interface CountedInvocation {
  readonly operation: string;
  readonly request_id: string;
  /** UTC ISO-8601 ms */
  readonly at: string;
  /** until the function had ended; absent while it runs */
  ms?: number;
  readonly calls: CountedCall[];
}

export interface Calls {
  began(operation: string, requestId: string): CountedInvocation;
  ended(invocation: CountedInvocation): void;
  /** @returns how to tell what became of the call */
  add(invocation: CountedInvocation, call: AwsCall): (outcome: string, units?: Units) => void;
  /** the last 10,000, oldest first; of one operation where it is named */
  list(operation?: string): CountedInvocation[];
}

const keep = 10_000;

/** @param now ms since 1970 UTC, by the machine's own clock */
export function openCalls(now: () => number): Calls {
  const all: CountedInvocation[] = [];
  const starts = new WeakMap<CountedInvocation, number>();
  return {
    began: (operation, requestId) => {
      const at = new Date(now()).toISOString();
      const invocation: CountedInvocation = { operation, request_id: requestId, at, calls: [] };
      starts.set(invocation, performance.now());
      all.push(invocation);
      if (all.length > keep * 1.1) all.splice(0, all.length - keep);
      return invocation;
    },
    ended: (invocation) => {
      invocation.ms = since(starts.get(invocation) ?? performance.now());
    },
    add: (invocation, { service, operation, asks }) => {
      const start = performance.now();
      const counted: CountedCall = {
        service,
        action: operation,
        resources: [...new Set(asks.filter(isOwn(service)).map(({ resource }) => resource))],
        read_units: 0,
        write_units: 0,
        outcome: 'running',
        ms: 0,
      };
      invocation.calls.push(counted);
      return (outcome, units) => {
        counted.outcome = outcome;
        counted.ms = since(start);
        counted.read_units = units?.read ?? 0;
        counted.write_units = units?.write ?? 0;
      };
    },
    list: (operation) =>
      all.slice(-keep).filter((each) => operation === undefined || each.operation === operation),
  };
}

/** Not the customer key, which AWS uses on the caller's behalf. */
/** Not what the service does with a customer key on the caller's behalf. */
const isOwn =
  (service: string) =>
  ({ action }: Ask): boolean =>
    action.startsWith(`${service}:`);

/** ms, to a hundredth */
function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}
