import { describe, expect, it } from '@jest/globals';
import {
  isOpen,
  refundEdge,
  refundEventOf,
  refundTransitions,
  type RefundStatus,
} from '../../lib/domain/refund.ts';
import { aRefund } from './refund-samples.ts';
import { aPayment, at } from './samples.ts';

const statuses = Object.keys(refundTransitions) as RefundStatus[];
const refund = aRefund(aPayment());
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));

describe('the ways of a refund', () => {
  it.each([
    ['PENDING', 'PROCESSING', 'refund.processing'],
    ['PENDING', 'SUCCESS', 'refund.succeeded'],
    ['PENDING', 'FAILED', 'refund.failed'],
    ['PROCESSING', 'SUCCESS', 'refund.succeeded'],
    ['PROCESSING', 'FAILED', 'refund.failed'],
    ['FAILED', 'SUCCESS', 'refund.succeeded'],
    ['SUCCESS', 'FAILED', 'refund.reversed'],
  ] as const)('%s to %s is told as %s', (from, to, name) => {
    expect(refundEdge(from, to)).toBe(name);
    expect(refundEventOf({ ...refund, status: from }, { ...refund, status: to })).toBe(name);
  });

  it('are seven: all others are none', () => {
    expect(pairs.filter(([from, to]) => refundEdge(from, to))).toHaveLength(7);
  });

  it('but PROCESSING, which may be told again of itself, is a bug to tell of', () => {
    const none = pairs.filter(([from, to]) => !refundEdge(from, to) && from !== 'PROCESSING');
    for (const [from, to] of none)
      expect(() => refundEventOf({ ...refund, status: from }, { ...refund, status: to })).toThrow('no way');
    const processing = { ...refund, status: 'PROCESSING' } as const;
    expect(refundEventOf(processing, { ...processing, gatewayRefundId: 'r1' })).toBe('refund.processing');
  });

  it('begin with its creation; that somebody must do something is told once for each reason', () => {
    expect(refundEventOf(undefined, refund)).toBe('refund.created');
    const held = { ...refund, status: 'PROCESSING', needsAction: { reason: 'abnormal', since: at } } as const;
    expect(refundEventOf(refund, held)).toBe('refund.needs_action');
    expect(refundEventOf(held, { ...held, gatewayRefundId: 'r1' })).toBe('refund.processing');
  });

  it('hold its money while it is open, and no longer', () => {
    expect(statuses.filter((status) => isOpen({ status }))).toEqual(['PENDING', 'PROCESSING']);
  });
});
