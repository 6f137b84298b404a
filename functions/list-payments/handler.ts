// GET /payments/transactions?business_order_id=&business_order_type=&cursor=&limit=
import { paymentView } from '../../lib/api/payment-view.ts';
import { validate } from '../../lib/api/validation.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { documentClient } from '../../lib/store/table.ts';
import { listPayments } from './list-payments.ts';
import { listPaymentsQuery } from './schema.ts';

const table = { client: documentClient(), payments: env('PAYMENTS_TABLE') };

export const handler = api('read', async ({ query, caller, language }) => {
  const page = await listPayments(table, validate(listPaymentsQuery, query), caller);
  const items = page.items.map((payment) => paymentView(payment, language));
  return { status: 200, body: { items, next_cursor: page.next ?? null } };
});
