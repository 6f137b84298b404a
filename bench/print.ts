// The tables that people read, 80 columns wide: ratios first, what was aimed at beside them.
import type { ColdStart } from './cold-start.ts';
import type { Counts } from './count.ts';
import { costs, course, refundCourse, refundWays, units, type RefundWay } from './cost.ts';
import type { Operation } from './functions.ts';
import type { Counted } from './lives.ts';
import { contenders, type Table } from './measure.ts';

/** Own CPU over the SDK's for the same calls. */
export const goals: Readonly<Record<Operation, number>> = {
  create: 1.25,
  receive: 1.25,
  apply: 1.3,
  query: 1.25,
  refund: 1.3,
  submit: 1.3,
  look: 1.3,
  refundApply: 1.3,
};
const limits = { start: 1.15, memory: 1.2, bytes: 600 * 1024, writeUnits: 40, usd: 45 };

export function speed(table: Table): string {
  const rows = Object.entries(table).flatMap(([operation, cells]) => [
    ...contenders.map((each) => {
      const { cpu, rate, p50, p99, peak } = cells[each];
      const against = (floor: 'sdk' | 'raw') => (each === floor ? '1' : (cpu / cells[floor].cpu).toFixed(2));
      const goal = each === 'ours' ? goals[operation as Operation].toFixed(2) : '';
      return [
        each === 'ours' ? operation : '',
        ...[each, against('sdk'), goal, against('raw'), cpu.toFixed(0), rate.toFixed(0)],
        ...[p50.toFixed(2), p99.toFixed(1), peak.toFixed(0)],
      ];
    }),
  ]);
  return grid(['', '', 'x sdk', 'goal', 'x raw', 'CPU us', 'req/s', 'p50 ms', 'p99', 'MB'], rows);
}

export function starts(all: Readonly<Record<string, ColdStart>>): string {
  const rows = Object.entries(all).map(([name, { bytes, ours, sdk }]) => {
    const sum = ours.load + ours.call;
    const measured = ours.call > 0;
    return [
      name,
      `${Math.ceil(bytes / 1024)}`,
      ours.load.toFixed(0),
      (ours.load / sdk.load).toFixed(2),
      measured ? sum.toFixed(0) : '',
      measured ? (sum / (sdk.load + sdk.call)).toFixed(2) : '',
    ];
  });
  return grid(['', 'KB', 'load ms', 'x sdk', '+ call ms', 'x sdk'], rows);
}

export function counted(counts: Counts): string {
  const rows = Object.entries(counts.warm).map(([name, of]) => {
    const { read, write, logged } = units(of);
    return [name, calls(of.calls), ...[read, write, of.signs, of.verifies, of.keyParses, logged].map(String)];
  });
  return grid(['', 'calls', 'RRU', 'WRU', 'sign', 'vrfy', 'key', 'log'], rows, 2);
}

/** `PutItem` → `Put`, a transaction → `Tx`, in their order. */
function calls(all: Counted['calls']): string {
  const short = (name: string) =>
    name.replace(/^Transact.*/, 'Tx').replace(/(Item|Events|Message(Batch)?|Execution)$/, '');
  return all
    .map(({ operation, service }) => (service === 'gateway' ? 'gateway' : short(operation)))
    .join(' ');
}

export function cost(counts: Counts): string {
  const lines = costs(course(counts)).map(([what, usd]) => [what, usd.toFixed(2)]);
  return grid(['USD per million payments', ''], lines);
}

/** What a refund takes, way by way. */
export function refunds(counts: Counts): string {
  const ways = Object.keys(refundWays) as RefundWay[];
  const courses = ways.map((way) => refundCourse(counts, way));
  const row = (what: string, of: (one: (typeof courses)[number]) => string) => [what, ...courses.map(of)];
  const usd = (one: (typeof courses)[number], what: RegExp) =>
    (costs(one).find(([name]) => what.test(name))?.[1] ?? 0).toFixed(2);
  return grid(
    ['a refund', ...ways],
    [
      row('Lambda invocations', (one) => `${one.invocations}`),
      row('state transitions', (one) => `${one.transitions}`),
      row('calls to AWS', (one) => `${Object.values(one.calls).reduce((all, each) => all + each, 0)}`),
      row('RRU', (one) => `${one.read}`),
      row('WRU', (one) => `${one.write}`),
      row('events', (one) => `${one.told}`),
      row('USD per million', (one) => usd(one, /^together/)),
      row('of it transitions', (one) => usd(one, /^Step Functions/)),
    ],
  );
}

export const aims =
  `RRU, WRU: capacity units read and written; key: keys parsed; log: bytes.\n` +
  `Goals: create, receive and query at most 1.25 x the SDK's CPU, all else 1.30;\n` +
  `first call ${limits.start.toFixed(2)}; memory ${limits.memory.toFixed(2)}; bundles ${limits.bytes / 1024} KB; ` +
  `${limits.writeUnits} write units and ${limits.usd} USD for a payment.`;

/** @param left how many columns are text */
export function grid(head: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const all = [head, ...rows];
  const widths = head.map((_, place) => Math.max(...all.map((row) => (row[place] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, place) =>
        place < left ? text.padEnd(widths[place] ?? 0) : text.padStart(widths[place] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
