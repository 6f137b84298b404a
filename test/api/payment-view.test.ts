import { describe, expect, it } from '@jest/globals';
import { payment as paymentAnswer } from '../../lib/api/answers.ts';
import { factsView, paymentView } from '../../lib/api/payment-view.ts';
import { errors } from '../../lib/domain/errors.ts';
import { transitions, type PaymentStatus } from '../../lib/domain/payment.ts';
import { aPayment, at } from '../domain/samples.ts';

const prepayInfo = { kind: 'qr_code', qr_code: 'https://qr.example.com/1' } as const;
const statuses = Object.keys(transitions) as PaymentStatus[];

describe('a payment as others see it', () => {
  it.each(statuses.map((status) => [status, status === 'PENDING_PAYMENT'] as const))(
    'when it is %s shows the means to pay: %s',
    (status, shown) => {
      expect('prepay_info' in paymentView(aPayment({ status, prepayInfo }), 'en')).toBe(shown);
    },
  );

  it('has amounts as decimal text, in the currency’s own decimals', () => {
    const payment = aPayment({
      amountRequested: { minor: 1234, currency: 'KWD' },
      amountPaid: { minor: 1234, currency: 'KWD' },
      channelAmounts: { payerTotal: { minor: 1000, currency: 'KWD' } },
      anomaly: {
        kind: 'OVERPAID',
        foundAt: at,
        paidAt: '2026-11-22T08:00:00.000Z',
        amount: { minor: 5, currency: 'JPY' },
        gatewayTransactionId: 'gw',
      },
    });
    expect(factsView(payment)).toMatchObject({
      amount_requested: '1.234',
      amount_paid: '1.234',
      currency: 'KWD',
      channel_amounts: { payer_total: '1.000' },
      anomaly: { kind: 'OVERPAID', amount: '5', currency: 'JPY', gateway_transaction_id: 'gw' },
    });
  });

  it.each([
    [1000, 0],
    [600, 281],
  ])('of which %i went back and %i are held has nothing left: never less than that', (gone, held) => {
    const [amountPaid, amountRefunded, amountReserved] = [880, gone, held].map(
      (minor) => ({ minor, currency: 'CNY' }) as const,
    );
    const payment = aPayment({ status: 'REFUND_FULL', amountPaid, amountRefunded, amountReserved });
    const view = paymentView(payment, 'en');
    expect(view).toMatchObject({ refundable_amount: '0.00' });
    expect(paymentAnswer.safeParse(view).error).toBeUndefined();
  });

  it('has snake_case names, nothing undefined, and no field that the table does not name', () => {
    const view = factsView({ ...aPayment({ prepayInfo }), userId: undefined });
    expect(Object.keys(view).every((name) => /^[a-z]+(_[a-z]+)*$/.test(name))).toBe(true);
    expect(view).not.toHaveProperty('user_id');
    expect(JSON.stringify(view)).not.toContain('qr.example.com');
  });

  it('says why it failed in the reader’s language', () => {
    const failed = aPayment({
      status: 'PAID_FAILED',
      errorCode: 'CHANNEL_DECLINED',
      channelErrorCode: 'ACQ.X',
    });
    for (const language of ['en', 'zh'] as const)
      expect(paymentView(failed, language)).toMatchObject({
        error_code: 'CHANNEL_DECLINED',
        error_message: errors.CHANNEL_DECLINED[language],
        channel_error_code: 'ACQ.X',
      });
  });

  it('tells what was not there before as null', () => {
    expect(factsView({ anomaly: null, amountPaid: null, version: 1 })).toEqual({
      anomaly: null,
      amount_paid: null,
      version: 1,
    });
  });
});
