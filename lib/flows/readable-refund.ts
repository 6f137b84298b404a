// The story of reading one refund: only its payment's own application, who asked for it, and operators see that it exists.
import { PaymentError } from '../domain/errors.ts';
import { isRefundId } from '../domain/ids.ts';
import type { Refund } from '../domain/refund.ts';
import { getRefund } from '../store/refunds.ts';
import type { PaymentsTable } from '../store/table.ts';
import type { Reader } from './readable-payment.ts';

/** @throws PaymentError NOT_FOUND: no such refund, or another application's. @see SPEC R3.6 */
export async function readableRefund(table: PaymentsTable, id: string, reader: Reader): Promise<Refund> {
  const refund = isRefundId(id) ? await getRefund(table, id) : undefined;
  if (!refund || !(reader.operator || refund.application === reader.application))
    throw new PaymentError('NOT_FOUND');
  return refund;
}
