// Decides what a channel's word means for a payment. Pure: the same payment and the same word give the same decision.
import type { ChannelCode, TransactionId } from './ids.ts';
import { compareMoney, sameMoney, type Money } from './money.ts';
import {
  isAcceptable,
  type Anomaly,
  type AnomalyKind,
  type ChannelAmounts,
  type Resolution,
} from './anomaly.ts';
import { isFinal, isPaid, type Payee, type Payment } from './payment.ts';

/** What a channel says of one payment now. */
export type PaymentSnapshot =
  | {
      readonly state: 'not_found' | 'pending' | 'closed';
      readonly transactionId: TransactionId;
      readonly gatewayOrderId?: string;
    }
  /** The payer has agreed, and no money moves before it is captured. */
  | { readonly state: 'approved'; readonly transactionId: TransactionId; readonly gatewayOrderId: string }
  | PaidSnapshot;

export interface PaidSnapshot {
  readonly state: 'paid';
  readonly transactionId: TransactionId;
  /** the provider's number of the order, where it is another than that of the money */
  readonly gatewayOrderId?: string;
  readonly gatewayTransactionId: string;
  /** The order total that the channel confirmed, discounts included. @see SPEC R3.9 */
  readonly amount: Money;
  /** UTC ISO-8601 ms, by the channel's clock */
  readonly paidAt: string;
  readonly payee: Payee;
  readonly channelAmounts?: ChannelAmounts;
  /** What the payer used, our words, masked: `alipay_balance`, `debit_card` … */
  readonly paymentInstrument?: string;
}

export type Decision =
  | { readonly kind: 'none'; readonly why: 'duplicate' | 'stale' | 'undecided' }
  | { readonly kind: 'move'; readonly to: 'PAID_SUCCESS' | 'CLOSED'; readonly change: Partial<Payment> }
  | { readonly kind: 'anomaly'; readonly anomaly: Anomaly }
  /**
   * The word is about nothing of ours: it came through another channel than the payment went, or names another order there.
   * `not_yet`: the channel's number of the order is not written down (yet).
   */
  | { readonly kind: 'foreign'; readonly why: 'other_channel' | 'other_order' | 'not_yet' };

/**
 * @param at UTC ISO-8601 ms: our clock
 * @see SPEC R4.4, R5.6; QUALITY I06, I07, I10, I16
 */
export function decide(
  payment: Payment,
  channelCode: ChannelCode,
  snapshot: PaymentSnapshot,
  at: string,
): Decision {
  if (payment.paymentChannel !== channelCode) return { kind: 'foreign', why: 'other_channel' };
  const why = strangeOrder(payment, snapshot.gatewayOrderId);
  if (why) return { kind: 'foreign', why };
  switch (snapshot.state) {
    case 'not_found':
    case 'pending':
    case 'approved':
      return { kind: 'none', why: 'undecided' };
    case 'closed':
      return decideClosed(payment, at);
    case 'paid':
      return decidePaid(payment, snapshot, at);
  }
}

/** What a channel's own number of an order says against its being this payment's. @see QUALITY rows 131, 140 */
export function strangeOrder(
  { gatewayOrderId: ours }: Payment,
  theirs: string | undefined,
): 'other_order' | 'not_yet' | undefined {
  if (theirs === undefined || theirs === ours) return undefined;
  return ours === undefined ? 'not_yet' : 'other_order';
}

function decideClosed(payment: Payment, at: string): Decision {
  if (payment.status === 'CLOSED') return { kind: 'none', why: 'duplicate' };
  if (!isFinal(payment.status)) return { kind: 'move', to: 'CLOSED', change: { closedAt: at } };
  return { kind: 'none', why: 'stale' };
}

function decidePaid(payment: Payment, paid: PaidSnapshot, at: string): Decision {
  const kind = contradiction(payment, paid) ?? untimely(payment, paid);
  if (kind === 'duplicate') return { kind: 'none', why: 'duplicate' };
  if (kind) return found(payment, anomaly(kind, paid, at));
  const wasWrong = anomaliesOf(payment).find((known) => isSameMoney(known, paid));
  if (wasWrong && !amountKinds.includes(wasWrong.kind)) return { kind: 'none', why: 'duplicate' };
  return { kind: 'move', to: 'PAID_SUCCESS', change: money(paid) };
}

/**
 * Each word says the amount, and the channel may correct itself. What was found wrong otherwise stays so, however little the
 * channel says of it the next time.
 */
const amountKinds: readonly AnomalyKind[] = ['OVERPAID', 'UNDERPAID'];

/** What a payment holds once money is taken for it. */
function money(paid: Omit<PaidSnapshot, 'state' | 'transactionId' | 'payee'>): Partial<Payment> {
  const { amount, gatewayTransactionId, paidAt, channelAmounts, paymentInstrument } = paid;
  return {
    amountPaid: amount,
    gatewayTransactionId,
    paidAt,
    ...(channelAmounts && { channelAmounts }),
    ...(paymentInstrument !== undefined && { paymentInstrument }),
  };
}

/** Whose money, which currency, how much: the three that must agree before a status may move. */
function contradiction(payment: Payment, paid: PaidSnapshot): AnomalyKind | undefined {
  const { payee, amount } = paid;
  if (payee.merchantId !== undefined && payee.merchantId !== payment.payee.merchantId) return 'WRONG_PAYEE';
  if (payee.appId !== undefined && payee.appId !== payment.payee.appId) return 'WRONG_PAYEE';
  if (amount.currency !== payment.amountRequested.currency) return 'CURRENCY_MISMATCH';
  const more = compareMoney(amount, payment.amountRequested);
  if (more === 0) return undefined;
  return more > 0 ? 'OVERPAID' : 'UNDERPAID';
}

function untimely(payment: Payment, paid: PaidSnapshot): AnomalyKind | 'duplicate' | undefined {
  if (isPaid(payment.status))
    return payment.gatewayTransactionId === paid.gatewayTransactionId ? 'duplicate' : 'DUPLICATE_PAID';
  if (isFinal(payment.status) || cameAfterRequest(payment, paid)) return 'PAID_AFTER_CLOSE';
  return undefined;
}

/** ms. Channels tell whole seconds. */
const wholeSecond = 1_000;

/** Money that was there before anybody wanted the payment closed is not late, however late we hear of it. @see SPEC R5.3 */
function cameAfterRequest({ closeRequestedAt }: Payment, { paidAt }: PaidSnapshot): boolean {
  return closeRequestedAt !== undefined && Date.parse(paidAt) > Date.parse(closeRequestedAt) - wholeSecond;
}

/** The facts of an anomaly, as the channel told them. */
export function anomaly(kind: AnomalyKind, paid: PaidSnapshot, at: string): Anomaly {
  const { amount, paidAt, gatewayTransactionId, channelAmounts, paymentInstrument } = paid;
  return {
    kind,
    foundAt: at,
    amount,
    paidAt,
    gatewayTransactionId,
    ...(channelAmounts && { channelAmounts }),
    ...(paymentInstrument !== undefined && { paymentInstrument }),
  };
}

export function anomaliesOf({ anomaly: latest, otherAnomalies = [] }: Payment): readonly Anomaly[] {
  return latest ? [latest, ...otherAnomalies] : [];
}

function isSameMoney(a: { gatewayTransactionId: string }, b: { gatewayTransactionId: string }): boolean {
  return a.gatewayTransactionId === b.gatewayTransactionId;
}

/** What may become known of money only later: another payment paid the order, or has that number. */
const laterKinds: readonly AnomalyKind[] = ['DUPLICATE_PAID', 'GATEWAY_ID_REUSED'];

/**
 * The same money is found once, and is not found again when it was decided about; only more may become known of it. That
 * the channel tells of another amount now is kept, and moves nothing.
 */
export function found(payment: Payment, now: Anomaly): Decision {
  const known = anomaliesOf(payment).find((each) => isSameMoney(each, now));
  const isMore = known && !known.resolution && known.kind !== now.kind && laterKinds.includes(now.kind);
  if (!known || isMore) return { kind: 'anomaly', anomaly: now };
  return { kind: 'none', why: sameMoney(known.amount, now.amount) ? 'duplicate' : 'stale' };
}

/** The payment's anomalies with one more, or with more known of one; one that waits for a decision stands first. */
export function withAnomaly(payment: Payment, now: Anomaly): Pick<Payment, 'anomaly' | 'otherAnomalies'> {
  const others = anomaliesOf(payment).filter((each) => !isSameMoney(each, now));
  const [first = now, ...rest] = [now, ...others].sort(
    (a, b) => Number(a.resolution !== undefined) - Number(b.resolution !== undefined),
  );
  return { anomaly: first, ...(rest.length > 0 && { otherAnomalies: rest }) };
}

/**
 * What becomes of a payment when somebody has decided about its anomaly.
 * @returns undefined when there is nothing to decide, or this money may not be taken
 * @see SPEC R5.6
 */
export function resolve(
  payment: Payment,
  resolution: Resolution & { readonly action: 'accept' | 'dismiss' },
): Partial<Payment> | undefined {
  const { anomaly: found, status } = payment;
  if (!found || found.resolution) return undefined;
  const resolved = withAnomaly(payment, { ...found, resolution });
  if (resolution.action === 'dismiss')
    return isFinal(status) ? resolved : { ...resolved, status: 'CLOSED', closedAt: resolution.at };
  if (!isAcceptable(found.kind)) return undefined;
  // Paid twice under one number: the first money made it paid, and stays what was paid.
  return isPaid(status) ? resolved : { ...resolved, ...money(found), status: 'PAID_SUCCESS' };
}
