// The locks: one live payment per order, one payment per gateway id. Permanent items of the payments table.
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ChannelCode, TransactionId } from '../domain/ids.ts';
import type { BusinessOrder, Payment } from '../domain/payment.ts';
import { transact, type PaymentsTable, type Tables, type Write } from './table.ts';

/** Which of an order's payments is live, whether it is paid, and all that were ever made for it. */
export interface OrderLock {
  readonly live: TransactionId;
  readonly paidBy?: TransactionId;
  /** ms since 1970 UTC: until then the live payment's creation is in somebody's hands */
  readonly creatingUntil: number;
  /** ms since 1970 UTC: until then somebody is closing the live payment */
  readonly closingUntil?: number;
  /** its payments whose money waits for a decision: until then nobody is to pay it again */
  readonly underReview?: ReadonlySet<TransactionId>;
  readonly all: readonly TransactionId[];
}

export async function getOrderLock(
  tables: PaymentsTable,
  order: BusinessOrder,
): Promise<OrderLock | undefined> {
  const { Item } = await tables.client.send(
    new GetCommand({ TableName: tables.payments, Key: orderKey(order), ConsistentRead: true }),
  );
  return Item as OrderLock | undefined;
}

/**
 * @param held the lock as it was read, or undefined where there was none; an order that is paid, or whose money waits for a
 *   decision, is not taken again
 */
export function takeOrder(
  tables: Tables,
  payment: Payment,
  held: OrderLock | undefined,
  creatingUntil: number,
): Write {
  const taken: OrderLock = {
    live: payment.transactionId,
    creatingUntil,
    all: [...(held?.all ?? []), payment.transactionId],
  };
  return {
    Put: {
      TableName: tables.payments,
      Item: { ...orderKey(payment), ...taken },
      ...(held
        ? {
            ConditionExpression:
              'live = :live AND attribute_not_exists(paidBy) AND attribute_not_exists(underReview)',
            ExpressionAttributeValues: { ':live': held.live },
          }
        : { ConditionExpression: 'attribute_not_exists(pk)' }),
    },
  };
}

/**
 * Moves the end of the time in which the live payment's creation is in somebody's hands: to take it over when its last
 * holder's time is over, or to hand it on early.
 * @param lease ms since 1970 UTC; `from` as it was read
 * @returns false when somebody else moved it, or is closing the payment
 */
export async function leaseCreation(
  tables: Tables,
  payment: Payment,
  { from, until, now }: { readonly from: number; readonly until: number; readonly now: number },
): Promise<boolean> {
  const written = await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: orderKey(payment),
        UpdateExpression: 'SET creatingUntil = :until',
        ConditionExpression:
          'live = :live AND creatingUntil = :from AND (attribute_not_exists(closingUntil) OR closingUntil <= :now)',
        ExpressionAttributeValues: {
          ':until': until,
          ':live': payment.transactionId,
          ':from': from,
          ':now': now,
        },
      },
    },
  ]);
  return written.kind === 'written';
}

/**
 * Takes the closing of the order's live payment into one's hands: nobody makes or shows a payment of the order meanwhile.
 * @param held the lock as it was read: nobody must have begun to create or to close since
 * @param until ms since 1970 UTC
 * @returns false when somebody was quicker
 */
export async function leaseClosing(
  tables: Tables,
  payment: Payment,
  held: OrderLock,
  until: number,
): Promise<boolean> {
  const { creatingUntil, closingUntil } = held;
  const still =
    closingUntil === undefined ? 'attribute_not_exists(closingUntil)' : 'closingUntil = :closingUntil';
  const written = await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: orderKey(payment),
        UpdateExpression: 'SET closingUntil = :until',
        ConditionExpression: `live = :live AND creatingUntil = :creatingUntil AND ${still}`,
        ExpressionAttributeValues: {
          ':until': until,
          ':live': payment.transactionId,
          ':creatingUntil': creatingUntil,
          ...(closingUntil !== undefined && { ':closingUntil': closingUntil }),
        },
      },
    },
  ]);
  return written.kind === 'written';
}

/**
 * Hands the closing back, if it still is in one's hands.
 * @param until as it was leased
 */
export async function releaseClosing(tables: Tables, payment: Payment, until: number): Promise<void> {
  await transact(tables, [
    {
      Update: {
        TableName: tables.payments,
        Key: orderKey(payment),
        UpdateExpression: 'REMOVE closingUntil',
        ConditionExpression: 'live = :live AND closingUntil = :until',
        ExpressionAttributeValues: { ':until': until, ':live': payment.transactionId },
      },
    },
  ]);
}

/** What a change of a payment means for its order. */
export interface OrderChange {
  /** the order is paid by this payment, and by no other */
  readonly pays?: true;
  /** money of this payment waits for a decision; or no longer does */
  readonly review?: 'begins' | 'ends';
  /** only if no other payment has paid the order */
  readonly unlessPaidByOther?: true;
  /** only if the money of exactly these payments waits for a decision */
  readonly waiting?: ReadonlySet<TransactionId>;
}

/** The order as it is with the change; a set that becomes empty is gone. */
export function changeOrder(tables: Tables, payment: Payment, change: OrderChange): Write {
  const { pays, review, unlessPaidByOther, waiting } = change;
  const own = payment.transactionId;
  const notByOther = pays ?? unlessPaidByOther;
  return {
    Update: {
      TableName: tables.payments,
      Key: orderKey(payment),
      UpdateExpression: [
        ...(pays ? ['SET paidBy = :own'] : []),
        ...(review ? [`${review === 'begins' ? 'ADD' : 'DELETE'} underReview :these`] : []),
      ].join(' '),
      ConditionExpression: [
        'attribute_exists(pk)',
        ...(notByOther ? ['(attribute_not_exists(paidBy) OR paidBy = :own)'] : []),
        ...(waiting
          ? [waiting.size === 0 ? 'attribute_not_exists(underReview)' : 'underReview = :waiting']
          : []),
      ].join(' AND '),
      ExpressionAttributeValues: {
        ...(notByOther && { ':own': own }),
        ...(review && { ':these': new Set([own]) }),
        ...(waiting && waiting.size > 0 && { ':waiting': waiting }),
      },
    },
  };
}

export interface GatewayId {
  readonly channelCode: ChannelCode;
  readonly gatewayTransactionId: string;
}

/** The gateway's id belongs to this payment, for ever. @see SPEC R5.5 */
export function lockGatewayId(tables: Tables, payment: Payment, id: GatewayId): Write {
  return {
    Put: {
      TableName: tables.payments,
      Item: {
        pk: `GATEWAY#${id.channelCode}#${id.gatewayTransactionId}`,
        sk: 'LOCK',
        transactionId: payment.transactionId,
      },
      ConditionExpression: 'attribute_not_exists(pk) OR transactionId = :own',
      ExpressionAttributeValues: { ':own': payment.transactionId },
    },
  };
}

function orderKey(order: BusinessOrder) {
  return {
    pk: `ORDER#${order.application}#${order.businessOrderType ?? '-'}#${order.businessOrderId}`,
    sk: 'LOCK',
  };
}
