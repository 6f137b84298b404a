// A payment that is paid, in the real database, and its refunds.
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { refundIdOf, type RefundId } from '../../lib/domain/ids.ts';
import { money } from '../../lib/domain/money.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { instant } from '../../lib/domain/ports.ts';
import type { Refund, RefundSnapshot } from '../../lib/domain/refund.ts';
import type { PaidSnapshot } from '../../lib/domain/settlement.ts';
import { newRefund, type NewRefund } from '../../lib/flows/new-refund.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { settleRefund, type SettledRefund } from '../../lib/flows/settle-refund.ts';
import type { KeptCallback } from '../../lib/store/callbacks.ts';
import { listEvents } from '../../lib/store/events.ts';
import { createPayment, getPayment, type StoredPayment } from '../../lib/store/payments.ts';
import { getRefund } from '../../lib/store/refunds.ts';
import { toldOf } from '../domain/refund-samples.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, type Database, type TestPorts } from '../store/database.ts';

export const cause = { actor: 'channel:ALIPAY', reason: 'callback' };

/** 8.80 CNY, paid. */
export async function paidOne(
  database: Database,
  changes: Partial<Payment> = {},
  word: Partial<PaidSnapshot> = {},
): Promise<Payment> {
  const tables = database.tables();
  const made = aPayment(changes);
  const hash = await createPayment(tables, made, cause, undefined, 0);
  if (hash === undefined) throw new Error('the order is taken');
  const channelCode = made.paymentChannel;
  await settlePayment(
    { tables, ports: ports() },
    { channelCode, snapshot: paidFor(made, word), cause, policy: {} },
  );
  return paymentNow(database, made);
}

export async function storedNow(
  database: Database,
  { transactionId }: Pick<Payment, 'transactionId'>,
): Promise<StoredPayment> {
  const found = await getPayment(database.tables(), transactionId);
  if (!found) throw new Error('gone');
  return found;
}

export async function paymentNow(database: Database, payment: Pick<Payment, 'transactionId'>) {
  return (await storedNow(database, payment)).payment;
}

export async function refundNow(database: Database, { refundId }: { refundId: RefundId }): Promise<Refund> {
  const found = await getRefund(database.tables(), refundId);
  if (!found) throw new Error('gone');
  return found;
}

/** The payment's next: 3.00, asked for by its own application. */
export async function madeRefund(
  database: Database,
  payment: Pick<Payment, 'transactionId'>,
  {
    minor = 300,
    clock = ports(),
    ...changes
  }: Partial<NewRefund> & { minor?: number; clock?: TestPorts } = {},
): Promise<Refund> {
  const stored = await storedNow(database, payment);
  const { transactionId, refunds = 0, gatewayTransactionId = '', amountRequested } = stored.payment;
  const made = await newRefund(database.tables(), stored, {
    refundId: refundIdOf(transactionId, refunds),
    gatewayTransactionId,
    amount: money(minor, amountRequested.currency),
    ...{ origin: 'CALLER', refundMethod: 'ORIGINAL', by: 'shop' },
    businessRefundId: `refund-${transactionId.slice(4)}-${refunds}`,
    ...{ isBegun: changes.origin !== 'SYSTEM', at: instant(clock), now: clock.now() },
    ...changes,
  });
  if (!made) throw new Error('not made');
  return made.refund;
}

export interface Said {
  readonly channelCode?: string;
  readonly callback?: Omit<KeptCallback, 'transactionId'>;
}

/** What the channel says of it is settled. */
export function say(
  database: Database,
  snapshot: RefundSnapshot,
  { channelCode = 'ALIPAY', callback }: Said = {},
): Promise<SettledRefund> {
  const word = { channelCode, snapshot, cause, ...(callback && { callback }) };
  return settleRefund({ tables: database.tables(), ports: ports() }, word);
}

export const succeeded = (refund: Refund, changes: Partial<RefundSnapshot> = {}) => toldOf(refund, changes);

export const failed = (refund: Refund, changes: Partial<RefundSnapshot> = {}) =>
  toldOf(refund, { state: 'failed', channelCode: 'NO', ...changes });

export function aCallback(digit: string): Omit<KeptCallback, 'transactionId'> {
  return { digest: digit.repeat(64), receivedAt: at, keyVersion: 'k1', headers: {}, bodyBase64: 'YQ==' };
}

export async function eventNames(
  database: Database,
  { transactionId }: Pick<Payment, 'transactionId'>,
): Promise<string[]> {
  return (await listEvents(database.tables(), transactionId)).map(({ name }) => name);
}

/** how many callbacks are kept with a payment */
export async function callbacksOf(
  database: Database,
  { transactionId }: Pick<Payment, 'transactionId'>,
): Promise<number> {
  const { client, payments } = database.tables();
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: payments,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :callback)',
      ExpressionAttributeValues: { ':pk': transactionId, ':callback': 'CALLBACK#' },
    }),
  );
  return Items.length;
}
