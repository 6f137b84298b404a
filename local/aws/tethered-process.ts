// A child process that cannot outlive us, even when we are killed: it ends as soon as our end of its input closes.
import { spawn } from 'node:child_process';

export interface TetheredProcess {
  /** what it has said so far, both streams; the last 4 000 characters */
  output(): string;
  /** resolves when it has ended, for whatever reason */
  readonly ended: Promise<void>;
  /** Ends it, by force after 1 s. */
  readonly stop: () => Promise<void>;
}

/** A shell stands between: the kernel closes its input when we are gone, and `read` returns. */
const leash = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ read -r _ <&3; kill "$server"; } 2>/dev/null &
watcher=$!
exec 3<&-
wait "$server"
kill "$watcher" 2>/dev/null
`;

const patience = 1000;

/** Starts `command` in a process group of its own, so that Ctrl-C reaches it only through us. */
export function startTethered(command: string, args: readonly string[]): TetheredProcess {
  const child = spawn('/bin/sh', ['-c', leash, 'sh', command, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  const listen = (text: string) => {
    said = (said + text).slice(-4000);
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  // A closed pipe is what `ended` tells already.
  child.stdin.on('error', listen.bind(undefined, ''));
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      listen(error.message);
      resolve();
    });
    child.once('close', () => {
      resolve();
    });
  });
  const stop = async () => {
    const force = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, patience);
    child.stdin.end();
    await ended;
    clearTimeout(force);
  };
  return { output: () => said, ended, stop };
}
