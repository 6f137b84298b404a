// A payer's browser comes back: what it carries is proved, and then only names the payment that is to be asked for.
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
  type SendMessageBatchCommandInput,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { receiveReturn } from '../../functions/receive-return/receive-return.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { settlePayment } from '../../lib/flows/settle-payment.ts';
import { CallbackRefused, type NotificationReader } from '../../lib/gateways/gateway.ts';
import { createPayment, getPayment } from '../../lib/store/payments.ts';
import { aPayment, paidFor } from '../domain/samples.ts';
import { ports, startDatabase, type Database } from '../store/database.ts';
import { readable, reader } from './channel.ts';

let database: Database;
const sqs = mockClient(SQSClient);
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  sqs.restore();
  await database.stop();
});

interface Coming {
  readonly payment?: Payment;
  /** what the reader makes of the query; absent = the channel sends nobody back */
  readonly proves?: NotificationReader['readReturn'] | undefined;
  readonly text?: string;
  /** messages that lie in the queue */
  readonly depth?: string | Error;
  /** what becomes of what is sent */
  readonly send?: object | Error;
  /** what somebody does while the payer waits, at his so manieth look */
  readonly meanwhile?: (look: number, payment: Payment) => Promise<unknown>;
}

const orThrow = (said: unknown): unknown => {
  if (said instanceof Error) throw said;
  return said;
};

async function come(coming: Coming = {}) {
  const { payment = aPayment({ status: 'PENDING_PAYMENT' }), text = 'proof=1', depth = '0' } = coming;
  const tables = database.tables();
  await createPayment(tables, payment, { actor: 'shop', reason: 'test' }, undefined, 0);
  const before = await getPayment(tables, payment.transactionId);
  const proves = 'proves' in coming ? coming.proves : () => ({ transactionId: payment.transactionId });
  const sent: string[] = [];
  sqs.reset();
  sqs
    .on(GetQueueAttributesCommand)
    .callsFake(() =>
      orThrow(depth instanceof Error ? depth : { Attributes: { ApproximateNumberOfMessages: depth } }),
    );
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: SendMessageBatchCommandInput) => {
    sent.push(...Entries.map(({ MessageBody = '' }) => MessageBody));
    return orThrow(coming.send ?? {});
  });
  const clock = ports();
  const began = clock.time;
  let looks = 0;
  const returned = await receiveReturn(
    {
      channel: async (code) => ({
        ...(await readable(() => {
          throw new Error('no callback came');
        })(code)),
        reader: { ...reader(), ...(proves && { readReturn: proves }) },
      }),
      table: tables,
      queue: { sqs: new SQSClient({ region: 'us-east-1' }), queueUrl: 'https://sqs.example.com/sync' },
      ports: {
        now: clock.now,
        sleep: async (ms) => {
          clock.time += ms;
          looks++;
          await coming.meanwhile?.(looks, payment);
        },
      },
    },
    { channelCode: 'ALIPAY', query: text },
  );
  const after = await getPayment(tables, payment.transactionId);
  return { returned, before, after, sent, waited: clock.time - began, looks, payment };
}

/** As status sync settles it. */
const pays = (at: number, changes: Parameters<typeof paidFor>[1] = {}): Coming['meanwhile'] => {
  return async (look, payment) => {
    if (look !== at) return;
    const told = {
      channelCode: 'ALIPAY',
      snapshot: paidFor(payment, changes),
      cause: { actor: 'channel:ALIPAY', reason: 'the payer came back' },
      policy: {},
    };
    await settlePayment({ tables: database.tables(), ports: ports() }, told);
  };
};

describe('a return that is proved', () => {
  it('has its payment asked for, and tells what becomes of it as soon as it moves', async () => {
    const { returned, sent, after, waited, payment } = await come({ meanwhile: pays(3) });
    expect(returned).toMatchObject({
      kind: 'found',
      payment: { status: 'PAID_SUCCESS', amountPaid: payment.amountRequested },
      heard: { kind: 'moved' },
    });
    expect(after?.payment).toEqual((returned as { payment: Payment }).payment);
    expect(sent.map((body) => JSON.parse(body) as object)).toEqual([
      { transactionId: payment.transactionId, returned: true },
    ]);
    expect(waited).toBe(750);
  });

  it('waits four seconds and no longer, and changes nothing', async () => {
    const { returned, before, after, waited, looks } = await come();
    expect(returned).toEqual({ kind: 'found', payment: before?.payment, heard: { kind: 'nothing_yet' } });
    expect(after).toEqual(before);
    expect([waited, looks]).toEqual([4_000, 16]);
  });

  it('hears of money that is held', async () => {
    const less = { amount: { minor: 1, currency: 'CNY' } } as const;
    const { returned, looks } = await come({ meanwhile: pays(16, less) });
    expect(returned).toMatchObject({
      payment: { status: 'PENDING_PAYMENT', anomaly: { kind: 'UNDERPAID' } },
      heard: { kind: 'moved' },
    });
    expect(looks).toBe(16);
  });

  it.each<[string, Partial<Coming>, string, number]>([
    ['cannot be measured', { depth: new Error('no queue') }, 'no queue', 0],
    ['is full', { depth: '500' }, '500 payments wait', 0],
    ['is down', { send: new Error('no queue') }, 'no queue', 1],
    ['refuses', { send: { Failed: [{ Id: '1', Code: 'Busy' }] } }, 'Busy', 1],
  ])('answers at once with what stands when the queue %s', async (_, queue, message, sends) => {
    const { returned, before, after, sent, waited } = await come(queue);
    expect(returned).toEqual({
      kind: 'found',
      payment: before?.payment,
      heard: { kind: 'not_asked', cause: expect.any(Error) },
    });
    expect((returned as { heard: { cause: Error } }).heard.cause.message).toContain(message);
    expect(after).toEqual(before);
    expect([sent.length, waited]).toEqual([sends, 0]);
  });

  it('is asked for while there is room in the queue', async () => {
    expect((await come({ depth: '499' })).sent).toHaveLength(1);
  });

  it('of a payment that is being made has it asked for', async () => {
    expect((await come({ payment: aPayment({ status: 'PENDING_CREATE' }) })).sent).toHaveLength(1);
  });

  it.each(['PAID_SUCCESS', 'REFUND_PARTIAL', 'REFUND_FULL', 'CLOSED', 'PAID_FAILED'] as const)(
    'of a payment that is %s is answered at once, and asks nobody',
    async (status) => {
      const { returned, before, sent, waited } = await come({ payment: aPayment({ status }) });
      expect(returned).toEqual({ kind: 'found', payment: before?.payment });
      expect([sent, waited]).toEqual([[], 0]);
    },
  );

  it('is nothing of ours when its payment went through another channel, or is not here', async () => {
    const payment = aPayment({ status: 'PENDING_PAYMENT', paymentChannel: 'ALIPAY_HK' });
    const other = await come({ payment });
    expect(other.returned).toEqual({ kind: 'nothing_of_ours', transactionId: payment.transactionId });
    const { transactionId } = aPayment();
    const nobody = await come({ proves: () => ({ transactionId }) });
    expect(nobody.returned).toEqual({ kind: 'nothing_of_ours', transactionId });
    expect([other.sent, nobody.sent]).toEqual([[], []]);
  });
});

describe('a return that is not proved', () => {
  it.each(['malformed', 'not_authentic', 'probe', 'not_opened', 'unreadable', 'foreign'] as const)(
    'as %s is refused, and nobody is asked',
    async (reason) => {
      const { returned, before, after, sent } = await come({
        proves: () => {
          throw new CallbackRefused(reason, 'why');
        },
      });
      expect(returned).toEqual({ kind: 'refused', reason, detail: 'why' });
      expect([after, sent]).toEqual([before, []]);
    },
  );

  it('is nothing of ours where the channel sends nobody back', async () => {
    const { returned, sent } = await come({ proves: undefined });
    expect([returned, sent]).toEqual([{ kind: 'nothing_of_ours' }, []]);
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
