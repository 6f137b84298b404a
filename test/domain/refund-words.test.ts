// Words that overtake each other, and words of another refund than the one we know.
import { describe, expect, it } from '@jest/globals';
import {
  refundEventOf,
  type Refund,
  type RefundSnapshot,
  type RefundStatus,
} from '../../lib/domain/refund.ts';
import { decideRefund } from '../../lib/domain/refund-settlement.ts';
import { aRefund, toldOf } from './refund-samples.ts';
import { aPayment, at } from './samples.ts';

const paid = aPayment({ status: 'PAID_SUCCESS', gatewayTransactionId: 'gw-1', paidAt: at });
const aRefundThat = (status: RefundStatus, changes: Partial<Refund> = {}) =>
  aRefund(paid, { status, ...changes });
const failure = (changes: object = {}) =>
  ({ state: 'failed', channelCode: 'NO', ...changes }) as Partial<RefundSnapshot>;
const stale = { kind: 'none', why: 'stale' };
const duplicate = { kind: 'none', why: 'duplicate' };

function heard(refund: Refund, word: Partial<RefundSnapshot>, now: string): Refund {
  const decision = decideRefund(refund, toldOf(refund, word), now);
  if (decision.kind !== 'change') throw new Error(`nothing came of it: ${decision.why}`);
  return { ...refund, ...decision.change };
}

describe('a failure that a query told, which tells no time', () => {
  const [before, now, later] = [
    '2026-11-22T09:00:00.000Z',
    '2026-11-22T10:00:00.400Z',
    '2026-11-22T11:00:00.000Z',
  ];
  const failed = heard(aRefundThat('SUCCESS', { refundedAt: before }), failure(), now);

  it('is of when it was heard: an older word of success does not make it good', () => {
    expect(failed.failedAt).toBe(now);
    expect(decideRefund(failed, toldOf(failed, { at: before }), later)).toEqual(stale);
  });

  it('is made good by a later word, and by one of now', () => {
    for (const word of [{ at: later }, {}])
      expect(decideRefund(failed, toldOf(failed, word), later)).toMatchObject({
        change: { status: 'SUCCESS' },
      });
  });

  it('keeps its time when it is told again', () => {
    expect(decideRefund(failed, toldOf(failed, failure({ at: later })), later)).toEqual(duplicate);
  });

  it('is not one that answers a call of ours: what went before that may be told late', () => {
    const refused = heard(aRefundThat('PROCESSING'), failure({ isRefusal: true }), now);
    expect(refused).not.toHaveProperty('failedAt');
    expect(decideRefund(refused, toldOf(refused, { at: before }), later)).toMatchObject({
      change: { status: 'SUCCESS' },
    });
  });
});

describe('a failure in the second of the success', () => {
  const gone = heard(aRefundThat('PROCESSING'), {}, '2026-11-22T10:00:00.400Z');

  it('is none that came before it: some channels tell whole seconds', () => {
    const word = toldOf(gone, failure({ at: '2026-11-22T10:00:00.000Z' }));
    expect(decideRefund(gone, word, at)).toMatchObject({ change: { status: 'FAILED' } });
  });

  it('is one that came before it when it is of the second before', () => {
    const word = toldOf(gone, failure({ at: '2026-11-22T09:59:59.999Z' }));
    expect(decideRefund(gone, word, at)).toEqual(stale);
  });
});

describe('a refund of another number than the one we know', () => {
  const other = { gatewayRefundId: 'r2' };
  const known = { gatewayRefundId: 'r1' };
  const contradiction = { kind: 'contradiction', why: 'other_refund' };
  const all = ['PENDING', 'PROCESSING', 'SUCCESS', 'FAILED'] as const;

  it('that went, where ours went, is money that went twice', () => {
    const gone = aRefundThat('SUCCESS', known);
    expect(decideRefund(gone, toldOf(gone, other), at)).toEqual(contradiction);
    expect(decideRefund(gone, toldOf(gone, known), at)).toEqual(duplicate);
    expect(decideRefund(gone, toldOf(gone), at)).toEqual(duplicate);
  });

  it.each(all)('that failed, or is under way, says nothing of ours that is %s', (status) => {
    const ours = aRefundThat(status, known);
    const held = { state: 'needs_action', reason: 'abnormal', channelCode: 'X' } as const;
    for (const word of [failure(), { state: 'processing' } as const, held])
      expect(decideRefund(ours, toldOf(ours, { ...word, ...other }), at)).toEqual(contradiction);
  });

  it.each(['PENDING', 'PROCESSING', 'FAILED'] as const)(
    'that went is the one that counts, where ours is %s',
    (status) => {
      const ours = aRefundThat(status, { ...known, ...(status === 'FAILED' && { failedAt: at }) });
      // When ours failed says nothing of when the other went.
      expect(
        decideRefund(ours, toldOf(ours, { ...other, at: '2026-01-01T00:00:00.000Z' }), at),
      ).toMatchObject({
        change: { status: 'SUCCESS', ...other },
      });
    },
  );
});

describe('the provider’s number', () => {
  const told = { state: 'processing', gatewayRefundId: 'r1' } as const;

  it('is kept as soon as it is told, also of what is under way', () => {
    const sent = aRefundThat('PROCESSING');
    const numbered = heard(sent, told, at);
    expect(numbered).toEqual({ ...sent, gatewayRefundId: 'r1' });
    expect(refundEventOf(sent, numbered)).toBe('refund.processing');
    expect(decideRefund(numbered, toldOf(numbered, told), at)).toEqual(duplicate);
    expect(decideRefund(numbered, toldOf(numbered, { state: 'processing' }), at)).toEqual(duplicate);
  });

  it('is none of what is over', () => {
    for (const status of ['SUCCESS', 'FAILED'] as const) {
      const over = aRefundThat(status);
      expect(decideRefund(over, toldOf(over, told), at)).toEqual(stale);
    }
  });
});
