import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anomalyPolicies } from '../../functions/apply-notification/anomaly-policies.ts';
import {
  applyNotification,
  type ApplyDependencies,
} from '../../functions/apply-notification/apply-notification.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { factsDigest, readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import { keepCallbackAlone } from '../../lib/store/callbacks.ts';
import { putChannelRow } from '../../lib/store/channels.ts';
import { listEvents } from '../../lib/store/events.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, at, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { aChannelRow } from './channel.ts';

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

function apply(message: CallbackMessage, changes: Partial<ApplyDependencies> = {}) {
  const rest = {
    policy: () => Promise.resolve({}),
    sendAgain: () => Promise.reject(new Error('not expected')),
    ask: () => Promise.reject(new Error('not expected')),
  };
  return applyNotification({ tables: database.tables(), ports: ports(), ...rest, ...changes }, message);
}

async function stored(changes: Partial<Payment> = {}): Promise<Payment> {
  const payment = aPayment(changes);
  await createPayment(database.tables(), payment, { actor: 'shop', reason: 'asked' }, undefined, 0);
  return payment;
}

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

const isKept = ({ sk }: Record<string, unknown>) => String(sk).startsWith('CALLBACK#');

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

  it('that is a hint is kept once, before the channel is asked, however often it is told', async () => {
    const payment = await stored({ gatewayOrderId: 'order-1' });
    const { transactionId } = payment;
    const hint = {
      kind: 'hint',
      what: 'A',
      noticeId: 'n1',
      transactionId,
      gatewayOrderId: 'order-1',
    } as const;
    const seen: unknown[] = [];
    const ask: ApplyDependencies['ask'] = async (message) => {
      seen.push([message, (await rowsOf(transactionId)).filter(isKept).length]);
    };
    for (let times = 1; times <= 2; times++)
      expect(await apply(messageOf(hint), { ask })).toMatchObject({ kind: 'asked' });
    const message = { transactionId, hinted: true };
    expect(seen).toEqual([
      [message, 1],
      [message, 1],
    ]);
    expect((await getPayment(database.tables(), transactionId))?.payment).toEqual(payment);
  });

  it('of two refunds is kept twice, and of one refund that is told again, once', async () => {
    const { transactionId } = await stored();
    for (const noticeId of ['n1', 'n2', 'n1'])
      await apply(messageOf({ kind: 'unrecognised', what: 'refund notice', noticeId, transactionId }));
    expect((await rowsOf(transactionId)).filter(isKept)).toHaveLength(2);
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

describe('late and wrong money', () => {
  const late = async () => {
    const payment = await stored();
    await apply(
      messageOf({ kind: 'payment', snapshot: { state: 'closed', transactionId: payment.transactionId } }),
    );
    return paying(payment);
  };

  it('is held, or taken, as the configuration of its channel says', async () => {
    const asked: string[] = [];
    const policy: ApplyDependencies['policy'] = (code) => {
      asked.push(code);
      return Promise.resolve({ PAID_AFTER_CLOSE: 'accept' });
    };
    const held = { kind: 'anomaly', payment: { status: 'CLOSED', anomaly: { kind: 'PAID_AFTER_CLOSE' } } };
    expect(await apply(await late())).toMatchObject(held);
    const taken = { status: 'PAID_SUCCESS', anomaly: { resolution: { action: 'accept', by: 'policy' } } };
    expect(await apply(await late(), { policy })).toMatchObject({ kind: 'anomaly', payment: taken });
    expect(asked).toEqual(['ALIPAY']);
  });

  it('changes nothing while the configuration cannot be read: the message comes again', async () => {
    const message = await late();
    const policy = () => Promise.reject(new Error('the table is down'));
    await expect(apply(message, { policy })).rejects.toThrow('down');
    expect(await apply(message)).toMatchObject({ kind: 'anomaly' });
  });

  it('follows what the row says, which is read every five minutes; all is held without a row', async () => {
    const [tables, clock] = [database.tables(), ports()];
    const policy = anomalyPolicies(tables, clock);
    const put = (version: number, anomalyPolicy: object) =>
      putChannelRow(tables, aChannelRow({ version, anomalyPolicy }), `writer-${version}`);
    expect(await policy('NONE')).toEqual({});
    await put(1, { OVERPAID: 'accept' });
    expect(await policy('ALIPAY')).toEqual({ OVERPAID: 'accept' });
    await put(2, { OVERPAID: 'hold' });
    clock.time += 299_999;
    expect(await policy('ALIPAY')).toEqual({ OVERPAID: 'accept' });
    clock.time += 1;
    expect(await policy('ALIPAY')).toEqual({ OVERPAID: 'hold' });
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
    ['an attempt that is none', JSON.stringify({ ...right, attempt: 0 })],
    ['an unknown state', JSON.stringify(right).replace('"state":"paid"', '"state":"settled"')],
  ])('is refused as %s', (_, body) => {
    expect(() => readCallbackMessage(body)).toThrow();
  });
});
