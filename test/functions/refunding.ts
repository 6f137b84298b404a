// One refund of a payment that is paid, in the real database, and a channel that does about it as a test tells it.
import { refundStep, type StepRequest } from '../../functions/refund-steps/refund-steps.ts';
import { syncRefund, type RefundMessage } from '../../functions/sync-transaction/sync-refund.ts';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import type { RefundId } from '../../lib/domain/ids.ts';
import type { Payee, Payment } from '../../lib/domain/payment.ts';
import type {
  NoSuchRefund,
  Refund,
  RefundOrder,
  RefundQuery,
  RefundSnapshot,
} from '../../lib/domain/refund.ts';
import type { NewRefund } from '../../lib/flows/new-refund.ts';
import type { Gateway, Outcome } from '../../lib/gateways/gateway.ts';
import type { ChannelRow } from '../../lib/store/channels.ts';
import { at } from '../domain/samples.ts';
import { toldOf } from '../domain/refund-samples.ts';
import { madeRefund, paidOne, paymentNow, refundNow } from '../flows/refunding.ts';
import { ports, type Database, type TestPorts } from '../store/database.ts';
import { aChannelRow, reader } from './channel.ts';
import { plan } from './asked.ts';

type Told<T> = (refund: Refund) => T | Promise<T>;

/** What the channel does when it is called; each call takes the first that is left, and the last stays. */
export interface Script {
  readonly refund?: readonly Told<Outcome<RefundSnapshot>>[];
  readonly query?: readonly Told<Outcome<RefundSnapshot | NoSuchRefund>>[];
  /** what keeps the channel from being connected */
  readonly connect?: Error;
  readonly payee?: Payee;
  readonly row?: Partial<ChannelRow>;
}

export const says = {
  state:
    (state: 'succeeded' | 'processing') =>
    (refund: Refund): Outcome<RefundSnapshot> => ({ kind: 'ok', value: toldOf(refund, { state }) }),
  inconclusive: (refund: Refund): Outcome<RefundSnapshot> => ({
    kind: 'ok',
    value: toldOf(refund, { state: 'processing', isInconclusive: true }),
  }),
  failed: (refund: Refund): Outcome<RefundSnapshot> => ({
    kind: 'ok',
    value: toldOf(refund, { state: 'failed', channelCode: 'CLOSED' }),
  }),
  none: ({ refundId }: Refund): Outcome<NoSuchRefund> => ({
    kind: 'ok',
    value: { state: 'not_found', refundId },
  }),
  refused: (): Outcome<never> => ({ kind: 'declined', code: 'refused', channelCode: 'NO', message: '' }),
  timeout: (): Outcome<never> => ({ kind: 'unknown', reason: 'timeout' }),
};

export interface Refunding {
  readonly payment: Payment;
  readonly refund: Refund;
  readonly clock: TestPorts;
  /** what the channel was asked, in order */
  readonly orders: RefundOrder[];
  readonly queries: RefundQuery[];
  /** which workflows were begun, `refundId-run` */
  readonly begun: string[];
  step(step?: StepRequest['step'], run?: number): ReturnType<typeof refundStep>;
  sync(message?: Partial<RefundMessage>): ReturnType<typeof syncRefund>;
  now(): Promise<{ refund: Refund; payment: Payment }>;
}

export interface Given extends Partial<NewRefund> {
  readonly minor?: number;
  /** keeps its workflow from being begun */
  readonly start?: Error;
}

export async function refundOne(database: Database, script: Script, given: Given = {}): Promise<Refunding> {
  const clock = ports(Date.parse(at));
  const tables = database.tables({ ports: clock });
  const payment = await paidOne(database);
  const { start: hindrance, ...made } = given;
  const refund = await madeRefund(database, payment, { clock, ...made });
  const asked = { orders: [] as RefundOrder[], queries: [] as RefundQuery[], begun: [] as string[] };
  const gateway: Gateway = {
    ...reader(),
    ...noPayments,
    refund: async (order) => act(script.refund, asked.orders.push(order), refund),
    queryRefund: async (query) => act(script.query, asked.queries.push(query), refund),
  };
  const { row, payee = payment.payee } = script;
  const connected: ConnectedChannel = {
    ...{ code: 'ALIPAY', row: aChannelRow(row), payee, methods: {}, sync: plan, gateway },
    refunds: { window: 86_400, pace: 60 },
  };
  const channel = () => (script.connect ? Promise.reject(script.connect) : Promise.resolve(connected));
  const start = (id: RefundId, run: number) => {
    if (hindrance) return Promise.reject(hindrance);
    asked.begun.push(`${id}-${run}`);
    return Promise.resolve();
  };
  return {
    ...{ payment, refund, clock, ...asked },
    step: (step = 'submit', run = 1) =>
      refundStep({ channel, tables, ports: clock }, { step, refundId: refund.refundId, run }),
    sync: (message = { refundId: refund.refundId }) =>
      syncRefund({ channel, tables, ports: clock, start }, message as RefundMessage),
    now: async () => ({
      refund: await refundNow(database, refund),
      payment: await paymentNow(database, payment),
    }),
  };
}

const unexpected = () => Promise.reject(new Error('nobody asks for the payment'));
const noPayments = { prepay: unexpected, queryPayment: unexpected, closePayment: unexpected };

function act<T>(acts: readonly Told<T>[] = [], call: number, refund: Refund): T | Promise<T> {
  const told = acts[Math.min(call, acts.length) - 1];
  if (!told) throw new Error('this was not expected');
  return told(refund);
}
