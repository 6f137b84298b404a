// What becomes of an order's other payments when one of them pays it.
import { isFinal, isUnderReview, type Payment } from '../domain/payment.ts';
import { withAnomaly } from '../domain/settlement.ts';
import type { OrderLock } from '../store/locks.ts';
import { getPayment, type Change } from '../store/payments.ts';
import type { Tables } from '../store/table.ts';

/**
 * Late money of theirs that waits for a decision is a duplicate now; and the one that payers are still shown is to be
 * closed: the channel is asked for it at once.
 * @param lock as it was read
 * @param at UTC ISO-8601 ms
 * @see SPEC R5.2, R5.6
 */
export async function matesOf(
  tables: Tables,
  payment: Payment,
  lock: OrderLock,
  at: string,
): Promise<readonly Change[]> {
  const own = payment.transactionId;
  const ids = new Set([...(lock.underReview ?? []), lock.live]);
  ids.delete(own);
  const mates = await Promise.all([...ids].map((id) => getPayment(tables, id)));
  const cause = { actor: 'payments', reason: `the order is paid by ${own}` };
  return mates.flatMap((stored) => {
    const change = stored && changeOf(stored.payment, lock, at);
    if (!change) return [];
    const { payment: before } = stored;
    return [{ stored, after: { ...before, ...change, version: before.version + 1, updatedAt: at }, cause }];
  });
}

function changeOf(mate: Payment, { live }: OrderLock, at: string): Partial<Payment> | undefined {
  if (mate.anomaly?.kind === 'PAID_AFTER_CLOSE' && isUnderReview(mate))
    return withAnomaly(mate, { ...mate.anomaly, kind: 'DUPLICATE_PAID', foundAt: at });
  const isShown = mate.transactionId === live && !isFinal(mate.status) && mate.closeRequestedAt === undefined;
  return isShown ? { closeRequestedAt: at, dueAt: at } : undefined;
}
