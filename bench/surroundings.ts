// What stands around the functions while they are measured: the embedded database and, beside it, all the rest.
import { fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startDatabase } from '../test/store/database.ts';
import type { Beside } from './beside.ts';

export interface Surroundings extends Beside {
  readonly dynamodb: string;
  stop(): Promise<void>;
}

/** A file of this folder as a process that talks by messages. Its standard output is thrown away, as Lambda's is read by others. */
export function forked(file: string, { args = [], ...options }: ForkOptions & { args?: string[] } = {}) {
  return fork(join(import.meta.dirname, file), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    ...options,
  });
}

export async function startSurroundings(): Promise<Surroundings> {
  const database = await startDatabase();
  const child = forked('beside.ts');
  const [beside] = (await once(child, 'message')) as [Beside];
  return {
    ...beside,
    dynamodb: database.endpoint,
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      await database.stop();
    },
  };
}
