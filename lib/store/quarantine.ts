// Genuine callbacks that belong to no payment: kept until somebody has dealt with each.
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { paymentOf, type ChannelCode, type TransactionId } from '../domain/ids.ts';
import type { RefundReference, RefundSnapshot } from '../domain/refund.ts';
import type { PaymentSnapshot } from '../domain/settlement.ts';
import type { RawCallback } from './callbacks.ts';
import { transact, type PaymentsTable, type Tables } from './table.ts';

export type QuarantineReason =
  | 'no_such_payment'
  /** the payment of that number went through another channel */
  | 'other_channel'
  /** the payment of that number has another order at its channel */
  | 'other_order'
  /** of a type or status that we do not know, and about no payment of that channel */
  | 'unrecognised';

/** What the callback proved. */
export type ProvedFacts =
  | { readonly kind: 'payment'; readonly snapshot: PaymentSnapshot }
  | { readonly kind: 'refund'; readonly snapshot: RefundSnapshot }
  | {
      readonly kind: 'refund_hint';
      readonly what: string;
      readonly noticeId: string;
      readonly refund: RefundReference;
    }
  | {
      readonly kind: 'hint';
      readonly what: string;
      readonly noticeId: string;
      readonly transactionId: TransactionId;
      readonly gatewayOrderId: string;
    }
  | {
      readonly kind: 'unrecognised';
      readonly what: string;
      readonly noticeId: string;
      readonly transactionId?: TransactionId;
    };

export interface Quarantined extends RawCallback {
  readonly channelCode: ChannelCode;
  readonly reason: QuarantineReason;
  readonly notification: ProvedFacts;
}

/** The number that the callback names, whether we know it or not. */
export function namedBy(notification: ProvedFacts): TransactionId | undefined {
  switch (notification.kind) {
    case 'payment':
      return notification.snapshot.transactionId;
    case 'refund':
      return paymentNamedBy(notification.snapshot);
    case 'refund_hint':
      return paymentNamedBy(notification.refund);
    case 'hint':
    case 'unrecognised':
      return notification.transactionId;
  }
}

function paymentNamedBy({ transactionId, refundId }: RefundReference): TransactionId | undefined {
  return refundId === undefined ? transactionId : paymentOf(refundId);
}

/**
 * Kept once per digest, under the time at which it first came here: its repeats come with other times. It has no end of
 * life.
 * @returns false when it was kept before
 */
export async function quarantine(
  tables: PaymentsTable & Pick<Tables, 'ports'>,
  callback: Quarantined,
): Promise<boolean> {
  const { channelCode, digest } = callback;
  const once = { pk: `QUARANTINE#${channelCode}#${digest}`, sk: 'LOCK' };
  const writes = [once, { pk: partition(channelCode), sk: placeOf(callback), ...callback }].map((Item) => ({
    Put: { TableName: tables.payments, Item, ConditionExpression: 'attribute_not_exists(pk)' },
  }));
  return (await transact(tables, writes)).kind === 'written';
}

export interface QuarantinePage {
  /** newest first; fewer than were asked for when they are large */
  readonly items: readonly Quarantined[];
  /** the place of this page's last one, when there may be more */
  readonly next?: string;
}

/**
 * @param after a place in this channel's list, as a page before gave it
 * @returns nothing when there is no such place
 */
export async function listQuarantined(
  { client, payments }: PaymentsTable,
  channelCode: ChannelCode,
  limit: number,
  after?: string,
): Promise<QuarantinePage | undefined> {
  const skipped = after === undefined ? 0 : 1;
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: payments,
      KeyConditionExpression: `pk = :channel${after === undefined ? '' : ' AND sk <= :after'}`,
      ExpressionAttributeValues: {
        ':channel': partition(channelCode),
        ...(after !== undefined && { ':after': after }),
      },
      ScanIndexForward: false,
      Limit: skipped + limit + 1,
      ConsistentRead: true,
    }),
  );
  if (after !== undefined && Items[0]?.['sk'] !== after) return undefined;
  const items = Items.slice(skipped, skipped + limit).map(read);
  const last = items.at(-1);
  const more = LastEvaluatedKey !== undefined || Items.length > skipped + limit;
  return { items, ...(last && more && { next: placeOf(last) }) };
}

function partition(channelCode: ChannelCode): string {
  return `QUARANTINE#${channelCode}`;
}

/** Of characters that stand in an address as they are: it is the cursor, too. */
function placeOf({ receivedAt, digest }: Pick<Quarantined, 'receivedAt' | 'digest'>): string {
  return `${receivedAt}/${digest}`;
}

function read(item: Record<string, unknown>): Quarantined {
  const callback = { ...item };
  delete callback['pk'];
  delete callback['sk'];
  return callback as unknown as Quarantined;
}
