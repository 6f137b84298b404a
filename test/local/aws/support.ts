// What the tests of the emulated services share: client settings, and waiting for what happens elsewhere.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const region = 'us-east-1';
export const account = '000000000000';
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Settings of an SDK client that speaks to `endpoint`. */
export function clientOf(endpoint: string) {
  return { endpoint, region, credentials, maxAttempts: 1 };
}

/** @throws Error after 5 s */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come to hold: ${holds.toString()}`);
    await sleep(10);
  }
}

/** A directory of its own, gone after the work. */
export async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'local-aws-'));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
