// Taking an order: at most one live payment, by compare-and-swap on the order's lock.
import type { Channel } from '../../lib/channels/channels.ts';
import { lastOpeningAt } from '../../lib/domain/due.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import type { ChannelCode, TransactionId } from '../../lib/domain/ids.ts';
import { isPaid, isUnderReview, type Payment } from '../../lib/domain/payment.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { getOrderLock, leaseCreation, type OrderLock } from '../../lib/store/locks.ts';
import { createPayment, getPayment, type Earlier, type StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { sameAmount, sameWay, type Wanted } from './terms.ts';

export type Claim =
  | { readonly kind: 'new'; readonly stored: StoredPayment }
  /** the order's live payment, ready to be paid */
  | { readonly kind: 'live'; readonly stored: StoredPayment }
  /** the order's live payment, whose creation nobody is working on any more; it is ours to finish */
  | { readonly kind: 'stuck'; readonly stored: StoredPayment }
  /** the order's live payment, whose time is over */
  | { readonly kind: 'expired'; readonly stored: StoredPayment }
  /** the order's live payment, which goes another way or is to be closed: it has to make room first */
  | { readonly kind: 'in_the_way'; readonly stored: StoredPayment; readonly held: OrderLock };

interface Dependencies {
  readonly channel: (code: ChannelCode) => Promise<Channel>;
  readonly tables: Tables;
  readonly ports: Ports;
}

const rounds = 5;

/**
 * @param wanted what is to be made, if the order is free
 * @param creatingUntil ms since 1970 UTC: until then its creation is in our hands
 * @throws PaymentError ORDER_ALREADY_PAID, ORDER_UNDER_REVIEW, ORDER_MISMATCH, CREATE_IN_PROGRESS, STATE_CONFLICT; for a
 *   new payment what `wanted.payment` throws
 * @see SPEC R5.1, R5.2
 */
export async function claimOrder(
  dependencies: Dependencies,
  wanted: Wanted,
  creatingUntil: number,
): Promise<Claim> {
  for (let round = 1; round <= rounds; round++) {
    const held = await getOrderLock(dependencies.tables, wanted);
    const claim = held
      ? await claimHeld(dependencies, wanted, held, creatingUntil)
      : await make(dependencies, wanted.application, wanted.payment(), undefined, creatingUntil);
    if (claim) return claim;
  }
  throw new PaymentError('CREATE_IN_PROGRESS', { retryAfter: 1 });
}

/**
 * @param earlier the payment whose place it takes
 * @returns nothing when somebody was quicker: look again
 */
export async function make(
  { tables }: Pick<Dependencies, 'tables'>,
  application: string,
  payment: Payment,
  earlier: Earlier | undefined,
  creatingUntil: number,
): Promise<(Claim & { kind: 'new' }) | undefined> {
  const cause = { actor: application, reason: 'asked to collect' };
  // Should nobody live to tell what the channel said, it is asked once our time is over.
  const made = { ...payment, dueAt: new Date(creatingUntil).toISOString() };
  const lastEventHash = await createPayment(tables, made, cause, earlier, creatingUntil);
  return lastEventHash === undefined ? undefined : { kind: 'new', stored: { payment: made, lastEventHash } };
}

async function claimHeld(
  dependencies: Dependencies,
  wanted: Wanted,
  held: OrderLock,
  creatingUntil: number,
): Promise<Claim | undefined> {
  const { tables, ports } = dependencies;
  if (held.paidBy) throw new PaymentError('ORDER_ALREADY_PAID', { transactionId: held.paidBy });
  const [waiting] = held.underReview ?? [];
  if (waiting) throw underReview(waiting);
  const stored = await getPayment(tables, held.live);
  if (!stored) throw new Error(`${held.live} holds an order's lock and is not there`);
  const { payment } = stored;
  const { transactionId, status } = payment;
  if (isPaid(status)) throw new PaymentError('ORDER_ALREADY_PAID', { transactionId });
  if (isUnderReview(payment)) throw underReview(transactionId);
  if (status === 'CLOSED' || status === 'PAID_FAILED')
    return make(dependencies, wanted.application, wanted.payment(), { held, stored }, creatingUntil);
  const expired = await isOver(dependencies, payment);
  if (!expired && !sameAmount(wanted, payment)) throw new PaymentError('ORDER_MISMATCH', { transactionId });
  refuseWhileInHands(ports.now(), held, status);
  if (expired) return { kind: 'expired', stored };
  if (!sameWay(wanted, payment) || payment.closeRequestedAt) return { kind: 'in_the_way', stored, held };
  if (status === 'PENDING_PAYMENT') return { kind: 'live', stored };
  const lease = { from: held.creatingUntil, until: creatingUntil, now: ports.now() };
  const ours = await leaseCreation(tables, payment, lease);
  return ours ? { kind: 'stuck', stored } : undefined;
}

function underReview(transactionId: TransactionId): PaymentError {
  return new PaymentError('ORDER_UNDER_REVIEW', { transactionId, retryAfter: 60 });
}

/** One that was never opened is over as soon as its channel would open nothing more for it. */
async function isOver({ ports, channel }: Dependencies, payment: Payment): Promise<boolean> {
  const now = ports.now();
  if (payment.status !== 'PENDING_CREATE') return now > Date.parse(payment.expiresAt);
  return now > lastOpeningAt(payment, (await channel(payment.paymentChannel)).sync);
}

/** Somebody is closing it, or still speaking to the channel to open it. */
function refuseWhileInHands(now: number, held: OrderLock, status: Payment['status']): void {
  const { live: transactionId, creatingUntil, closingUntil = 0 } = held;
  const seconds = (until: number) => Math.ceil((until - now) / 1000);
  if (closingUntil > now)
    throw new PaymentError('STATE_CONFLICT', {
      transactionId,
      retryAfter: seconds(closingUntil),
      detail: "The order's payment is being closed right now. Nothing was created.",
    });
  if (status === 'PENDING_CREATE' && creatingUntil > now)
    throw new PaymentError('CREATE_IN_PROGRESS', { retryAfter: seconds(creatingUntil), transactionId });
}
