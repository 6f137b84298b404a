// GET /quarantine?channel_code=&cursor=&limit=
import { validate } from '../../lib/api/validation.ts';
import { readDeclaredChannels } from '../../lib/channels/declared.ts';
import { PaymentError } from '../../lib/domain/errors.ts';
import { env } from '../../lib/lambda/env.ts';
import { api } from '../../lib/lambda/http.ts';
import { operatorsOnly } from '../../lib/lambda/operators.ts';
import { listQuarantined } from '../../lib/store/quarantine.ts';
import { documentClient } from '../../lib/store/table.ts';
import { quarantineView } from './quarantine-view.ts';
import { listQuarantineQuery } from './schema.ts';

const declared = readDeclaredChannels(env('CHANNELS'));
const table = { client: documentClient(), payments: env('PAYMENTS_TABLE') };

export const handler = api('reconcile', async ({ query, caller }) => {
  operatorsOnly(caller);
  const { channel_code: code, limit, cursor } = validate(listQuarantineQuery, query);
  // An empty list for a code that is misspelt would say that nothing waits.
  if (!declared.some((channel) => channel.code === code))
    throw new PaymentError('CHANNEL_UNKNOWN', { param: 'channel_code' });
  const page = await listQuarantined(table, code, limit, cursor);
  if (!page) throw new PaymentError('CURSOR_INVALID', { param: 'cursor' });
  return { status: 200, body: { items: page.items.map(quarantineView), next_cursor: page.next ?? null } };
});
