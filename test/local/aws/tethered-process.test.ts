import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startTethered } from '../../../local/aws/tethered-process.ts';
import { until } from './support.ts';

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // What nobody has waited for yet is dead all the same.
    const status = `/proc/${pid}/stat`;
    return !existsSync(status) || !readFileSync(status, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

const server = ['-c', 'echo "pid $$"; exec sleep 60'];
const pidIn = (output: string) => Number(/pid (\d+)/.exec(output)?.[1]);

describe('a tethered process', () => {
  it('ends when it is stopped', async () => {
    const child = startTethered('/bin/sh', server);
    await until(() => pidIn(child.output()) > 0);
    const pid = pidIn(child.output());
    expect(alive(pid)).toBe(true);
    await child.stop();
    expect(alive(pid)).toBe(false);
  });

  it('ends when we are killed without a word', async () => {
    const module = fileURLToPath(new URL('../../../local/aws/tethered-process.ts', import.meta.url));
    const script = `
      import { startTethered } from ${JSON.stringify(module)};
      const child = startTethered('/bin/sh', ${JSON.stringify(server)});
      setInterval(() => { const said = child.output(); if (said) process.stdout.write(said); }, 20);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = pidIn(said.toString());
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !alive(pid));
  });

  it('tells when it ends by itself, and what it said', async () => {
    const child = startTethered('/bin/sh', ['-c', 'echo it will not do >&2; exit 3']);
    await child.ended;
    expect(child.output()).toBe('it will not do\n');
    await child.stop();
  });

  it('is stopped by force when it will not listen', async () => {
    const child = startTethered('/bin/sh', ['-c', 'trap "" TERM; echo "pid $$"; while :; do sleep 1; done']);
    await until(() => pidIn(child.output()) > 0);
    const begun = Date.now();
    await child.stop();
    expect(alive(pidIn(child.output()))).toBe(false);
    expect(Date.now() - begun).toBeLessThan(1900);
  });
});
