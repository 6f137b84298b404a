// The workflow of the template, run by the machine that boots it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Line } from '../../local/journal.ts';
import { type Machine, type MachineOptions, startMachine } from '../../local/machine.ts';
import { begin } from './refund-journeys.ts';
import { until } from './aws/support.ts';

// The first start after a change builds functions and template.
const patience = 60_000;
const open: Machine[] = [];
const lines: Line[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
  lines.splice(0);
});

async function boot(more: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = await startMachine({ port: 0, onLine: (line) => lines.push(line), ...more });
  open.push(machine);
  return machine;
}

interface Shown {
  readonly name: string;
  readonly status: string;
  readonly steps: readonly { readonly state: string; readonly error?: string; readonly until?: string }[];
}

const executions = async ({ control }: Machine, query = ''): Promise<readonly Shown[]> => {
  const response = await fetch(`${control}/executions${query}`);
  return ((await response.json()) as { executions: Shown[] }).executions;
};

const move = async ({ control }: Machine, advance: string): Promise<unknown> =>
  (await fetch(`${control}/clock`, { method: 'POST', body: JSON.stringify({ advance }) })).json();

/** Takes the permission away by which the machine's role invokes its function. */
function withhold({ workflows, gate }: Machine): () => void {
  const [machine] = workflows.machines.values();
  const grants = gate.access.grantsOf(machine?.roleArn ?? '');
  const [invoking, ...others] = grants.filter(({ action }) => action === 'lambda:InvokeFunction');
  if (!invoking || others.length > 0) throw new Error('One grant lets the machine invoke its function.');
  return gate.access.withhold(invoking);
}

describe('the workflow of refunds', () => {
  it(
    'runs the function of its steps, and is shown step by step',
    async () => {
      const machine = await boot();
      await until(begin(machine));
      const [one] = await executions(machine);
      expect(one).toMatchObject({
        status: 'SUCCEEDED',
        transitions: 3,
        steps: [{ state: 'Submit' }, { state: 'Settled?' }, { state: 'Done' }],
      });
      const id = one?.name.replace('-1', '') ?? '';
      expect(await executions(machine, `?refund_id=${id}`)).toEqual([one]);
      expect(await executions(machine, '?refund_id=rfd_none')).toEqual([]);
      expect(
        lines.filter(({ from, name }) => from === 'workflows' && name === 'execution.succeeded'),
      ).toMatchObject([{ execution: one?.name, refund_id: id }]);
    },
    patience,
  );

  it(
    'fails when its role does not let it, after as many tries as its definition says',
    async () => {
      const machine = await boot();
      withhold(machine);
      begin(machine);
      expect(await move(machine, '1h')).toMatchObject({ idle: true });
      const [one] = await executions(machine);
      expect(one).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
      expect(one?.steps.filter(({ error }) => error === 'Lambda.AWSLambdaException')).toHaveLength(9);
      expect(lines.filter(({ name }) => name === 'aws.denied')).toHaveLength(9);
      expect(lines.filter(({ from }) => from === 'refund-steps')).toEqual([]);
    },
    patience,
  );

  it(
    'goes on after a restart where it stood',
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'workflows-'));
      const before = await boot({ dataDir });
      withhold(before);
      const isDone = begin(before);
      await until(
        async () => (await executions(before))[0]?.steps.some(({ error }) => error !== undefined) ?? false,
      );
      expect(await isDone()).toBe(false);
      await open.pop()?.stop();
      const after = await boot({ dataDir });
      await move(after, '10m');
      const [one] = await executions(after);
      expect(one).toMatchObject({ status: 'SUCCEEDED' });
      const [first, ...later] = one?.steps ?? [];
      expect(first).toEqual({ at: expect.any(String) as unknown, state: 'Submit' });
      // It had failed at least once before, and was not begun at its first state again.
      expect(later[0]).toMatchObject({ state: 'Submit', error: 'Lambda.AWSLambdaException' });
      const entered = later.filter(({ error }) => error === undefined).map(({ state }) => state);
      expect(entered).toEqual(['Settled?', 'Done']);
      await open.pop()?.stop();
      await rm(dataDir, { recursive: true });
    },
    patience,
  );
});
