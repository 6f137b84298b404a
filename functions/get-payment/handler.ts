// GET /payments/transactions/{transaction_id}
import { paymentView } from '../../lib/api/payment-view.ts';
import { readablePayment } from '../../lib/flows/readable-payment.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { documentClient } from '../../lib/store/table.ts';

const table = { client: documentClient(), payments: env('PAYMENTS_TABLE') };

export const handler = api('read', async ({ path, caller, language }) => ({
  status: 200,
  body: paymentView(await readablePayment(table, path['transaction_id'] ?? '', caller), language),
}));
