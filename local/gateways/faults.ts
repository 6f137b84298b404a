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
const furtherFaults = ['wrong_currency', 'other_mode', 'signtest'] as const;

export const providerNames = ['alipay', 'wechat_pay', 'paypal'] as const;
export type ProviderName = (typeof providerNames)[number];

/** What a provider cannot do wrong, and why. */
const foreign: Readonly<Record<ProviderName, Readonly<Record<string, string>>>> = {
  alipay: {
    wrong_currency: 'Alipay notifications carry no currency: there is nothing to falsify.',
    other_mode: 'Alipay notifications carry no mode: sandbox and production differ by key and app_id only.',
    signtest: 'Alipay sends no signature probes.',
  },
  wechat_pay: {
    other_mode: 'WeChat Pay notifications carry no mode: there is no sandbox that sends them.',
  },
  paypal: {},
};

export type CallFault = (typeof callFaults)[number];
export type CallbackFault = (typeof callbackFaults)[number];
export type AnyCallbackFault = CallbackFault | (typeof furtherFaults)[number];
export type Operation = 'token' | 'prepay' | 'query' | 'close' | 'capture';

interface FaultsOf {
  readonly alipay: CallbackFault;
  readonly wechat_pay: AnyCallbackFault;
  readonly paypal: AnyCallbackFault;
}

/** The plan as one provider sees it. */
export interface Faults<Fault extends AnyCallbackFault = CallbackFault> {
  takeCall(
    operation: Operation,
    transactionId: string | undefined,
  ): { fault: CallFault; ms?: number } | undefined;
  /** @returns the first planted one among `ofInterest`; `delayMs` is meant for `delayed` */
  takeCallback(
    transactionId: string,
    ofInterest: (fault: Fault) => boolean,
  ): { fault: Fault; delayMs: number } | undefined;
}

const shape = z.strictObject({
  transaction_id: z.string().optional(),
  provider: z.enum(providerNames).optional(),
  call: z
    .strictObject({
      operation: z.enum(['token', 'prepay', 'query', 'close', 'capture', '*']),
      fault: z.enum(callFaults),
      times: z.int().positive().default(1),
      ms: z.int().nonnegative().max(600_000).optional(),
    })
    .optional(),
  callback: z
    .strictObject({
      kind: z.enum(['payment', '*']).default('*'),
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
  readonly provider: ProviderName | undefined;
}
interface Due<What> extends Aim {
  readonly what: What;
  left: number;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export class FaultPlan {
  #calls: Due<Call>[] = [];
  #callbacks: Due<Callback>[] = [];

  /** @throws Refused (400) for what is not a fault, or not one that the provider (each of them, if none is named) could have */
  plant(body: unknown): void {
    refuseForeign(body);
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

  /** What is planted for this provider, or for any. */
  of<Provider extends ProviderName>(provider: Provider): Faults<FaultsOf[Provider]> {
    return {
      takeCall: (operation, transactionId) => {
        const matches = (call: Call) => call.operation === '*' || call.operation === operation;
        const taken = take(this.#calls, { transactionId, provider }, matches);
        return taken && { fault: taken.fault, ...(taken.ms === undefined ? {} : { ms: taken.ms }) };
      },
      takeCallback: (transactionId, ofInterest) => {
        // A fault that is foreign to the provider was refused when it was planted.
        const own = ({ fault }: Callback) => fault as FaultsOf[Provider];
        const taken = take(this.#callbacks, { transactionId, provider }, (each) => ofInterest(own(each)));
        if (!taken) return undefined;
        const delayMs = Number(taken.delay.slice(0, -1)) * (unitMs[taken.delay.slice(-1)] ?? 0);
        return { fault: own(taken), delayMs };
      },
    };
  }
}

function refuseForeign(body: unknown): void {
  const { provider, callback } = (body ?? {}) as { provider?: unknown; callback?: { fault?: unknown } };
  const fault = callback?.fault;
  if (typeof fault !== 'string') return;
  const meant = providerNames.filter((name) => provider === undefined || provider === name);
  const why = meant.map((name) => foreign[name]).find((reasons) => Object.hasOwn(reasons, fault))?.[fault];
  if (why === undefined) return;
  const able = providerNames.filter((name) => !Object.hasOwn(foreign[name], fault));
  const advice = able.map((name) => ` Name the provider that can: {"provider":"${name}"}.`).join('');
  throw new Refused(400, why + advice);
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
