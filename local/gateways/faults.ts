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
/** of every provider */
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
/** of those that do not say in `cannotPlay` why they have none */
const furtherFaults = ['wrong_currency', 'other_mode', 'signtest'] as const;

export type CallFault = (typeof callFaults)[number];
export type CallbackFault = (typeof callbackFaults)[number];
export type AnyCallbackFault = CallbackFault | (typeof furtherFaults)[number];
const operations = [
  'token',
  'prepay',
  'query',
  'close',
  'capture',
  'refund',
  'refund_query',
  'events',
] as const;
export type Operation = (typeof operations)[number];
/** what a callback tells of */
export type About = 'payment' | 'refund';

/** What a provider cannot do wrong, by fault, and why. */
export type CannotPlay = Readonly<Record<string, string>>;

/** The plan as one provider sees it. */
export interface Faults<Fault extends AnyCallbackFault = AnyCallbackFault> {
  takeCall(
    operation: Operation,
    transactionId: string | undefined,
  ): { fault: CallFault; ms?: number } | undefined;
  /** @param about payments unless said @returns the first planted one among `ofInterest`; `delayMs` is meant for `delayed` */
  takeCallback(
    transactionId: string,
    ofInterest: (fault: Fault) => boolean,
    about?: About,
  ): { fault: Fault; delayMs: number } | undefined;
}

const shape = z.strictObject({
  transaction_id: z.string().optional(),
  provider: z.string().optional(),
  call: z
    .strictObject({
      operation: z.enum([...operations, '*']),
      fault: z.enum(callFaults),
      times: z.int().positive().default(1),
      ms: z.int().nonnegative().max(600_000).optional(),
    })
    .optional(),
  callback: z
    .strictObject({
      kind: z.enum(['payment', 'refund', '*']).default('*'),
      fault: z.enum([...callbackFaults, ...furtherFaults]),
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
interface Aim {
  readonly transactionId: string | undefined;
  readonly provider: string | undefined;
}
interface Due<What> extends Aim {
  readonly what: What;
  left: number;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export class FaultPlan {
  /** by provider */
  readonly #cannotPlay = new Map<string, CannotPlay>();
  #calls: Due<Call>[] = [];
  #callbacks: Due<Callback>[] = [];

  /** @throws Refused (400) for what is not a fault, or not one that the provider (each of them, if none is named) could have */
  plant(body: unknown): void {
    const { provider: named, callback: meant } = (body ?? {}) as Named;
    this.#refuse(named, meant?.fault);
    const { transaction_id: transactionId, provider, call, callback } = parsed(shape, body);
    if (!call && !callback) throw new Refused(400, 'Say which fault: `call`, `callback`, or both.');
    const aim = { transactionId, provider };
    if (call) this.#calls.push({ ...aim, what: call, left: call.times });
    if (callback) {
      const times = callback.times ?? (callback.fault === 'lost' ? Infinity : 1);
      this.#callbacks.push({ ...aim, what: { ...callback, times }, left: times });
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
      provider: due.provider,
      ...due.what,
      times: Number.isFinite(due.left) ? due.left : undefined,
    });
    return { call: this.#calls.map(told), callback: this.#callbacks.map(told) };
  }

  /** A provider's view: what is planted for it, or for any. @param cannotPlay is refused when it is planted for the provider */
  of<Fault extends AnyCallbackFault>(provider: string, cannotPlay: CannotPlay): Faults<Fault> {
    this.#cannotPlay.set(provider, cannotPlay);
    return {
      takeCall: (operation, transactionId) => {
        const matches = (call: Call) => call.operation === '*' || call.operation === operation;
        const taken = take(this.#calls, { transactionId, provider }, matches);
        return taken && { fault: taken.fault, ...(taken.ms === undefined ? {} : { ms: taken.ms }) };
      },
      takeCallback: (transactionId, ofInterest, about = 'payment') => {
        // A fault that is foreign to the provider was refused when it was planted.
        const own = ({ fault }: Callback) => fault as Fault;
        const matches = (each: Callback) =>
          (each.kind === '*' || each.kind === about) && ofInterest(own(each));
        const taken = take(this.#callbacks, { transactionId, provider }, matches);
        if (!taken) return undefined;
        const delayMs = Number(taken.delay.slice(0, -1)) * (unitMs[taken.delay.slice(-1)] ?? 0);
        return { fault: own(taken), delayMs };
      },
    };
  }

  #refuse(named: unknown, fault: unknown): void {
    const names = [...this.#cannotPlay.keys()];
    if (named !== undefined && !(typeof named === 'string' && names.includes(named)))
      throw new Refused(400, `provider: there are ${names.join(', ')} here.`);
    if (typeof fault !== 'string') return;
    const reasonOf = (name: string) => {
      const reasons = this.#cannotPlay.get(name) ?? {};
      return Object.hasOwn(reasons, fault) ? reasons[fault] : undefined;
    };
    const why = names.filter((name) => named === undefined || name === named).map(reasonOf);
    const first = why.find((reason) => reason !== undefined);
    if (first === undefined) return;
    const able = names.filter((name) => reasonOf(name) === undefined);
    const advice = able.map((name) => `{"provider":"${name}"}`).join(' or ');
    throw new Refused(400, advice === '' ? first : `${first} Name a provider that can: ${advice}.`);
  }
}

interface Named {
  readonly provider?: unknown;
  readonly callback?: { readonly fault?: unknown };
}

function take<What>(planted: Due<What>[], by: Aim, matches: (what: What) => boolean): What | undefined {
  const due = planted.find(
    ({ left, what, transactionId, provider }) =>
      left > 0 &&
      (transactionId === undefined || transactionId === by.transactionId) &&
      (provider === undefined || provider === by.provider) &&
      matches(what),
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
