// Payments. Every write says on what condition, and carries the event that tells of it.
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactionId } from '../domain/ids.ts';
import { eventOf, type Payment } from '../domain/payment.ts';
import { dueKey } from './due.ts';
import { appendEvent, paymentEvent, type Cause } from './events.ts';
import {
  changeOrder,
  lockGatewayId,
  takeOrder,
  type GatewayId,
  type OrderChange,
  type OrderLock,
} from './locks.ts';
import { transact, type PaymentsTable, type Tables, type Write, type Written } from './table.ts';

/** A payment as it stands in the table, with the hash of its latest event. */
export interface StoredPayment {
  readonly payment: Payment;
  readonly lastEventHash: string;
}

export async function getPayment(
  tables: PaymentsTable,
  id: TransactionId,
): Promise<StoredPayment | undefined> {
  const { Item } = await tables.client.send(
    new GetCommand({ TableName: tables.payments, Key: paymentKey(id), ConsistentRead: true }),
  );
  return Item && readPayment(Item);
}

/** A payment as it was read, and as it is to be. */
export interface Change {
  readonly stored: StoredPayment;
  readonly after: Payment;
  readonly cause: Cause;
}

/** The payment whose place a new one takes in its order's lock. */
export interface Earlier {
  /** the lock as it was read; its live payment must be as it was then */
  readonly held: OrderLock;
  readonly stored: StoredPayment;
  /** what becomes of it by the same transaction; it stays as it is when absent */
  readonly change?: Omit<Change, 'stored'>;
}

/**
 * Makes the payment and takes its order's lock, in one transaction.
 * @param creatingUntil ms since 1970 UTC
 * @returns the hash of its first event, or nothing when another create was quicker
 */
export async function createPayment(
  tables: Tables,
  payment: Payment,
  cause: Cause,
  earlier: Earlier | undefined,
  creatingUntil: number,
): Promise<string | undefined> {
  const told = { name: 'payment.created', cause, before: undefined, after: payment } as const;
  const event = paymentEvent(told, '');
  const written = await transact(tables, [
    putPayment(tables, { payment, lastEventHash: event.hash }, 'attribute_not_exists(pk)'),
    appendEvent(tables, event),
    takeOrder(tables, payment, earlier?.held, creatingUntil),
    ...(earlier ? replaced(tables, earlier) : []),
  ]);
  return written.kind === 'written' ? event.hash : undefined;
}

function replaced(tables: Tables, { stored, change }: Earlier): Write[] {
  return change ? changes(tables, { stored, ...change }) : [unchanged(tables, stored.payment)];
}

/** What a change of a payment writes beside the payment and its event. */
export interface Beside {
  /** the gateway's id becomes this payment's for ever */
  readonly gatewayId?: GatewayId;
  /** what it means for the order */
  readonly order?: OrderChange;
  /** other payments of the order that change with it */
  readonly mates?: readonly Change[];
  /** the raw callback that brought the change; the same facts are kept once */
  readonly callback?: Write;
}

export type Changed =
  'changed' | 'moved_meanwhile' | 'callback_known' | 'gateway_id_taken' | 'order_stands_otherwise';

/**
 * Brings the payment to `after` if it is still as it was read. An edge that the transition table lacks is a bug.
 * @returns who stood in the way, if somebody did: nothing was written then
 */
export async function changePayment(
  tables: Tables,
  stored: StoredPayment,
  after: Payment,
  cause: Cause,
  beside: Beside = {},
): Promise<Changed> {
  const named: readonly (readonly [Changed, Write])[] = [
    ...[{ stored, after, cause }, ...(beside.mates ?? [])]
      .flatMap((change) => changes(tables, change))
      .map((write) => ['moved_meanwhile', write] as const),
    ...(beside.callback ? [['callback_known', beside.callback] as const] : []),
    ...(beside.gatewayId
      ? [['gateway_id_taken', lockGatewayId(tables, after, beside.gatewayId)] as const]
      : []),
    ...(beside.order ? [['order_stands_otherwise', changeOrder(tables, after, beside.order)] as const] : []),
  ];
  const written = await transact(
    tables,
    named.map(([, write]) => write),
  );
  return verdict(written, named);
}

/** The first in the list's order that stood in the way: whoever moved the payment decides before all others. */
function verdict(written: Written, named: readonly (readonly [Changed, Write])[]): Changed {
  if (written.kind === 'written') return 'changed';
  return named.find((_, place) => written.failed[place])?.[0] ?? 'moved_meanwhile';
}

/** The payment as it is to be, if it is still as it was read, and the event that tells of it. */
function changes(tables: Tables, { stored, after, cause }: Change): Write[] {
  const { payment: before, lastEventHash } = stored;
  const event = paymentEvent({ name: eventOf(before, after), cause, before, after }, lastEventHash);
  const as = { payment: after, lastEventHash: event.hash };
  return [
    putPayment(tables, as, '#version = :version AND #status = :status', before),
    appendEvent(tables, event),
  ];
}

export function putPayment(
  tables: Tables,
  stored: StoredPayment,
  condition: string,
  before?: Payment,
): Write {
  const { payment, lastEventHash } = stored;
  const row: Record<string, unknown> = { ...payment };
  delete row['dueAt'];
  return {
    Put: {
      TableName: tables.payments,
      Item: {
        ...paymentKey(payment.transactionId),
        ...row,
        ...dueKey(payment, tables.dueShards),
        lastEventHash,
      },
      ConditionExpression: condition,
      ...(before && versionNames(before)),
    },
  };
}

function unchanged(tables: Tables, payment: Payment): Write {
  return {
    ConditionCheck: {
      TableName: tables.payments,
      Key: paymentKey(payment.transactionId),
      ConditionExpression: '#version = :version AND #status = :status',
      ...versionNames(payment),
    },
  };
}

function versionNames(payment: Payment) {
  return {
    ExpressionAttributeNames: { '#version': 'version', '#status': 'status' },
    ExpressionAttributeValues: { ':version': payment.version, ':status': payment.status },
  };
}

function paymentKey(id: TransactionId) {
  return { pk: id, sk: 'PAYMENT' };
}

function readPayment(item: Record<string, unknown>): StoredPayment {
  const { lastEventHash, found_at: dueAt, ...rest } = item;
  delete rest['pk'];
  delete rest['sk'];
  delete rest['found_under'];
  const payment = { ...rest, ...(dueAt !== undefined && { dueAt }) };
  return { payment: payment as unknown as Payment, lastEventHash: lastEventHash as string };
}
