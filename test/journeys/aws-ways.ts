// The calls to AWS that a payment makes on one of its ways, what can befall each, and how a fault of one is ordered.
import { expect } from '@jest/globals';
import type { Service } from './service.ts';

/** What can befall a call of the kind. */
const sufferings = {
  GetItem: ['throttle', 'internal_error', 'crash_before', 'crash_after'],
  Query: ['throttle', 'internal_error', 'crash_before', 'crash_after'],
  PutItem: ['throttle', 'internal_error', 'lost_answer', 'crash_before', 'crash_after'],
  UpdateItem: ['throttle', 'internal_error', 'lost_answer', 'crash_before', 'crash_after'],
  DeleteItem: ['throttle', 'internal_error', 'lost_answer', 'crash_before', 'crash_after'],
  TransactWriteItems: [
    ...['throttle', 'transaction_conflict', 'internal_error', 'lost_answer', 'crash_before', 'crash_after'],
  ],
  GetSecretValue: ['internal_error', 'access_denied', 'crash_before', 'crash_after'],
  Sign: ['throttle', 'internal_error', 'access_denied', 'lost_answer', 'crash_before', 'crash_after'],
  SendMessage: [
    ...['throttle', 'internal_error', 'lost_answer', 'duplicate', 'reorder', 'crash_before', 'crash_after'],
  ],
  SendMessageBatch: ['throttle', 'internal_error', 'lost_answer', 'crash_before', 'crash_after'],
  GetQueueAttributes: ['throttle', 'internal_error', 'crash_before', 'crash_after'],
  StartExecution: [
    ...[
      'throttle',
      'internal_error',
      'access_denied',
      'lost_answer',
      'duplicate',
      'crash_before',
      'crash_after',
    ],
  ],
  /** Step Functions' own, of the function that a task names */
  Invoke: ['throttle', 'internal_error', 'lost_answer', 'timeout', 'duplicate'],
  PutEvents: [
    ...['throttle', 'internal_error', 'lost_answer', 'partial_failure', 'crash_before', 'crash_after'],
  ],
} as const;

export type Action = keyof typeof sufferings;

/** The calls of one way, in order. */
export type Way = readonly (readonly [operation: string, action: Action, what: string])[];

/** Status sync looks for what is due, once a minute. */
export const finding: Way = [
  ['find-due', 'Query', 'the first shard is read'],
  ['find-due', 'Query', 'the second shard is read'],
  ['find-due', 'GetQueueAttributes', 'the room in the queue is measured'],
  ['find-due', 'TransactWriteItems', 'it is claimed'],
  ['find-due', 'SendMessageBatch', 'it is queued'],
  ['find-due', 'Query', 'the first shard is read again'],
  ['find-due', 'Query', 'the second shard is read again'],
];

export interface Fault {
  readonly operation: string;
  readonly service?: string;
  readonly action: string;
  readonly fault: string;
  readonly nth?: number;
  readonly times?: number;
  /** of `slow` */
  readonly ms?: number;
}

/** A fault in words, and as it is ordered. */
export type Named = readonly [what: string, faults: readonly Fault[]];

/** Every fault of every call. */
export function faultsOf(way: Way): Named[] {
  return way.flatMap(([operation, action, what], place) => {
    const same = way.slice(0, place).filter((before) => before[0] === operation && before[1] === action);
    const [, first = ''] = way.find((each) => each[0] === operation) ?? [];
    return sufferings[action].map((fault): Named => {
      const order = { operation, action, ...serviceOf(action), fault, nth: same.length + 1 };
      // A secret is read by a sandbox that is new.
      const fresh = { operation, action: first, fault: 'crash_before' };
      return [`${operation}: ${fault} when ${what}`, action === 'GetSecretValue' ? [fresh, order] : [order]];
    });
  });
}

function serviceOf(action: Action): Pick<Fault, 'service'> {
  return action === 'Invoke' ? { service: 'lambda' } : {};
}

/** Faults that have nothing to do with each other share a journey. */
export function paired(
  some: readonly Named[],
  others: readonly Named[],
): (readonly [what: string, then: string, faults: readonly Fault[]])[] {
  const longer = some.length > others.length ? some : others;
  return longer.map((_, place) => {
    const [what, first] = some[place] ?? ['nothing', []];
    const [then, second] = others[place] ?? ['nothing', []];
    return [what, then, [...first, ...second]];
  });
}

interface Invocation {
  readonly operation: string;
  readonly at: string;
  readonly calls: readonly { readonly action: string }[];
}

export async function invocations(service: Service, operation: string): Promise<readonly Invocation[]> {
  const path = `/calls?operation=${operation}`;
  return (await service.control<{ invocations: readonly Invocation[] }>(path)).invocations;
}

/** The last invocation of each operation that asked AWS for as much as the way says asked for just that, in that order. */
export async function expectWay(service: Service, way: Way): Promise<void> {
  for (const operation of new Set(way.map(([name]) => name))) {
    const wanted = way.filter(([name]) => name === operation).map(([, action]) => action);
    const made = (await invocations(service, operation)).map(({ calls }) =>
      calls.map(({ action }) => action),
    );
    const last = made.findLast(({ length }) => length >= Math.min(wanted.length, 3));
    expect([operation, last]).toEqual([operation, wanted]);
  }
}

export const plant = (service: Service, fault: Fault) => service.control('/faults', fault);

/** None was left out. */
export async function expectSuffered(service: Service): Promise<void> {
  const { faults } = await service.control<{ faults: (Fault & { done: number })[] }>('/faults');
  expect(faults.filter(({ done }) => done === 0)).toEqual([]);
}
