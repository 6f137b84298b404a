// What Alipay is asked to give back, and what is believed of its answers.
import { describe, expect, test } from '@jest/globals';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { options, order } from './alipay-answering.ts';
import {
  facts,
  given,
  made,
  no,
  ok,
  payment,
  refunded,
  refundId,
  saying,
  trade,
  wanted,
} from './alipay-refunding.ts';

const asked = (node: object) => saying(node, node).gateway.queryRefund?.(wanted, options);

describe('what is sent', () => {
  test('the trade by both its numbers, our number, and a cleaned reason; no address for notices', async () => {
    const { gateway, sent } = saying(given);
    const notTaken = { reason: '不想要了 & a=b', callbackUrl: 'https://pay.example.com/x' };
    await gateway.refund?.({ ...wanted, ...notTaken }, options);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.system).toMatchObject({ method: 'alipay.trade.refund', app_id: expect.any(String) });
    expect(sent[0]?.system).not.toHaveProperty('notify_url');
    expect(sent[0]?.business).toEqual({
      ...trade,
      out_request_no: refundId,
      refund_amount: '3.00',
      refund_reason: '不想要了 a b',
    });
  });

  test('a reason of which nothing is left, is left out', async () => {
    const { gateway, sent } = saying(given);
    await gateway.refund?.({ ...wanted, reason: '😀' }, options);
    expect(sent[0]?.business).not.toHaveProperty('refund_reason');
  });

  test('generation and an earlier try change nothing of it', async () => {
    const { gateway, sent } = saying(given);
    await gateway.refund?.(wanted, options);
    await gateway.refund?.({ ...wanted, generation: 4, submittedAt: '2026-01-01T00:00:00.000Z' }, options);
    expect(sent[1]).toEqual(sent[0]);
  });

  test('another currency is a fault of ours: nothing is sent', async () => {
    const { gateway, sent } = saying(given);
    const amount = { minor: 300, currency: 'USD' as const };
    await expect(gateway.refund?.({ ...wanted, amount }, options)).rejects.toThrow(/Nothing was sent/);
    await expect(gateway.queryRefund?.({ ...payment, currency: 'CNY' }, options)).rejects.toThrow(
      /Nothing was sent/,
    );
    expect(sent).toEqual([]);
  });
});

describe('what an accepted refund is', () => {
  test('money moved by this call: succeeded, whatever the sum of all refunds is', async () => {
    expect(await refunded({ ...given, gmt_refund_pay: '2026-11-20 14:07:08' })).toEqual({
      kind: 'ok',
      value: { state: 'succeeded', ...facts, at: '2026-11-20T06:07:08.000Z' },
    });
    expect(await refunded({ ...given, refund_fee: '3.00', gmt_refund_pay: 'soon' })).toEqual({
      kind: 'ok',
      value: { state: 'succeeded', ...facts },
    });
  });

  test.each([['N'], [''], [undefined]])('fund_change %p: processing', async (fund_change) => {
    expect(await refunded({ ...given, fund_change, refund_fee: '0.00' })).toEqual({
      kind: 'ok',
      value: { state: 'processing', ...facts },
    });
  });

  test.each([
    ['another trade', { ...given, trade_no: '2026112022001400000000000002' }, 'other_order'],
    ['no trade', { ...given, trade_no: undefined }, 'other_order'],
    ['no order', { ...given, out_trade_no: undefined }, 'other_order'],
    ['a sum that cannot hold it', { ...given, refund_fee: '2.99' }, 'other_order'],
    ['no sum', { ...given, refund_fee: undefined }, 'unreadable'],
    ['an odd sum', { ...given, refund_fee: '3,00' }, 'unreadable'],
    ['an unheard-of change', { ...given, fund_change: 'P' }, 'unlisted_code'],
    ['a change of a prototype', { ...given, fund_change: 'toString' }, 'unlisted_code'],
    ['a change that is no text', { ...given, fund_change: true }, 'unlisted_code'],
  ])('%s: unknown', async (_, node, reason) => {
    expect(await refunded(node)).toMatchObject({ kind: 'unknown', reason });
  });
});

describe('what a query tells', () => {
  test('a refund that was made', async () => {
    const { gateway, sent } = saying({}, { ...made, gmt_refund_pay: '2026-11-20 14:07:09' });
    expect(await gateway.queryRefund?.(wanted, options)).toEqual({
      kind: 'ok',
      value: { state: 'succeeded', ...facts, at: '2026-11-20T06:07:09.000Z' },
    });
    expect(sent[0]?.system['method']).toBe('alipay.trade.fastpay.refund.query');
    expect(sent[0]?.business).toEqual({
      ...trade,
      out_request_no: refundId,
      query_options: ['gmt_refund_pay'],
    });
  });

  test('one of the console, by Alipay’s number', async () => {
    const gatewayRefundId = '202611201407081234567890';
    const { gateway, sent } = saying({}, { ...made, out_request_no: gatewayRefundId });
    const query = { ...payment, gatewayRefundId, currency: 'CNY' as const };
    expect(await gateway.queryRefund?.(query, options)).toEqual({
      kind: 'ok',
      value: { state: 'succeeded', ...payment, gatewayRefundId, amount: wanted.amount },
    });
    expect(sent[0]?.business).toMatchObject({ out_request_no: gatewayRefundId });
  });

  test.each([[undefined], ['']])(
    'status %p of what it shows: it may go on, and may have failed',
    async (status) => {
      expect(await asked({ ...made, refund_status: status })).toEqual({
        kind: 'ok',
        value: { state: 'processing', isInconclusive: true, ...facts },
      });
    },
  );

  test('a number without an amount and a status is no answer', async () => {
    expect(await asked({ ...made, refund_status: '', refund_amount: undefined })).toMatchObject({
      kind: 'unknown',
      channelCode: 'no_refund_status',
    });
  });

  test('the same of one of the console', async () => {
    const gatewayRefundId = '202611201407081234567890';
    const { gateway } = saying({}, { ...made, refund_status: '', out_request_no: gatewayRefundId });
    const query = { ...payment, gatewayRefundId, currency: 'CNY' as const };
    expect(await gateway.queryRefund?.(query, options)).toEqual({
      kind: 'ok',
      value: {
        state: 'processing',
        isInconclusive: true,
        ...payment,
        gatewayRefundId,
        amount: wanted.amount,
      },
    });
  });

  test('an answer that says nothing at all proves nothing', async () => {
    expect(await asked(ok)).toMatchObject({ kind: 'unknown', reason: 'unlisted_code' });
  });

  test('without the trade there is no refund', async () => {
    expect(await asked(no('ACQ.TRADE_NOT_EXIST'))).toMatchObject({
      kind: 'ok',
      value: { state: 'not_found', refundId },
    });
  });

  test.each([
    ['another order', { ...made, out_trade_no: 'P01' }, 'other_order'],
    ['another trade', { ...made, trade_no: '2026112022001400000000000002' }, 'other_order'],
    ['another refund', { ...made, out_request_no: refundIdOf(order, 4) }, 'other_order'],
    ['no order', { ...made, out_trade_no: undefined }, 'other_order'],
    ['no refund', { ...made, out_request_no: undefined }, 'other_order'],
    ['a success of nobody', { ...ok, refund_status: 'REFUND_SUCCESS' }, 'other_order'],
    ['another refund without a status', { ...made, refund_status: '', out_request_no: 'x' }, 'other_order'],
    ['an odd amount', { ...made, refund_amount: '3.000' }, 'unreadable'],
    ['no amount', { ...made, refund_amount: undefined }, 'unreadable'],
    ['an unheard-of status', { ...made, refund_status: 'REFUND_FAIL' }, 'unlisted_code'],
    ['a status that is no text', { ...made, refund_status: 1 }, 'unlisted_code'],
  ])('%s: unknown', async (_, node, reason) => {
    expect(await asked(node)).toMatchObject({ kind: 'unknown', reason });
  });

  test.each([
    'ACQ.INVALID_PARAMETER',
    'ACQ.SYSTEM_ERROR',
    'ACQ.TRADE_STATUS_ERROR',
    'ACQ.SELLER_BALANCE_NOT_ENOUGH',
  ])('%s to a question refuses no refund', async (code) => {
    expect(await asked(no(code))).toMatchObject({ kind: 'unknown', channelCode: code });
  });
});
