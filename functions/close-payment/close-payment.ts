// The story of closing a payment: nobody is to pay it any more, and only the channel can see to that.
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import { nextDue } from '../../lib/domain/due.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode } from '../../lib/domain/ids.ts';
import { isFinal, isPaid, isUnderReview, type Payment } from '../../lib/domain/payment.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import { endPayment, type Told, type Unanswered } from '../../lib/flows/ask-channel.ts';
import { readablePayment, type Reader } from '../../lib/flows/readable-payment.ts';
import { getOrderLock, leaseClosing, releaseClosing } from '../../lib/store/locks.ts';
import { changePayment, getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';

export interface CloseDependencies {
  readonly channel: (code: ChannelCode) => Promise<ConnectedChannel>;
  readonly tables: Tables;
  readonly ports: Ports;
}

export interface CloseRequest {
  readonly id: string;
  readonly caller: Reader;
  readonly reason: string;
  /** ms since 1970 UTC */
  readonly deadline: number;
}

export type Closed =
  /** nothing can be paid on it (any more) */
  | { readonly kind: 'closed'; readonly payment: Payment }
  /** the channel cannot confirm it yet: it is asked again until it can */
  | {
      readonly kind: 'requested';
      readonly payment: Payment;
      readonly retryAfter: number;
      readonly unanswered?: Unanswered;
    };

/** After the deadline nobody is speaking to the channel for this payment any more. */
const grace = 5_000;
/** What is left of the deadline for writing down what the channel said. */
const reserve = 3_000;
const rounds = 4;

/**
 * 1. read the payment · 2. take its closing into our hands, so that nobody shows it to a payer meanwhile · 3. ask the
 * channel, and close it there · 4. the channel has said: that stands. It could not: the wish is written down, and status
 * sync goes on · 5. somebody was quicker: look again.
 * @throws PaymentError NOT_FOUND, ORDER_ALREADY_PAID, ORDER_UNDER_REVIEW, STATE_CONFLICT
 * @see SPEC R5.3, R5.4; QUALITY 2.6
 */
export async function closePayment(dependencies: CloseDependencies, request: CloseRequest): Promise<Closed> {
  const { transactionId } = await readablePayment(dependencies.tables, request.id, request.caller);
  for (let round = 1; round <= rounds; round++) {
    const stored = await getPayment(dependencies.tables, transactionId);
    if (!stored) throw new Error(`${transactionId} was read and is not there`);
    const closed = isOver(stored.payment)
      ? ({ kind: 'closed', payment: stored.payment } as const)
      : await closeOnce(dependencies, request, stored);
    if (closed) return closed;
  }
  throw new PaymentError('STATE_CONFLICT', { transactionId, retryAfter: 1 });
}

/** @throws PaymentError when money has come for it */
function isOver(payment: Payment): boolean {
  const { transactionId, status } = payment;
  if (isPaid(status)) throw new PaymentError('ORDER_ALREADY_PAID', { transactionId });
  if (isUnderReview(payment)) throw new PaymentError('ORDER_UNDER_REVIEW', { transactionId });
  return isFinal(status);
}

/** @returns nothing when the payment is to be looked at again */
async function closeOnce(
  dependencies: CloseDependencies,
  request: CloseRequest,
  stored: StoredPayment,
): Promise<Closed | undefined> {
  const { tables, ports } = dependencies;
  const { payment } = stored;
  const channel = await dependencies.channel(payment.paymentChannel);
  const until = request.deadline + grace;
  if (!(await takeInHand(dependencies, payment, until))) return undefined;
  try {
    const told = await endPayment({
      ...{ tables, ports, channel, stored },
      deadline: request.deadline - reserve,
      reason: request.reason,
    });
    return await written(dependencies, request, stored, channel, told);
  } finally {
    await releaseClosing(tables, payment, until).catch(() => undefined);
  }
}

/**
 * Only the order's live payment can be shown to a payer.
 * @returns false when the order's lock moved meanwhile
 * @throws PaymentError STATE_CONFLICT while it is being made, or closed by somebody else
 */
async function takeInHand(
  { tables, ports }: CloseDependencies,
  payment: Payment,
  until: number,
): Promise<boolean> {
  const held = await getOrderLock(tables, payment);
  if (held?.live !== payment.transactionId) return true;
  const { creatingUntil, closingUntil = 0 } = held;
  const busy = Math.max(closingUntil, payment.status === 'PENDING_CREATE' ? creatingUntil : 0) - ports.now();
  if (busy > 0)
    throw new PaymentError('STATE_CONFLICT', {
      transactionId: payment.transactionId,
      retryAfter: Math.ceil(busy / 1000),
      detail: 'The payment is being made or closed right now. Nothing was changed.',
    });
  return leaseClosing(tables, payment, held, until);
}

async function written(
  dependencies: CloseDependencies,
  request: CloseRequest,
  stored: StoredPayment,
  channel: ConnectedChannel,
  told: Told,
): Promise<Closed | undefined> {
  if (told.kind === 'settled' || told.kind === 'overtaken') return undefined;
  const payment = await requested(dependencies, request, stored, channel);
  if (!payment) return undefined;
  return { kind: 'requested', payment, retryAfter: 60, ...(told.kind === 'unknown' && { unanswered: told }) };
}

/** The wish, once; from then on money is late. @returns nothing when somebody moved the payment meanwhile */
async function requested(
  { tables, ports }: CloseDependencies,
  { caller, reason }: CloseRequest,
  stored: StoredPayment,
  { sync }: ConnectedChannel,
): Promise<Payment | undefined> {
  const { payment } = stored;
  if (payment.closeRequestedAt) return payment;
  const at = instant(ports);
  const wanted = { ...payment, version: payment.version + 1, updatedAt: at, closeRequestedAt: at };
  const after = { ...wanted, dueAt: nextDue(wanted, sync, ports.now(), ports.random()) };
  const cause = { actor: caller.application, reason };
  return (await changePayment(tables, stored, after, cause)) === 'changed' ? after : undefined;
}
