import { afterEach, describe, expect, it } from '@jest/globals';
import {
  asking,
  begin,
  day,
  definitionOf,
  ended,
  enough,
  fails,
  goOn,
  type Opened,
  second,
  shown,
  steps,
  stopAll,
} from './workflows.ts';

afterEach(stopAll);

describe('an execution', () => {
  it('goes from state to state with what each leaves, to its end', async () => {
    const opened = await begin(definitionOf({ One: steps() }), () => ({ fine: true }));
    expect(await ended(opened)).toMatchObject({ status: 'SUCCEEDED', input: '{"refund_id":"rfd_1"}' });
    const { output = '' } = await shown(opened);
    expect(JSON.parse(output)).toEqual({
      refund_id: 'rfd_1',
      step: { ExecutedVersion: '$LATEST', Payload: { fine: true }, StatusCode: 200 },
    });
    expect(opened.calls.map(({ payload }) => payload)).toEqual([{ refund_id: 'rfd_1' }]);
  });

  it('of thirty days is over when thirty days have passed, each step at its moment', async () => {
    const opened = await begin(asking(), (_, nth) => (nth <= 30 ? goOn(1) : enough));
    expect(await opened.advance(29.5 * day)).toBe(true);
    expect((await shown(opened)).status).toBe('RUNNING');
    expect(opened.calls).toHaveLength(30);
    expect(await opened.advance(day)).toBe(true);
    expect((await shown(opened)).status).toBe('SUCCEEDED');
    const days = opened.calls.map(({ at }) => Math.floor(at / day));
    expect(days).toEqual(Array.from({ length: 31 }, (_, index) => index));
    expect(opened.lines.at(-1)).toMatchObject({ name: 'execution.succeeded', transitions: 31 + 31 + 30 + 1 });
  });

  it('is ended when its machine’s time is over, though it waits for longer', async () => {
    const opened = await begin(asking(), () => goOn(45));
    await opened.advance(60 * day - 10 * second);
    expect((await shown(opened)).status).toBe('RUNNING');
    await opened.advance(20 * second);
    expect(await shown(opened)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    await opened.advance(60 * day);
    expect(opened.calls).toHaveLength(2);
  });

  it('tells its steps in the order in which they were, and until when it waits', async () => {
    const opened = await begin(asking(), (_, nth) => (nth === 1 ? goOn(2) : enough));
    await opened.advance(second);
    const at = expect.any(String) as unknown;
    expect(opened.workflows.list('rfd_1')).toEqual([
      {
        ...{ name: 'one', status: 'RUNNING', started_at: at, transitions: 3 },
        steps: [
          { at, state: 'One' },
          { at, state: 'Again' },
          { at, state: 'Pause' },
          { at, state: 'Pause', until: expect.stringMatching(/^20.*Z$/) as unknown },
        ],
      },
    ]);
    expect(opened.workflows.list('rfd_2')).toEqual([]);
    await opened.advance(2 * day);
    expect(opened.workflows.list()).toMatchObject([{ status: 'SUCCEEDED', stopped_at: at }]);
    expect(
      opened.lines.map(({ name, state }) =>
        typeof state === 'string' ? `${name as string} ${state}` : name,
      ),
    ).toEqual([
      'execution.started',
      ...['One', 'Again', 'Pause'].map((state) => `execution.state_entered ${state}`),
      'execution.waiting Pause',
      ...['One', 'Again', 'Done'].map((state) => `execution.state_entered ${state}`),
      'execution.succeeded',
    ]);
  });

  it('that turns in a circle without rest ends when its history is full', async () => {
    const turn = { Type: 'Pass', Next: 'One' };
    const opened = await begin(definitionOf({ One: turn }), () => null);
    const { error, cause } = await ended(opened);
    expect([error, cause]).toEqual(['States.Runtime', expect.stringContaining('history events (25000)')]);
  });
});

describe('a task that fails', () => {
  const retry = (more: object = {}) => ({
    Retry: [
      {
        ErrorEquals: ['States.ALL'],
        IntervalSeconds: 2,
        BackoffRate: 3,
        MaxDelaySeconds: 300,
        MaxAttempts: 8,
        ...more,
      },
    ],
  });
  const gaps = ({ calls }: Opened) =>
    calls.slice(1).map(({ at }, index) => Math.round((at - (calls[index]?.at ?? 0)) / second));

  it('is tried again after 2, 6, 18 … seconds, at most 300, eight times, and then the execution fails', async () => {
    const opened = await begin(definitionOf({ One: steps(retry()) }), () => fails('Error'));
    await opened.advance(day);
    expect(gaps(opened)).toEqual([2, 6, 18, 54, 162, 300, 300, 300]);
    expect(await shown(opened)).toMatchObject({ status: 'FAILED', error: 'Error', cause: 'because' });
    expect(opened.lines.at(-1)).toMatchObject({ name: 'execution.failed', transitions: 9 });
  });

  it('is tried again anywhere within that time where the machine says so', async () => {
    const opened = await begin(definitionOf({ One: steps(retry({ JitterStrategy: 'FULL' })) }), () =>
      fails('Error'),
    );
    await opened.advance(day);
    expect(gaps(opened)).toEqual([1, 3, 9, 27, 81, 150, 150, 150]);
  });

  it('goes on when it has succeeded, and begins to count anew in the next state', async () => {
    const opened = await begin(asking(retry({ MaxAttempts: 1 })), (_, nth) =>
      nth % 2 === 1 ? fails('Error') : nth < 6 ? goOn(0) : enough,
    );
    await opened.advance(day);
    expect([(await shown(opened)).status, opened.calls.length]).toEqual(['SUCCEEDED', 6]);
  });

  it.each([
    ['its own name', ['Known'], 'Known', 2],
    ['another name', ['Known'], 'Other', 1],
    ['any', ['States.ALL'], 'States.Timeout', 2],
    ['any failure of a task', ['States.TaskFailed'], 'Other', 2],
    ['any failure, of a time-out', ['States.TaskFailed'], 'States.Timeout', 1],
    ['any, of a mistake in the definition', ['States.ALL'], 'States.Runtime', 1],
  ])('is tried again by %s', async (_, ErrorEquals, error, calls) => {
    const opened = await begin(definitionOf({ One: steps(retry({ ErrorEquals, MaxAttempts: 1 })) }), () =>
      fails(error),
    );
    await opened.advance(day);
    expect([opened.calls.length, (await shown(opened)).error]).toEqual([calls, error]);
  });

  it('is caught where the definition says so, with the error as it puts it', async () => {
    const Catch = [
      { ErrorEquals: ['Other'], Next: 'One' },
      { ErrorEquals: ['States.ALL'], Next: 'Done', ResultPath: '$.error' },
    ];
    const opened = await begin(definitionOf({ One: steps({ Catch }) }), () => fails('Error'));
    const { output = '' } = await ended(opened);
    expect(JSON.parse(output)).toEqual({ refund_id: 'rfd_1', error: { Error: 'Error', Cause: 'because' } });
  });

  it('by taking too long is given up, by the computer’s clock: what works is not timed out by a moved time', async () => {
    const never = new Promise<never>(() => undefined);
    const opened = await begin(definitionOf({ One: steps({ TimeoutSeconds: 1 }) }), () => never);
    expect(await ended(opened)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    const slow = await begin(definitionOf({ One: steps({ TimeoutSeconds: 60 }) }), async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return null;
    });
    await slow.advance(day);
    expect((await ended(slow)).status).toBe('SUCCEEDED');
  });
});
