// How things of one stage are called: stages may share an account.
import type { Stage } from './config.ts';

/** `payments-<stage>`: opens every name, and is the name of the bus. */
export function prefix(stage: Stage): string {
  return `payments-${stage.name}`;
}

/** The index of payments by what they must be found for. */
export const findingIndex = 'finding';
