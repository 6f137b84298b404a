// JSON texts of Stripe, read as objects.
import type { Json } from '../../domain/canonical-json.ts';
import { JsonRefused, readJson } from '../../domain/strict-json.ts';

/** Anything that JSON calls an object. */
export type Node = Readonly<Record<string, Json>>;

export function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined when it is not one JSON object, strictly read; numbers that are not whole stay texts */
export function readNode(bytes: Uint8Array, keys?: number): Node | undefined {
  try {
    const value = readJson(bytes, 'text', keys);
    return isNode(value) ? value : undefined;
  } catch (error) {
    if (error instanceof JsonRefused) return undefined;
    throw error;
  }
}
