// Faults on demand: what was planted over `_control/faults`, and whose turn it is.
import * as z from 'zod';
import { Refused } from './http.ts';

const callFaults = [
  'reset_before',
  'timeout_before',
  'http_500_before',
  'http_500_after',
  'timeout_after',
  'reset_after',
  'rate_limited',
  'html_200',
  'truncated',
  'bad_signature',
  'wrong_order',
  'unknown_code',
  'slow',
] as const;
const callbackFaults = [
  'lost',
  'duplicated',
  'delayed',
  'early',
  'tampered',
  'wrong_key',
  'stale',
  'wrong_amount',
  'wrong_merchant',
  'unknown_type',
  'unknown_number',
] as const;
const foreign: Readonly<Record<string, string>> = {
  wrong_currency: 'Alipay notifications carry no currency: there is nothing to falsify.',
  other_mode: 'Alipay notifications carry no mode: sandbox and production differ by key and app_id only.',
  signtest: 'Alipay sends no signature probes.',
};

export type CallFault = (typeof callFaults)[number];
export type CallbackFault = (typeof callbackFaults)[number];
export type Operation = 'prepay' | 'query' | 'close';

const shape = z.strictObject({
  transaction_id: z.string().optional(),
  provider: z.literal('alipay').optional(),
  call: z
    .strictObject({
      operation: z.enum(['prepay', 'query', 'close', '*']),
      fault: z.enum(callFaults),
      times: z.int().positive().default(1),
      ms: z.int().nonnegative().max(600_000).optional(),
    })
    .optional(),
  callback: z
    .strictObject({
      kind: z.enum(['payment', '*']).default('*'),
      fault: z.enum(callbackFaults),
      times: z.int().positive().optional(),
      delay: z
        .string()
        .regex(/^\d{1,4}[smhd]$/)
        .default('10m'),
    })
    .optional(),
});

type Planted = z.infer<typeof shape>;
type Call = NonNullable<Planted['call']>;
type Callback = Omit<NonNullable<Planted['callback']>, 'times'> & { times: number };
interface Due<What> {
  readonly transactionId: string | undefined;
  readonly what: What;
  left: number;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export class Faults {
  #calls: Due<Call>[] = [];
  #callbacks: Due<Callback>[] = [];

  /** @throws Refused (400) for what is not a fault, or not one that Alipay could have */
  plant(body: unknown): void {
    const wanted = (body as { callback?: { fault?: unknown } } | null)?.callback?.fault;
    const why = typeof wanted === 'string' && Object.hasOwn(foreign, wanted) ? foreign[wanted] : undefined;
    if (why !== undefined) throw new Refused(400, why);
    const { transaction_id: transactionId, call, callback } = parsed(shape, body);
    if (!call && !callback) throw new Refused(400, 'Say which fault: `call`, `callback`, or both.');
    if (call) this.#calls.push({ transactionId, what: call, left: call.times });
    if (callback) {
      const times = callback.times ?? (callback.fault === 'lost' ? Infinity : 1);
      this.#callbacks.push({ transactionId, what: { ...callback, times }, left: times });
    }
  }

  clear(): void {
    this.#calls = [];
    this.#callbacks = [];
  }

  /** What is still to come, `times` being how often. Without `times`: until DELETE. */
  list(): { call: unknown[]; callback: unknown[] } {
    const told = (due: Due<Call | Callback>) => ({
      transaction_id: due.transactionId,
      ...due.what,
      times: Number.isFinite(due.left) ? due.left : undefined,
    });
    return { call: this.#calls.map(told), callback: this.#callbacks.map(told) };
  }

  takeCall(
    operation: Operation,
    transactionId: string | undefined,
  ): { fault: CallFault; ms?: number } | undefined {
    const matches = (call: Call) => call.operation === '*' || call.operation === operation;
    const taken = take(this.#calls, transactionId, matches);
    return taken && { fault: taken.fault, ...(taken.ms === undefined ? {} : { ms: taken.ms }) };
  }

  /** @returns the first planted one among `ofInterest`; `delayMs` is meant for `delayed` */
  takeCallback(
    transactionId: string,
    ofInterest: (fault: CallbackFault) => boolean,
  ): { fault: CallbackFault; delayMs: number } | undefined {
    const taken = take(this.#callbacks, transactionId, (callback) => ofInterest(callback.fault));
    if (!taken) return undefined;
    const delayMs = Number(taken.delay.slice(0, -1)) * (unitMs[taken.delay.slice(-1)] ?? 0);
    return { fault: taken.fault, delayMs };
  }
}

function take<What>(
  planted: Due<What>[],
  transactionId: string | undefined,
  matches: (what: What) => boolean,
): What | undefined {
  const due = planted.find(
    ({ left, what, transactionId: only }) =>
      left > 0 && (only === undefined || only === transactionId) && matches(what),
  );
  if (due) due.left -= 1;
  const used = planted.findIndex(({ left }) => left === 0);
  if (used >= 0) planted.splice(used, 1);
  return due?.what;
}

/** @throws Refused (400) that names the field */
export function parsed<Shape extends z.ZodType>(expected: Shape, body: unknown): z.output<Shape> {
  const result = expected.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refused(400, `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not understood'}`);
}
