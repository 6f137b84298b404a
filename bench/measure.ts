// Ours, the SDK alone and the raw calls, turn by turn in one run: what disturbs the machine disturbs all three.
import { once } from 'node:events';
import type { Built } from './build.ts';
import { environment, functionOf, type Operation } from './functions.ts';
import type { Inputs } from './inputs.ts';
import { forked, type Surroundings } from './surroundings.ts';
import type { Cost, Round } from './worker.ts';

export const contenders = ['ours', 'sdk', 'raw'] as const;
export type Contender = (typeof contenders)[number];

export interface Cell {
  /** own-process CPU per operation at concurrency 16, µs */
  readonly cpu: number;
  /** requests per second at concurrency 16 */
  readonly rate: number;
  /** ms, one at a time */
  readonly p50: number;
  readonly p99: number;
  /** peak resident size, MB */
  readonly peak: number;
}

export type Table = Readonly<Partial<Record<Operation, Readonly<Record<Contender, Cell>>>>>;

export interface Effort {
  readonly runs: number;
  /** per run and cell */
  readonly rounds: number;
  readonly perRound: number;
  readonly warmUp: number;
}

/** What each is measured against: the clients that it needs, and no more. */
export const floorOf: Readonly<Record<Operation, string>> = {
  create: 'sdk-create',
  receive: 'sdk-receive',
  apply: 'sdk-apply',
  query: 'sdk-query',
  refund: 'sdk-refund',
  // It, too, has a secret to read when it is cold.
  submit: 'sdk-create',
  look: 'sdk-create',
  refundApply: 'sdk-apply',
};

export const thorough: Effort = { runs: 3, rounds: 6, perRound: 100, warmUp: 300 };
export const quick: Effort = { runs: 1, rounds: 2, perRound: 50, warmUp: 100 };

const concurrency = 16;

export function environmentOf(around: Surroundings): Record<string, string> {
  return {
    ...environment(around, around),
    BENCH_GATEWAY: around.gateway,
    BENCH_MERCHANT_KEY: around.merchant.privatePem,
    BENCH_PLATFORM_KEY: around.platform.publicPem,
  };
}

/** @param tell is told of progress */
export async function measure(
  around: Surroundings,
  built: Built,
  inputs: Inputs,
  effort: Effort,
  operations: readonly Operation[],
  tell: (line: string) => void,
): Promise<Table> {
  const table: Partial<Record<Operation, Record<Contender, Cell>>> = {};
  for (const operation of operations) {
    const runs: Record<Contender, Cell>[] = [];
    for (let run = 1; run <= effort.runs; run++) {
      const cells = await measureOnce(operation, around, built, inputs, effort);
      const ratio = (cells.ours.cpu / cells.sdk.cpu).toFixed(2);
      tell(`${operation}, run ${run} of ${effort.runs}: ${ratio} x sdk`);
      runs.push(cells);
    }
    table[operation] = perContender((each) => medianCell(runs.map((run) => run[each])));
  }
  return table;
}

async function measureOnce(
  operation: Operation,
  around: Surroundings,
  built: Built,
  inputs: Inputs,
  effort: Effort,
): Promise<Record<Contender, Cell>> {
  const paths = {
    ours: built.ours(functionOf[operation]),
    sdk: built.floor(floorOf[operation]),
    raw: built.floor('raw'),
  };
  const workers = perContender((each) => startWorker(paths[each], around));
  const feed = async (each: Contender, n: number, lanes: number) => {
    const fed = await (each === 'ours' ? inputs.ours(operation, n) : inputs.floor(operation, n));
    return workers[each].round({ inputs: fed, concurrency: lanes });
  };
  const busy = perContender((): Cost[] => []);
  const alone = perContender((): Cost[] => []);
  for (const each of contenders) await feed(each, effort.warmUp, concurrency);
  for (let round = 0; round < effort.rounds; round++) {
    // Each goes first in turn.
    const turn = contenders.map((_, place) => contenders[(place + round) % contenders.length] ?? 'ours');
    for (const each of turn) busy[each].push(await feed(each, effort.perRound, concurrency));
    for (const each of turn) alone[each].push(await feed(each, effort.perRound / 5, 1));
  }
  for (const each of contenders) await workers[each].stop();
  return perContender((each) => cell(busy[each], alone[each]));
}

function startWorker(path: string, around: Surroundings) {
  const child = forked('worker.ts', {
    args: [path],
    env: environmentOf(around),
    execArgv: ['--expose-gc', ...profiling],
  });
  return {
    round: async (asked: Round): Promise<Cost> => {
      const answered = once(child, 'message', { signal: AbortSignal.timeout(120_000) });
      child.send(asked);
      const [cost] = (await answered) as [Cost];
      return cost;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** `BENCH_PROFILE=<folder>` writes a CPU profile of every contender there. */
const folder = process.env['BENCH_PROFILE'];
const profiling = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];

function cell(busy: readonly Cost[], alone: readonly Cost[]): Cell {
  const operations = sum(busy.map(({ latencies }) => latencies.length));
  const latencies = alone.flatMap((cost) => cost.latencies).sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? 0;
  return {
    cpu: (1000 * sum(busy.map(({ cpu }) => cpu))) / operations,
    rate: (1000 * operations) / sum(busy.map(({ wall }) => wall)),
    p50: at(0.5),
    p99: at(0.99),
    peak: Math.max(...busy.map(({ peak }) => peak)),
  };
}

function medianCell(cells: readonly Cell[]): Cell {
  const of = (name: keyof Cell) => median(cells.map((each) => each[name]));
  return { cpu: of('cpu'), rate: of('rate'), p50: of('p50'), p99: of('p99'), peak: of('peak') };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

function perContender<T>(make: (each: Contender) => T): Record<Contender, T> {
  return { ours: make('ours'), sdk: make('sdk'), raw: make('raw') };
}
