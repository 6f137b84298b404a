// Which try at the provider's order a payment is at: bookkeeping, and no change of the payment.
import type { Payment } from '../domain/payment.ts';
import { transact, type Tables } from './table.ts';

/**
 * The next try, once it is proved that this one has no order. If somebody was quicker, it stays as that one wrote it.
 * @see SPEC R6.4
 */
export async function renewGeneration(
  tables: Tables,
  { transactionId, version, generation = 0 }: Payment,
): Promise<void> {
  await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: { pk: transactionId, sk: 'PAYMENT' },
        UpdateExpression: 'SET generation = :next',
        ConditionExpression:
          '#version = :version AND (attribute_not_exists(generation) OR generation = :this)',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':next': generation + 1, ':this': generation, ':version': version },
      },
    },
  ]);
}
