// The story of deciding about late or wrong money: by policy or by a person, once, with a reason.
import { notDue } from '../domain/due.ts';
import type { TransactionId } from '../domain/ids.ts';
import type { Resolution } from '../domain/anomaly.ts';
import { isFinal, isUnderReview, type Payment } from '../domain/payment.ts';
import { instant, type Ports } from '../domain/ports.ts';
import { anomaliesOf, isAcceptable, resolve, withAnomaly } from '../domain/settlement.ts';
import { changePayment, getPayment, type Beside, type StoredPayment } from '../store/payments.ts';
import { getOrderLock } from '../store/locks.ts';
import type { Tables } from '../store/table.ts';
import { matesOf } from './order-mates.ts';

export interface ResolveDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
}

/** `version`: of the payment as it was read by whoever decides; a policy decides about whatever there is. */
export type Verdict = Omit<Resolution, 'at'> & { readonly version?: number };

export interface Resolved {
  readonly kind:
    | 'resolved'
    /** what was decided about is not what is there now */
    | 'changed_meanwhile'
    /** nothing waits for a decision (any more) */
    | 'nothing_to_decide'
    /** money of this kind is not the merchant's, or not in its currency */
    | 'not_acceptable'
    /** another payment has paid the order meanwhile: now it is a duplicate, and waits for a decision as one */
    | 'became_duplicate';
  readonly payment: Payment;
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
  }
  throw new Error(`resolve: ${transactionId} was overtaken ${rounds} times`);
}

function refused(payment: Payment, { version, ...verdict }: Verdict): Resolved | undefined {
  const made = anomaliesOf(payment).some(({ resolution }) => isSame(resolution, verdict));
  if (made && version !== undefined && payment.version > version) return { kind: 'resolved', payment };
  const { anomaly } = payment;
  if (!anomaly || !isUnderReview(payment)) return { kind: 'nothing_to_decide', payment };
  if (version !== undefined && payment.version !== version) return { kind: 'changed_meanwhile', payment };
  if (verdict.action === 'accept' && !isAcceptable(anomaly.kind)) return { kind: 'not_acceptable', payment };
  return undefined;
}

function isSame(made: Resolution | undefined, { action, by, reason }: Verdict): boolean {
  return made?.action === action && made.by === by && made.reason === reason;
}

/** @returns nothing when somebody moved the payment or its order meanwhile */
async function carryOut(
  { tables, ports }: ResolveDependencies,
  stored: StoredPayment,
  { action, by, reason }: Verdict,
): Promise<Resolved | undefined> {
  const { payment } = stored;
  const at = instant(ports);
  const made = { ...next(payment, at), ...resolve(payment, { action, by, reason, at }) };
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
