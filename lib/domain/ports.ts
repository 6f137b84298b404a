// Time and chance, as they come from outside: one object that a simulation can replace.
import type { IdSource } from './ids.ts';

export interface Ports extends IdSource {
  /** ms */
  readonly sleep: (ms: number) => Promise<void>;
  /** evenly spread in [0, 1) */
  readonly random: () => number;
}

/** UTC ISO-8601 with ms */
export function instant(ports: Pick<Ports, 'now'>): string {
  return new Date(ports.now()).toISOString();
}
