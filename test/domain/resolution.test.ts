// What a decision about late or wrong money makes of a payment: pure.
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { anomalyKinds, isAcceptable } from '../../lib/domain/anomaly.ts';
import { edge, isFinal, isPaid } from '../../lib/domain/payment.ts';
import { anomaly, resolve } from '../../lib/domain/settlement.ts';
import { frozen, payment } from './payments.ts';
import { at, paidFor } from './samples.ts';

describe('a decision about an anomaly', () => {
  const resolution = fc.record({
    action: fc.constantFrom('accept' as const, 'dismiss' as const),
    by: fc.constant('operators'),
    reason: fc.constant('looked at it'),
    at: fc.constant(at),
    version: fc.nat(),
  });
  const held = fc
    .tuple(payment, fc.constantFrom(...anomalyKinds), fc.integer({ min: 1, max: 9 }))
    .map(([of, kind, minor]) => {
      const money = paidFor(of, { amount: { minor, currency: 'CNY' }, gatewayTransactionId: 'gw-late' });
      return { ...of, anomaly: anomaly(kind, money, at) };
    });

  it('moves along an edge of the table only, and is made once', () => {
    fc.assert(
      fc.property(held, resolution, (of, decided) => {
        const change = resolve(frozen(of), decided);
        if (!change) return;
        const after = { ...of, ...change };
        expect(after.anomaly).toEqual({ ...of.anomaly, resolution: decided });
        const allowed = after.status === of.status || edge(of.status, after.status) !== undefined;
        expect(allowed).toBe(true);
        expect(resolve(after, decided)).toBeUndefined();
      }),
    );
  });

  it('accepting takes exactly the money that came, where it may be taken', () => {
    fc.assert(
      fc.property(held, resolution, (of, decided) => {
        fc.pre(decided.action === 'accept');
        const change = resolve(of, decided);
        expect(change === undefined).toBe(!isAcceptable(of.anomaly.kind));
        fc.pre(change !== undefined && !isPaid(of.status));
        expect(change).toMatchObject({
          status: 'PAID_SUCCESS',
          amountPaid: of.anomaly.amount,
          gatewayTransactionId: 'gw-late',
          paidAt: of.anomaly.paidAt,
        });
      }),
    );
  });

  it('dismissing never makes anything paid, and leaves nothing pending', () => {
    fc.assert(
      fc.property(held, resolution, (of, decided) => {
        fc.pre(decided.action === 'dismiss');
        const after = { ...of, ...resolve(of, decided) };
        expect(after.amountPaid).toEqual(of.amountPaid);
        expect(after.status).toBe(isFinal(of.status) ? of.status : 'CLOSED');
      }),
    );
  });
});
