// The story of a refund that somebody else carried out: what he says of it, with a reference, is its end.
import { PaymentError } from '../../lib/domain/errors.ts';
import { instant, type Ports } from '../../lib/domain/ports.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import type { Reader } from '../../lib/flows/readable-payment.ts';
import { readableRefund } from '../../lib/flows/readable-refund.ts';
import { paymentStep, refundSteps } from '../../lib/flows/refund-payment.ts';
import { getPayment } from '../../lib/store/payments.ts';
import { changeRefund } from '../../lib/store/refunds.ts';
import { isContended, type Tables } from '../../lib/store/table.ts';
import type { ConfirmRefundBody } from './schema.ts';

export interface ConfirmDependencies {
  readonly tables: Tables;
  readonly ports: Ports;
}

export interface ConfirmRequest {
  readonly id: string;
  readonly body: ConfirmRefundBody;
  readonly caller: Reader;
}

const rounds = 10;

/**
 * 1. read the refund: handed over, and nobody has said so yet; the same said again is the same · 2. write the outcome with its
 * reference, the payment's sums and the event in one transaction · 3. overtaken: look again.
 * @throws PaymentError NOT_FOUND, STATE_CONFLICT
 * @see SPEC R6.13
 */
export async function confirmRefund(
  { tables, ports }: ConfirmDependencies,
  { id, body, caller }: ConfirmRequest,
): Promise<Refund> {
  for (let round = 1; round <= rounds; round++) {
    const refund = await readableRefund(tables, id, caller);
    const at = instant(ports);
    const after = confirmed(refund, body, caller.application, at);
    if (after === refund) return refund;
    const stored = await getPayment(tables, refund.originalTransactionId);
    if (!stored) throw new Error(`${refund.refundId} is there, and its payment is not`);
    const steps = refundSteps(refund, after, paymentStep(stored.payment, refund, after, at));
    const cause = { actor: caller.application, reason: body.reference };
    const change = { stored, before: refund, after, steps, cause, at };
    const changed = await changeRefund(tables, change).catch(contended);
    if (changed === 'changed') return after;
    await ports.sleep(ports.random() * 20 * round);
  }
  throw new PaymentError('STATE_CONFLICT', { retryAfter: 1 });
}

/** Nothing was written, and what time there was has been waited. @throws PaymentError STATE_CONFLICT */
function contended(error: unknown): never {
  throw isContended(error) ? new PaymentError('STATE_CONFLICT', { retryAfter: 1 }, { cause: error }) : error;
}

/** @returns the refund itself where the same was said before. @throws PaymentError STATE_CONFLICT */
function confirmed(refund: Refund, { result, reference }: ConfirmRefundBody, by: string, at: string): Refund {
  const status = result === 'refunded' ? 'SUCCESS' : 'FAILED';
  if (refund.status === status && refund.confirmation?.reference === reference) return refund;
  if (refund.refundMethod === 'ORIGINAL' || refund.status !== 'PENDING')
    throw new PaymentError('STATE_CONFLICT', {
      detail: `The refund is ${refund.refundMethod} and ${refund.status}: only what was handed over, and nobody has decided about, can be confirmed. Nothing was changed.`,
    });
  const said = { ...refund, status, updatedAt: at, confirmation: { by, reference } } as const;
  if (status === 'FAILED') return { ...said, errorCode: 'REFUND_DECLINED', channelErrorCode: 'refused' };
  return { ...said, amountRefunded: refund.amountRequested, refundedAt: at };
}
