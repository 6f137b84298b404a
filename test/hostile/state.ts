// Every row in every table, as text; and when the queues are at rest.
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { bookkeeping } from '../../lib/store/due.ts';
import type { Machine } from '../../local/machine.ts';

export type Rows = Record<string, Record<string, unknown>[]>;

export async function scan(tables: DynamoDBDocumentClient): Promise<Rows> {
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
  const all: Rows = {};
  for (const TableName of TableNames.sort()) {
    const found: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await tables.send(new ScanCommand({ TableName, ExclusiveStartKey: from }));
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    const text = (row: object) => JSON.stringify(Object.entries(row).sort());
    all[TableName] = found.sort((a, b) => (text(a) < text(b) ? -1 : 1));
  }
  return all;
}

/** With sorted names: no two reads give a row's attributes in one order. */
export function stateText(rows: Rows): string {
  const tables = Object.entries(rows).filter(([name]) => !name.endsWith('-idempotency'));
  const sorted = (value: object) =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !bookkeeping.has(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const isMap = (value: unknown): value is object => Object(value) === value && !Array.isArray(value);
  const texts = tables.map(([name, each]) => [
    name,
    each
      .map((row) => JSON.stringify(row, (_, value: unknown) => (isMap(value) ? sorted(value) : value)))
      .sort(),
  ]);
  return JSON.stringify(texts);
}

/** @param stuck so many messages cannot be dealt with */
export async function atRest(
  { control }: Pick<Machine, 'control'>,
  name: 'callbacks' | 'sync',
  stuck = 0,
): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const response = await fetch(`${control}/queues`);
    const { queues } = (await response.json()) as {
      queues: { name: string; depth: number; in_flight: number }[];
    };
    const queue = queues.find((each) => each.name.endsWith(`-${name}`));
    if (queue?.depth === 0 && queue.in_flight <= stuck) return;
    if (Date.now() > end) throw new Error(`The queue does not come to rest: ${JSON.stringify(queue)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
