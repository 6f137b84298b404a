// Taking an order: at most one live payment, by compare-and-swap on the order's lock.
import { PaymentError } from '../../lib/domain/errors.ts';
import { isPaid, type Payment } from '../../lib/domain/payment.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import { getOrderLock, leaseCreation, type OrderLock } from '../../lib/store/locks.ts';
import { createPayment, getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import type { Tables } from '../../lib/store/table.ts';
import { sameFacts, type Wanted } from './terms.ts';

export type Claim =
  | { readonly kind: 'new'; readonly stored: StoredPayment }
  /** the order's live payment, ready to be paid */
  | { readonly kind: 'live'; readonly stored: StoredPayment }
  /** the order's live payment, whose creation nobody is working on any more; it is ours to finish */
  | { readonly kind: 'stuck'; readonly stored: StoredPayment }
  /** the order's live payment, whose time is over here and at the gateway */
  | { readonly kind: 'expired'; readonly stored: StoredPayment };

interface Dependencies {
  readonly tables: Tables;
  readonly ports: Ports;
}

const rounds = 5;
/** ms. The gateway's time ends before ours; this is for clocks that differ and for a payment under way. */
const afterExpiry = 60_000;

/**
 * @param wanted what is to be made, if the order is free
 * @param creatingUntil ms since 1970 UTC: until then its creation is in our hands
 * @throws PaymentError ORDER_ALREADY_PAID, ORDER_UNDER_REVIEW, ORDER_MISMATCH, CREATE_IN_PROGRESS; for a new payment what
 *   `wanted.payment` throws
 * @see SPEC R5.1
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
      : await make(dependencies, wanted, undefined, creatingUntil);
    if (claim) return claim;
  }
  throw new PaymentError('CREATE_IN_PROGRESS', { retryAfter: 1 });
}

/** @returns nothing when somebody was quicker: look again */
async function make(
  { tables }: Dependencies,
  wanted: Wanted,
  lock: { held: OrderLock; by: Payment } | undefined,
  creatingUntil: number,
): Promise<Claim | undefined> {
  const cause = { actor: wanted.application, reason: 'asked to collect' };
  const payment = wanted.payment();
  const lastEventHash = await createPayment(tables, payment, cause, lock, creatingUntil);
  return lastEventHash === undefined ? undefined : { kind: 'new', stored: { payment, lastEventHash } };
}

async function claimHeld(
  dependencies: Dependencies,
  wanted: Wanted,
  held: OrderLock,
  creatingUntil: number,
): Promise<Claim | undefined> {
  if (held.paidBy) throw new PaymentError('ORDER_ALREADY_PAID', { transactionId: held.paidBy });
  const live = await getPayment(dependencies.tables, held.live);
  if (!live) throw new Error(`${held.live} holds an order's lock and is not there`);
  const { payment } = live;
  const { transactionId } = payment;
  if (isPaid(payment.status)) throw new PaymentError('ORDER_ALREADY_PAID', { transactionId });
  if (payment.anomaly) throw new PaymentError('ORDER_UNDER_REVIEW', { transactionId });
  if (payment.status === 'CLOSED' || payment.status === 'PAID_FAILED')
    return make(dependencies, wanted, { held, by: payment }, creatingUntil);
  const expired = dependencies.ports.now() > Date.parse(payment.expiresAt) + afterExpiry;
  if (!expired && !sameFacts(wanted, payment)) throw new PaymentError('ORDER_MISMATCH', { transactionId });
  if (payment.status === 'PENDING_CREATE') refuseWhileCreating(dependencies, held);
  if (expired) return { kind: 'expired', stored: live };
  if (payment.status === 'PENDING_PAYMENT') return { kind: 'live', stored: live };
  const ours = await leaseCreation(dependencies.tables, payment, held.creatingUntil, creatingUntil);
  return ours ? { kind: 'stuck', stored: live } : undefined;
}

function refuseWhileCreating({ ports }: Dependencies, { live, creatingUntil }: OrderLock): void {
  const left = creatingUntil - ports.now();
  if (left > 0)
    throw new PaymentError('CREATE_IN_PROGRESS', { retryAfter: Math.ceil(left / 1000), transactionId: live });
}
