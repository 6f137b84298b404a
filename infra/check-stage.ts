// What a stage may not say, found when it is synthesised and not in the midst of a deployment.
import type { Stage } from './config.ts';

/** @throws Error one sentence that names the stage and what is wrong */
export function checkStage({ name, callers, dueShards: { written, read } }: Stage): void {
  const whole = [written, read].every((count) => Number.isInteger(count) && count > 0);
  if (!whole || read < written)
    throw new Error(
      `Stage "${name}" writes what is due into ${written} shards and reads ${read}: it must read at least as many as it writes, in whole numbers from 1 on, for rows in the shards of an older, larger count must still be found.`,
    );
  for (const { application, returnOrigins = [] } of callers)
    for (const origin of returnOrigins)
      if (!isReturnOrigin(origin, name))
        throw new Error(
          `"${origin}" of caller "${application}" in stage "${name}" is no origin to which payers may be sent back: write https://host or https://host:port and nothing behind it (http on this machine is for the local stage only).`,
        );
}

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

function isReturnOrigin(text: string, stage: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  if (origin !== text) return false;
  return protocol === 'https:' || (protocol === 'http:' && stage === 'local' && loopback.has(hostname));
}
