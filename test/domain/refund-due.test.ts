import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foundAfter, isRefundOverdue, pauseOf } from '../../lib/domain/refund-due.ts';
import { aRefund } from './refund-samples.ts';
import { aPayment, at } from './samples.ts';

const sent = Date.parse(at);
const [second, day] = [1_000, 86_400_000];
const refund = aRefund(aPayment(), { submittedAt: at });
const ages = fc.integer({ min: -day, max: 60 * day });

describe('the pause before a refund is looked at again', () => {
  it.each([
    ['at first', 0, 10],
    ['just under a minute', 59 * second, 10],
    ['a minute', 60 * second, 60],
    ['ten minutes', 600 * second, 600],
    ['two hours', 7_200 * second, 3_600],
    ['a day', day, 86_400],
    ['a month', 31 * day, 86_400],
  ])('%s', (_, age, seconds) => {
    expect(pauseOf(refund, 0, sent + age)).toBe(seconds);
  });

  it('is never shorter for an older one, nor than what its provider wants, and of whole seconds', () => {
    fc.assert(
      fc.property(ages, ages, fc.nat(600), (one, other, least) => {
        const [young, old] = [Math.min(one, other), Math.max(one, other)];
        const pauses = [young, old].map((age) => pauseOf(refund, least, sent + age));
        expect(pauses[0]).toBeLessThanOrEqual(pauses[1] ?? 0);
        for (const pause of pauses) {
          expect(pause).toBeGreaterThanOrEqual(Math.max(10, least));
          expect(pause).toBeLessThanOrEqual(86_400);
          expect(Number.isInteger(pause)).toBe(true);
        }
      }),
    );
  });

  it('is counted from when it was sent, and before that from when it was made', () => {
    const unsent = aRefund(aPayment(), { createdAt: at });
    expect(pauseOf(unsent, 0, sent + day)).toBe(86_400);
    const late = { ...unsent, submittedAt: new Date(sent + day).toISOString() };
    expect(pauseOf(late, 0, sent + day)).toBe(10);
  });
});

it('somebody is called after thirty days, and not before', () => {
  expect(isRefundOverdue(refund, sent + 30 * day)).toBe(false);
  expect(isRefundOverdue(refund, sent + 30 * day + 1)).toBe(true);
});

it('somebody else looks for it ten minutes after its workflow should have', () => {
  expect(foundAfter(60, sent)).toBe('2026-11-22T08:11:00.000Z');
});
