// A forger's tool: CRC-32 is linear, so 32 places that may hold either of two kinds of white space reach any checksum.
import { crc32 } from 'node:zlib';

const places = 32;
const blanks = (tabs: number) =>
  Array.from({ length: places }, (_, at) => ((tabs >>> at) & 1 ? '\t' : ' ')).join('');

/** @returns `text` with white space behind it, under the checksum of `genuine` */
export function forged(genuine: string, text: string): string {
  const sum = (tabs: number) => crc32(text + blanks(tabs)) >>> 0;
  const plain = sum(0);
  // What each place changes, in steps: each with a highest bit that no other has.
  const steps: { change: number; tabs: number }[] = [];
  const reduce = (change: number, tabs: number) => {
    for (const step of steps)
      if ((change ^ step.change) >>> 0 < change)
        [change, tabs] = [(change ^ step.change) >>> 0, tabs ^ step.tabs];
    return { change, tabs };
  };
  for (let at = 0; at < places; at++) {
    steps.push(reduce((sum(1 << at) ^ plain) >>> 0, 1 << at));
    steps.sort((a, b) => b.change - a.change);
  }
  const found = reduce((plain ^ crc32(genuine)) >>> 0, 0);
  if (found.change !== 0) throw new Error('the places do not reach every checksum');
  return text + blanks(found.tabs);
}
