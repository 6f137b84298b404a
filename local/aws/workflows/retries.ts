// What becomes of an error in a Task: tried again after a while, caught, or the end of the execution.
import type { Task } from './definition.ts';
import type { StateError } from './paths.ts';

export type Sequel =
  | { readonly kind: 'retry'; readonly retrier: number; /** ms */ readonly after: number }
  | { readonly kind: 'caught'; readonly next: string; readonly resultPath: string | null }
  | { readonly kind: 'failed' };

/** The errors that no wildcard means. @see https://states-language.net/spec.html#appendix-a */
const beyond = ['States.Runtime', 'States.DataLimitExceeded'];

function matches(wanted: readonly string[], { name }: StateError): boolean {
  if (wanted.includes(name)) return true;
  if (beyond.includes(name)) return false;
  return wanted.includes('States.ALL') || (wanted.includes('States.TaskFailed') && name !== 'States.Timeout');
}

/**
 * @param tried how often each retrier has tried
 * @param random [0, 1)
 */
export function sequelOf(
  { Retry, Catch }: Pick<Task, 'Retry' | 'Catch'>,
  error: StateError,
  tried: readonly number[],
  random: () => number,
): Sequel {
  const index = Retry.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error));
  const retrier = Retry[index];
  const before = tried[index] ?? 0;
  if (retrier && before < retrier.MaxAttempts) {
    const { IntervalSeconds: first, BackoffRate: rate, MaxDelaySeconds: most = Infinity } = retrier;
    const longest = Math.min(most, first * rate ** before) * 1000;
    const after = retrier.JitterStrategy === 'FULL' ? random() * longest : longest;
    return { kind: 'retry', retrier: index, after: Math.round(after) };
  }
  const caught = Catch.find(({ ErrorEquals }) => matches(ErrorEquals, error));
  if (!caught) return { kind: 'failed' };
  return {
    kind: 'caught',
    next: caught.Next,
    resultPath: caught.ResultPath === undefined ? '$' : caught.ResultPath,
  };
}
