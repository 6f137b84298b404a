// A payment that is due, in the real database, and a channel whose gateway does as a test tells it.
import { syncTransaction } from '../../functions/sync-transaction/sync-transaction.ts';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import type { SyncPlan } from '../../lib/domain/due.ts';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { PaymentSnapshot } from '../../lib/domain/settlement.ts';
import type { Closing, Gateway, Outcome, UnknownReason } from '../../lib/gateways/gateway.ts';
import type { Cause } from '../../lib/store/events.ts';
import { listEvents } from '../../lib/store/events.ts';
import { changePayment, createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, type Database, type TestPorts } from '../store/database.ts';
import { aChannelRow, reader } from './channel.ts';

export const plan: SyncPlan = {
  tiers: [
    { until: 120, every: 60 },
    { until: Infinity, every: 300 },
  ],
  lead: 60,
  grace: 60,
  limit: 7_200,
};

export const cause: Cause = { actor: 'shop', reason: 'asked' };

/** ms after creation, of a payment that lives for 15 minutes */
export const ages = { young: 90_000, over: 960_001, overdue: 900_000 + 7_200_001 };

export type Query = Outcome<PaymentSnapshot>;

/** What the gateway does when it is called; each call takes the first that is left, and the last stays. */
export interface Script {
  readonly query?: readonly ((payment: Payment) => Query | Promise<Query>)[];
  readonly close?: readonly (() => Outcome<Closing>)[];
  readonly capture?: readonly ((payment: Payment) => Query | Promise<Query>)[];
  /** what keeps the channel from being connected */
  readonly connect?: Error;
}

export const says = {
  paid: (payment: Payment): Query => ({ kind: 'ok', value: paidFor(payment) }),
  less: (payment: Payment): Query => ({
    kind: 'ok',
    value: paidFor(payment, { amount: { minor: 1, currency: 'CNY' } }),
  }),
  state:
    (state: 'not_found' | 'pending' | 'closed') =>
    ({ transactionId }: Payment): Query => ({ kind: 'ok', value: { state, transactionId } }),
  approved: ({ transactionId, gatewayOrderId = 'order-1' }: Payment): Query => ({
    kind: 'ok',
    value: { state: 'approved', transactionId, gatewayOrderId },
  }),
  unknown: (reason: UnknownReason) => () => ({ kind: 'unknown', reason }) as const,
  refused: () => ({ kind: 'declined', code: 'refused', channelCode: 'NO', message: '' }) as const,
  later: () => ({ kind: 'retry_later', channelCode: 'BUSY', message: '' }) as const,
};

export interface Asked {
  readonly payment: Payment;
  readonly clock: TestPorts;
  /** what the gateway was asked, in order */
  readonly calls: string[];
  /** by a message that find-due sends, or that the payer's return or a hint of the channel does */
  sync(returned?: true, hinted?: true): ReturnType<typeof syncTransaction>;
  row(): Promise<Payment>;
  events(): Promise<{ name: string; reason: string }[]>;
}

/**
 * @param age ms since its creation
 * @param id asks for this one instead
 */
export async function dueOne(
  database: Database,
  script: Script,
  { age = ages.young, ...changes }: Partial<Payment> & { age?: number } = {},
  id?: TransactionId,
): Promise<Asked> {
  const clock = ports(Date.parse(at) + age);
  const tables = database.tables({ ports: clock });
  const payment = await stored(database, changes);
  const calls: string[] = [];
  const take = <T>(acts: readonly T[] = [], call: string): T => {
    const count = calls.filter((each) => each === call).length;
    calls.push(call);
    const act = acts[Math.min(count, acts.length - 1)];
    if (act === undefined) throw new Error(`no ${call} was expected`);
    return act;
  };
  const gateway: Gateway = {
    ...reader(),
    prepay: () => Promise.reject(new Error('no prepay was expected')),
    queryPayment: async () => take(script.query, 'query')(payment),
    closePayment: () => Promise.resolve(take(script.close, 'close')()),
    ...(script.capture && {
      capturePayment: async () => take(script.capture, 'capture')(payment),
    }),
  };
  const connected: ConnectedChannel = {
    ...{ code: 'ALIPAY', row: aChannelRow(), payee: payment.payee, methods: {}, sync: plan },
    gateway,
  };
  const channel = () => (script.connect ? Promise.reject(script.connect) : Promise.resolve(connected));
  return {
    ...{ payment, clock, calls },
    sync: (returned, hinted) => {
      const which = { ...(returned && { returned }), ...(hinted && { hinted }) };
      const message = { transactionId: id ?? payment.transactionId, ...which };
      return syncTransaction({ channel, tables, ports: clock }, message);
    },
    row: async () => {
      const found = await getPayment(tables, payment.transactionId);
      if (!found) throw new Error('gone');
      return found.payment;
    },
    events: async () =>
      (await listEvents(tables, payment.transactionId)).map(({ name, reason }) => ({ name, reason })),
  };
}

/** Brought to its status by the usual ways. */
async function stored(database: Database, changes: Partial<Payment>): Promise<Payment> {
  const { status = 'PENDING_PAYMENT', ...others } = changes;
  const made = aPayment({ dueAt: at, ...others });
  const lastEventHash = await createPayment(database.tables(), made, cause, undefined, 0);
  if (lastEventHash === undefined) throw new Error('the order is taken');
  if (status === 'PENDING_CREATE') return made;
  const after: Payment = { ...made, status, version: 2 };
  await changePayment(database.tables(), { payment: made, lastEventHash }, after, cause);
  return after;
}
