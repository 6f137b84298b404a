import { ListExecutionsCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { startRefundWorkflow } from '../../../../lib/messaging/refund-workflow.ts';
import { asking, begin, day, ended, enough, goOn, type Opened, shown, stopAll } from './workflows.ts';

afterEach(stopAll);

const start = ({ client, arn: stateMachineArn }: Opened, name: string, input: string) =>
  client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
const input = '{"refund_id":"rfd_1"}';
const taken = { name: 'ExecutionAlreadyExists' };

describe('the name of an execution', () => {
  it('begins one: while it runs, the same start is answered the same, and another is refused', async () => {
    const opened = await begin(asking(), () => goOn(1));
    const first = await shown(opened);
    await opened.advance(1000);
    expect(await start(opened, 'one', input)).toMatchObject({
      executionArn: first.executionArn,
      startDate: first.startDate,
    });
    await expect(start(opened, 'one', '{"refund_id":"rfd_2"}')).rejects.toMatchObject(taken);
    expect(opened.calls).toHaveLength(1);
    await start(opened, 'two', input);
    await opened.advance(1000);
    expect(opened.calls).toHaveLength(2);
  });

  it('is taken for 90 days after its end, and free then', async () => {
    const opened = await begin(asking(), () => enough);
    await ended(opened);
    await opened.advance(90 * day - 60_000);
    await expect(start(opened, 'one', input)).rejects.toMatchObject(taken);
    expect(opened.calls).toHaveLength(1);
    await opened.advance(120_000);
    await expect(shown(opened)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    await start(opened, 'one', input);
    await ended(opened);
    expect(opened.calls).toHaveLength(2);
  });

  it('of a refund and its run is begun once, whoever asks, and however often', async () => {
    const opened = await begin(asking(), (_, nth) => (nth <= 2 ? goOn(1) : enough));
    const run = (nth: number) => startRefundWorkflow(opened.client, opened.arn, 'rfd_9', nth);
    expect(await Promise.all([run(1), run(1)])).toEqual(['begun', 'begun']);
    await opened.advance(1.5 * day);
    expect([await run(1), await run(2)]).toEqual(['there', 'begun']);
    await opened.advance(1000);
    expect(opened.workflows.list('rfd_9')).toMatchObject([{ name: 'rfd_9-1' }, { name: 'rfd_9-2' }]);
  });
});

describe('a start that is refused', () => {
  it.each([
    ['of no such machine', { stateMachineArn: 'arn:none' }, 'StateMachineDoesNotExist'],
    ['with an input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['under a name that is none', { name: 'a b' }, 'InvalidName'],
    ['under a name that is a way elsewhere', { name: '../x' }, 'InvalidName'],
    ['with an input that is too long', { input: `"${'x'.repeat(262_143)}"` }, 'InvalidExecutionInput'],
  ])('%s begins nothing', async (_, wrong, name) => {
    const opened = await begin(asking(), () => enough);
    await ended(opened);
    const command = { stateMachineArn: opened.arn, name: 'two', input, ...wrong };
    await expect(opened.client.send(new StartExecutionCommand(command))).rejects.toMatchObject({ name });
    expect(opened.calls).toHaveLength(1);
  });
});

test('executions are listed, the newest first, by what became of them, page by page', async () => {
  const opened = await begin(asking(), (_, nth) => (nth === 1 ? goOn(1) : enough));
  await opened.advance(1000);
  for (const name of ['two', 'three']) await start(opened, name, input);
  await opened.advance(1000);
  const list = async (more: object) => {
    const { executions = [], nextToken } = await opened.client.send(
      new ListExecutionsCommand({ stateMachineArn: opened.arn, ...more }),
    );
    return [...executions.map(({ name }) => name), ...(nextToken === undefined ? [] : [{ nextToken }])];
  };
  expect(await list({})).toEqual(['three', 'two', 'one']);
  expect(await list({ statusFilter: 'RUNNING' })).toEqual(['one']);
  expect(await list({ maxResults: 2 })).toEqual(['three', 'two', { nextToken: '2' }]);
  expect(await list({ maxResults: 2, nextToken: '2' })).toEqual(['one']);
});
