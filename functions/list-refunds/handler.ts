// GET /payments/transactions/{transaction_id}/refunds
import { refundView } from '../../lib/api/refund-view.ts';
import { validate } from '../../lib/api/validation.ts';
import { readablePayment } from '../../lib/flows/readable-payment.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { documentClient } from '../../lib/store/table.ts';
import { listRefunds } from './list-refunds.ts';
import { listRefundsQuery } from './schema.ts';

const table = { client: documentClient(), payments: env('PAYMENTS_TABLE') };

export const handler = api('read', async ({ path, query, caller, language }) => {
  const payment = await readablePayment(table, path['transaction_id'] ?? '', caller);
  const page = await listRefunds(table, payment, validate(listRefundsQuery, query));
  const items = page.items.map((refund) => refundView(refund, language));
  return { status: 200, body: { items, next_cursor: page.next ?? null } };
});
