import { randomUUID } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  applyNotification,
  UnknownTransaction,
} from '../../functions/apply-notification/apply-notification.ts';
import type { TransactionId } from '../../lib/domain/ids.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { factsDigest, readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { keepCallbackAlone } from '../../lib/store/callbacks.ts';
import { listEvents } from '../../lib/store/events.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

function messageOf(notification: CallbackMessage['notification'], channelCode = 'ALIPAY'): CallbackMessage {
  return {
    channelCode,
    receivedAt: at,
    requestId: 'request-1',
    keyVersion: 'sha256:abcd',
    digest: factsDigest(channelCode, notification),
    notification,
    headers: {},
    bodyBase64: 'YQ==',
  };
}

const paying = (payment: Payment, channelCode?: string) =>
  messageOf({ kind: 'payment', snapshot: paidFor(payment) }, channelCode);

function apply(message: CallbackMessage) {
  return applyNotification({ tables: database.tables(), ports: ports() }, message);
}

async function stored(): Promise<Payment> {
  const payment = aPayment();
  await createPayment(database.tables(), payment, { actor: 'shop', reason: 'asked' }, undefined, 0);
  return payment;
}

const numberOf = ({ notification }: CallbackMessage): TransactionId =>
  notification.kind === 'payment'
    ? notification.snapshot.transactionId
    : (notification.transactionId ?? 'pay_');

async function rowsOf(pk: string): Promise<Record<string, unknown>[]> {
  const { client, payments } = database.tables();
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: payments,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    }),
  );
  return Items;
}

describe('a proved notification', () => {
  it('is applied once, and its event names the channel and the callback', async () => {
    const payment = await stored();
    const message = paying(payment);
    expect(await apply(message)).toMatchObject({ kind: 'moved' });
    expect(await apply(message)).toMatchObject({ kind: 'unchanged', why: 'duplicate' });
    const events = await listEvents(database.tables(), payment.transactionId);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({
      name: 'payment.paid',
      actor: 'channel:ALIPAY',
      reason: `callback ${message.digest.slice(0, 16)}`,
    });
  });

  it.each([
    ['of a payment that is not there', () => Promise.resolve(paying(aPayment()))],
    ['of another channel’s payment', async () => paying(await stored(), 'ALIPAY_HK')],
  ])('%s comes again, and changes nothing', async (_, make) => {
    const message = await make();
    await expect(apply(message)).rejects.toThrow(UnknownTransaction);
    const row = await getPayment(database.tables(), numberOf(message));
    expect(row?.payment.version ?? 1).toBe(1);
  });

  it.each([
    ['without a number', () => Promise.resolve({}), 'ALIPAY'],
    [
      'of a payment that is not there',
      () => Promise.resolve({ transactionId: aPayment().transactionId }),
      'ALIPAY',
    ],
    [
      'of another channel’s payment',
      async () => ({ transactionId: (await stored()).transactionId }),
      'ALIPAY_HK',
    ],
  ])('unrecognised, %s, is kept by itself, once', async (_, make, channelCode) => {
    const named = await make();
    const message = messageOf(
      { kind: 'unrecognised', what: 'new', noticeId: randomUUID(), ...named },
      channelCode,
    );
    for (let times = 1; times <= 2; times++)
      expect(await apply(message)).toEqual({ kind: 'kept', what: 'new' });
    const [row, ...more] = await rowsOf(`CALLBACK#${channelCode}#${message.digest}`);
    expect(row).toMatchObject({ sk: 'CALLBACK', bodyBase64: 'YQ==', keyVersion: 'sha256:abcd' });
    expect(Number(row?.['expires_at_epoch'])).toBeGreaterThan(Date.parse(at) / 1000);
    expect(more).toEqual([]);
  });

  it('of two refunds is kept twice, and of one refund that is told again, once', async () => {
    const { transactionId } = await stored();
    for (const noticeId of ['n1', 'n2', 'n1'])
      await apply(messageOf({ kind: 'unrecognised', what: 'refund notice', noticeId, transactionId }));
    const kept = (await rowsOf(transactionId)).filter(({ sk }) => String(sk).startsWith('CALLBACK#'));
    expect(kept).toHaveLength(2);
  });

  it('that we do not know is kept with its payment, and nothing is guessed', async () => {
    const payment = await stored();
    const message = messageOf({
      kind: 'unrecognised',
      what: 'trade_status NEW_ONE',
      noticeId: 'n1',
      transactionId: payment.transactionId,
    });
    for (let times = 1; times <= 2; times++)
      expect(await apply(message)).toMatchObject({ kind: 'kept', what: 'trade_status NEW_ONE' });
    expect((await getPayment(database.tables(), payment.transactionId))?.payment).toEqual(payment);
    const { digest, receivedAt, keyVersion, headers, bodyBase64 } = message;
    const callback = {
      transactionId: payment.transactionId,
      digest,
      receivedAt,
      keyVersion,
      headers,
      bodyBase64,
    };
    expect(await keepCallbackAlone(database.tables(), callback)).toBe(false);
  });
});

describe('what comes out of the queue', () => {
  const right = paying(aPayment());
  it.each([
    ['not JSON', 'x'],
    ['a half message', JSON.stringify({ ...right, digest: undefined })],
    ['a message with more', JSON.stringify({ ...right, status: 'PAID_SUCCESS' })],
    ['an amount that is no whole number', JSON.stringify(right).replace('"minor":880', '"minor":8.8')],
    ['a number that is not ours', JSON.stringify(right).replaceAll('pay_', 'PAY_')],
    ['an unknown state', JSON.stringify(right).replace('"state":"paid"', '"state":"settled"')],
  ])('is refused as %s', (_, body) => {
    expect(() => readCallbackMessage(body)).toThrow();
  });
});
