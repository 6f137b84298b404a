// The story of deciding about late or wrong money: by policy or by a person, once, with a reason.
import { notDue } from '../domain/due.ts';
import type { TransactionId } from '../domain/ids.ts';
import { isFinal, isUnderReview, type Payment, type Resolution } from '../domain/payment.ts';
import { instant, type Ports } from '../domain/ports.ts';
import { isAcceptable, resolve } from '../domain/settlement.ts';
import { changePayment, getPayment, type Beside, type StoredPayment } from '../store/payments.ts';
import type { Tables } from '../store/table.ts';

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
 * 1. read the payment: what was decided about must be there, and still wait · 2. see what the decision makes of it, purely · 3. write it with its event, and the order's lock
 * where the order is paid by it · 4. overtaken: look again.
 * @throws Error when there is no such payment, or after ten rounds of being overtaken
 * @see SPEC R5.6
 */
export async function resolveAnomaly(
  { tables, ports }: ResolveDependencies,
  transactionId: TransactionId,
  { version, ...decision }: Verdict,
): Promise<Resolved> {
  for (let round = 1; round <= rounds; round++) {
    const stored = await getPayment(tables, transactionId);
    if (!stored) throw new Error(`${transactionId} has an anomaly and is not there`);
    const { payment } = stored;
    const { anomaly } = payment;
    if (!anomaly || !isUnderReview(payment)) return { kind: 'nothing_to_decide', payment };
    if (version !== undefined && payment.version !== version) return { kind: 'changed_meanwhile', payment };
    if (decision.action === 'accept' && !isAcceptable(anomaly.kind))
      return { kind: 'not_acceptable', payment };
    const at = instant(ports);
    const after = { ...next(payment, at), ...resolve(payment, { ...decision, at }) };
    const written = await write(tables, stored, isFinal(after.status) ? notDue(after) : after, decision);
    if (written.kind === 'changed') return { kind: 'resolved', payment: written.payment };
    if (written.kind !== 'order_paid_by_other') continue;
    const duplicate = { ...anomaly, kind: 'DUPLICATE_PAID', foundAt: at } as const;
    const found = await write(tables, stored, { ...next(payment, at), anomaly: duplicate }, decision);
    if (found.kind === 'changed') return { kind: 'became_duplicate', payment: found.payment };
  }
  throw new Error(`resolve: ${transactionId} was overtaken ${rounds} times`);
}

function next(payment: Payment, at: string): Payment {
  return { ...payment, version: payment.version + 1, updatedAt: at };
}

async function write(
  tables: Tables,
  stored: StoredPayment,
  after: Payment,
  { by, reason }: Omit<Resolution, 'at'>,
) {
  const cause = { actor: by, reason };
  const kind = await changePayment(tables, stored, after, cause, beside(stored.payment, after));
  return { kind, payment: after };
}

/** A duplicate that is kept is not what the order was paid by. */
function beside(before: Payment, after: Payment): Beside {
  const pays = after.status === 'PAID_SUCCESS' && before.status !== after.status;
  return pays && after.anomaly?.kind !== 'DUPLICATE_PAID' ? { order: 'paid_by_this' } : {};
}
