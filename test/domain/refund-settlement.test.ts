import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { money } from '../../lib/domain/money.ts';
import { edge, type Payment } from '../../lib/domain/payment.ts';
import { isOpen, refundEdge, type Refund, type RefundSnapshot } from '../../lib/domain/refund.ts';
import {
  decideRefund,
  isBeyondPaid,
  isOfPayment,
  refundable,
  sumsAfter,
} from '../../lib/domain/refund-settlement.ts';
import { refundIdOf } from '../../lib/domain/ids.ts';
import { frozen } from './payments.ts';
import { aRefund, toldOf } from './refund-samples.ts';
import { aPayment, at } from './samples.ts';

const paid = aPayment({
  status: 'PAID_SUCCESS',
  amountPaid: { minor: 880, currency: 'CNY' },
  gatewayTransactionId: 'gw-1',
  paidAt: at,
});

/** What happens, in any order: one more refund is made if it may be, or the channel says something of one that is there. */
const act = fc.oneof(
  fc.record({ make: fc.integer({ min: 1, max: 880 }) }),
  fc.record({
    of: fc.nat(5),
    state: fc.constantFrom('succeeded', 'failed', 'processing', 'needs_action'),
    /** s after the payment, by the channel's clock */
    since: fc.option(fc.nat(9), { nil: undefined }),
  }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

interface Books {
  payment: Payment;
  readonly refunds: Refund[];
  /** refunds that were called refused and had been made after all */
  provedLate: number;
}

function after(acts: readonly Act[], watch: (before: Books, books: Books) => void): Books {
  const books: Books = { payment: paid, refunds: [], provedLate: 0 };
  for (const each of acts) {
    const before = { ...books, refunds: [...books.refunds] };
    if ('make' in each) make(books, each.make);
    else hear(books, each);
    watch(before, books);
  }
  return books;
}

function make(books: Books, minor: number): void {
  if (minor > refundable(books.payment).minor) return;
  const refundId = refundIdOf(paid.transactionId, books.refunds.length);
  const refund = aRefund(paid, { refundId, amountRequested: money(minor, 'CNY') });
  books.refunds.push(refund);
  books.payment = { ...books.payment, ...sumsAfter(books.payment, undefined, refund) };
}

function hear(books: Books, { of, state, since }: Exclude<Act, { make: number }>): void {
  const place = of % Math.max(1, books.refunds.length);
  const refund = books.refunds[place];
  if (!refund) return;
  const when = since === undefined ? {} : { at: new Date(Date.parse(at) + since * 1000).toISOString() };
  const rest = state === 'needs_action' ? { reason: 'abnormal' } : {};
  const word = toldOf(refund, { state, ...when, ...rest, channelCode: 'X' } as Partial<RefundSnapshot>);
  const decision = decideRefund(frozen(refund), frozen(word), at);
  if (decision.kind !== 'change') return;
  const next = { ...refund, ...decision.change };
  if (refund.status === 'FAILED' && next.status === 'SUCCESS') books.provedLate++;
  books.refunds[place] = next;
  books.payment = { ...books.payment, ...sumsAfter(books.payment, refund, next) };
}

function sum(refunds: readonly Refund[], is: (refund: Refund) => boolean): number {
  return refunds.filter(is).reduce((all, { amountRequested }) => all + amountRequested.minor, 0);
}

const acts = fc.array(act, { maxLength: 30 });
const many = { numRuns: 1000 };

describe('whatever is made and said of a payment’s refunds, in whatever order and however often', () => {
  it('what is held and what went back are the sums of the refunds that stand so', () => {
    fc.assert(
      fc.property(acts, (given) => {
        after(given, (_, { payment, refunds }) => {
          expect(payment.amountReserved?.minor ?? 0).toBe(sum(refunds, isOpen));
          expect(payment.amountRefunded?.minor ?? 0).toBe(sum(refunds, ({ status }) => status === 'SUCCESS'));
        });
      }),
      many,
    );
  });

  it('both together are never more than was paid, but where the channel proves late what it had refused', () => {
    fc.assert(
      fc.property(acts, (given) => {
        after(given, ({ refunds: before }, { payment, provedLate, refunds }) => {
          // Then nothing more is given until it fits again.
          const mustFit = provedLate === 0 || refunds.length > before.length;
          expect(mustFit && isBeyondPaid(payment)).toBe(false);
        });
      }),
      many,
    );
  });

  it('refund and payment take edges of their tables only', () => {
    fc.assert(
      fc.property(acts, (given) => {
        const strange: string[] = [];
        after(given, (before, now) => {
          for (const [place, { status }] of before.refunds.entries()) {
            const next = now.refunds[place]?.status ?? status;
            if (next !== status && !refundEdge(status, next)) strange.push(`${status} to ${next}`);
          }
          const [from, to] = [before.payment.status, now.payment.status];
          if (from !== to && !edge(from, to)) strange.push(`${from} to ${to}`);
        });
        expect(strange).toEqual([]);
      }),
      many,
    );
  });

  it('the payment is refunded, in part or whole, by what succeeded and by nothing else', () => {
    fc.assert(
      fc.property(acts, (given) => {
        const { payment, refunds } = after(given, () => undefined);
        const gone = sum(refunds, ({ status }) => status === 'SUCCESS');
        const status = gone === 0 ? 'PAID_SUCCESS' : gone < 880 ? 'REFUND_PARTIAL' : 'REFUND_FULL';
        expect(payment.status).toBe(status);
      }),
      many,
    );
  });
});

describe('a word', () => {
  const processing = aRefund(paid, { status: 'PROCESSING' });
  const [early, late] = ['2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z'];
  const gone = aRefund(paid, { status: 'SUCCESS', refundedAt: late });
  const failed = (when?: string) =>
    ({ state: 'failed', channelCode: 'NO', ...(when !== undefined && { at: when }) }) as const;

  it('of success says how much went and when; its own clock before ours', () => {
    expect(decideRefund(processing, toldOf(processing, { gatewayRefundId: 'r1', at: early }), late)).toEqual({
      kind: 'change',
      change: {
        ...{ status: 'SUCCESS', gatewayRefundId: 'r1', refundedAt: early },
        amountRefunded: processing.amountRequested,
      },
    });
  });

  it.each([
    ['another amount', { amount: money(299, 'CNY') }, 'amount'],
    ['another currency', { amount: money(300, 'JPY') }, 'amount'],
    ['other money', { gatewayTransactionId: 'gw-2' }, 'other_money'],
  ] as const)('of %s is a contradiction, whatever it says', (_, changes, why) => {
    const words = [toldOf(processing, changes), toldOf(processing, { ...failed(), ...changes })];
    for (const word of words)
      expect(decideRefund(processing, word, at)).toEqual({ kind: 'contradiction', why });
  });

  it('of failure that is older than the success is stale; a later one calls it back', () => {
    expect(decideRefund(gone, toldOf(gone, failed(early)), at)).toEqual({ kind: 'none', why: 'stale' });
    expect(decideRefund(gone, toldOf(gone, failed('2026-11-22T11:00:00.000Z')), at)).toMatchObject({
      change: { status: 'FAILED', errorCode: 'REFUND_DECLINED', channelErrorCode: 'NO' },
    });
  });

  it('that a call was refused does not call back what went', () => {
    const word = toldOf(gone, { ...failed(), isRefusal: true });
    expect(decideRefund(gone, word, at)).toEqual({ kind: 'none', why: 'stale' });
    expect(decideRefund(processing, { ...word }, at)).toMatchObject({ change: { status: 'FAILED' } });
  });

  it('of the success that has been called back, told once more, is stale', () => {
    const back = aRefund(paid, { status: 'FAILED', failedAt: late });
    expect(decideRefund(back, toldOf(back, { at: late }), at)).toEqual({ kind: 'none', why: 'stale' });
    expect(decideRefund(back, toldOf(back, { at: early }), at)).toEqual({ kind: 'none', why: 'stale' });
  });

  it('of success after a refusal is believed: it had been made after all', () => {
    const refused = aRefund(paid, { status: 'FAILED', errorCode: 'REFUND_DECLINED' });
    expect(decideRefund(refused, toldOf(refused, { at: early }), at)).toMatchObject({
      change: { status: 'SUCCESS' },
    });
  });

  it.each(['processing', 'needs_action'] as const)('that it is %s does not move what is over', (state) => {
    const changes = { state, channelCode: 'X', reason: 'abnormal' } as Partial<RefundSnapshot>;
    for (const status of ['SUCCESS', 'FAILED'] as const) {
      const over = aRefund(paid, { status });
      expect(decideRefund(over, toldOf(over, changes), at)).toEqual({ kind: 'none', why: 'stale' });
    }
  });

  it('that a person must act keeps it going, is told once, and is over with the next good one', () => {
    const word = toldOf(processing, { state: 'needs_action', reason: 'abnormal', channelCode: 'ABNORMAL' });
    const decision = decideRefund(processing, word, at);
    expect(decision).toMatchObject({
      change: { status: 'PROCESSING', needsAction: { reason: 'abnormal', since: at } },
    });
    const held = aRefund(paid, { status: 'PROCESSING', needsAction: { reason: 'abnormal', since: at } });
    expect(decideRefund(held, word, late)).toEqual({ kind: 'none', why: 'duplicate' });
    expect(decideRefund(held, toldOf(held, { state: 'processing' }), at).kind).toBe('change');
  });

  it('that does not say whether it goes on or has failed leaves a person what he has to do', () => {
    const held = aRefund(paid, { status: 'PROCESSING', needsAction: { reason: 'misconfigured', since: at } });
    const word = toldOf(held, { state: 'processing', isInconclusive: true });
    expect(decideRefund(held, word, late)).toEqual({ kind: 'none', why: 'duplicate' });
  });
});

describe('money', () => {
  it('that is not what the payment was paid with is not of its sums', () => {
    expect(isOfPayment(paid, { gatewayTransactionId: 'gw-1' })).toBe(true);
    expect(isOfPayment(paid, { gatewayTransactionId: 'gw-2' })).toBe(false);
    expect(isOfPayment({ ...paid, status: 'CLOSED' }, { gatewayTransactionId: 'gw-1' })).toBe(false);
  });

  it('that never came cannot go back', () => {
    for (const status of ['PENDING_CREATE', 'PENDING_PAYMENT', 'PAID_FAILED', 'CLOSED'] as const)
      expect(refundable(aPayment({ status }))).toEqual(money(0, 'CNY'));
  });
});
