// What WeChat Pay's answers tell of a refund: by table, and of this refund alone.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { noon } from '../contract/bench.ts';
import { options, order } from './wechat-answering.ts';
import {
  again,
  asked,
  finding,
  gatewayTransactionId,
  hearing,
  no,
  none,
  refundId,
  sending,
  told,
} from './wechat-refunding.ts';

const facts = {
  refundId,
  gatewayRefundId: '50300000002026112000000000001',
  transactionId: order,
  gatewayTransactionId,
  amount: { minor: 300, currency: 'CNY' },
};
const at = new Date(noon).toISOString();
const states = [
  ['SUCCESS', { ...facts, at, state: 'succeeded' }],
  ['PROCESSING', { ...facts, at, state: 'processing' }],
  ['ABNORMAL', { ...facts, state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' }],
  ['CLOSED', { ...facts, state: 'failed', channelCode: 'CLOSED' }],
] as const;

test.each(states)('124: %s', async (status, value) => {
  expect((await sending(asked, told(status))).outcome).toEqual({ kind: 'ok', value });
  expect(await finding(told(status))).toEqual({ kind: 'ok', value });
});

test.each(['success', 'CHANGE', 'WONDERFUL', '', 'toString', 7])('status %p is nobody’s', async (status) => {
  const unknown = { kind: 'unknown', reason: 'unlisted_code', cause: 'status' };
  expect((await sending(asked, told('SUCCESS', { status }))).outcome).toEqual(unknown);
  expect(await finding(told('SUCCESS', { status }))).toEqual(unknown);
});

test('it is asked for in the words of WeChat Pay: whose money, our number, how much of how much', async () => {
  const { gateway, sent } = hearing(told('PROCESSING'), told('PROCESSING'));
  await gateway.refund?.({ ...asked, generation: 4 }, options);
  await gateway.queryRefund?.(asked, options);
  const [first, second] = sent;
  expect([first?.method, first?.path]).toEqual(['POST', '/v3/refund/domestic/refunds']);
  expect(JSON.parse(first?.body ?? '')).toEqual({
    transaction_id: gatewayTransactionId,
    out_refund_no: refundId,
    reason: '不想要了',
    notify_url: 'https://pay.example.com/payments/callbacks/WECHAT_PAY',
    amount: { refund: 300, total: 880, currency: 'CNY' },
  });
  expect([second?.method, second?.path]).toEqual(['GET', `/v3/refund/domestic/refunds/${refundId}`]);
});

test('a reason is clean and of 80 bytes at most, or there is none', async () => {
  const { transactionId, currency, amount, total } = asked;
  const bare = { transactionId, refundId, gatewayTransactionId, currency, amount, total };
  const reasonOf = async (reason?: string) => {
    const { gateway, sent } = hearing(told('PROCESSING'));
    await gateway.refund?.({ ...bare, ...(reason !== undefined && { reason }) }, options);
    return (JSON.parse(sent[0]?.body ?? '') as { reason?: string }).reason;
  };
  expect(await reasonOf()).toBeUndefined();
  expect(await reasonOf('🍵`\n')).toBeUndefined();
  expect(await reasonOf(' too `late`\r\n, sorry ')).toBe('too late , sorry');
  expect(await reasonOf('退'.repeat(50))).toBe('退'.repeat(26));
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 120 }), async (text) => {
      const reason = (await reasonOf(text)) ?? 'x';
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(80);
      expect(reason).toMatch(/^[^`\p{C}]+$/u);
    }),
    { numRuns: 40 },
  );
});

describe('one that may have been sent before is looked for first', () => {
  test.each(states)('%s: it is answered so, and not sent again', async (status, value) => {
    expect(await sending(again, told(status))).toEqual({ outcome: { kind: 'ok', value }, calls: 'GET' });
  });

  test('absent: it is sent, under the same number', async () => {
    const { outcome, calls } = await sending(again, none, told('PROCESSING'));
    expect([outcome, calls]).toEqual([{ kind: 'ok', value: expect.anything() as unknown }, 'GET POST']);
  });

  test('nobody can say: it is not sent', async () => {
    const silent = await sending(again, no(500, 'SYSTEM_ERROR'));
    expect(silent).toMatchObject({ outcome: { kind: 'unknown' }, calls: 'GET' });
    const limited = await sending(again, no(429, 'FREQUENCY_LIMITED'));
    expect(limited).toMatchObject({ outcome: { kind: 'retry_later' }, calls: 'GET' });
  });
});

describe('the answer is about this refund', () => {
  test.each([
    { out_refund_no: refundIdOf(order, 4) },
    { out_trade_no: `${order.slice(0, -1)}0` },
    { transaction_id: '4200000000202611200000000002' },
    { out_refund_no: undefined },
    { out_trade_no: undefined },
    { transaction_id: undefined },
    { amount: { refund: 300, total: 880, currency: 'USD' } },
  ])('or it is another’s: %j', async (change) => {
    const other = { kind: 'unknown', reason: 'other_order' };
    expect((await sending(asked, told('SUCCESS', change))).outcome).toEqual(other);
    expect(await finding(told('SUCCESS', change))).toEqual(other);
  });

  test('another amount under our number is not taken for it; who asks for no amount is told it', async () => {
    const amount = { refund: 301, total: 880, currency: 'CNY' };
    const other = { kind: 'unknown', reason: 'other_order' };
    expect((await sending(asked, told('SUCCESS', { amount }))).outcome).toEqual(other);
    expect((await sending(again, told('SUCCESS', { amount }))).outcome).toEqual(other);
    expect((await sending(asked, no(400, 'INVALID_REQUEST'), told('SUCCESS', { amount }))).outcome).toEqual(
      other,
    );
    expect(await finding(told('SUCCESS', { amount }))).toMatchObject({
      value: { amount: { minor: 301, currency: 'CNY' } },
    });
  });

  test.each([
    { refund_id: '' },
    { amount: { refund: 0, total: 880, currency: 'CNY' } },
    { amount: { refund: '300', total: 880, currency: 'CNY' } },
    { amount: undefined },
    { success_time: '2026-02-30T10:00:00+08:00' },
  ])('and whole: %j', async (change) => {
    expect(await finding(told('SUCCESS', change))).toEqual({ kind: 'unknown', reason: 'unreadable' });
  });
});

test('of a refund of the console nobody can be asked, and nobody is', async () => {
  const { gateway, sent } = hearing();
  const made = { transactionId: order, gatewayTransactionId, currency: 'CNY' } as const;
  const gatewayRefundId = '50300000002026112000000000009';
  expect(await gateway.queryRefund?.({ ...made, gatewayRefundId }, options)).toMatchObject({
    kind: 'unknown',
    reason: 'unlisted_code',
    cause: expect.stringMatching(/out_refund_no/) as unknown,
  });
  expect(sent).toEqual([]);
});

test('money that is not CNY is never asked for', async () => {
  const { gateway, sent } = hearing();
  const amount = { minor: 300, currency: 'USD' } as const;
  await expect(gateway.refund?.({ ...asked, amount }, options)).rejects.toThrow(/Nothing was sent/);
  expect(sent).toEqual([]);
});
