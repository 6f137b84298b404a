import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isOverdue, nextDue, overAt, type SyncPlan } from '../../lib/domain/due.ts';
import type { Payment } from '../../lib/domain/payment.ts';
import { aPayment } from './samples.ts';

const created = Date.parse('2026-11-22T08:00:00.000Z');
const iso = (time: number) => new Date(time).toISOString();
const second = 1000;
const hour = 3600;

const tier = fc.record({
  span: fc.integer({ min: 1, max: 100_000 }),
  every: fc.integer({ min: 30, max: 86_400 }),
});

/** Tiers of any lengths, one after the other, the last for ever. */
const plans: fc.Arbitrary<SyncPlan> = fc
  .record({
    spans: fc.array(tier, { maxLength: 4 }),
    last: fc.integer({ min: 30, max: 86_400 }),
    lead: fc.integer({ min: 0, max: 60 }),
    grace: fc.integer({ min: 0, max: 600 }),
    limit: fc.integer({ min: 600, max: 200_000 }),
  })
  .map(({ spans, last, ...rest }) => {
    let until = 0;
    const [first, ...others] = spans.map(({ span, every }) => ({ until: (until += span), every }));
    const forEver = { until: Infinity, every: last };
    return { tiers: first ? [first, ...others, forEver] : [forEver], ...rest };
  });

const moments = fc.record({
  plan: plans,
  /** s after creation */
  lifetime: fc.integer({ min: 60, max: 90_000 }),
  age: fc.integer({ min: 0, max: 1_000_000 }),
  closeRequested: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  unanswered: fc.option(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(5_000)), { nil: undefined }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

type Moment = typeof moments extends fc.Arbitrary<infer T> ? T : never;

function at({ plan, lifetime, age, closeRequested, unanswered, random }: Moment) {
  const now = created + age * second;
  const payment: Payment = {
    ...aPayment(),
    createdAt: iso(created),
    expiresAt: iso(created + lifetime * second),
    ...(closeRequested !== undefined &&
      closeRequested <= age && { closeRequestedAt: iso(created + closeRequested * second) }),
    ...(unanswered !== undefined && { unanswered }),
  };
  return {
    now,
    payment,
    plan,
    over: overAt(payment, plan),
    due: Date.parse(nextDue(payment, plan, now, random)),
  };
}

/** s: how often the plan asks for a payment of that age */
function every({ tiers }: SyncPlan, age: number): number {
  return (tiers.find(({ until }) => age < until) ?? tiers.at(-1) ?? tiers[0]).every;
}

const ways = { numRuns: 2_000 };

describe('when a payment is due next', () => {
  it('lies in the future, and never beyond the end of its time while that is to come', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const { now, over, due } = at(moment);
        expect(due).toBeGreaterThan(now);
        // Just after it, not just before: what is asked for then can be ended.
        const latest = now < over ? over + 6 * second : Infinity;
        expect(due).toBeLessThanOrEqual(latest);
      }),
      ways,
    );
  });

  it('follows the tier of its age, spread by a tenth, when it is answered and its end is far', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const { now, over, due, plan } = at({ ...moment, unanswered: 0, closeRequested: undefined });
        fc.pre(now < over);
        const usual = every(plan, moment.age) * second;
        fc.pre(now + 1.1 * usual < over);
        expect(due - now).toBeGreaterThanOrEqual(Math.floor(0.9 * usual));
        expect(due - now).toBeLessThanOrEqual(Math.ceil(1.1 * usual));
      }),
      ways,
    );
  });

  it('is young again from the end of its time on', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const { now, over, due, plan } = at({ ...moment, unanswered: 0, closeRequested: undefined });
        fc.pre(now >= over);
        const usual = every(plan, (now - over) / second) * second;
        expect(due - now).toBeGreaterThanOrEqual(Math.floor(0.9 * usual));
        expect(due - now).toBeLessThanOrEqual(Math.ceil(1.1 * usual));
      }),
      ways,
    );
  });

  it('is never put off for longer than an hour or the last tier, however often nobody answered', () => {
    fc.assert(
      fc.property(moments, (moment) => {
        const { now, due, plan } = at(moment);
        const most = Math.max(hour, ...plan.tiers.map((each) => each.every));
        // Six more when its end lies just before: what is asked for then can be ended.
        expect(due - now).toBeLessThanOrEqual(Math.ceil(1.1 * most * second) + 6 * second);
      }),
      ways,
    );
  });

  it('is put off for twice as long each time that nobody answers', () => {
    const plan: SyncPlan = { tiers: [{ until: Infinity, every: 60 }], lead: 60, grace: 60, limit: hour };
    const far = { ...aPayment(), createdAt: iso(created), expiresAt: iso(created + 86_400 * second) };
    const waits = [0, 1, 2, 3, 6, 7].map(
      (unanswered) => Date.parse(nextDue({ ...far, unanswered }, plan, created, 0.5)) - created,
    );
    expect(waits.map((wait) => wait / second)).toEqual([60, 120, 240, 480, 3600, 3600]);
  });

  it('is soon again when somebody wants it closed', () => {
    const plan: SyncPlan = {
      tiers: [
        { until: 120, every: 60 },
        { until: Infinity, every: 3600 },
      ],
      lead: 60,
      grace: 60,
      limit: hour,
    };
    const old = { ...aPayment(), createdAt: iso(created), expiresAt: iso(created + 86_400 * second) };
    const now = created + 7200 * second;
    const wanted = { ...old, closeRequestedAt: iso(now) };
    expect(Date.parse(nextDue(old, plan, now, 0.5)) - now).toBe(3600 * second);
    expect(Date.parse(nextDue(wanted, plan, now, 0.5)) - now).toBe(60 * second);
  });
});

it('a payment is overdue only beyond its limit', () => {
  const payment = { expiresAt: iso(created) };
  const plan: SyncPlan = { tiers: [{ until: Infinity, every: 60 }], lead: 60, grace: 60, limit: 100 };
  expect(isOverdue(payment, plan, created + 100 * second)).toBe(false);
  expect(isOverdue(payment, plan, created + 100 * second + 1)).toBe(true);
});
