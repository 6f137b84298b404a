import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { edge, isPaid, type Payment } from '../../lib/domain/payment.ts';
import { decide, type PaidSnapshot, type PaymentSnapshot } from '../../lib/domain/settlement.ts';
import { few, frozen, payment, statuses } from './payments.ts';
import { aPayment, at, paidFor } from './samples.ts';

const paid = fc.record({
  state: fc.constant('paid' as const),
  gatewayTransactionId: few,
  amount: fc.record({
    minor: fc.integer({ min: 1, max: 4 }),
    currency: fc.constantFrom('CNY' as const, 'JPY' as const),
  }),
  paidAt: fc.constant('2026-11-22T08:01:00.000Z'),
  payee: fc.constantFrom({ merchantId: 'm1', appId: 'a1' }, { merchantId: 'm2' }, { appId: 'a2' }, {}),
});
const silent = fc.record({
  state: fc.constantFrom('not_found' as const, 'pending' as const, 'closed' as const),
});

/** A payment, and a word about it. */
const pair = fc
  .tuple(payment, fc.oneof(paid, silent), fc.constantFrom('ALIPAY', 'ALIPAY_HK'))
  .map(([of, word, channel]) => ({
    of,
    channel,
    word: { ...word, transactionId: of.transactionId },
  }));

function told({ of, word, channel }: { of: Payment; word: PaymentSnapshot; channel: string }) {
  return decide(frozen(of), channel, frozen(word), at);
}

describe('any word about any payment', () => {
  it('has one decision, which changes nothing by itself', () => {
    fc.assert(
      fc.property(pair, (given) => {
        const first = told(given);
        expect(['none', 'move', 'anomaly', 'foreign']).toContain(first.kind);
        expect(told(given)).toEqual(first);
      }),
    );
  });

  it('moves along an edge of the table only', () => {
    fc.assert(
      fc.property(pair, (given) => {
        const decision = told(given);
        if (decision.kind !== 'move') return;
        expect(edge(given.of.status, decision.to)).toBeDefined();
      }),
    );
  });

  it('makes it paid only by the right amount, currency, merchant and app, through its own channel, in time', () => {
    fc.assert(
      fc.property(pair, (given) => {
        const decision = told(given);
        if (decision.kind !== 'move' || decision.to !== 'PAID_SUCCESS') return;
        const { of, channel } = given;
        const word = given.word as PaidSnapshot;
        expect(channel).toBe(of.paymentChannel);
        expect(word.amount).toEqual(of.amountRequested);
        expect(decision.change.amountPaid).toEqual(of.amountRequested);
        expect({ ...of.payee, ...word.payee }).toEqual(of.payee);
        expect(['PENDING_CREATE', 'PENDING_PAYMENT']).toContain(of.status);
      }),
      { numRuns: 2000 },
    );
  });

  it('never moves a payment whose money has come', () => {
    fc.assert(
      fc.property(pair, (given) => {
        fc.pre(isPaid(given.of.status));
        expect(told(given).kind).not.toBe('move');
      }),
    );
  });

  it('is foreign through another channel, and only then', () => {
    fc.assert(
      fc.property(pair, (given) => {
        expect(told(given).kind === 'foreign').toBe(given.channel !== given.of.paymentChannel);
      }),
    );
  });

  it('changes nothing while the channel knows nothing or waits', () => {
    fc.assert(
      fc.property(payment, fc.constantFrom('not_found' as const, 'pending' as const), (of, state) => {
        const word = { state, transactionId: of.transactionId };
        expect(decide(of, of.paymentChannel, word, at)).toEqual({ kind: 'none', why: 'undecided' });
      }),
    );
  });

  it('is a duplicate once it was carried out', () => {
    fc.assert(
      fc.property(pair, (given) => {
        const first = told(given);
        const after = carriedOut(given.of, first);
        if (!after) return;
        expect(told({ ...given, of: after })).toEqual({ kind: 'none', why: 'duplicate' });
      }),
      { numRuns: 500 },
    );
  });
});

function carriedOut(of: Payment, decision: ReturnType<typeof decide>): Payment | undefined {
  if (decision.kind === 'move') return { ...of, ...decision.change, status: decision.to };
  if (decision.kind === 'anomaly') return { ...of, anomaly: decision.anomaly };
  return undefined;
}

describe('a word of closing', () => {
  const word = { state: 'closed', transactionId: 'pay_x' } as const;

  it.each(['PENDING_CREATE', 'PENDING_PAYMENT'] as const)('closes %s', (status) => {
    const change = { closedAt: at };
    expect(decide(aPayment({ status }), 'ALIPAY', word, at)).toEqual({ kind: 'move', to: 'CLOSED', change });
  });

  it('is known of CLOSED, and stale of all that is final otherwise', () => {
    expect(decide(aPayment({ status: 'CLOSED' }), 'ALIPAY', word, at)).toEqual({
      kind: 'none',
      why: 'duplicate',
    });
    for (const status of [...statuses.filter(isPaid), 'PAID_FAILED' as const])
      expect(decide(aPayment({ status }), 'ALIPAY', word, at)).toEqual({ kind: 'none', why: 'stale' });
  });
});

describe('money that contradicts our row', () => {
  const of = aPayment({ status: 'PENDING_PAYMENT' });
  it.each([
    ['UNDERPAID', { amount: { minor: 879, currency: 'CNY' } }],
    ['OVERPAID', { amount: { minor: 881, currency: 'CNY' } }],
    ['CURRENCY_MISMATCH', { amount: { minor: 880, currency: 'JPY' } }],
    ['WRONG_PAYEE', { payee: { ...of.payee, merchantId: '2088999999999999' } }],
    ['WRONG_PAYEE', { payee: { ...of.payee, appId: '2021999999999999' } }],
  ] as const)('is %s', (kind, changes) => {
    const word = paidFor(of, changes);
    expect(decide(of, 'ALIPAY', word, at)).toEqual({
      kind: 'anomaly',
      anomaly: {
        kind,
        foundAt: at,
        amount: word.amount,
        paidAt: word.paidAt,
        gatewayTransactionId: word.gatewayTransactionId,
      },
    });
  });

  it.each(['CLOSED', 'PAID_FAILED'] as const)('comes too late for %s', (late) => {
    expect(decide(aPayment({ status: late }), 'ALIPAY', paidFor(of), at)).toMatchObject({
      kind: 'anomaly',
      anomaly: { kind: 'PAID_AFTER_CLOSE' },
    });
  });

  it.each(statuses.filter(isPaid))('comes a second time for %s', (done) => {
    const before = aPayment({ status: done, gatewayTransactionId: 'gw-1' });
    const again = paidFor(before, { gatewayTransactionId: 'gw-2' });
    expect(decide(before, 'ALIPAY', again, at)).toMatchObject({ anomaly: { kind: 'DUPLICATE_PAID' } });
    const same = paidFor(before, { gatewayTransactionId: 'gw-1' });
    expect(decide(before, 'ALIPAY', same, at)).toEqual({ kind: 'none', why: 'duplicate' });
  });
});

describe('money for a payment that somebody wants closed', () => {
  const requested = aPayment({ status: 'PENDING_PAYMENT', closeRequestedAt: '2026-11-22T08:01:00.300Z' });

  it.each([
    ['after it', '2026-11-22T08:01:30.000Z', { anomaly: { kind: 'PAID_AFTER_CLOSE' } }],
    [
      'in the same second, by a clock of whole seconds',
      '2026-11-22T08:01:00.000Z',
      { anomaly: { kind: 'PAID_AFTER_CLOSE' } },
    ],
    ['long before it, though we hear of it now', '2026-11-22T08:00:30.000Z', { kind: 'move' }],
  ])('that was paid %s', (_, paidAt, decision) => {
    expect(decide(requested, 'ALIPAY', paidFor(requested, { paidAt }), at)).toMatchObject(decision);
  });
});
