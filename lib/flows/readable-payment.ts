// The story of reading one payment: only its own application and operators see that it exists.
import { PaymentError } from '../domain/errors.ts';
import { isTransactionId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import { getPayment } from '../store/payments.ts';
import type { PaymentsTable } from '../store/table.ts';

export interface Reader {
  readonly application: string;
  readonly operator?: true;
}

/** @throws PaymentError NOT_FOUND: no such payment, or another application's. @see SPEC R3.6 */
export async function readablePayment(table: PaymentsTable, id: string, reader: Reader): Promise<Payment> {
  const stored = isTransactionId(id) ? await getPayment(table, id) : undefined;
  if (!stored || !(reader.operator || stored.payment.application === reader.application))
    throw new PaymentError('NOT_FOUND');
  return stored.payment;
}
