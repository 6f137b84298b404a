// Payments. Every write says on what condition, and carries the event that tells of it.
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactionId } from '../domain/ids.ts';
import { edge, type Payment, type PaymentEventName } from '../domain/payment.ts';
import { appendEvent, paymentEvent, type Cause } from './events.ts';
import { lockGatewayId, payOrder, takeOrder, type GatewayId, type OrderLock } from './locks.ts';
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

/**
 * Makes the payment and takes its order's lock, in one transaction.
 * @param lock the order's lock as it was read; its live payment must be as final as it was then
 * @param creatingUntil ms since 1970 UTC
 * @returns the hash of its first event, or nothing when another create was quicker
 */
export async function createPayment(
  tables: Tables,
  payment: Payment,
  cause: Cause,
  lock: { held: OrderLock; by: Payment } | undefined,
  creatingUntil: number,
): Promise<string | undefined> {
  const event = paymentEvent('payment.created', cause, undefined, payment, '');
  const written = await transact(tables, [
    putPayment(tables, { payment, lastEventHash: event.hash }, 'attribute_not_exists(pk)'),
    appendEvent(tables, event),
    takeOrder(tables, payment, lock?.held, creatingUntil),
    ...(lock ? [unchanged(tables, lock.by)] : []),
  ]);
  return written.kind === 'written' ? event.hash : undefined;
}

/** What a change of a payment writes beside the payment and its event. */
export interface Beside {
  /** the gateway's id becomes this payment's for ever */
  readonly gatewayId?: GatewayId;
  /** the order is paid by this payment */
  readonly paysOrder?: boolean;
  /** the raw callback that brought the change; the same facts are kept once */
  readonly callback?: Write;
}

export type Changed =
  'changed' | 'moved_meanwhile' | 'callback_known' | 'gateway_id_taken' | 'order_paid_by_other';

/**
 * Brings the payment to `after` if it is still as it was read. An edge that the transition table lacks is a bug.
 * @param anomaly names the event when no status moves
 * @returns who stood in the way, if somebody did: nothing was written then
 */
export async function changePayment(
  tables: Tables,
  stored: StoredPayment,
  after: Payment,
  cause: Cause,
  beside: Beside = {},
): Promise<Changed> {
  const before = stored.payment;
  const event = paymentEvent(eventName(before, after), cause, before, after, stored.lastEventHash);
  const named: readonly (readonly [Changed, Write])[] = [
    ['moved_meanwhile', replacePayment(tables, before, { payment: after, lastEventHash: event.hash })],
    ['moved_meanwhile', appendEvent(tables, event)],
    ...(beside.callback ? [['callback_known', beside.callback] as const] : []),
    ...(beside.gatewayId
      ? [['gateway_id_taken', lockGatewayId(tables, after, beside.gatewayId)] as const]
      : []),
    ...(beside.paysOrder ? [['order_paid_by_other', payOrder(tables, after)] as const] : []),
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

function eventName(before: Payment, after: Payment): PaymentEventName {
  if (before.status === after.status) return 'payment.anomaly_found';
  const name = edge(before.status, after.status);
  if (!name) throw new Error(`There is no way from ${before.status} to ${after.status}.`);
  return name;
}

function replacePayment(tables: Tables, before: Payment, after: StoredPayment): Write {
  return putPayment(tables, after, '#version = :version AND #status = :status', before);
}

function putPayment(tables: Tables, stored: StoredPayment, condition: string, before?: Payment): Write {
  const { payment, lastEventHash } = stored;
  return {
    Put: {
      TableName: tables.payments,
      Item: { ...paymentKey(payment.transactionId), ...payment, lastEventHash },
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
  const { lastEventHash, ...rest } = item;
  delete rest['pk'];
  delete rest['sk'];
  return { payment: rest as unknown as Payment, lastEventHash: lastEventHash as string };
}
