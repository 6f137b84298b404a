// The story of one step of a refund's workflow: send it, or ask for it, and say when to look again.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { orRefused } from '../../lib/channels/failures.ts';
import { isDeepStrictEqual } from 'node:util';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode, RefundId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import { isOpen, type Refund } from '../../lib/domain/refund.ts';
import { foundAfter, isRefundOverdue, pauseOf } from '../../lib/domain/refund-due.ts';
import { askRefund, sendRefund, type RefundQuestion, type RefundTold } from '../../lib/flows/ask-refund.ts';
import { settleRefund } from '../../lib/flows/settle-refund.ts';
import { getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import { changeRefund, getRefund } from '../../lib/store/refunds.ts';
import { putOffRefund } from '../../lib/store/refund-work.ts';
import type { Tables } from '../../lib/store/table.ts';

export interface StepDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
}

export interface StepRequest {
  readonly step: 'submit' | 'query';
  readonly refundId: RefundId;
  /** which of the refund's workflows this is */
  readonly run: number;
}

export interface Stepped {
  readonly next: 'submit' | 'query' | 'end';
  /** whole seconds */
  readonly waitSeconds: number;
  readonly refund?: Refund;
  readonly told?: RefundTold;
  /** long past its time: somebody is to be called */
  readonly overdue?: true;
}

/** ms. What a channel has for its answer. */
const patience = 20_000;
/** s. While a channel cannot be connected, or is not the one that took the money. */
const unconnected = 300;

const over: Stepped = { next: 'end', waitSeconds: 0 };

/**
 * 1. read refund and payment: over, or in another workflow's hands, nothing done · 2. connect the channel that took the money,
 * switched off or not · 3. before it is sent for the first time, write that it is · 4. send it, or ask for it · 5. what the
 * channel said is written down; say what comes next, and when somebody else is to look if this workflow does not.
 * No answer, and no refusal that a person can mend, ends a refund.
 * @throws whatever the store throws: the step is to be tried again
 * @see SPEC R6.3, R6.4, R6.7, R6.11
 */
export async function refundStep(
  dependencies: StepDependencies,
  { step, refundId, run }: StepRequest,
): Promise<Stepped> {
  const { tables, ports } = dependencies;
  const found = await getRefund(tables, refundId);
  if (!found || found.run !== run || !isOpen(found)) return over;
  const stored = await getPayment(tables, found.originalTransactionId);
  if (!stored) throw new Error(`${refundId} is there, and its payment is not`);
  const channel = await orRefused(dependencies.channel(stored.payment.paymentChannel));
  if (channel instanceof PaymentError)
    return next(dependencies, step, found, { kind: 'unknown', reason: 'not_connected', cause: channel }, 0);
  if (!isItsOwn(channel, stored.payment)) return refuse(dependencies, step, channel, found);
  const question = {
    ...{ tables, ports, channel, payment: stored.payment },
    deadline: ports.now() + patience,
    reason: 'the refund’s workflow',
  };
  const pace = channel.refunds?.pace ?? 0;
  if (step === 'query')
    return next(dependencies, step, found, await askRefund({ ...question, refund: found }), pace);
  const sent = await submitted(dependencies, stored, found);
  if (!sent) return { next: 'submit', waitSeconds: 1, refund: found };
  const order: RefundQuestion = { ...question, refund: sent.orderedAs };
  return next(dependencies, step, sent.refund, await sendRefund(order), pace);
}

/** Another account's money is not ours to give back, and its numbers are not these. @see SPEC R6.11 */
function isItsOwn(channel: ConnectedChannel, payment: Payment): boolean {
  return isDeepStrictEqual({ ...channel.payee }, { ...payment.payee });
}

async function refuse(
  dependencies: StepDependencies,
  step: StepRequest['step'],
  channel: ConnectedChannel,
  refund: Refund,
): Promise<Stepped> {
  const { refundId, amountRequested: amount } = refund;
  const settled = await settleRefund(dependencies, {
    channelCode: channel.code,
    snapshot: {
      ...{ state: 'needs_action', refundId, amount },
      reason: 'misconfigured',
      channelCode: 'other_account',
    },
    cause: { actor: 'payments', reason: 'the channel is now another account than the one that was paid' },
  });
  return next(dependencies, step, refund, { kind: 'settled', settled }, 0);
}

/**
 * That it is sent is written before it is; from then on nobody can say that nothing was sent.
 * @returns with the refund as the order is made of it: the first time it says of no earlier one. Nothing when somebody moved it
 */
async function submitted({ tables, ports }: StepDependencies, stored: StoredPayment, refund: Refund) {
  if (refund.submittedAt !== undefined) return { refund, orderedAs: refund };
  const at = instant(ports);
  const after: Refund = { ...refund, status: 'PROCESSING', submittedAt: at, updatedAt: at };
  const step = { name: 'refund.processing', payment: {}, refund: { before: refund, after } } as const;
  const cause = { actor: 'payments', reason: 'the refund’s workflow' };
  const changed = await changeRefund(tables, { stored, before: refund, after, steps: [step], cause, at });
  return changed === 'changed' ? { refund: after, orderedAs: refund } : undefined;
}

async function next(
  { tables, ports }: StepDependencies,
  step: StepRequest['step'],
  refund: Refund,
  told: RefundTold,
  pace: number,
): Promise<Stepped> {
  const now = ports.now();
  const stands = told.kind === 'settled' && 'refund' in told.settled ? told.settled.refund : refund;
  if (!isOpen(stands)) return { ...over, refund: stands, told };
  const overdue = isRefundOverdue(stands, now);
  const isConnected = !(told.kind === 'unknown' && told.reason === 'not_connected');
  const least = isConnected ? (told.kind === 'later' ? pace : 0) : unconnected;
  const waitSeconds = pauseOf(stands, least, now);
  await putOffRefund(tables, stands, foundAfter(waitSeconds, now));
  const stepped = { next: whatNext(stands, told, step), waitSeconds, refund: stands, told };
  return overdue ? { ...stepped, overdue } : stepped;
}

/**
 * What was provably not carried out, and what a person mends, is sent again; so is what the channel does not answer for when it
 * is asked, or shows without what became of it: it may never have heard of it, or have failed it, and makes one refund of it
 * however often it is sent. All else is asked for.
 */
function whatNext(refund: Refund, told: RefundTold, step: StepRequest['step']): 'submit' | 'query' {
  if (told.kind === 'absent' || told.kind === 'later' || refund.submittedAt === undefined) return 'submit';
  if (told.kind === 'settled' && told.isInconclusive) return 'submit';
  if (told.kind === 'unknown' && step === 'query') return 'submit';
  const reason = refund.needsAction?.reason;
  return reason === 'insufficient_balance' || reason === 'misconfigured' ? 'submit' : 'query';
}
