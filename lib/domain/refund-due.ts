// When a refund is looked at again. Pure.
import type { Refund } from './refund.ts';

/** s. Until this age, every so often: seconds, minutes, hours, days. */
const tiers = [
  { until: 60, every: 10 },
  { until: 600, every: 60 },
  { until: 7200, every: 600 },
  { until: 86_400, every: 3600 },
  { until: Infinity, every: 86_400 },
] as const;

/** s. From here on somebody is called: banks have had long enough. */
const limit = 30 * 86_400;
/** ms. So much later than its workflow wakes, somebody else looks for it. */
const slack = 10 * 60_000;

function age({ submittedAt, createdAt }: Refund, now: number): number {
  return Math.max(0, (now - Date.parse(submittedAt ?? createdAt)) / 1000);
}

/**
 * @param least s: what its provider, or our patience, wants at least
 * @param now ms since 1970 UTC
 * @returns whole s
 * @see SPEC R6.3
 */
export function pauseOf(refund: Refund, least: number, now: number): number {
  const old = age(refund, now);
  return Math.max(least, (tiers.find(({ until }) => old < until) ?? tiers[4]).every);
}

export function isRefundOverdue(refund: Refund, now: number): boolean {
  return age(refund, now) > limit;
}

/** UTC ISO-8601 ms: when it is found due, if the workflow that pauses for so many seconds does not wake. */
export function foundAfter(seconds: number, now: number): string {
  return new Date(now + seconds * 1000 + slack).toISOString();
}
