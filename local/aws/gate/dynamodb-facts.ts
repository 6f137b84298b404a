// What DynamoDB tells IAM of a request, for conditions on single rows and attributes: under which partition keys it acts, and
// which attributes a write names. What is not known here is not in the context, and a condition that wants it refuses.
import * as z from 'zod';
import type { Context } from './conditions.ts';

const row = z.record(z.string(), z.unknown());

/** A request, or one item of a transaction. */
const actsOn = z.object({
  Key: row.optional(),
  Item: row.optional(),
  KeyConditionExpression: z.string().optional(),
  UpdateExpression: z.string().optional(),
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
  ExpressionAttributeValues: row.default({}),
});
type ActsOn = z.infer<typeof actsOn>;

/** They name all that they touch; what a read gives back is not known before. */
const writes = new Set(['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem']);

/**
 * @param partition name of the partition key of the table or index, where it is known
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function rowFacts(action: string, request: unknown, partition: string | undefined): Context {
  const said = actsOn.safeParse(request);
  if (!said.success) return {};
  const key = partition === undefined ? undefined : leadingKey(said.data, partition);
  return {
    ...(key !== undefined && { 'dynamodb:leadingkeys': [key] }),
    ...(writes.has(action) && { 'dynamodb:attributes': attributes(said.data) }),
  };
}

function leadingKey(said: ActsOn, partition: string): string | undefined {
  const value = (said.Item ?? said.Key)?.[partition] ?? equalTo(said, partition);
  const [text] = Object.values(row.safeParse(value).data ?? {});
  return typeof text === 'string' ? text : undefined;
}

/** A query names its partition by an equation, and in no other way. */
function equalTo(said: ActsOn, partition: string): unknown {
  const equations = (said.KeyConditionExpression ?? '').matchAll(/([#\w]+)\s*=\s*(:\w+)/g);
  const [, , value = ''] = [...equations].find(([, name = '']) => named(said, name) === partition) ?? [];
  return said.ExpressionAttributeValues[value];
}

const keywords = new Set(['SET', 'REMOVE', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

function attributes(said: ActsOn): string[] {
  const { UpdateExpression = '', ConditionExpression = '' } = said;
  // The beginnings of paths: no values, no inner fields, no functions.
  const names = `${UpdateExpression} ${ConditionExpression}`.matchAll(
    /(?<![\w.:#])#?[A-Za-z_]\w*(?!\w|\s*\()/g,
  );
  const inExpressions = [...names].map(([name]) => name).filter((name) => !keywords.has(name.toUpperCase()));
  return [
    ...new Set([
      ...Object.keys(said.Key ?? {}),
      ...Object.keys(said.Item ?? {}),
      ...inExpressions.map((name) => named(said, name)),
    ]),
  ];
}

function named({ ExpressionAttributeNames: names }: ActsOn, name: string): string {
  return names[name] ?? name;
}
