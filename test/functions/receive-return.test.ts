// A payer's browser comes back: what it carries is proved, and then only names the payment to ask about.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receiveReturn } from '../../functions/receive-return/receive-return.ts';
import type { ConnectedChannel } from '../../lib/channels/channels.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import type { PaymentSnapshot } from '../../lib/domain/settlement.ts';
import { CallbackRefused, type NotificationReader } from '../../lib/gateways/gateway.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { listEvents } from '../../lib/store/events.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { readable, reader, scripted, type Script } from './channel.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

type Query = NonNullable<Script['query']>[number];

const says =
  (value: PaymentSnapshot): Query =>
  () => ({ kind: 'ok', value });
const pending: Query = ({ transactionId }) => ({ kind: 'ok', value: { state: 'pending', transactionId } });

interface Coming {
  readonly payment?: Payment;
  /** what the reader makes of the query; absent = the channel sends nobody back */
  readonly proves?: NotificationReader['readReturn'] | undefined;
  readonly query?: Query;
  readonly connected?: () => Promise<ConnectedChannel>;
  readonly text?: string;
}

async function come(coming: Coming = {}) {
  const { payment = aPayment({ status: 'PENDING_PAYMENT' }), query = pending, text = 'proof=1' } = coming;
  const tables = database.tables({ dueShards: 1 });
  await createPayment(tables, payment, { actor: 'shop', reason: 'test' }, undefined, 0);
  const before = await getPayment(tables, payment.transactionId);
  const proves = 'proves' in coming ? coming.proves : () => payment.transactionId;
  const gateway = scripted({ prepay: [], query: [query] });
  let connections = 0;
  const returned = await receiveReturn(
    {
      readable: async (code) => ({
        ...(await readable(() => {
          throw new Error('no callback came');
        })(code)),
        reader: { ...reader(), ...(proves && { readReturn: proves }) },
      }),
      connected: (code) => {
        connections++;
        return coming.connected ? coming.connected() : gateway.channel(code);
      },
      tables,
      ports: ports(),
    },
    { channelCode: 'ALIPAY', query: text },
  );
  const after = await getPayment(tables, payment.transactionId);
  return { returned, before, after, calls: gateway.calls, connections, payment };
}

describe('a return that is proved', () => {
  it('settles the payment by what the channel says when it is asked', async () => {
    const payment = aPayment({ status: 'PENDING_PAYMENT' });
    const { returned, calls, after } = await come({ payment, query: says(paidFor(payment)) });
    expect(returned).toMatchObject({
      kind: 'found',
      payment: { status: 'PAID_SUCCESS', amountPaid: payment.amountRequested },
      before: { status: 'PENDING_PAYMENT' },
      told: { kind: 'settled' },
    });
    expect(after?.payment).toEqual((returned as { payment: Payment }).payment);
    expect(calls).toEqual(['query']);
    const events = await listEvents(database.tables(), payment.transactionId);
    expect(events.at(-1)).toMatchObject({
      name: 'payment.paid',
      actor: 'channel:ALIPAY',
      reason: 'the payer came back',
    });
  });

  it.each<[string, Query, object]>([
    ['the payer has not paid', pending, { kind: 'open', state: 'pending' }],
    [
      'it knows no such payment',
      ({ transactionId }) => ({ kind: 'ok', value: { state: 'not_found', transactionId } }),
      { kind: 'open', state: 'not_found' },
    ],
    [
      'nothing in time',
      () => ({ kind: 'unknown', reason: 'timeout' }),
      { kind: 'unknown', reason: 'timeout' },
    ],
    [
      'come later',
      () => ({ kind: 'retry_later', channelCode: 'LIMIT', message: '' }),
      { kind: 'unknown', channelCode: 'LIMIT' },
    ],
    [
      'no',
      () => ({ kind: 'declined', code: 'refused', channelCode: 'NO', message: '' }),
      { kind: 'unknown', channelCode: 'NO' },
    ],
  ])('changes nothing while the channel says: %s', async (_, query, told) => {
    const { returned, before, after, calls } = await come({ query });
    expect(returned).toMatchObject({ kind: 'found', payment: before?.payment, told });
    expect(after).toEqual(before);
    expect(calls).toEqual(['query']);
  });

  it('changes nothing when the channel cannot be asked, and is not an error for the payer', async () => {
    const cause = new Error('no secret');
    const { returned, before, after } = await come({ connected: () => Promise.reject(cause) });
    expect(returned).toEqual({
      kind: 'found',
      payment: before?.payment,
      before: before?.payment,
      told: { kind: 'not_asked', cause },
    });
    expect(after).toEqual(before);
  });

  it('never makes wrong money a success', async () => {
    const payment = aPayment({ status: 'PENDING_PAYMENT' });
    const less = paidFor(payment, { amount: { minor: 1, currency: 'CNY' } });
    const { after } = await come({ payment, query: says(less) });
    expect(after?.payment).toMatchObject({ status: 'PENDING_PAYMENT', anomaly: { kind: 'UNDERPAID' } });
  });

  it.each(['PENDING_CREATE', 'CLOSED', 'PAID_FAILED'] as const)(
    'asks for a payment that is %s: its payer may have paid',
    async (status) => {
      expect((await come({ payment: aPayment({ status }) })).calls).toEqual(['query']);
    },
  );

  it('finds the money of a payment that was closed, and holds it', async () => {
    const payment = aPayment({ status: 'CLOSED' });
    const { returned } = await come({ payment, query: says(paidFor(payment)) });
    expect(returned).toMatchObject({
      payment: { status: 'CLOSED', anomaly: { kind: 'PAID_AFTER_CLOSE' } },
    });
  });

  it.each(['PAID_SUCCESS', 'REFUND_PARTIAL', 'REFUND_FULL'] as const)(
    'asks nobody about a payment that is %s',
    async (status) => {
      const { returned, calls, connections } = await come({ payment: aPayment({ status }) });
      expect(returned).toMatchObject({ kind: 'found', payment: { status } });
      expect([calls, connections]).toEqual([[], 0]);
    },
  );

  it('tells what a callback has written while the channel was asked', async () => {
    const payment = aPayment({ status: 'PENDING_PAYMENT' });
    const tables = database.tables({ dueShards: 1 });
    const { returned } = await come({
      payment,
      connected: async () => {
        const quicker = scripted({ prepay: [], query: [pending] });
        const channel = await quicker.channel('ALIPAY');
        const queryPayment: ConnectedChannel['gateway']['queryPayment'] = async () => {
          const cause = { actor: 'channel:ALIPAY', reason: 'callback' };
          await settlePayment(
            { tables, ports: ports() },
            { channelCode: 'ALIPAY', snapshot: paidFor(payment), cause, policy: {} },
          );
          return { kind: 'unknown', reason: 'timeout' };
        };
        return { ...channel, gateway: { ...channel.gateway, queryPayment } };
      },
    });
    expect(returned).toMatchObject({ payment: { status: 'PAID_SUCCESS' }, told: { kind: 'unknown' } });
  });

  it('is nothing of ours when its payment went through another channel', async () => {
    const payment = aPayment({ status: 'PENDING_PAYMENT', paymentChannel: 'ALIPAY_HK' });
    const { returned, connections } = await come({ payment });
    expect(returned).toEqual({ kind: 'nothing_of_ours', transactionId: payment.transactionId });
    expect(connections).toBe(0);
  });

  it('is nothing of ours when there is no such payment', async () => {
    const { transactionId } = aPayment();
    const { returned, connections } = await come({ proves: () => transactionId });
    expect(returned).toEqual({ kind: 'nothing_of_ours', transactionId });
    expect(connections).toBe(0);
  });
});

describe('a return that is not proved', () => {
  it.each(['malformed', 'not_authentic', 'unreadable', 'foreign'] as const)(
    'as %s is refused, and the channel is not even connected',
    async (reason) => {
      const { returned, before, after, connections } = await come({
        proves: () => {
          throw new CallbackRefused(reason, 'why');
        },
      });
      expect(returned).toEqual({ kind: 'refused', reason, detail: 'why' });
      expect([after, connections]).toEqual([before, 0]);
    },
  );

  it('is nothing of ours where the channel sends nobody back', async () => {
    const { returned, connections } = await come({ proves: undefined });
    expect(returned).toEqual({ kind: 'nothing_of_ours' });
    expect(connections).toBe(0);
  });

  it('because it is too large is not even read', async () => {
    const unread = () => {
      throw new Error('it was read');
    };
    const { returned } = await come({ proves: unread, text: '茶'.repeat(2731) });
    expect(returned).toMatchObject({ kind: 'refused', reason: 'malformed' });
    expect((await come({ text: 'a'.repeat(8192) })).returned.kind).toBe('found');
  });

  it('because we have a bug is no refusal', async () => {
    const bug = () => {
      throw new TypeError('a bug');
    };
    await expect(come({ proves: bug })).rejects.toThrow('a bug');
  });
});
