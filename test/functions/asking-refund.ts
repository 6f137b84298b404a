// A refund that is asked for, on the real database.
import { createRefund, type Created } from '../../functions/create-refund/create-refund.ts';
import { createRefundBody } from '../../functions/create-refund/schema.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import type { RefundRule } from '../../lib/gateways/provider.ts';
import type { Tables } from '../../lib/store/table.ts';
import { at } from '../domain/samples.ts';
import { ports, type Database, type TestPorts } from '../store/database.ts';

export const year: RefundRule = { window: 365 * 86_400 };
let numbers = 0;

export interface Asking {
  readonly application?: string;
  readonly operator?: true;
  readonly rule?: RefundRule | undefined;
  /** ms after the payment */
  readonly age?: number;
  readonly tables?: Partial<Tables>;
  readonly started?: Refund[];
  /** what was slept, in ms; the clock goes on by that */
  readonly slept?: number[];
}

/** 3.00 under a number of its own, by the payment's application, unless said otherwise. */
export function askRefund(
  database: Database,
  payment: Pick<Payment, 'transactionId'>,
  changes: object = {},
  asking: Asking = {},
): Promise<Created> {
  const { application = 'shop', operator, age = 60_000, started = [] } = asking;
  const rule = 'rule' in asking ? asking.rule : year;
  const clock = clockOf(age, asking.slept);
  const body = validate(createRefundBody, {
    ...{ original_transaction_id: payment.transactionId, business_refund_id: `r-${++numbers}` },
    ...{ amount: '3.00', ...changes },
  });
  return createRefund(
    {
      tables: database.tables({ ports: clock, ...asking.tables }),
      ...{ ports: clock, rule: () => rule },
      start: (refund) => {
        started.push(refund);
        return Promise.resolve();
      },
    },
    { body, caller: { application, ...(operator && { operator }) }, deadline: clock.time + 20_000 },
  );
}

function clockOf(age: number, slept?: number[]): TestPorts {
  const clock = ports(Date.parse(at) + age);
  if (!slept) return clock;
  const sleep = (ms: number) => {
    slept.push(ms);
    clock.time += ms;
    return Promise.resolve();
  };
  return Object.assign(clock, { sleep });
}

/** `created`, `known`, or the code of the refusal. */
export async function outcome(asked: Promise<Created>): Promise<string> {
  return asked.then(
    ({ kind }) => kind,
    (error: unknown) => (error instanceof PaymentError ? error.code : String(error)),
  );
}

export const minor = (amount: number) => ({ minor: amount, currency: 'CNY' });
