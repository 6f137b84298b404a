// A table as it stands after years: most payments are final, some are due. Of each, only what find-due looks at.
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { newTransactionId, type TransactionId } from '../../lib/domain/ids.ts';
import { ports } from '../../lib/lambda/ports.ts';
import { dueKey } from '../../lib/store/due.ts';
import type { Tables } from '../../lib/store/table.ts';

/** DynamoDB takes 25 at a time. */
const batch = 25;
const lanes = 8;

/**
 * @param dueAt of the n-th row, ms since 1970 UTC; undefined: it is final
 * @returns their ids
 */
export async function fill(
  tables: Tables,
  many: number,
  dueAt: (n: number) => number | undefined,
): Promise<TransactionId[]> {
  const ids: TransactionId[] = [];
  let made = 0;
  const lane = async () => {
    while (made < many) {
      const from = made;
      made = Math.min(many, made + batch);
      const rows = Array.from({ length: made - from }, (_, place) => row(tables, dueAt(from + place)));
      ids.push(...rows.map(({ pk }) => pk));
      const writes = rows.map((Item) => ({ PutRequest: { Item } }));
      await tables.client.send(new BatchWriteCommand({ RequestItems: { [tables.payments]: writes } }));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return ids;
}

function row({ dueShards }: Tables, due: number | undefined) {
  const transactionId = newTransactionId(ports);
  const status = due === undefined ? 'PAID_SUCCESS' : 'PENDING_PAYMENT';
  const found = due === undefined ? {} : { dueAt: new Date(due).toISOString() };
  return {
    ...{ pk: transactionId, sk: 'PAYMENT', version: 2, status },
    ...dueKey({ transactionId, status, ...found }, dueShards),
  };
}
