// What is not refunded, and why: nothing is written down.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Payment } from '../../lib/domain/payment.ts';
import { createPayment } from '../../lib/store/payments.ts';
import { aPayment, at } from '../domain/samples.ts';
import { cause, failed, paidOne, paymentNow, say, succeeded } from '../flows/refunding.ts';
import { startDatabase, type Database } from '../store/database.ts';
import { askRefund, outcome, year, type Asking } from './asking-refund.ts';

let database: Database;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const ask = (payment: Pick<Payment, 'transactionId'>, changes: object = {}, asking: Asking = {}) =>
  askRefund(database, payment, changes, asking);

describe('is refused', () => {
  it('where nothing was paid', async () => {
    for (const status of ['PENDING_CREATE', 'PENDING_PAYMENT', 'PAID_FAILED', 'CLOSED'] as const) {
      const payment = aPayment({ status });
      await createPayment(database.tables(), payment, cause, undefined, 0);
      expect(await outcome(ask(payment))).toBe('STATE_CONFLICT');
    }
  });

  it('where no payment is, and to another application', async () => {
    const payment = await paidOne(database);
    expect(await outcome(ask(aPayment()))).toBe('NOT_FOUND');
    expect(await outcome(ask(payment, {}, { application: 'other' }))).toBe('NOT_FOUND');
  });

  it.each([
    ['nothing', { amount: '0' }, 'AMOUNT_INVALID'],
    ['nothing, with decimals', { amount: '0.00' }, 'AMOUNT_INVALID'],
    ['a fraction of a fen', { amount: '1.001' }, 'AMOUNT_SCALE'],
    ['another currency', { currency: 'USD' }, 'REFUND_CURRENCY_MISMATCH'],
    ['more than was paid', { amount: '8.81' }, 'REFUND_EXCEEDS_PAID'],
  ])('%s', async (_, changes, code) => {
    const payment = await paidOne(database);
    expect(await outcome(ask(payment, changes))).toBe(code);
    expect(await paymentNow(database, payment)).toEqual(payment);
  });

  it('what is left no more: under way, or gone; not what was released', async () => {
    const payment = await paidOne(database);
    const { refund } = await ask(payment, { amount: '5.00' });
    expect(await outcome(ask(payment, { amount: '3.81' }))).toBe('REFUND_EXCEEDS_PAID');
    await say(database, succeeded(refund));
    expect(await outcome(ask(payment, { amount: '3.81' }))).toBe('REFUND_EXCEEDS_PAID');
    const rest = await ask(payment, { amount: '3.80' });
    await say(database, failed(rest.refund));
    expect(await outcome(ask(payment, { amount: '3.80' }))).toBe('created');
  });

  it('after the channel’s window, to the millisecond, and where it gives nothing back', async () => {
    const payment = await paidOne(database);
    const over = Date.parse(payment.paidAt ?? '') - Date.parse(at) + 86_400_000;
    const rule = { window: 86_400 };
    expect(await outcome(ask(payment, {}, { rule, age: over + 1 }))).toBe('REFUND_WINDOW_CLOSED');
    expect(await outcome(ask(payment, {}, { rule: undefined }))).toBe('REFUND_WINDOW_CLOSED');
    expect(await outcome(ask(payment, {}, { rule, age: over }))).toBe('created');
    const late = { rule, age: over + 1 };
    expect(await outcome(ask(payment, { refund_method: 'OFFLINE' }, late))).toBe('created');
  });

  it('one more than the channel allows', async () => {
    const payment = await paidOne(database);
    const rule = { ...year, most: 2 };
    for (const expected of ['created', 'created', 'REFUND_LIMIT'])
      expect(await outcome(ask(payment, { amount: '0.01' }, { rule }))).toBe(expected);
    expect(await outcome(ask(payment, { amount: '0.01', refund_method: 'OFFLINE' }, { rule }))).toBe(
      'created',
    );
  });
});
