// A thing that does not agree is a sentence.
import { sorted } from './chain.ts';

export function complain(holds: boolean, otherwise: string): string[] {
  return holds ? [] : [otherwise];
}

export function same(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b);
}
