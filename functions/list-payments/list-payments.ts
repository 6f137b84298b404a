// The story of listing an order's payments: the order's lock knows them all, no index is needed.
import { PaymentError } from '../../lib/domain/errors.ts';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { Reader } from '../../lib/flows/readable-payment.ts';
import { getOrderLock } from '../../lib/store/locks.ts';
import { getPayment } from '../../lib/store/payments.ts';
import type { PaymentsTable } from '../../lib/store/table.ts';
import type { ListPaymentsQuery } from './schema.ts';

export interface Page {
  /** newest first */
  readonly items: readonly Payment[];
  /** the last id of this page, when more follow: it means something in this order's list only */
  readonly next?: TransactionId;
}

/** @throws PaymentError CURSOR_INVALID, NOT_FOUND for an application that asks for another's orders */
export async function listPayments(
  table: PaymentsTable,
  query: ListPaymentsQuery,
  reader: Reader,
): Promise<Page> {
  const application = query.application ?? reader.application;
  if (application !== reader.application && !reader.operator) throw new PaymentError('NOT_FOUND');
  const lock = await getOrderLock(table, {
    application,
    businessOrderId: query.business_order_id,
    ...(query.business_order_type !== undefined && { businessOrderType: query.business_order_type }),
  });
  const ids = [...(lock?.all ?? [])].reverse();
  const from = after(ids, query.cursor);
  const page = ids.slice(from, from + query.limit);
  const found = await Promise.all(page.map((id) => getPayment(table, id)));
  const last = page.at(-1);
  return {
    items: found.flatMap((stored) => stored?.payment ?? []),
    ...(last !== undefined && from + query.limit < ids.length && { next: last }),
  };
}

function after(ids: readonly string[], cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const place = ids.indexOf(cursor);
  if (place < 0) throw new PaymentError('CURSOR_INVALID', { param: 'cursor' });
  return place + 1;
}
