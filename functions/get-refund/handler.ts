// GET /refunds/transactions/{refund_id}
import { refundView } from '../../lib/api/refund-view.ts';
import { readableRefund } from '../../lib/flows/readable-refund.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { documentClient } from '../../lib/store/table.ts';

const table = { client: documentClient(), payments: env('PAYMENTS_TABLE') };

export const handler = api('read', async ({ path, caller, language }) => ({
  status: 200,
  body: refundView(await readableRefund(table, path['refund_id'] ?? '', caller), language),
}));
