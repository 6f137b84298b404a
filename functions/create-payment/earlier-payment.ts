// An order's earlier payment makes room for a new one: it is asked for and closed at its channel first.
import { PaymentError } from '../../lib/domain/errors.ts';
import { nextDue } from '../../lib/domain/due.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { instant } from '../../lib/domain/ports.ts';
import { endPayment, type Question, type Told } from '../../lib/flows/ask-channel.ts';
import { leaseClosing, releaseClosing, type OrderLock } from '../../lib/store/locks.ts';
import type { Earlier } from '../../lib/store/payments.ts';

/**
 * Its time is over, there and here: it is closed, if nobody has paid.
 * @throws PaymentError STATE_CONFLICT while the channel still holds it open, or does not say
 * @see SPEC R4.5
 */
export async function retire(question: Question): Promise<void> {
  refuseWhileOpen(question, await endPayment(question));
}

/**
 * The payer chose another way, or somebody wants it closed.
 * @param replace makes the new payment in the place of one that its channel does not know yet, and so cannot close: from
 *   then on money for it is late
 * @param until ms since 1970 UTC: so long it is in our hands
 * @returns what `replace` returned; nothing when the order is to be looked at again
 * @throws PaymentError STATE_CONFLICT while the channel still holds it open, or does not say
 * @see SPEC R5.2
 */
export async function makeRoom<T>(
  question: Question,
  held: OrderLock,
  until: number,
  replace: (earlier: Earlier) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { tables, stored } = question;
  if (!(await leaseClosing(tables, stored.payment, held, until))) return undefined;
  let replaced: T | undefined;
  try {
    const told = await endPayment(question);
    if (told.kind === 'open' && told.state === 'not_found') replaced = await replace({ held, stored });
    else refuseWhileOpen(question, told);
    return replaced;
  } finally {
    // A new payment takes the lock whole, and the lease with it.
    if (!replaced) await releaseClosing(tables, stored.payment, until).catch(() => undefined);
  }
}

/** The earlier payment as it is once another has taken its place. */
export function superseded({ stored, ports, channel }: Question, by: Payment): Payment {
  const { payment } = stored;
  const at = instant(ports);
  const after = {
    ...payment,
    version: payment.version + 1,
    updatedAt: at,
    closeRequestedAt: payment.closeRequestedAt ?? at,
    supersededBy: by.transactionId,
  };
  return { ...after, dueAt: nextDue(after, channel.sync, ports.now(), ports.random()) };
}

function refuseWhileOpen({ stored }: Question, told: Told): void {
  if (told.kind !== 'open' && told.kind !== 'unknown') return;
  throw new PaymentError('STATE_CONFLICT', {
    transactionId: stored.payment.transactionId,
    retryAfter: told.kind === 'open' ? 60 : 5,
    detail:
      told.kind === 'open'
        ? "The order's earlier payment is over, and its channel may not have closed it yet. Nothing was created."
        : "The order's earlier payment may still be paid: its channel does not say. Nothing was created.",
  });
}
