import { describe, expect, it } from '@jest/globals';
import { edge, isPaid, transitions, type PaymentStatus } from '../../lib/domain/payment.ts';

// Written out here a second time, from the requirement (R4.3), so that a slip in the table is seen.
const edges: Record<PaymentStatus, readonly PaymentStatus[]> = {
  PENDING_CREATE: ['PENDING_PAYMENT', 'PAID_SUCCESS', 'PAID_FAILED', 'CLOSED'],
  PENDING_PAYMENT: ['PAID_SUCCESS', 'PAID_FAILED', 'CLOSED'],
  PAID_SUCCESS: ['REFUND_PARTIAL', 'REFUND_FULL'],
  PAID_FAILED: ['PAID_SUCCESS'],
  CLOSED: ['PAID_SUCCESS'],
  REFUND_PARTIAL: ['REFUND_PARTIAL', 'REFUND_FULL', 'PAID_SUCCESS'],
  REFUND_FULL: ['REFUND_PARTIAL', 'PAID_SUCCESS'],
};
const statuses = Object.keys(edges) as PaymentStatus[];
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));

describe('the transition table', () => {
  it('has every status', () => {
    expect(Object.keys(transitions).sort()).toEqual([...statuses].sort());
  });

  it.each(pairs)('%s → %s is as required', (from, to) => {
    expect(edge(from, to) !== undefined).toBe(edges[from].includes(to));
  });

  it('leads from money taken only to money taken or given back', () => {
    for (const from of statuses.filter(isPaid))
      expect(Object.keys(transitions[from]).every((to) => isPaid(to as PaymentStatus))).toBe(true);
  });

  it('tells late money apart from money in time', () => {
    expect(edge('PENDING_PAYMENT', 'PAID_SUCCESS')).toBe('payment.paid');
    expect(edge('CLOSED', 'PAID_SUCCESS')).toBe('payment.paid_late');
    expect(edge('PAID_FAILED', 'PAID_SUCCESS')).toBe('payment.paid_late');
  });
});
