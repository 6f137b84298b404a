// One door to DynamoDB: consistent reads, and transactions that are safe to send twice.
import { hash } from 'node:crypto';
import {
  DynamoDBClient,
  TransactionCanceledException,
  type CancellationReason,
} from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Ports } from '../domain/ports.ts';

export interface PaymentsTable {
  readonly client: DynamoDBDocumentClient;
  readonly payments: string;
}

export interface EventsTable {
  readonly client: DynamoDBDocumentClient;
  readonly events: string;
}

export interface Tables extends PaymentsTable, EventsTable {
  readonly ports: Pick<Ports, 'random' | 'sleep'>;
  /** over how many shards of the index what is due is spread */
  readonly dueShards: number;
}

/** @param env by name: PAYMENTS_TABLE, EVENTS_TABLE, DUE_SHARDS_WRITTEN */
export function deployedTables(
  env: (name: string) => string,
  client: DynamoDBDocumentClient,
  ports: Ports,
): Tables & { readonly ports: Ports } {
  return {
    client,
    payments: env('PAYMENTS_TABLE'),
    events: env('EVENTS_TABLE'),
    dueShards: Number(env('DUE_SHARDS_WRITTEN')),
    ports,
  };
}

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** `refused` names by its place each write whose condition did not hold. */
export type Written =
  { readonly kind: 'written' } | { readonly kind: 'refused'; readonly failed: readonly boolean[] };

const attempts = 8;

/** Low timeouts and a known number of attempts: what is left of a request's time decides, not the SDK's patience. */
export const clientDefaults = {
  maxAttempts: 3,
  // Without the last word the handler only prints a warning when the time is over, and waits on.
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
};

/**
 * The client without the SDK's logging, which costs a tenth of a call: it makes a masked copy of every input and output
 * even where nobody set a logger.
 */
export function unlogged<C extends { middlewareStack: { remove(name: string): boolean } }>(client: C): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

export function documentClient(client = new DynamoDBClient(clientDefaults)): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(unlogged(client), { marshallOptions: { removeUndefinedValues: true } });
}

/**
 * All of the writes or none. Every attempt carries one token, so that a repeat after a lost answer is the same transaction
 * and not a second one; chance is in it, so that a rival who writes the very same in the same millisecond is refused and
 * not told that it was he. Conflicts with another transaction and throttles are tried again; what is returned is the
 * verdict on the conditions.
 * @throws whatever the SDK throws when there is no verdict: it may or may not have been written
 * @see DESIGN 4; QUALITY 0.2
 */
export async function transact(
  tables: Pick<Tables, 'client' | 'ports'>,
  writes: readonly Write[],
): Promise<Written> {
  const TransactItems = [...writes];
  const request = JSON.stringify([tables.ports.random(), TransactItems]);
  const ClientRequestToken = hash('sha256', request).slice(0, 36);
  for (let attempt = 1; ; attempt++) {
    try {
      await tables.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }));
      return { kind: 'written' };
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      const failed = reasons.map((reason) => reason.Code === 'ConditionalCheckFailed');
      if (failed.includes(true)) return { kind: 'refused', failed };
      if (!passing(error, reasons) || attempt === attempts) throw error;
      await tables.ports.sleep(tables.ports.random() * 20 * 2 ** attempt);
    }
  }
}

const passingReasons = new Set([
  'None',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const passingErrors = new Set([
  'TransactionInProgressException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Others were in the way at every attempt: nothing was written. */
export function isContended(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code = 'None' }) => Code);
  return codes.includes('TransactionConflict') && codes.every((code) => contention.has(code));
}

const contention = new Set(['None', 'TransactionConflict']);

/** Nothing was written, and the reason will pass. The SDK does not try these again by itself. */
function passing(error: unknown, reasons: readonly CancellationReason[]): boolean {
  if (reasons.length > 0) return reasons.every((reason) => passingReasons.has(reason.Code ?? 'None'));
  return error instanceof Error && passingErrors.has(error.name);
}
