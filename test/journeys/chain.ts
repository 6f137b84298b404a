// Reads a timeline as an auditor would: from the outside names back to what was hashed, each entry over the one before.
import { createHash } from 'node:crypto';
import type { Facts, TimelineEntry } from './sight.ts';

/** The payment's facts after each entry; the first entry has all of them. */
export function unfold(timeline: readonly TimelineEntry[]): Facts[] {
  let facts: Facts = {};
  return timeline.map(({ after }) => (facts = { ...facts, ...after }));
}

/** The hash that each entry must have, given the hashes that the entries before it have. */
export function hashes(transactionId: string, timeline: readonly TimelineEntry[]): string[] {
  const facts = unfold(timeline);
  return timeline.map(({ version, name, at, actor, reason, before }, place) => {
    const hashed = {
      transactionId,
      version,
      name,
      at,
      actor,
      reason,
      before: inside(before),
      after: inside(facts[place] ?? {}),
      previousHash: timeline[place - 1]?.hash ?? '',
    };
    return createHash('sha256').update(sorted(hashed)).digest('hex');
  });
}

/** Outside names and decimal text → as the rows have it. */
function inside(facts: Facts): Facts {
  return eachMember(facts, (name, value) => (value === null ? null : read(name, value))) as Facts;
}

function read(name: string, value: unknown): unknown {
  switch (name) {
    case 'amount_requested':
    case 'amount_paid':
      return yuan(value as string);
    case 'channel_amounts':
      return eachMember(value as Facts, (_, text) => yuan(text as string));
    case 'payee':
      return eachMember(value as Facts, (_, text) => text);
    case 'anomaly':
      return money(value as Facts);
    case 'other_anomalies':
      return (value as Facts[]).map(money);
    default:
      return value;
  }
}

function money(anomaly: Facts): object {
  return eachMember(anomaly, (member, fact) => {
    if (member === 'amount') return yuan(fact as string);
    return member === 'channel_amounts' ? eachMember(fact as Facts, (_, text) => yuan(text as string)) : fact;
  });
}

function eachMember(value: Facts, read: (name: string, member: unknown) => unknown): object {
  const entries = Object.entries(value).filter(withoutCurrency);
  return Object.fromEntries(entries.map(([name, member]) => [camel(name), read(name, member)]));
}

/** In the rows it stands inside each amount. */
function withoutCurrency([name]: [string, unknown]): boolean {
  return name !== 'currency';
}

function yuan(text: string): object {
  return { currency: 'CNY', minor: Number(text.replace('.', '')) };
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
