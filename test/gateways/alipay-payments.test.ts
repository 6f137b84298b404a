// What is asked of Alipay, and what a query's answer tells.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanSubject } from '../../lib/gateways/alipay/products.ts';
import { account, answer } from '../contract/alipay-side.ts';
import { answering, asked, options, order, request } from './alipay-answering.ts';

test('a QR code is asked for in Alipay’s words', async () => {
  const { gateway, sent } = answering((method) =>
    answer(method, {
      code: '10000',
      msg: 'Success',
      out_trade_no: order,
      qr_code: 'https://qr.alipay.com/bax1',
    }),
  );
  expect(await gateway.prepay(request, options)).toEqual({
    kind: 'ok',
    value: { prepayInfo: { kind: 'qr_code', qr_code: 'https://qr.alipay.com/bax1' } },
  });
  expect(sent).toEqual([
    {
      system: {
        app_id: account.app_id,
        method: 'alipay.trade.precreate',
        format: 'JSON',
        charset: 'utf-8',
        sign_type: 'RSA2',
        timestamp: '2026-11-20 14:07:08',
        version: '1.0',
        notify_url: request.callbackUrl,
        sign: expect.stringMatching(/^[A-Za-z0-9+/]{342}==$/),
      },
      business: {
        out_trade_no: order,
        total_amount: '8.80',
        subject: '咖啡 cake 1 2 b',
        product_code: 'FACE_TO_FACE_PAYMENT',
        time_expire: '2026-11-20 14:21:08',
      },
    },
  ]);
});

test('another method or currency is a fault of ours: nothing is sent', async () => {
  const { gateway, sent } = answering(() => '');
  const dollars = { minor: 880, currency: 'USD' as const };
  await expect(gateway.prepay({ ...request, amount: dollars }, options)).rejects.toThrow(/Nothing was sent/);
  await expect(gateway.prepay({ ...request, method: 'card' }, options)).rejects.toThrow(/Nothing was sent/);
  expect(sent).toEqual([]);
});

describe('cleaned subjects', () => {
  test.each([
    ['coffee', 'coffee'],
    [' a\u0000b\nc ', 'a b c'],
    ['a&total_amount=9999.00', 'a total_amount 9999.00'],
    ['😀 cake', 'cake'],
    ['😀&=%', order],
    ['\ud800x', 'x'],
    ['\u202eabc\ufeff', 'abc'],
  ])('%j → %j', (subject, clean) => {
    expect(cleanSubject(subject, order)).toBe(clean);
  });

  test('whatever comes, what goes is safe and short', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (subject) => {
        const clean = cleanSubject(subject, order);
        expect(clean).toMatch(/^[^&=%/+#<>"'\\\p{Cc}\p{Cs}]{1,256}$/u);
        expect(cleanSubject(clean, order)).toBe(clean);
      }),
    );
  });
});

describe('what a query tells', () => {
  const ok = {
    code: '10000',
    msg: 'Success',
    trade_no: '2026112022001400000000000001',
    total_amount: '8.80',
  };
  const paid = { ...ok, trade_status: 'TRADE_SUCCESS', send_pay_date: '2026-11-20 14:07:08' };
  const closed = { ...ok, trade_status: 'TRADE_CLOSED' };

  test.each(['TRADE_SUCCESS', 'TRADE_FINISHED'])('%s: paid', async (trade_status) => {
    const funds = [{ amount: '8.80', fund_channel: 'BANKCARD', fund_type: 'DEBIT_CARD' }];
    const amounts = { buyer_pay_amount: '8.00', receipt_amount: '', fund_bill_list: funds };
    expect(await asked({ ...paid, trade_status, ...amounts })).toEqual({
      kind: 'ok',
      value: {
        state: 'paid',
        transactionId: order,
        gatewayTransactionId: ok.trade_no,
        amount: { minor: 880, currency: 'CNY' },
        paidAt: '2026-11-20T06:07:08.000Z',
        payee: {},
        channelAmounts: { payerTotal: { minor: 800, currency: 'CNY' } },
        paymentInstrument: 'debit_card',
      },
    });
  });

  test.each([
    ['an unlisted status', { ...paid, trade_status: 'TRADE_PENDING' }, 'unlisted_code'],
    ['no status', ok, 'unlisted_code'],
    ['closed by a refund, and paid at no time', { ...closed, refund_fee: '8.80' }, 'unreadable'],
    ['closed by a refund of nothing readable', { ...closed, refund_fee: 'x' }, 'unreadable'],
    ['paid at no time', { ...paid, send_pay_date: '' }, 'unreadable'],
    ['paid on 30 February', { ...paid, send_pay_date: '2026-02-30 14:07:08' }, 'unreadable'],
    ['paid nothing readable', { ...paid, total_amount: '8.800' }, 'unreadable'],
    ['paid in a number', { ...paid, total_amount: 9 }, 'unreadable'],
    ['paid in no trade', { ...paid, trade_no: '' }, 'unreadable'],
    ['an odd receipt', { ...paid, receipt_amount: '8,80' }, 'unreadable'],
  ])('%s: unknown', async (_, node, reason) => {
    expect(await asked(node)).toMatchObject({ kind: 'unknown', reason });
  });

  test('closed by the refund of all of it: paid, with what was paid', async () => {
    const now = { buyer_pay_amount: '0.00', receipt_amount: '0.00' };
    expect(await asked({ ...closed, ...now, send_pay_date: '2026-11-20 14:07:08' })).toEqual({
      kind: 'ok',
      value: {
        state: 'paid',
        transactionId: order,
        gatewayTransactionId: ok.trade_no,
        amount: { minor: 880, currency: 'CNY' },
        paidAt: '2026-11-20T06:07:08.000Z',
        payee: {},
      },
    });
  });

  test('closed with a refund of nothing is closed', async () => {
    expect(await asked({ ...closed, refund_fee: '0.00', send_pay_date: '' })).toMatchObject({
      kind: 'ok',
      value: { state: 'closed' },
    });
  });
});
