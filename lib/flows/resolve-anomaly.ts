// The story of deciding about late or wrong money: by policy or by a person, once, with a reason.
import { notDue } from '../domain/due.ts';
import { refundIdOf, type TransactionId } from '../domain/ids.ts';
import { isAcceptable, type Resolution } from '../domain/anomaly.ts';
import { isFinal, isPaid, isUnderReview, type Payment } from '../domain/payment.ts';
import { instant, type Ports } from '../domain/ports.ts';
import type { Refund } from '../domain/refund.ts';
import { isOfPayment } from '../domain/refund-settlement.ts';
import { anomaliesOf, resolve, withAnomaly } from '../domain/settlement.ts';
import { changePayment, getPayment, type Beside, type StoredPayment } from '../store/payments.ts';
import { getOrderLock } from '../store/locks.ts';
import type { Tables } from '../store/table.ts';
import { goneBack } from './gone-back.ts';
import { newRefund } from './new-refund.ts';
import { matesOf } from './order-mates.ts';

export interface ResolveDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
}

/**
 * What it was decided about: `version` of the payment, as a person read it; or, for a policy, which money.
 */
export type Verdict = Omit<Resolution, 'at' | 'version'> & {
  readonly version?: number;
  readonly gatewayTransactionId?: string;
};

export interface Resolved {
  readonly kind:
    | 'resolved'
    /** what was decided about is not what is there now */
    | 'changed_meanwhile'
    /** nothing waits for a decision (any more) */
    | 'nothing_to_decide'
    /** money of this kind is not the merchant's, or not in its currency: it can neither be taken nor given back */
    | 'not_acceptable'
    /** another payment has paid the order meanwhile: now it is a duplicate, and waits for a decision as one */
    | 'became_duplicate'
    /** some of the money has gone back, or is on its way: it is not taken as if all were there */
    | 'partly_back'
    /** the channel has corrected its word, and the payment is paid with this money: it goes back like every payment */
    | 'paid_with_it';
  readonly payment: Payment;
  /** of `partly_back`: by which refunds */
  readonly back?: readonly Refund[];
}

const rounds = 10;

/**
 * 1. read the payment: what was decided about must be there, and still wait · 2. see what the decision makes of it, purely ·
 * 3. write it with its event, and with what it means for the order · 4. overtaken: look again. The same decision again, after
 * its answer was lost, is the same.
 * @throws Error when there is no such payment, or after ten rounds of being overtaken
 * @see SPEC R5.6
 */
export async function resolveAnomaly(
  dependencies: ResolveDependencies,
  transactionId: TransactionId,
  verdict: Verdict,
): Promise<Resolved> {
  for (let round = 1; round <= rounds; round++) {
    const stored = await getPayment(dependencies.tables, transactionId);
    if (!stored) throw new Error(`${transactionId} has an anomaly and is not there`);
    const resolved = refused(stored.payment, verdict) ?? (await carryOut(dependencies, stored, verdict));
    if (resolved) return resolved;
    await dependencies.ports.sleep(dependencies.ports.random() * 20 * round);
  }
  throw new Error(`resolve: ${transactionId} was overtaken ${rounds} times`);
}

function refused(
  payment: Payment,
  { version, gatewayTransactionId, ...verdict }: Verdict,
): Resolved | undefined {
  const { anomaly } = payment;
  const isMade = anomaliesOf(payment).some(({ resolution }) => isSame(resolution, { ...verdict, version }));
  if (isMade) return { kind: 'resolved', payment };
  if (!anomaly || !isUnderReview(payment)) return { kind: 'nothing_to_decide', payment };
  const money = gatewayTransactionId ?? anomaly.gatewayTransactionId;
  if (payment.version !== (version ?? payment.version) || anomaly.gatewayTransactionId !== money)
    return { kind: 'changed_meanwhile', payment };
  if (verdict.action !== 'dismiss' && !isAcceptable(anomaly.kind)) return { kind: 'not_acceptable', payment };
  if (verdict.action === 'refund' && isOfPayment(payment, anomaly)) return { kind: 'paid_with_it', payment };
  return undefined;
}

/** About the same version it is about the same money. */
function isSame(made: Resolution | undefined, { action, by, reason, version }: Verdict): boolean {
  const isAsRead = version !== undefined && made?.version === version;
  return isAsRead && made.action === action && made.by === by && made.reason === reason;
}

/** @returns nothing when somebody moved the payment or its order meanwhile */
async function carryOut(
  dependencies: ResolveDependencies,
  stored: StoredPayment,
  { action, by, reason }: Verdict,
): Promise<Resolved | undefined> {
  if (action === 'refund') return giveBack(dependencies, stored, by, reason);
  const { tables, ports } = dependencies;
  const { payment } = stored;
  const back = action === 'accept' ? await backOf(tables, payment) : [];
  if (back.length > 0) return { kind: 'partly_back', payment, back };
  const at = instant(ports);
  const made = {
    ...next(payment, at),
    ...resolve(payment, { action, by, reason, at, version: payment.version }),
  };
  const after = isFinal(made.status) ? notDue(made) : made;
  const cause = { actor: by, reason };
  const review = isUnderReview(after) ? undefined : ('ends' as const);
  const kept = (change: Payment, beside: Beside) => changePayment(tables, stored, change, cause, beside);
  if (!pays(payment, after)) {
    const changed = await kept(after, review ? { order: { review } } : {});
    return changed === 'changed' ? { kind: 'resolved', payment: after } : undefined;
  }
  const lock = await getOrderLock(tables, after);
  if (!lock) throw new Error(`the order of ${after.transactionId} has no lock`);
  if (lock.paidBy !== undefined && lock.paidBy !== after.transactionId) {
    const duplicate = { ...next(payment, at), ...asDuplicate(payment, at) };
    return (await kept(duplicate, {})) === 'changed'
      ? { kind: 'became_duplicate', payment: duplicate }
      : undefined;
  }
  const order = { pays: true, waiting: lock.underReview ?? new Set(), ...(review && { review }) } as const;
  const changed = await kept(after, { order, mates: await matesOf(tables, after, lock, at) });
  return changed === 'changed' ? { kind: 'resolved', payment: after } : undefined;
}

/** What a payment was paid with before stays so: then nothing more is taken for it. */
async function backOf(tables: Tables, payment: Payment): Promise<readonly Refund[]> {
  const { anomaly, status } = payment;
  return anomaly && !isPaid(status) ? goneBack(tables, payment, anomaly.gatewayTransactionId) : [];
}

/** Its refund is written down, and status sync begins it: with that it is decided. Its number is the payment's next. */
async function giveBack(
  { tables, ports }: ResolveDependencies,
  stored: StoredPayment,
  by: string,
  why: string,
): Promise<Resolved | undefined> {
  const { transactionId, anomaly, refunds = 0 } = stored.payment;
  if (!anomaly) return undefined;
  const made = await newRefund(tables, stored, {
    refundId: refundIdOf(transactionId, refunds),
    gatewayTransactionId: anomaly.gatewayTransactionId,
    amount: anomaly.amount,
    ...{ origin: by === 'policy' ? 'SYSTEM' : 'OPERATOR', refundMethod: 'ORIGINAL', why, by },
    ...{ isBegun: false, at: instant(ports), now: ports.now() },
  });
  return made && { kind: 'resolved', payment: made.payment };
}

function next(payment: Payment, at: string): Payment {
  return { ...payment, version: payment.version + 1, updatedAt: at };
}

/** A duplicate that is kept is not what the order was paid by. */
function pays(before: Payment, after: Payment): boolean {
  const isNew = after.status === 'PAID_SUCCESS' && before.status !== after.status;
  return isNew && before.anomaly?.kind !== 'DUPLICATE_PAID';
}

function asDuplicate(payment: Payment, at: string): Partial<Payment> {
  const { anomaly } = payment;
  return anomaly ? withAnomaly(payment, { ...anomaly, kind: 'DUPLICATE_PAID', foundAt: at }) : {};
}
