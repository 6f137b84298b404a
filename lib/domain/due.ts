// When the channel is to be asked again for a payment that is not final. Pure.
import type { Payment } from './payment.ts';

/** How often a channel is asked, and when somebody is called. All in seconds; each channel declares its own. @see SPEC R8.1 */
export interface SyncPlan {
  /** until this age, every so often; the last one for ever */
  readonly tiers: readonly [SyncTier, ...SyncTier[]];
  /** before expiry: so much earlier the channel's own time ends, and a payment at the last moment still finds ours open */
  readonly lead: number;
  /** after expiry: for clocks that differ, and for a payment under way */
  readonly grace: number;
  /** after expiry: not final by then = somebody is called */
  readonly limit: number;
}

export interface SyncTier {
  readonly until: number;
  readonly every: number;
}

/** Soon after creation often, then less and less: for providers that say nothing else. */
export const usualTiers: SyncPlan['tiers'] = [
  { until: 120, every: 60 },
  { until: 3600, every: 300 },
  { until: 86_400, every: 900 },
  { until: Infinity, every: 3600 },
];

/** s. The longest that an unanswered question is put off, unless the plan asks so seldom by itself. */
const longest = 3600;
/** Part of the wait that chance takes off or adds: what was made at one moment is not asked for at one moment. */
const jitter = 0.1;

/** ms since 1970 UTC: from here on nobody can pay it, by the channel's own clock */
export function overAt({ expiresAt }: Pick<Payment, 'expiresAt'>, { grace }: SyncPlan): number {
  return Date.parse(expiresAt) + grace * 1000;
}

/** ms since 1970 UTC: from here on its channel opens nothing more for it */
export function lastOpeningAt({ expiresAt }: Pick<Payment, 'expiresAt'>, { lead }: SyncPlan): number {
  return Date.parse(expiresAt) - lead * 1000;
}

/** Not final long after its time: money may hang in between. @see SPEC R8.2 */
export function isOverdue(
  { expiresAt }: Pick<Payment, 'expiresAt'>,
  { limit }: SyncPlan,
  now: number,
): boolean {
  return now > Date.parse(expiresAt) + limit * 1000;
}

/**
 * Young payments are asked for often, old ones seldom; a wish to close and the end of its time make it young again. An
 * unanswered question is put off twice as long each time. The end of its time is never slept through.
 * @param now ms since 1970 UTC
 * @param random in [0, 1)
 * @returns UTC ISO-8601 ms
 */
export function nextDue(payment: Payment, plan: SyncPlan, now: number, random: number): string {
  const over = overAt(payment, plan);
  const tier = every(plan, (now - youngSince(payment, over, now)) / 1000);
  const wait = Math.min(tier * 2 ** (payment.unanswered ?? 0), Math.max(longest, tier));
  const spread = 1 + jitter * (2 * random - 1);
  const usual = now + wait * 1000 * spread;
  const end = over + jitter * 60_000 * random;
  return new Date(now < over && over < usual ? end : usual).toISOString();
}

/** The channel has given its word, and is not asked again. */
export function notDue(payment: Payment): Payment {
  const after: { -readonly [Key in keyof Payment]: Payment[Key] } = { ...payment };
  delete after.dueAt;
  delete after.unanswered;
  delete after.askedAt;
  return after;
}

function youngSince({ createdAt, closeRequestedAt }: Payment, over: number, now: number): number {
  return Math.max(Date.parse(createdAt), Date.parse(closeRequestedAt ?? createdAt), now >= over ? over : 0);
}

function every({ tiers }: SyncPlan, age: number): number {
  return (tiers.find(({ until }) => age < until) ?? tiers.at(-1) ?? tiers[0]).every;
}
