// Runs a reader over generated inputs: whatever it throws must be a refusal of its own, in bounded time and memory.
import fc from 'fast-check';

export interface Reader {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Uint8Array>;
  /** Reads one input. @throws an error that `isRefusal` knows; anything else is a finding */
  readonly read: (input: Uint8Array) => void;
  readonly isRefusal: (error: unknown) => boolean;
}

export interface Measured {
  readonly runs: number;
  readonly refused: number;
  /** ms of the slowest input: the best of three, for one may have met the collector */
  readonly slowestMs: number;
  readonly slowest: string;
}

/** ms of CPU */
export const longest = 50;

/**
 * @param seed the same one gives the same inputs
 * @throws Error with fast-check's report (seed, path, smallest input) for an exception that is no refusal, or for an input
 * that takes longer than 50 ms
 */
export function measure(reader: Reader, runs: number, seed: number): Measured {
  const seen = { refused: 0, slowestMs: 0, slowest: '' };
  const timed = (input: Uint8Array): number => {
    const from = performance.now();
    if (!taken(reader, input)) seen.refused++;
    return performance.now() - from;
  };
  const property = fc.property(reader.inputs, (input) => {
    let took = timed(input);
    if (took > 1 && took > seen.slowestMs) {
      const { refused } = seen;
      took = Math.min(took, timed(input), timed(input));
      seen.refused = refused;
    }
    if (took > seen.slowestMs) Object.assign(seen, { slowestMs: took, slowest: shown(input) });
    return took <= longest;
  });
  fc.assert(property, { numRuns: runs, seed });
  return { runs, ...seen };
}

function taken({ read, isRefusal }: Reader, input: Uint8Array): boolean {
  try {
    read(input);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** On one line, whatever it holds. */
function shown(input: Uint8Array): string {
  return Buffer.from(input.subarray(0, 200))
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, '·');
}
