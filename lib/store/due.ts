// What is due to be asked for: a sparse index over the payments that are not final, in shards.
import { hash } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { paymentOf, type RefundId, type TransactionId } from '../domain/ids.ts';
import { isFinal, type Payment } from '../domain/payment.ts';
import { transact, type PaymentsTable, type Tables } from './table.ts';

/** Attributes of a payment's row that say when it was and is to be asked for, and nothing of the payment. */
export const bookkeeping: ReadonlySet<string> = new Set(['found_under', 'found_at', 'unanswered', 'askedAt']);

/** A payment's key in the index; empty once nothing is to be asked, or it is final. `dueAt` stands nowhere else in the row. */
export function dueKey(
  { transactionId, status, dueAt }: Pick<Payment, 'transactionId' | 'status' | 'dueAt'>,
  shards: number,
): Record<string, string> {
  return isFinal(status) ? {} : findable({ transactionId, dueAt }, shards);
}

/** The keys by which a row is found when it is due; none without a time. Refunds stand where their payment stands. */
export function findable(
  { dueAt, ...of }: { readonly dueAt?: string | undefined } & Of,
  shards: number,
): Record<string, string> {
  if (dueAt === undefined) return {};
  const id = 'transactionId' in of ? of.transactionId : of.originalTransactionId;
  return { found_under: shardName(shardOf(id, shards)), found_at: dueAt };
}

type Of = { readonly transactionId: TransactionId } | { readonly originalTransactionId: TransactionId };

/** Ids begin with their time: only a hash spreads those of one moment. */
function shardOf(id: TransactionId, shards: number): number {
  return Number.parseInt(hash('sha256', id).slice(0, 8), 16) % shards;
}

function shardName(shard: number): string {
  return `DUE#${shard}`;
}

export interface Due {
  /** a payment, or one of its refunds */
  readonly id: TransactionId | RefundId;
  /** UTC ISO-8601 ms */
  readonly dueAt: string;
}

export interface DueIndex extends PaymentsTable {
  readonly dueIndex: string;
}

/**
 * What one shard has that is due, the longest due first or the latest first. The index is a moment behind the table.
 * @param now UTC ISO-8601 ms
 */
export async function listDue(
  { client, payments, dueIndex }: DueIndex,
  shard: number,
  now: string,
  order: 'oldest' | 'newest',
  limit: number,
): Promise<Due[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: payments,
      IndexName: dueIndex,
      KeyConditionExpression: 'found_under = :shard AND found_at <= :now',
      ExpressionAttributeValues: { ':shard': shardName(shard), ':now': now },
      ScanIndexForward: order === 'oldest',
      Limit: limit,
    }),
  );
  return Items.map((item) => ({ id: idOf(item), dueAt: item['found_at'] as string }));
}

/** A payment's row is found by its id, a refund's by its payment's and its own two digits. */
function idOf({ pk, sk }: Record<string, unknown>): Due['id'] {
  const [kind, number = ''] = String(sk).split('#');
  const payment = pk as TransactionId;
  return kind === 'REFUND' ? `rfd_${payment.slice('pay_'.length)}${number}` : payment;
}

function keyOf(id: Due['id']) {
  return id.startsWith('rfd_')
    ? { pk: paymentOf(id as RefundId), sk: `REFUND#${id.slice(-2)}` }
    : { pk: id, sk: 'PAYMENT' };
}

/**
 * Puts off what was found due, so that nobody else finds it while it is being asked for.
 * @param until UTC ISO-8601 ms: due again then, if nothing comes of it
 * @returns false when somebody was quicker
 */
export async function claimDue(
  tables: PaymentsTable & Pick<Tables, 'ports'>,
  { id, dueAt }: Due,
  until: string,
): Promise<boolean> {
  const written = await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: keyOf(id),
        UpdateExpression: 'SET found_at = :until',
        ConditionExpression: 'found_at = :read',
        ExpressionAttributeValues: { ':until': until, ':read': dueAt },
      },
    },
  ]);
  return written.kind === 'written';
}

/**
 * Says when to ask next, if the payment is still as it was read. That is no change of the payment: no version, no event.
 * @returns false when somebody moved the payment meanwhile, who has then said when
 */
export async function putOff(tables: Tables, payment: Payment): Promise<boolean> {
  const { transactionId, version, unanswered = 0 } = payment;
  const { found_at, found_under } = dueKey(payment, tables.dueShards);
  const written = await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: { pk: transactionId, sk: 'PAYMENT' },
        UpdateExpression: 'SET found_under = :under, found_at = :at, unanswered = :unanswered',
        ConditionExpression: '#version = :version AND attribute_exists(found_at)',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: {
          ':under': found_under,
          ':at': found_at,
          ':unanswered': unanswered,
          ':version': version,
        },
      },
    },
  ]);
  return written.kind === 'written';
}

/**
 * Says that the channel is asked now because the payer came back, if the payment is still as it was read and nobody has
 * said so lately. No change of the payment either; when to ask next stays as it is.
 * @param now UTC ISO-8601 ms
 * @param lately UTC ISO-8601 ms: from here on it is too soon to ask again
 */
export async function claimAsking(
  tables: PaymentsTable & Pick<Tables, 'ports'>,
  { transactionId, version }: Pick<Payment, 'transactionId' | 'version'>,
  now: string,
  lately: string,
): Promise<boolean> {
  const written = await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: { pk: transactionId, sk: 'PAYMENT' },
        UpdateExpression: 'SET askedAt = :now',
        ConditionExpression:
          '#version = :version AND attribute_exists(found_at) AND (attribute_not_exists(askedAt) OR askedAt <= :lately)',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':now': now, ':lately': lately, ':version': version },
      },
    },
  ]);
  return written.kind === 'written';
}
