// Payments as property tests make them: any status, small sums, one of two channels, now and then an anomaly.
import * as fc from 'fast-check';
import { transitions, type Payment, type PaymentStatus } from '../../lib/domain/payment.ts';
import { aPayment, at } from './samples.ts';

export const statuses = Object.keys(transitions) as PaymentStatus[];
const status = fc.constantFrom(...statuses);
export const few = fc.constantFrom('gw-1', 'gw-2');

export const payment: fc.Arbitrary<Payment> = fc
  .record({
    status,
    amountRequested: fc.record({
      minor: fc.integer({ min: 1, max: 4 }),
      currency: fc.constant('CNY' as const),
    }),
    payee: fc.constantFrom({ merchantId: 'm1', appId: 'a1' }, { merchantId: 'm1' }, { appId: 'a1' }, {}),
    paymentChannel: fc.constantFrom('ALIPAY', 'ALIPAY_HK'),
    gatewayTransactionId: fc.option(few, { nil: undefined }),
    anomaly: fc.option(
      fc.record({
        kind: fc.constantFrom('OVERPAID' as const, 'PAID_AFTER_CLOSE' as const),
        foundAt: fc.constant(at),
        amount: fc.constant({ minor: 1, currency: 'CNY' as const }),
        paidAt: fc.constant(at),
        gatewayTransactionId: few,
      }),
      { nil: undefined },
    ),
  })
  .map(({ gatewayTransactionId, anomaly, ...rest }) =>
    aPayment({
      ...rest,
      ...(gatewayTransactionId !== undefined && { gatewayTransactionId }),
      ...(anomaly && { anomaly }),
    }),
  );

/** Deep: a decision that wrote to what it is given would throw. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
