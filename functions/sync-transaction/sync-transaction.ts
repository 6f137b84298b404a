// The story of one payment that is due: its channel is asked what became of it.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { isOverdue, nextDue, overAt, type SyncPlan } from '../../lib/domain/due.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode, RefundId } from '../../lib/domain/ids.ts';
import { isFinal, isUnderReview, type Payment } from '../../lib/domain/payment.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import { askChannel, endPayment, type Told, type Unanswered } from '../../lib/flows/ask-channel.ts';
import type { SyncMessage } from '../../lib/messaging/sync.ts';
import { claimAsking, putOff } from '../../lib/store/due.ts';
import { getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';

export interface SyncDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
}

export type PaymentMessage = Exclude<SyncMessage, { refundId: RefundId } | { gatewayRefundId: string }>;

export type Synced =
  /** no such payment, or nobody wants to know more of it */
  | { readonly kind: 'nothing_due' }
  /** its payer is back, and it has just been asked for because of that, or has moved */
  | { readonly kind: 'asked_lately' }
  | {
      readonly kind: 'asked';
      readonly told: Told;
      readonly payment: Payment;
      /** long past its time, and the channel still does not say: somebody is to be called */
      readonly overdue: boolean;
      /** only this message knows that there is news, and the channel does not say which: it is to come again */
      readonly unheard: boolean;
    };

/** ms. For all that the channel is asked about one payment: five messages come at once, for 60 s. */
const patience = 10_000;

/** ms. A browser can come back as often as it likes; the channel hears of it once in this time. */
const rest = 5_000;

/** While a channel cannot be connected, it cannot say how it wants to be asked. */
const unconnected: SyncPlan = {
  tiers: [{ until: Infinity, every: 300 }],
  lead: 60,
  grace: 60,
  limit: 86_400,
};

/**
 * 1. read the payment: nothing due, nothing done · 2. connect its channel · 3. ask what became of it; if its time is over or
 * it is to be closed, close it there, then here · 4. still open, or no answer: say when to ask again, and change nothing
 * else of it. Overtaken: whoever changed it has said when.
 * A payer who is back is no reason to put anything off: what strangers can repeat makes no payment wait. For a payment that
 * is final the channel is asked only when it has hinted at news: money may have come late, or twice.
 * @throws whatever the store throws: the message is to come again
 * @see SPEC R8.1, R8.2
 */
export async function syncTransaction(
  dependencies: SyncDependencies,
  message: PaymentMessage,
): Promise<Synced> {
  const { tables, ports } = dependencies;
  const deadline = ports.now() + patience;
  const { returned } = message;
  const stored = await getPayment(tables, message.transactionId);
  if (!stored || !isToBeAsked(stored.payment, message)) return { kind: 'nothing_due' };
  if (returned && !(await mayAsk(dependencies, stored.payment))) return { kind: 'asked_lately' };
  const channel = await connect(dependencies, stored.payment);
  const told: Told =
    'gateway' in channel ? await ask(dependencies, channel, stored, deadline, message) : channel;
  const payment = asToldSince(told) ?? stored.payment;
  const isSaid = returned ?? (told.kind === 'overtaken' || payment.dueAt === undefined);
  const unheard = told.kind === 'unknown' && isFinal(payment.status);
  if (isSaid) return { kind: 'asked', told, payment, overdue: false, unheard };
  const plan = 'gateway' in channel ? channel.sync : unconnected;
  await putOff(tables, again(payment, told, plan, ports));
  return {
    kind: 'asked',
    told,
    payment,
    overdue: !isUnderReview(payment) && isOverdue(payment, plan, ports.now()),
    unheard,
  };
}

function isToBeAsked({ status, dueAt }: Payment, { hinted }: PaymentMessage): boolean {
  return dueAt !== undefined || (hinted === true && isFinal(status));
}

/** Of messages that come at once, one. */
async function mayAsk({ tables, ports }: SyncDependencies, payment: Payment): Promise<boolean> {
  const lately = new Date(ports.now() - rest).toISOString();
  if (payment.askedAt !== undefined && payment.askedAt > lately) return false;
  return claimAsking(tables, payment, instant(ports), lately);
}

type NoWord = { readonly kind: 'unknown' } & Unanswered;

async function connect(
  { channel }: SyncDependencies,
  { paymentChannel }: Payment,
): Promise<ConnectedChannel | NoWord> {
  try {
    return await channel(paymentChannel);
  } catch (cause) {
    if (!(cause instanceof PaymentError)) throw cause;
    return { kind: 'unknown', reason: cause.code, cause };
  }
}

function ask(
  { tables, ports }: SyncDependencies,
  channel: ConnectedChannel,
  stored: StoredPayment,
  deadline: number,
  message: PaymentMessage,
): Promise<Told> {
  const question = { tables, ports, channel, stored, deadline };
  if (isFinal(stored.payment.status)) return askChannel({ ...question, reason: occasion(message) });
  if (ports.now() > overAt(stored.payment, channel.sync))
    return endPayment({ ...question, reason: 'status sync: its time is over' });
  if (stored.payment.closeRequestedAt !== undefined)
    return endPayment({ ...question, reason: 'status sync: it is to be closed' });
  const prompted = message.returned ?? message.hinted ?? false;
  return askChannel({ ...question, prompted, reason: occasion(message) });
}

function occasion({ returned, hinted }: PaymentMessage): string {
  if (returned) return 'the payer came back';
  return hinted ? 'the channel hinted at news' : 'status sync';
}

/** Asking may write the payment: what is said of it next is said of that version. */
function asToldSince(told: Told): Payment | undefined {
  if (told.kind === 'overtaken') return undefined;
  return told.kind === 'settled' ? told.payment : told.since;
}

function again(payment: Payment, told: Told, plan: SyncPlan, ports: Ports): Payment {
  const unanswered = told.kind === 'unknown' ? (payment.unanswered ?? 0) + 1 : 0;
  const asked = { ...payment, unanswered };
  return { ...asked, dueAt: nextDue(asked, plan, ports.now(), ports.random()) };
}
