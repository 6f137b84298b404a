// `npm run fuzz -- [runs] [seed]`: the long part of the fuzzing, 1,000,000 inputs per reader unless told otherwise.
import { randomInt } from 'node:crypto';
import { longest, measure, type Measured } from './measure.ts';
import { readers } from './readers.ts';

const [wanted = '1000000', from = String(randomInt(2 ** 30))] = process.argv.slice(2);
const chunk = 10_000;
/** bytes that may be held when all inputs are done, beside what was held before */
const mostHeap = 64 * 1024 * 1024;

const numbers = new Intl.NumberFormat('en');
const digits = (n: number): string => numbers.format(n);
const tty = process.stdout.isTTY;

/** Chunks have seeds of their own: seed, seed + 1, … */
function fuzz(reader: (typeof readers)[number], runs: number, seed: number): Measured & { grown: number } {
  let all: Measured = { runs: 0, refused: 0, slowestMs: 0, slowest: '' };
  const before = heap();
  let peak = before;
  for (let done = 0; done < runs; done += chunk) {
    const part = measure(reader, Math.min(chunk, runs - done), seed + done / chunk);
    const slowest = part.slowestMs > all.slowestMs ? part : all;
    all = {
      runs: all.runs + part.runs,
      refused: all.refused + part.refused,
      slowestMs: slowest.slowestMs,
      slowest: slowest.slowest,
    };
    peak = Math.max(peak, heap());
    if (tty) process.stdout.write(`\r  ${reader.name}: ${digits(all.runs)} of ${digits(runs)}`);
  }
  if (tty) process.stdout.write('\r\x1b[K');
  return { ...all, grown: peak - before };
}

/** What is held once the collector has been. */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const [runs, seed] = [Number(wanted), Number(from)];
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run fuzz -- [runs] [seed], both whole numbers.');
  process.exit(1);
}
console.log(`${digits(runs)} inputs per reader from seed ${seed}; limit ${longest} ms per input.\n`);
for (const reader of readers) {
  const started = performance.now();
  const { refused, slowestMs, slowest, grown } = fuzz(reader, runs, seed);
  console.log(reader.name);
  console.log(`  taken ${digits(runs - refused)}, refused ${digits(refused)}, other exceptions 0`);
  console.log(
    `  ${digits(Math.round((performance.now() - started) / 1000))} s, heap grew ${(grown / 2 ** 20).toFixed(1)} MiB at most`,
  );
  console.log(`  slowest ${slowestMs.toFixed(2)} ms: ${slowest.slice(0, 60)}\n`);
  if (grown > mostHeap) throw new Error(`${reader.name} holds on to what it read: ${grown} bytes`);
}
console.log('No reader threw anything but a refusal of its own.');
