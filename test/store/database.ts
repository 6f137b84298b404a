// The real embedded database, with the tables of the data stack, for tests; and ports whose time stands still.
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { findingIndex } from '../../infra/names.ts';
import { startDynamo } from '../../local/aws/dynamodb.ts';
import type { Ports } from '../../lib/domain/ports.ts';
import type { DueIndex } from '../../lib/store/due.ts';
import { clientDefaults, documentClient, type Tables } from '../../lib/store/table.ts';

const keys = {
  payments: ['pk', 'sk'],
  events: ['pk', 'sk'],
  channels: ['channel_code'],
  idempotency: ['id'],
} as const;

/** by name of the table: an index of keys only */
const indexes: Readonly<Record<string, readonly [name: string, ...keys: string[]]>> = {
  payments: [findingIndex, 'found_under', 'found_at'],
};

export interface Database {
  readonly endpoint: string;
  /** a client of its own, for one test to put things in the way of */
  client(): DynamoDBClient;
  tables(changes?: Partial<Tables>): Tables & DueIndex & { readonly channels: string };
  stop(): Promise<void>;
}

export async function startDatabase(): Promise<Database> {
  const server = await startDynamo();
  for (const [name, attributes] of Object.entries(keys))
    await server.createTable(name, properties(attributes, indexes[name]));
  const clients: DynamoDBClient[] = [];
  const client = () => {
    const made = new DynamoDBClient({
      ...clientDefaults,
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    clients.push(made);
    return made;
  };
  const shared = documentClient(client());
  return {
    endpoint: server.endpoint,
    client,
    tables: (changes = {}) => ({
      client: shared,
      payments: 'payments',
      events: 'events',
      channels: 'channels',
      dueIndex: findingIndex,
      dueShards: 2,
      ports: ports(),
      ...changes,
    }),
    stop: async () => {
      for (const each of clients) each.destroy();
      await server.stop();
    },
  };
}

function properties(
  attributes: readonly string[],
  [IndexName, ...found]: readonly string[] = [],
): Record<string, unknown> {
  const index = { IndexName, KeySchema: keySchema(found), Projection: { ProjectionType: 'KEYS_ONLY' } };
  return {
    AttributeDefinitions: [...attributes, ...found].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: keySchema(attributes),
    ...(IndexName !== undefined && { GlobalSecondaryIndexes: [index] }),
  };
}

function keySchema(attributes: readonly string[]) {
  return attributes.map((AttributeName, place) => ({
    AttributeName,
    KeyType: place === 0 ? 'HASH' : 'RANGE',
  }));
}

export interface TestPorts extends Ports {
  /** ms since 1970 UTC; moved by hand */
  time: number;
  /** what was asked for, in ms; nobody waits */
  readonly slept: number[];
}

export function ports(time = Date.parse('2026-11-22T08:00:00.000Z')): TestPorts {
  const slept: number[] = [];
  const made: TestPorts = {
    time,
    slept,
    now: () => made.time,
    random: () => Math.random(),
    randomBytes: (n) => randomBytes(n),
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  return made;
}
