// Faults of AWS on demand: which of the next calls of functions is to go wrong, and how. What each one does to a call is in
// faulty-call.ts.
import * as z from 'zod';
import type { AwsCall, Service } from './requests.ts';

/** @see QUALITY F32–F60 for what each stands for */
export const faultKinds = [
  'throttle',
  'transaction_conflict',
  'internal_error',
  'access_denied',
  'slow',
  'lost_answer',
  'partial_failure',
  'duplicate',
  'reorder',
  'crash_before',
  'crash_after',
  'timeout',
] as const;

export type FaultKind = (typeof faultKinds)[number];

const schema = z.strictObject({
  /** an operation's name, e.g. `create-payment`; any without it */
  operation: z.string().optional(),
  /**
   * `kms` means calls that use a customer key, also on the caller's behalf; `lambda` means that Step Functions invokes the
   * operation, and is never meant without being named
   */
  service: z.enum(['dynamodb', 'sqs', 'secretsmanager', 'events', 'kms', 'states', 'lambda']).optional(),
  /** e.g. `TransactWriteItems`; of `kms` e.g. `Decrypt` */
  action: z.string().optional(),
  fault: z.enum(faultKinds),
  /** the first one that goes wrong, counted from now among those that match */
  nth: z.int().min(1).default(1),
  /** how many go wrong */
  times: z.int().min(1).default(1),
  /** of `slow`, and of `reorder`, which keeps a message back in whole seconds */
  ms: z.int().min(0).max(900_000).default(1000),
});

export type FaultOrder = z.infer<typeof schema>;

export interface ArmedFault extends FaultOrder {
  /** calls that matched so far */
  readonly seen: number;
  /** calls that went wrong so far */
  readonly done: number;
}

export type Suffering = Pick<AwsCall, 'operation' | 'asks'> & { readonly service: Service | 'lambda' };

export interface Faults {
  /** @throws Error saying what is wrong with the order */
  add(order: unknown): ArmedFault;
  clear(): void;
  list(): readonly ArmedFault[];
  /** @returns the fault that this call is to suffer, if any */
  take(operation: string, call: Suffering): FaultOrder | undefined;
}

/** @param operations those that an order may name */
export function openFaults(operations: () => readonly string[]): Faults {
  let armed: { order: FaultOrder; seen: number; done: number }[] = [];
  const shown = ({ order, seen, done }: (typeof armed)[number]): ArmedFault => ({ ...order, seen, done });
  return {
    add: (said) => {
      const parsed = schema.safeParse(said);
      if (!parsed.success) throw new Error(`This is no fault: ${z.prettifyError(parsed.error)}`);
      const { data: order } = parsed;
      if (order.operation !== undefined && !operations().includes(order.operation))
        throw new Error(`There is no operation ${order.operation} here. Known: ${operations().join(', ')}.`);
      const one = { order, seen: 0, done: 0 };
      armed.push(one);
      return shown(one);
    },
    clear: () => {
      armed = [];
    },
    list: () => armed.map(shown),
    take: (operation, call) => {
      let taken: FaultOrder | undefined;
      for (const one of armed) {
        if (!matches(one.order, operation, call)) continue;
        one.seen += 1;
        if (taken || one.seen < one.order.nth || one.done >= one.order.times) continue;
        one.done += 1;
        taken = one.order;
      }
      return taken;
    },
  };
}

function matches(order: FaultOrder, operation: string, call: Suffering): boolean {
  const { service, action, fault } = order;
  if (order.operation !== undefined && order.operation !== operation) return false;
  if ((service === 'lambda') !== (call.service === 'lambda') || !suits(fault, call)) return false;
  if (service === 'kms')
    return call.asks.some((ask) => ask.action === `kms:${action ?? ask.action.replace('kms:', '')}`);
  return (service ?? call.service) === call.service && (action ?? call.operation) === call.operation;
}

const ofTasks: readonly FaultKind[] = [
  ...(['throttle', 'internal_error', 'lost_answer', 'duplicate', 'timeout'] as const),
];

const conflicting = ['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'TransactGetItems'];

/** Some go wrong in ways that others cannot. */
function suits(fault: FaultKind, { service, operation }: Suffering): boolean {
  if (service === 'lambda') return ofTasks.includes(fault);
  if (fault === 'timeout') return false;
  if (fault === 'transaction_conflict') return conflicting.includes(operation);
  if (fault === 'partial_failure') return operation === 'PutEvents';
  if (fault === 'duplicate') return ['SendMessage', 'StartExecution'].includes(operation);
  if (fault === 'reorder') return operation === 'SendMessage';
  return true;
}
