// A share of the fuzzing; `npm run fuzz` does the long part.
import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { longest, measure } from './measure.ts';
import { readers } from './readers.ts';

const runs = 20_000;

test.each(readers)(
  `$name: ${runs} inputs, no exception but its own, none slow`,
  (reader) => {
    const measured = measure(reader, runs, randomInt(2 ** 31));
    expect(measured.slowestMs).toBeLessThanOrEqual(longest);
    // Both sides of the border were met, or the grammar is worth nothing.
    expect(measured.refused).toBeGreaterThan(runs / 100);
    expect(runs - measured.refused).toBeGreaterThan(runs / 100);
  },
  60_000,
);

test('an exception that is no refusal is found, with the seed that repeats it', () => {
  for (const reader of readers)
    expect(() => measure({ ...reader, isRefusal: () => false }, 1000, 1)).toThrow(/seed: 1/);
});
