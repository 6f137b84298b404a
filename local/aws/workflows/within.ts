// How long a Task may take.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Json, StateError } from './paths.ts';

/**
 * By the computer's clock, as functions run: a moved time must not time out what works.
 * @throws StateError when the work takes longer
 */
export async function within(seconds: number | undefined, work: Promise<Json>): Promise<Json> {
  if (seconds === undefined) return work;
  const over = new AbortController();
  const late = sleep(Math.min(seconds * 1000, 2 ** 31 - 1), undefined, {
    signal: over.signal,
    ref: false,
  }).then(() => {
    throw new StateError('States.Timeout', `The task did not end within ${seconds} s.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    work.catch(() => undefined);
    over.abort();
  }
}
