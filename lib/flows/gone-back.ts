// Late or wrong money of which something went back before anybody took it.
import type { Payment } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import { listRefunds } from '../store/refunds.ts';
import type { Tables } from '../store/table.ts';

/**
 * The payment's own sums do not know these refunds, so money that has any is not taken: all of it would seem to be there.
 * Whatever is refunded meanwhile changes the payment's version.
 * @returns its refunds that are under way or done; a payment that never had any costs no read
 */
export async function goneBack(
  tables: Tables,
  payment: Payment,
  gatewayTransactionId: string,
): Promise<readonly Refund[]> {
  const refunds = await listRefunds(tables, payment, 0, payment.refunds ?? 0);
  return refunds.filter(
    (refund) => refund.gatewayTransactionId === gatewayTransactionId && refund.status !== 'FAILED',
  );
}
