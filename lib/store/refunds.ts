// Refunds. Each hangs on its payment: whatever changes one changes the payment's version, and is told in the payment's
// chain of events, all in one transaction.
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { paymentOf, refundIdOf, type ChannelCode, type RefundId, type TransactionId } from '../domain/ids.ts';
import type { Payment } from '../domain/payment.ts';
import { isOpen, type EventName, type Refund } from '../domain/refund.ts';
import { findable } from './due.ts';
import { appendEvent, paymentEvent, type Cause, type PaymentEvent } from './events.ts';
import { changeOrder, type OrderChange } from './locks.ts';
import { putPayment, type StoredPayment } from './payments.ts';
import { transact, type PaymentsTable, type Tables, type Write } from './table.ts';

export async function getRefund(tables: PaymentsTable, id: RefundId): Promise<Refund | undefined> {
  const { Item } = await tables.client.send(
    new GetCommand({ TableName: tables.payments, Key: refundKey(id), ConsistentRead: true }),
  );
  return Item && readRefund(Item);
}

/** The payment's refunds from number `from` on, in the order in which they were made. */
export async function listRefunds(
  tables: PaymentsTable,
  { transactionId, refunds = 0 }: Payment,
  from: number,
  limit: number,
): Promise<Refund[]> {
  const numbers = Array.from({ length: Math.max(0, Math.min(limit, refunds - from)) }, (_, i) => from + i);
  const found = await Promise.all(
    numbers.map((number) => getRefund(tables, refundIdOf(transactionId, number))),
  );
  return found.flatMap((refund) => refund ?? []);
}

/** By what a refund is known outside; each belongs to one refund, for ever. */
export type RefundName =
  | { readonly application: string; readonly businessRefundId: string }
  /** the provider's number of it: some give one per payment only */
  | {
      readonly channelCode: ChannelCode;
      readonly transactionId: TransactionId;
      readonly gatewayRefundId: string;
    };

export async function findRefund(tables: PaymentsTable, name: RefundName): Promise<RefundId | undefined> {
  const { Item } = await tables.client.send(
    new GetCommand({ TableName: tables.payments, Key: nameKey(name), ConsistentRead: true }),
  );
  return Item?.['refundId'] as RefundId | undefined;
}

/** Whose money it is, by the provider's number of it. */
export async function paymentByMoney(
  tables: PaymentsTable,
  channelCode: ChannelCode,
  gatewayTransactionId: string,
): Promise<TransactionId | undefined> {
  const Key = { pk: `GATEWAY#${channelCode}#${gatewayTransactionId}`, sk: 'LOCK' };
  const { Item } = await tables.client.send(
    new GetCommand({ TableName: tables.payments, Key, ConsistentRead: true }),
  );
  return Item?.['transactionId'] as TransactionId | undefined;
}

/** What happens to refund and payment, in one step of the payment's version, and what it is called. */
export interface Step {
  readonly name: EventName;
  readonly payment: Partial<Payment>;
  /** absent where the event tells of the payment alone */
  readonly refund?: { readonly before: Refund | undefined; readonly after: Refund };
}

export interface RefundChange {
  readonly stored: StoredPayment;
  /** absent for one that is new */
  readonly before?: Refund;
  readonly after: Refund;
  /** at least one; the payment's version rises by one with each */
  readonly steps: readonly Step[];
  readonly cause: Cause;
  /** UTC ISO-8601 ms */
  readonly at: string;
}

export interface BesideRefund {
  /** is its own from now on */
  readonly name?: RefundName;
  readonly order?: OrderChange;
  readonly callback?: Write;
}

export type RefundChanged =
  'changed' | 'moved_meanwhile' | 'name_taken' | 'callback_known' | 'order_stands_otherwise';

/**
 * Brings the refund to `after`, and its payment by all steps, if both are still as they were read.
 * @returns who stood in the way, if somebody did: nothing was written then
 */
export async function changeRefund(
  tables: Tables,
  change: RefundChange,
  beside: BesideRefund = {},
): Promise<RefundChanged> {
  const { stored, before, after } = change;
  const { payment, events } = told(change);
  const lastEventHash = events.at(-1)?.hash ?? stored.lastEventHash;
  const condition = '#version = :version AND #status = :status';
  const named: readonly (readonly [RefundChanged, Write])[] = [
    ['moved_meanwhile', putPayment(tables, { payment, lastEventHash }, condition, stored.payment)],
    ['moved_meanwhile', putRefund(tables, before, after)],
    ...events.map((event) => ['moved_meanwhile', appendEvent(tables, event)] as const),
    ...(beside.name ? [['name_taken', takeName(tables, beside.name, after)] as const] : []),
    ...(beside.callback ? [['callback_known', beside.callback] as const] : []),
    ...(beside.order
      ? [['order_stands_otherwise', changeOrder(tables, payment, beside.order)] as const]
      : []),
  ];
  const written = await transact(
    tables,
    named.map(([, write]) => write),
  );
  if (written.kind === 'written') return 'changed';
  return named.find((_, place) => written.failed[place])?.[0] ?? 'moved_meanwhile';
}

/** The payment as it is after all steps, and the events that tell of them. */
export function told({ stored, steps, cause, at }: Omit<RefundChange, 'after'>): {
  readonly payment: Payment;
  readonly events: readonly PaymentEvent[];
} {
  let { payment, lastEventHash } = stored;
  const events = steps.map(({ name, payment: change, refund }) => {
    const after = { ...payment, ...change, version: payment.version + 1, updatedAt: at };
    const event = paymentEvent(
      { name, cause, before: payment, after, ...(refund && { refund }) },
      lastEventHash,
    );
    [payment, lastEventHash] = [after, event.hash];
    return event;
  });
  return { payment, events };
}

/** What says when to look at it, and which workflow has it, may be written without a change of the refund: it counts here. */
function putRefund(tables: Tables, before: Refund | undefined, after: Refund): Write {
  const row: Record<string, unknown> = { ...after };
  delete row['dueAt'];
  const Item = {
    ...refundKey(after.refundId),
    ...row,
    ...(isOpen(after) && findable(after, tables.dueShards)),
  };
  if (!before)
    return { Put: { TableName: tables.payments, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  const { generation } = before;
  return {
    Put: {
      TableName: tables.payments,
      Item,
      ConditionExpression: `#status = :status AND #run = :run AND ${generation === undefined ? 'attribute_not_exists(generation)' : 'generation = :generation'}`,
      ExpressionAttributeNames: { '#status': 'status', '#run': 'run' },
      ExpressionAttributeValues: {
        ':status': before.status,
        ':run': before.run,
        ...(generation !== undefined && { ':generation': generation }),
      },
    },
  };
}

function takeName(tables: Tables, name: RefundName, { refundId }: Refund): Write {
  return {
    Put: {
      TableName: tables.payments,
      Item: { ...nameKey(name), refundId },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

function nameKey(name: RefundName) {
  return 'application' in name
    ? { pk: `REFUND#${name.application}#${name.businessRefundId}`, sk: 'LOCK' }
    : {
        pk: `REFUNDED#${name.channelCode}#${name.transactionId}#${name.gatewayRefundId}`,
        sk: 'LOCK',
      };
}

export function refundKey(id: RefundId) {
  return { pk: paymentOf(id), sk: `REFUND#${id.slice(-2)}` };
}

function readRefund(item: Record<string, unknown>): Refund {
  const { found_at: dueAt, ...rest } = item;
  delete rest['pk'];
  delete rest['sk'];
  delete rest['found_under'];
  return { ...rest, ...(dueAt !== undefined && { dueAt }) } as unknown as Refund;
}
