// Reads a timeline as an auditor would: from the outside names back to what was hashed, each entry over the one before.
import { createHash } from 'node:crypto';
import type { Facts, TimelineEntry } from './sight.ts';

/** The payment's facts after each entry; the first entry has all of them. */
export function unfold(timeline: readonly TimelineEntry[]): Facts[] {
  let facts: Facts = {};
  return timeline.map(({ after }) => (facts = over(facts, after)));
}

/** A refund's facts before and after an entry that tells of it; before its first one there are none. */
export interface RefundStep {
  readonly was: Facts | undefined;
  readonly now: Facts;
}

/** For each entry that tells of a refund. */
export function unfoldRefunds(timeline: readonly TimelineEntry[]): (RefundStep | undefined)[] {
  const known = new Map<string, Facts>();
  return timeline.map(({ refund }) => {
    if (!refund) return undefined;
    const was = known.get(refund.refund_id);
    const now = over(was ?? {}, refund.after);
    known.set(refund.refund_id, now);
    return { was, now };
  });
}

/** `null`: is there no more. */
function over(facts: Facts, after: Facts): Facts {
  return Object.fromEntries(Object.entries({ ...facts, ...after }).filter(([, value]) => value !== null));
}

/** The hash that each entry must have, given the hashes that the entries before it have. */
export function hashes(transactionId: string, timeline: readonly TimelineEntry[]): string[] {
  const facts = unfold(timeline);
  const refunds = unfoldRefunds(timeline);
  const inside = insideOf(String(timeline[0]?.after['currency']));
  return timeline.map(({ version, name, at, actor, reason, before, refund }, place) => {
    const hashed = {
      transactionId,
      version,
      name,
      at,
      actor,
      reason,
      before: inside(before),
      after: inside(facts[place] ?? {}),
      ...(refund && { refund: { before: inside(refund.before), after: inside(refunds[place]?.now ?? {}) } }),
      previousHash: timeline[place - 1]?.hash ?? '',
    };
    return createHash('sha256').update(sorted(hashed)).digest('hex');
  });
}

/** Outside names and decimal text → as the rows have it. */
function insideOf(currency: string): (facts: Facts) => Facts {
  const money = (text: unknown) => ({ currency, minor: Number(String(text).replace('.', '')) });
  const amounts = (value: unknown) => eachMember(value as Facts, (_, text) => money(text));
  const anomaly = (found: unknown) =>
    eachMember(found as Facts, (member, fact) => {
      if (member === 'amount') return money(fact);
      if (member === 'resolution') return eachMember(fact as Facts, (_, text) => text);
      return member === 'channel_amounts' ? amounts(fact) : fact;
    });
  const read = (name: string, value: unknown): unknown => {
    switch (name) {
      case 'amount_requested':
      case 'amount_paid':
      case 'amount_refunded':
      case 'amount_reserved':
        return money(value);
      case 'channel_amounts':
        return amounts(value);
      case 'payee':
        return eachMember(value as Facts, (_, text) => text);
      case 'anomaly':
        return anomaly(value);
      case 'other_anomalies':
        return (value as Facts[]).map(anomaly);
      default:
        return value;
    }
  };
  return (facts) => eachMember(facts, (name, value) => (value === null ? null : read(name, value))) as Facts;
}

function eachMember(value: Facts, read: (name: string, member: unknown) => unknown): object {
  const entries = Object.entries(value).filter(withoutCurrency);
  return Object.fromEntries(entries.map(([name, member]) => [camel(name), read(name, member)]));
}

/** In the rows it stands inside each amount. */
function withoutCurrency([name]: [string, unknown]): boolean {
  return name !== 'currency';
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** JSON with the keys in order and no spaces. */
export function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
