// Asking the gateway for the means to pay, and writing down what it said: unless somebody was quicker.
import { nextDue, notDue } from '../../lib/domain/due.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { isPaid, isUnderReview, type Payment } from '../../lib/domain/payment.ts';
import { instant } from '../../lib/domain/ports.ts';
import { askChannel, endPayment, type Question, type Unanswered } from '../../lib/flows/ask-channel.ts';
import { numbered } from '../../lib/flows/numbered.ts';
import type { DeclineCode, Outcome, Prepay } from '../../lib/gateways/gateway.ts';
import { leaseCreation } from '../../lib/store/locks.ts';
import { changePayment, getPayment } from '../../lib/store/payments.ts';
import { renewGeneration } from '../../lib/store/generation.ts';

export type Created =
  | { readonly kind: 'created' | 'live'; readonly payment: Payment }
  /** Money may move by it: it stays PENDING_CREATE until the channel says. */
  | ({ readonly kind: 'unknown'; readonly payment: Payment; readonly retryAfter: number } & Unanswered)
  | { readonly kind: 'declined'; readonly payment: Payment; readonly code: DeclineCode };

/** One try at one payment of the order. */
export interface Attempt extends Question {
  /** ms since 1970 UTC: until then its creation is in our hands */
  readonly until: number;
  /** made by this very request */
  readonly fresh: boolean;
}

/** What a gateway gets to come to itself, once its answer is lost and before it is asked again. */
const pause = 2_000;

/** @returns nothing when the order is to be looked at again */
export async function prepay(attempt: Attempt): Promise<Created | undefined> {
  const { channel, deadline, stored } = attempt;
  const { payment } = stored;
  const { callbackUrlPayment } = channel.row;
  const outcome = await channel.gateway.prepay(
    {
      transactionId: payment.transactionId,
      ...(payment.generation !== undefined && { generation: payment.generation }),
      method: payment.paymentMethod,
      amount: payment.amountRequested,
      subject: payment.subject,
      expiresAt: payment.expiresAt,
      ...(payment.payer && { payer: payment.payer }),
      callbackUrl: callbackUrlPayment,
      returnUrl: callbackUrlPayment.replace('/payments/callbacks/', '/payments/returns/'),
    },
    { deadline },
  );
  switch (outcome.kind) {
    case 'ok':
      return pending(attempt, outcome.value);
    case 'declined':
      return declined(attempt, outcome);
    case 'retry_later':
      return putOff(attempt, outcome);
    case 'unknown':
      return asItIs(attempt, outcome);
  }
}

async function pending(attempt: Attempt, value: Prepay): Promise<Created | undefined> {
  const { gatewayOrderId, prepayInfo } = value;
  const { channel, ports, stored } = attempt;
  const change = {
    status: 'PENDING_PAYMENT',
    prepayInfo,
    dueAt: nextDue(stored.payment, channel.sync, ports.now(), ports.random()),
    ...(gatewayOrderId !== undefined && { gatewayOrderId }),
  } as const;
  const payment = await write(attempt, change, 'the channel gave the means to pay');
  if (payment) return { kind: 'created', payment };
  await takeBack(attempt, gatewayOrderId);
  return asItIs(attempt);
}

/**
 * Somebody closed the payment while the channel opened it: what was opened is closed again, and shown to nobody. Should
 * that fail and somebody pay, it is late money.
 * @see SPEC R5.3; QUALITY 2.6
 */
async function takeBack(
  { tables, channel, deadline, stored }: Attempt,
  gatewayOrderId: string | undefined,
): Promise<void> {
  const now = await getPayment(tables, stored.payment.transactionId);
  if (now?.payment.status !== 'CLOSED') return;
  const made = { ...stored.payment, ...(gatewayOrderId !== undefined && { gatewayOrderId }) };
  await channel.gateway.closePayment(numbered({ ...stored, payment: made }), { deadline });
}

/** These are no refusals but news of an earlier call for the same number: the gateway is asked for the facts. */
const newsOfEarlier: readonly DeclineCode[] = ['already_paid', 'already_closed', 'duplicate_order'];

async function declined(
  attempt: Attempt,
  no: Outcome<Prepay> & { kind: 'declined' },
): Promise<Created | undefined> {
  if (newsOfEarlier.includes(no.code)) {
    const told = await askChannel(attempt);
    return asItIs(attempt, told.kind === 'unknown' ? told : { reason: no.code, channelCode: no.channelCode });
  }
  if (!attempt.fresh) return repeatRefused(attempt, no);
  const change = {
    status: 'PAID_FAILED',
    errorCode: no.code === 'misconfigured' ? 'CHANNEL_MISCONFIGURED' : 'CHANNEL_DECLINED',
    channelErrorCode: no.channelCode,
  } as const;
  const payment = await write(attempt, change, `the channel declined: ${no.code}`);
  return payment ? { kind: 'declined', payment, code: no.code } : asItIs(attempt);
}

/**
 * A repeat that is refused says nothing of the try before it, whose order may be open: it is ended by the channel's word,
 * or stays unknown. What is ended makes room for another payment.
 * @see SPEC R4.8
 */
async function repeatRefused(
  attempt: Attempt,
  { code, channelCode }: Outcome<Prepay> & { kind: 'declined' },
): Promise<Created | undefined> {
  const told = await endPayment({ ...attempt, reason: `a repeat was refused: ${code}` });
  return told.kind === 'unknown' || told.kind === 'open'
    ? asItIs(attempt, { reason: code, channelCode })
    : undefined;
}

/** Step 5. @returns nothing when somebody moved the payment meanwhile */
async function write(
  { tables, ports, stored, channel }: Attempt,
  change: Partial<Payment>,
  reason: string,
): Promise<Payment | undefined> {
  const payment = notDue(stored.payment);
  const after = { ...payment, ...change, version: payment.version + 1, updatedAt: instant(ports) };
  const cause = { actor: `channel:${channel.code}`, reason };
  return (await changePayment(tables, stored, after, cause)) === 'changed' ? after : undefined;
}

/**
 * Somebody else's word may have been quicker than ours; then it stands, and the order is looked at again.
 * @param otherwise why nothing is known when nobody's was
 */
async function asItIs(
  attempt: Attempt,
  otherwise: Unanswered = { reason: 'other_order' },
): Promise<Created | undefined> {
  const { transactionId } = attempt.stored.payment;
  const stored = await getPayment(attempt.tables, transactionId);
  if (!stored) throw new Error(`${transactionId} was written and is not there`);
  const { payment } = stored;
  if (attempt.fresh && isPaid(payment.status)) return { kind: 'created', payment };
  if (attempt.fresh && payment.status === 'CLOSED')
    throw new PaymentError('STATE_CONFLICT', { transactionId, retryAfter: 1 });
  if (payment.status !== 'PENDING_CREATE' || isUnderReview(payment)) return undefined;
  return unknown({ ...attempt, stored }, otherwise);
}

export async function unknown(attempt: Attempt, { reason, channelCode }: Unanswered): Promise<Created> {
  const retryAfter = await handOn(attempt);
  const { payment } = attempt.stored;
  return { kind: 'unknown', payment, retryAfter, reason, ...(channelCode !== undefined && { channelCode }) };
}

/** Proved not executed. */
async function putOff(
  attempt: Attempt,
  { cause, renew }: Outcome<Prepay> & { kind: 'retry_later' },
): Promise<never> {
  const { transactionId } = attempt.stored.payment;
  if (renew) await renewGeneration(attempt.tables, attempt.stored.payment);
  const retryAfter = await handOn(attempt);
  const details = { retryAfter, transactionId };
  // What signs for the channel knows better what is wrong.
  if (cause instanceof PaymentError)
    throw new PaymentError(cause.code, { ...cause.details, ...details }, { cause: cause.cause });
  throw new PaymentError('GATEWAY_UNAVAILABLE', details, { cause });
}

/**
 * The next create of this order may ask the gateway soon: nobody is speaking to it for this payment any more.
 * @returns seconds until then
 */
async function handOn({ tables, ports, until, stored }: Attempt): Promise<number> {
  const soon = ports.now() + pause;
  // If this is not written, the lease runs out by itself.
  const handed = await leaseCreation(tables, stored.payment, {
    from: until,
    until: soon,
    now: ports.now(),
  }).catch(() => false);
  return Math.max(1, Math.ceil(((handed ? soon : until) - ports.now()) / 1000));
}
