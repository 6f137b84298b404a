import { describe, expect, it } from '@jest/globals';
import {
  receiveCallback,
  type ReceiveDependencies,
} from '../../functions/receive-callback/receive-callback.ts';
import { CallbackRefused, type Callback, type Notification } from '../../lib/gateways/gateway.ts';
import { readCallbackMessage, type CallbackMessage } from '../../lib/messaging/callbacks.ts';
import type { ChannelRow } from '../../lib/store/channels.ts';
import { aPayment, paidFor } from '../domain/samples.ts';
import { ports } from '../store/database.ts';
import { readable } from './channel.ts';

const payment = aPayment();
const paid: Notification = { kind: 'payment', snapshot: paidFor(payment) };

interface Arrived {
  /** what the reader makes of it, or throws */
  says?: Notification | Error;
  row?: Partial<ChannelRow>;
  callback?: Partial<Callback>;
  send?: ReceiveDependencies['send'];
  sourceIp?: string;
  /** what is done to bring a proof */
  fetchProof?: () => Promise<void>;
}

async function arrive(arrived: Arrived) {
  const { says = paid, row, callback, send, sourceIp = '203.0.113.7', fetchProof } = arrived;
  const sent: CallbackMessage[] = [];
  const read = () => {
    if (says instanceof Error) throw says;
    return { notification: says, keyVersion: 'sha256:abcd' };
  };
  const dependencies: ReceiveDependencies = {
    channel: async (code) => {
      const channel = await readable(read, row)(code);
      return { ...channel, reader: { ...channel.reader, ...(fetchProof && { fetchProof }) } };
    },
    send: send ?? ((message) => Promise.resolve(void sent.push(message))),
    ports: ports(),
  };
  const told = await receiveCallback(dependencies, {
    channelCode: 'ALIPAY',
    callback: { body: Buffer.from('trade=1'), headers: {}, ...callback },
    sourceIp,
    requestId: 'request-1',
  });
  return { ...told, sent };
}

describe('a callback that is proved', () => {
  it('is queued whole, with what proved it, and then acknowledged', async () => {
    const headers = { 'content-type': ['text/plain'], cookie: ['secret'], authorization: ['secret'] };
    const { received, acknowledgement, sent } = await arrive({ callback: { headers } });
    expect(received.kind).toBe('queued');
    expect(acknowledgement).toEqual({ status: 200, contentType: 'text/plain', body: 'success' });
    expect(sent).toEqual([
      {
        channelCode: 'ALIPAY',
        receivedAt: '2026-11-22T08:00:00.000Z',
        requestId: 'request-1',
        keyVersion: 'sha256:abcd',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        notification: paid,
        headers: { 'content-type': ['text/plain'], 'user-agent': [] },
        bodyBase64: Buffer.from('trade=1').toString('base64'),
      },
    ]);
  });

  it('has one digest for the same facts, however often and however it is sent', async () => {
    const [first, again] = [
      await arrive({}),
      await arrive({ callback: { body: Buffer.from('another sign') } }),
    ];
    expect(again.sent[0]?.digest).toBe(first.sent[0]?.digest);
    const other: Notification = {
      kind: 'payment',
      snapshot: { ...paidFor(payment), gatewayTransactionId: 'gw-2' },
    };
    expect((await arrive({ says: other })).sent[0]?.digest).not.toBe(first.sent[0]?.digest);
  });

  it.each([
    paid,
    {
      kind: 'payment',
      snapshot: {
        ...paidFor(payment),
        channelAmounts: { payerTotal: { minor: 800, currency: 'CNY' } },
        paymentInstrument: 'alipay_balance',
        payee: {},
      },
    },
    { kind: 'payment', snapshot: { state: 'closed', transactionId: payment.transactionId } },
    {
      kind: 'unrecognised',
      what: 'trade_status NEW_ONE',
      noticeId: 'n1',
      transactionId: payment.transactionId,
    },
    { kind: 'unrecognised', what: 'trade_status NEW_ONE', noticeId: 'n1' },
  ] satisfies Notification[])('survives the queue (%#)', async (says) => {
    const [message] = (await arrive({ says })).sent;
    expect(readCallbackMessage(JSON.stringify(message))).toEqual(message);
  });

  it('and of no consequence is acknowledged, and not queued', async () => {
    const { received, acknowledgement, sent } = await arrive({
      says: { kind: 'ignored', reason: 'a probe' },
    });
    expect(received).toEqual({ kind: 'ignored', reason: 'a probe', listed: true });
    expect([acknowledgement.body, sent]).toEqual(['success', []]);
  });

  it('is heard by a channel that is switched off: its money may have moved', async () => {
    expect((await arrive({ row: { isActive: false } })).sent).toHaveLength(1);
  });

  it('but not durable is not acknowledged at all', async () => {
    const down = () => Promise.reject(new Error('the queue is down'));
    await expect(arrive({ send: down })).rejects.toThrow('the queue is down');
  });
});

describe('what a proof takes beside our own facts', () => {
  it('is brought before the callback is read', async () => {
    const order: string[] = [];
    const fetchProof = () => Promise.resolve(void order.push('fetched'));
    const { received } = await arrive({ fetchProof, send: () => Promise.resolve(void order.push('sent')) });
    expect([received.kind, order]).toEqual(['queued', ['fetched', 'sent']]);
  });

  it('is not asked for by what is refused before: too large, or of a source that is not listed', async () => {
    let asked = 0;
    const fetchProof = () => {
      asked++;
      return Promise.resolve();
    };
    await arrive({ fetchProof, callback: { body: Buffer.alloc(64 * 1024 + 1) } });
    const row = { sourcePolicy: 'enforce', sourceRanges: ['198.51.100.0/24'] } as const;
    await arrive({ fetchProof, row });
    expect(asked).toBe(0);
  });
});

describe('a callback that is not proved', () => {
  it.each([
    ['malformed', 400],
    ['not_authentic', 401],
    ['not_opened', 401],
    ['unreadable', 400],
    ['foreign', 403],
  ] as const)('as %s is refused with %i, and nothing is queued', async (reason, status) => {
    const { received, acknowledgement, sent } = await arrive({ says: new CallbackRefused(reason, 'why') });
    expect(received).toEqual({ kind: 'refused', reason, detail: 'why' });
    expect(acknowledgement).toEqual({ status, contentType: 'text/plain', body: 'fail' });
    expect(sent).toEqual([]);
  });

  it('because it is too large is not even read', async () => {
    const unread = { says: new Error('it was read'), callback: { body: Buffer.alloc(64 * 1024 + 1) } };
    expect((await arrive(unread)).acknowledgement.status).toBe(400);
    expect((await arrive({ callback: { body: Buffer.alloc(64 * 1024) } })).sent).toHaveLength(1);
  });

  it('because we have a bug is neither refused nor acknowledged', async () => {
    await expect(arrive({ says: new TypeError('a bug') })).rejects.toThrow('a bug');
  });
});

describe('the address it came from', () => {
  const sourceRanges = ['198.51.100.0/24', '2001:db8::/32'];

  it.each([
    ['enforce', '198.51.100.9', true],
    ['enforce', '2001:db8::7', true],
    ['monitor', '198.51.100.9', true],
    ['monitor', '203.0.113.7', false],
    ['off', '203.0.113.7', true],
  ] as const)('under %s from %s is heard, and listed: %s', async (sourcePolicy, sourceIp, listed) => {
    const { received } = await arrive({ row: { sourcePolicy, sourceRanges }, sourceIp });
    expect(received).toMatchObject({ kind: 'queued', listed });
  });

  it.each(['203.0.113.7', '2001:db9::7', '', 'unknown', '198.51.100.9, 203.0.113.7'])(
    'under enforce from %j is refused before anything is read',
    async (sourceIp) => {
      const row = { sourcePolicy: 'enforce', sourceRanges } as const;
      const { received, acknowledgement } = await arrive({ row, sourceIp, says: new Error('it was read') });
      expect(received).toMatchObject({ kind: 'refused', reason: 'unlisted' });
      expect(acknowledgement.status).toBe(403);
    },
  );

  it('means nothing while no list is known', async () => {
    expect((await arrive({ row: { sourcePolicy: 'enforce' } })).received).toMatchObject({ listed: true });
  });
});
