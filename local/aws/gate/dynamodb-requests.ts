// Which actions on which tables and indexes a DynamoDB request stands for: in a transaction each of its items is an action
// of its own, and it must be allowed inside a transaction.
import * as z from 'zod';
import type { Context } from './conditions.ts';
import { rowFacts } from './dynamodb-facts.ts';
import type { Input, Part, Surroundings } from './requests.ts';

const one = z.object({ TableName: z.string(), IndexName: z.string().optional() });
const inTransaction = z.object({
  TransactItems: z.array(z.record(z.string(), z.looseObject({ TableName: z.string() }))).min(1),
});
const inBatch = z.object({ RequestItems: z.record(z.string(), z.unknown()) });

const single = new Set(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'DescribeTable']);

/** member of an item of a transaction → action */
const itemActions: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/**
 * @returns nothing for an operation that is not judged here, such as those that make and change tables
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function dynamoParts(operation: string, input: Input, around: Surroundings): Part[] | undefined {
  if (single.has(operation)) {
    const said = one.safeParse(input);
    if (!said.success) return undefined;
    const { TableName, IndexName } = said.data;
    const table = tableArn(TableName, around);
    const resource = IndexName === undefined ? table : `${table}/index/${IndexName}`;
    const facts = rowFacts(operation, input, around.access.partitionKey(resource));
    return [{ action: operation, resource, facts }];
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems')
    return transactionParts(operation, input, around);
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const said = inBatch.safeParse(input);
    if (!said.success) return undefined;
    return Object.keys(said.data.RequestItems).map((name) => ({
      action: operation,
      resource: tableArn(name, around),
    }));
  }
  return undefined;
}

function transactionParts(operation: string, input: Input, around: Surroundings): Part[] | undefined {
  const said = inTransaction.safeParse(input);
  if (!said.success) return undefined;
  const parts = new Map<string, Part>();
  for (const item of said.data.TransactItems)
    for (const [kind, acts] of Object.entries(item)) {
      const action = itemActions[kind];
      if (action === undefined) return undefined;
      const resource = tableArn(acts.TableName, around);
      const id = `${action} ${resource}`;
      const facts = both(parts.get(id)?.facts, rowFacts(action, acts, around.access.partitionKey(resource)));
      parts.set(id, { action, resource, within: operation, facts });
    }
  return [...parts.values()];
}

/** Of a fact that one item lacks, nothing is said: what is true of the others would pass for the whole. */
function both(one: Context | undefined, other: Context): Context {
  if (!one) return other;
  return Object.fromEntries(
    Object.entries(one).flatMap(([key, values]) => {
      const more = other[key];
      return more ? [[key, [...new Set([...values, ...more])]]] : [];
    }),
  );
}

function tableArn(name: string, { account, region }: Surroundings): string {
  return name.startsWith('arn:') ? name : `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}
