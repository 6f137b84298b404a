import {
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from '@jest/globals';
import { until, withDirectory } from '../support.ts';
import {
  asking,
  begin,
  day,
  definitionOf,
  ended,
  enough,
  fails,
  goOn,
  open,
  openForTests,
  second,
  shown,
  steps,
  stopAll,
} from './workflows.ts';

afterEach(stopAll);

describe('from outside', () => {
  it('an execution is stopped, and what it was doing does not count any more', async () => {
    let answer: (value: null) => void = () => undefined;
    const opened = await begin(
      definitionOf({ One: steps() }),
      () => new Promise<null>((resolve) => (answer = resolve)),
    );
    const executionArn = opened.executionArn('one');
    await opened.client.send(new StopExecutionCommand({ executionArn, error: 'Mine', cause: 'no more' }));
    answer(null);
    await opened.advance(day);
    expect(await shown(opened)).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'no more' });
  });

  it('one that failed is redriven from where it stood, and one that succeeded is not', async () => {
    const opened = await begin(asking(), (_, nth) =>
      nth === 1 ? goOn(1) : nth === 2 ? fails('Error') : enough,
    );
    await opened.advance(day + second);
    expect((await shown(opened)).status).toBe('FAILED');
    const executionArn = opened.executionArn('one');
    await opened.client.send(new RedriveExecutionCommand({ executionArn }));
    expect(await ended(opened)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    expect(opened.calls.map(({ payload }) => payload)).toMatchObject([
      {},
      { step: { next: 'query' } },
      { step: { next: 'query' } },
    ]);
    await expect(opened.client.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
  });

  it('its history is told as Step Functions tells it, page by page', async () => {
    const opened = await begin(definitionOf({ One: steps() }), () => ({ fine: true }));
    await ended(opened);
    const command = { executionArn: opened.executionArn('one'), maxResults: 5 };
    const first = await opened.client.send(new GetExecutionHistoryCommand(command));
    const { nextToken } = first;
    const second = await opened.client.send(new GetExecutionHistoryCommand({ ...command, nextToken }));
    const events = [...(first.events ?? []), ...(second.events ?? [])];
    expect(events.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded'],
      ...['TaskStateExited', 'SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded'],
    ]);
    expect(events.map(({ id, previousEventId }) => (id ?? 0) - (previousEventId ?? 0))).toEqual(
      events.map(() => 1),
    );
    expect(events[1]).toMatchObject({
      timestamp: expect.any(Date) as unknown,
      stateEnteredEventDetails: { name: 'One', input: '{"refund_id":"rfd_1"}' },
    });
    expect(events[4]?.taskSucceededEventDetails).toMatchObject({
      output: '{"fine":true}',
      resourceType: 'lambda',
    });
    expect(second.nextToken).toBeUndefined();
  });
});

describe('kept executions', () => {
  it('go on at the next start: waits that are overdue end, and a task under way is begun again', async () => {
    await withDirectory(async (dataDir) => {
      const before = await begin(
        asking(),
        (_, nth) => (nth === 1 ? goOn(2) : new Promise<never>(() => undefined)),
        dataDir,
      );
      await before.advance(day);
      await open.pop()?.stop();
      const waiting = await openForTests(asking(), () => new Promise<never>(() => undefined), dataDir);
      expect((await shown(waiting)).status).toBe('RUNNING');
      expect(waiting.calls).toEqual([]);
      const moved = waiting.advance(2 * day);
      await until(() => waiting.calls.length === 1);
      await waiting.stop();
      await moved;
      const after = await openForTests(definitionOf({ One: { Type: 'Succeed' } }), () => enough, dataDir);
      open.push(after);
      expect((await ended(after)).status).toBe('SUCCEEDED');
      // By the definition that they began with, and with nothing done twice but what was under way.
      expect(after.calls.map(({ payload }) => payload)).toMatchObject([{ step: { next: 'query' } }]);
      expect(after.lines[0]).toMatchObject({ name: 'execution.state_entered', state: 'Again' });
    });
  }, 20_000);
});
