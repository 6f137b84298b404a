// Who has a refund in hand and when to look at it again: bookkeeping of its workflow, and no change of the refund.
import type { Refund } from '../domain/refund.ts';
import { refundKey } from './refunds.ts';
import { transact, type PaymentsTable, type Tables } from './table.ts';

type Work = PaymentsTable & Pick<Tables, 'ports'>;

/**
 * The next workflow's number, and until when nobody else begins one.
 * @param until UTC ISO-8601 ms
 * @returns false when somebody else was quicker, or there is nothing left to do
 */
export function beginRun(tables: Work, refund: Refund, until: string): Promise<boolean> {
  return change(tables, refund, 'SET #run = :next, found_at = :until', {
    ':next': refund.run + 1,
    ':until': until,
  });
}

/**
 * Says when somebody else is to look at it, if this workflow has not by then.
 * @param at UTC ISO-8601 ms
 * @returns false when another workflow has it, or there is nothing left to do
 */
export function putOffRefund(tables: Work, refund: Refund, at: string): Promise<boolean> {
  return change(tables, refund, 'SET found_at = :until', { ':until': at });
}

/** The next try at the provider's refund, once it is proved that this one has none. @see SPEC R6.4 */
export async function renewRefund(tables: Work, refund: Refund): Promise<void> {
  const { generation = 0 } = refund;
  await change(
    tables,
    refund,
    'SET generation = :next',
    { ':next': generation + 1, ...(generation > 0 && { ':this': generation }) },
    generation > 0 ? ' AND generation = :this' : ' AND attribute_not_exists(generation)',
  );
}

async function change(
  tables: Work,
  { refundId, run }: Refund,
  UpdateExpression: string,
  values: Readonly<Record<string, unknown>>,
  further = '',
): Promise<boolean> {
  const written = await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: refundKey(refundId),
        UpdateExpression,
        ConditionExpression: `#run = :run AND attribute_exists(found_at)${further}`,
        ExpressionAttributeNames: { '#run': 'run' },
        ExpressionAttributeValues: { ':run': run, ...values },
      },
    },
  ]);
  return written.kind === 'written';
}
