// What may come in to make a payment, QUALITY rows 7 and 32–38: amounts and times, judged before anything is written.
import { describe, expect, it } from '@jest/globals';
import { ports } from '../store/database.ts';
import { channel, judged, refusal, right, wanted, withField } from './wanted.ts';

describe('a right body', () => {
  it('is a payment with exactly these facts', () => {
    const payment = judged({
      ...right,
      business_order_type: 'b2c',
      user_id: 'u1',
      metadata: { constructor: '1' },
    });
    expect(payment).toMatchObject({
      application: 'shop',
      businessOrderId: 'order-1',
      businessOrderType: 'b2c',
      amountRequested: { minor: 880, currency: 'CNY' },
      metadata: { constructor: '1' },
      status: 'PENDING_CREATE',
      version: 1,
      createdAt: '2026-11-22T08:00:00.000Z',
      expiresAt: '2026-11-22T08:15:00.000Z',
    });
  });

  it.each(['x & = % + # < > " \' \n \u0000 y', '茶'.repeat(300), '😀', '\u0e01'])(
    'may hold any text as its subject, kept as it came (%#)',
    (subject) => {
      expect(judged({ ...right, subject }).subject).toBe(subject);
    },
  );
  it('ends exactly its time after it was made, while the clock goes on', () => {
    const clock = ports();
    const ticking = { ...clock, now: () => clock.time++ };
    const { createdAt, expiresAt } = wanted(right, channel, ticking).payment();
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(900_000);
  });

  it('may say when it ends', () => {
    const ending = { ...right, expires_at: '2026-11-22T08:02:00Z' };
    expect(judged(ending).expiresAt).toBe('2026-11-22T08:02:00.000Z');
  });
});

describe('an amount', () => {
  const none = [
    '0',
    '0.00',
    '-1',
    '-0',
    '1e3',
    '0x10',
    ' 10 ',
    '+10',
    '1,000.00',
    '١٠',
    '１０',
    '10.',
    '.5',
    '00.10',
  ];
  it.each(none)('%j is none', (amount) => {
    expect(withField('amount', amount)).toEqual({ code: 'AMOUNT_INVALID', param: 'amount' });
  });

  it.each([8, true, null, ['8.80'], { minor: 880 }])('as %j is of the wrong type', (amount) => {
    expect(withField('amount', amount)).toEqual({ code: 'INVALID_REQUEST', param: 'amount' });
  });

  it.each([
    ['1.234', 'CNY'],
    ['8.800', 'CNY'],
    ['5.5', 'JPY'],
    ['5.0000', 'KWD'],
  ])('%s %s is finer than its currency', (amount, currency) => {
    const body = { ...right, payment_method: 'anywhere', amount, currency };
    expect(refusal(body)).toEqual({ code: 'AMOUNT_SCALE', param: 'amount' });
  });

  it('may use the decimals that its currency has', () => {
    const body = { ...right, payment_method: 'anywhere', amount: '5.123', currency: 'KWD' };
    expect(judged(body).amountRequested).toEqual({ minor: 5123, currency: 'KWD' });
  });

  it.each([
    ['100000000.01', 'alipay_qr'],
    ['9007199254740.99', 'alipay_qr'],
    ['0.99', 'anywhere'],
    ['1000.01', 'anywhere'],
  ])('%s is not what %s takes', (amount, payment_method) => {
    expect(refusal({ ...right, amount, payment_method })).toEqual({
      code: 'AMOUNT_OUT_OF_RANGE',
      param: 'amount',
    });
  });
});
