// One hash over everything that tables hold: equal before and after means that nothing was written, or that what was
// written says the same. When a payment is asked for next is no part of what it says.
import { createHash } from 'node:crypto';
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { bookkeeping } from '../../lib/store/due.ts';

export interface StateHash {
  /** SHA-256, hex */
  readonly hash: string;
  readonly tables: readonly { readonly name: string; readonly items: number; readonly hash: string }[];
}

/** Independent of the order in which items, attributes and members of sets are stored. */
export async function stateHash(client: DynamoDBClient, names: Iterable<string>): Promise<StateHash> {
  const tables = [];
  for (const name of [...names].sort()) {
    const items = await scan(client, name);
    tables.push({ name, items: items.length, hash: sha256(items.map(canonical).sort().join('\n')) });
  }
  return { hash: sha256(JSON.stringify(tables)), tables };
}

async function scan(client: DynamoDBClient, TableName: string): Promise<Record<string, AttributeValue>[]> {
  const all: Record<string, AttributeValue>[] = [];
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }));
    all.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return all;
}

function canonical(item: Record<string, AttributeValue>): string {
  const inOrder = (name: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (Array.isArray(value)) return ['SS', 'NS', 'BS'].includes(name) ? value.map(member).sort() : value;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const said = Object.entries(item).filter(([name]) => !bookkeeping.has(name));
  return JSON.stringify(Object.fromEntries(said), inOrder);
}

function member(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
