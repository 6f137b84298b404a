// What an emulated service remembers between starts: one JSON file, readable by its owner only. In memory without a file.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type * as z from 'zod';

export interface Durable<T> {
  readonly value: T;
  /** Writes the value as it now is; the file is whole at any moment. */
  save(): void;
}

/** @throws Error when the file is there and is not ours */
export function durable<T>(schema: z.ZodType<T>, initial: T, file?: string): Durable<T> {
  if (file === undefined) return { value: initial, save: () => undefined };
  mkdirSync(dirname(file), { recursive: true });
  const kept = readKept(file);
  const value = kept === undefined ? initial : schema.parse(JSON.parse(kept));
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return { value, save };
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
