// The story of listing a payment's refunds: the payment knows how many there are, no index is needed.
import { PaymentError } from '../../lib/domain/errors.ts';
import { isRefundId, paymentOf, refundIdOf } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Refund } from '../../lib/domain/refund.ts';
import { listRefunds as listFrom } from '../../lib/store/refunds.ts';
import type { PaymentsTable } from '../../lib/store/table.ts';
import type { ListRefundsQuery } from './schema.ts';

export interface Page {
  /** the earliest first */
  readonly items: readonly Refund[];
  /** the last id of this page, when more follow */
  readonly next?: string;
}

/** @throws PaymentError CURSOR_INVALID */
export async function listRefunds(
  table: PaymentsTable,
  payment: Payment,
  { cursor, limit }: ListRefundsQuery,
): Promise<Page> {
  const from = cursor === undefined ? 0 : placeOf(payment, cursor) + 1;
  const items = await listFrom(table, payment, from, limit);
  const last = items.at(-1)?.refundId;
  const more = from + limit < (payment.refunds ?? 0);
  return { items, ...(last !== undefined && more && { next: last }) };
}

function placeOf({ transactionId, refunds = 0 }: Payment, cursor: string): number {
  const places = Array.from({ length: refunds }, (_, place) => refundIdOf(transactionId, place));
  const place = isRefundId(cursor) && paymentOf(cursor) === transactionId ? places.indexOf(cursor) : -1;
  if (place < 0) throw new PaymentError('CURSOR_INVALID', { param: 'cursor' });
  return place;
}
