// One contender in a process of its own: runs what it is handed, and says what that cost this process.
import { once } from 'node:events';
import { context, fine, load, over } from './invoke.ts';

export interface Round {
  readonly inputs: readonly unknown[];
  readonly concurrency: number;
}

export interface Cost {
  /** user and system, ms */
  readonly cpu: number;
  /** ms */
  readonly wall: number;
  /** ms, of each operation */
  readonly latencies: readonly number[];
  /** highest resident size so far, MB */
  readonly peak: number;
}

/** What is measured goes well; a function that warns of something does other work than was asked of it. */
const warnings: string[] = [];
process.stderr.write = (text: string | Uint8Array) => warnings.push(String(text)) > 0;

const handler = load(process.argv[2] ?? '');

async function round({ inputs, concurrency }: Round): Promise<Cost> {
  const answers: unknown[] = [];
  const latencies: number[] = [];
  const left = inputs.values();
  const lane = async () => {
    for (const input of left) {
      const from = performance.now();
      answers.push(await handler(input, context));
      latencies.push(performance.now() - from);
    }
  };
  globalThis.gc?.();
  const from = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const { user, system } = process.cpuUsage(before);
  const wall = performance.now() - from;
  answers.map(fine).forEach(over);
  if (warnings[0] !== undefined) throw new Error(`A measured call warned: ${warnings[0]}`);
  return { cpu: (user + system) / 1000, wall, latencies, peak: process.resourceUsage().maxRSS / 1024 };
}

// Ends with whoever started it.
process.on('disconnect', () => process.exit());
for (;;) {
  const [asked] = (await once(process, 'message')) as [Round];
  process.send?.(await round(asked));
}
