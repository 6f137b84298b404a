// GET /refunds/transactions?business_refund_id=
import { refundView } from '../../lib/api/refund-view.ts';
import { validate } from '../../lib/api/validation.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { readableRefund } from '../../lib/flows/readable-refund.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { findRefund } from '../../lib/store/refunds.ts';
import { documentClient } from '../../lib/store/table.ts';
import { findRefundQuery } from './schema.ts';

const table = { client: documentClient(), payments: env('PAYMENTS_TABLE') };

/** A list of one, or none: a number belongs to one refund, for ever. */
export const handler = api('read', async ({ query, caller, language }) => {
  const asked = validate(findRefundQuery, query);
  const { application = caller.application, business_refund_id: businessRefundId } = asked;
  if (application !== caller.application && !caller.operator) throw new PaymentError('NOT_FOUND');
  const id = await findRefund(table, { application, businessRefundId });
  const items = id ? [refundView(await readableRefund(table, id, caller), language)] : [];
  return { status: 200, body: { items, next_cursor: null } };
});
