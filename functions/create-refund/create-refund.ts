// The story of a refund's beginning: what may go back is reserved and written down, and only then anybody is asked for it.
import { PaymentError } from '../../lib/domain/errors.ts';
import { mostRefunds, refundIdOf, type ChannelCode, type RefundId } from '../../lib/domain/ids.ts';
import { compareMoney, formatAmount, parseAmount, type Money } from '../../lib/domain/money.ts';
import { isPaid, type Payment } from '../../lib/domain/payment.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { refundable } from '../../lib/domain/refund-settlement.ts';
import { newRefund } from '../../lib/flows/new-refund.ts';
import { readablePayment, type Reader } from '../../lib/flows/readable-payment.ts';
import type { RefundRule } from '../../lib/gateways/provider.ts';
import { getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import { findRefund, getRefund } from '../../lib/store/refunds.ts';
import { isContended, type Tables } from '../../lib/store/table.ts';
import type { CreateRefundBody } from './schema.ts';

/** ms. What one more try may take: a transaction that meets others is itself tried for five seconds. */
const lastTry = 6_000;
const busy = 'Too many change the payment at this moment. Nothing was refunded: send the same again.';

export interface CreateRefundDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
  /** what the channel's provider allows; undefined where it gives nothing back */
  readonly rule: (code: ChannelCode) => RefundRule | undefined;
  /** Begins its workflow. What fails here is found due, and begun then. */
  readonly start: (refund: Refund) => Promise<void>;
}

export interface RefundRequest {
  readonly body: CreateRefundBody;
  readonly caller: Reader;
  /** ms since 1970 UTC */
  readonly deadline: number;
}

export interface Created {
  readonly kind: 'created' | 'known';
  readonly refund: Refund;
  readonly payment: Payment;
}

/**
 * 1. a number that is known: the same refund, or none · 2. read the payment: whose it is, and what of it may still go back ·
 * 3. reserve the amount and write the refund, its number and the event, in one transaction, if the payment is still as it was
 * read · 4. begin its workflow. Overtaken by another refund: look again, for as long as there is time for it.
 * @throws PaymentError NOT_FOUND, REFUND_MISMATCH, STATE_CONFLICT, AMOUNT_INVALID, AMOUNT_SCALE, REFUND_CURRENCY_MISMATCH,
 *   REFUND_WINDOW_CLOSED, REFUND_LIMIT, REFUND_EXCEEDS_PAID
 * @see SPEC R6.1, R6.2, R6.5; QUALITY rows 52–57
 */
export async function createRefund(
  dependencies: CreateRefundDependencies,
  request: RefundRequest,
): Promise<Created> {
  const { tables, ports } = dependencies;
  const { body, caller, deadline } = request;
  const { transactionId } = await readablePayment(tables, body.original_transaction_id, caller);
  for (let round = 1; ; round++) {
    const known = await findRefund(tables, {
      application: caller.application,
      businessRefundId: body.business_refund_id,
    });
    if (known) return again(tables, known, body);
    const stored = await getPayment(tables, transactionId);
    if (!stored) throw new Error(`${transactionId} was read and is not there`);
    const refund = await createOnce(dependencies, request, stored).catch(unlessContended);
    if (refund) return refund;
    if (ports.now() >= deadline - lastTry)
      throw new PaymentError('STATE_CONFLICT', { transactionId, detail: busy, retryAfter: 1 });
    await ports.sleep(ports.random() * Math.min(20 * round, 500));
  }
}

/** Nothing was written: no more than being overtaken. */
function unlessContended(error: unknown): undefined {
  if (!isContended(error)) throw error;
}

/** The same refund, asked for once more. */
async function again(tables: Tables, id: RefundId, body: CreateRefundBody): Promise<Created> {
  const refund = await getRefund(tables, id);
  const stored = refund && (await getPayment(tables, refund.originalTransactionId));
  if (!stored) throw new Error(`${id} has a number and is not there`);
  const { currency } = refund.amountRequested;
  const amount = parseAmount(body.amount, currency);
  const isSame =
    (body.currency ?? currency) === currency &&
    refund.originalTransactionId === body.original_transaction_id &&
    refund.refundMethod === body.refund_method &&
    typeof amount === 'object' &&
    compareMoney(amount, refund.amountRequested) === 0;
  if (!isSame) throw new PaymentError('REFUND_MISMATCH', { param: 'business_refund_id' });
  return { kind: 'known', refund, payment: stored.payment };
}

/** @returns nothing when somebody was quicker */
async function createOnce(
  { tables, ports, rule, start }: CreateRefundDependencies,
  { body, caller }: RefundRequest,
  stored: StoredPayment,
): Promise<Created | undefined> {
  const { payment } = stored;
  const amount = allowed(payment, body, rule(payment.paymentChannel), ports.now());
  const isOwn = caller.application === payment.application;
  if (!isOwn && body.reason === undefined)
    throw new PaymentError('INVALID_REQUEST', {
      param: 'reason',
      detail: 'reason: who refunds for another application says why. Nothing was refunded.',
    });
  const made = await newRefund(tables, stored, {
    refundId: refundIdOf(payment.transactionId, payment.refunds ?? 0),
    gatewayTransactionId: payment.gatewayTransactionId ?? '',
    amount,
    origin: isOwn ? 'CALLER' : 'OPERATOR',
    refundMethod: body.refund_method,
    businessRefundId: body.business_refund_id,
    by: caller.application,
    ...(body.reason !== undefined && { reason: body.reason }),
    ...{ isBegun: true, at: instant(ports), now: ports.now() },
  });
  if (!made) return undefined;
  if (made.refund.refundMethod === 'ORIGINAL') await start(made.refund);
  return { kind: 'created', ...made };
}

/** @returns what may go back. @throws PaymentError */
function allowed(payment: Payment, body: CreateRefundBody, rule: RefundRule | undefined, now: number): Money {
  const { transactionId, status } = payment;
  if (!isPaid(status) || !payment.gatewayTransactionId || !payment.paidAt)
    throw new PaymentError('STATE_CONFLICT', {
      transactionId,
      detail: `The payment is ${status}: there is nothing to refund. No money moved.`,
    });
  const { currency } = payment.amountRequested;
  if (body.currency !== undefined && body.currency !== currency)
    throw new PaymentError('REFUND_CURRENCY_MISMATCH', { transactionId, param: 'currency' });
  const amount = parseAmount(body.amount, currency);
  if (typeof amount === 'string' || amount.minor === 0)
    throw new PaymentError(typeof amount === 'string' ? amount : 'AMOUNT_INVALID', { param: 'amount' });
  if (body.refund_method === 'ORIGINAL') checkRule(payment, rule, now);
  if ((payment.refunds ?? 0) >= mostRefunds) throw new PaymentError('REFUND_LIMIT', { transactionId });
  const left = refundable(payment);
  if (compareMoney(amount, left) > 0)
    throw new PaymentError('REFUND_EXCEEDS_PAID', {
      transactionId,
      param: 'amount',
      detail: `${formatAmount(left)} ${currency} of the payment can still be refunded; refunds that are under way count. Nothing was refunded.`,
    });
  return amount;
}

/** What the channel would refuse anyway. */
function checkRule(payment: Payment, rule: RefundRule | undefined, now: number): void {
  const { transactionId, paidAt = '', refunds = 0 } = payment;
  if (!rule || now > Date.parse(paidAt) + rule.window * 1000)
    throw new PaymentError('REFUND_WINDOW_CLOSED', { transactionId });
  if (rule.most !== undefined && refunds >= rule.most)
    throw new PaymentError('REFUND_LIMIT', { transactionId });
}
