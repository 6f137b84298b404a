// JSON texts of PayPal's, read as objects.
import type { Json } from '../../domain/canonical-json.ts';
import { JsonRefused, readJson } from '../../domain/strict-json.ts';

/** Anything that JSON calls an object. */
export type Node = Readonly<Record<string, Json>>;

export function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of an array; empty for anything else. */
export function nodes(value: Json | undefined): readonly Node[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isNode) : [];
}

/** @returns undefined when it is not one JSON object, strictly read; numbers that are not whole stay texts */
export function readNode(bytes: Uint8Array): Node | undefined {
  try {
    const value = readJson(bytes, 'text');
    return isNode(value) ? value : undefined;
  } catch (error) {
    if (error instanceof JsonRefused) return undefined;
    throw error;
  }
}

/** @returns ms since 1970 UTC of RFC 3339 in UTC, with or without a fraction of a second; undefined for any other text */
export function readInstant(value: Json | undefined): number | undefined {
  const [, wall = '', fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z$/.exec(typeof value === 'string' ? value : '') ?? [];
  const second = Date.parse(`${wall}Z`);
  // The platform would turn 30 February into March.
  if (Number.isNaN(second) || new Date(second).toISOString().slice(0, 19) !== wall) return undefined;
  return second + Number(fraction.slice(1, 4).padEnd(3, '0'));
}
