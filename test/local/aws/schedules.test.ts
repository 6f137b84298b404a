import { afterEach, describe, expect, it } from '@jest/globals';
import type { InvokeResult } from '../../../local/aws/executor.ts';
import { readSchedule, startSchedules } from '../../../local/aws/schedules.ts';
import { openTimeline, type Timeline } from '../../../local/timeline.ts';
import { account, region } from './support.ts';

const minute = 60_000;
const arn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;
const ruleArn = `arn:aws:events:${region}:${account}:rule/tick`;
const read = (ScheduleExpression: string, changes: object = {}) =>
  readSchedule('tick', ruleArn, {
    ...{ ScheduleExpression, State: 'ENABLED', Description: 'ticks' },
    Targets: [{ Id: 'Target0', Arn: arn('find-due'), RetryPolicy: { MaximumRetryAttempts: 0 } }],
    ...changes,
  });

const open: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

interface Tick {
  readonly time: string;
  /** whole minutes since the start, by the timeline when it was heard */
  readonly at: number;
}

/** @param says what the function answers, tick by tick */
function start(expression: string, says: (tick: number) => Promise<InvokeResult> = fine) {
  const timeline: Timeline = openTimeline();
  const begun = timeline.now();
  const ticks: Tick[] = [];
  const events: object[] = [];
  const failures: object[] = [];
  const stop = startSchedules({
    ...{ schedules: [read(expression)], triedOnce: new Set([arn('find-due')]), account, region, timeline },
    functions: new Map([
      [
        arn('find-due'),
        {
          invoke: (event: unknown) => {
            events.push(event as object);
            const at = Math.floor((timeline.now() - begun) / minute);
            ticks.push({ time: (event as Tick).time, at });
            return says(ticks.length);
          },
        },
      ],
    ]),
    failed: (target, facts) => failures.push({ target, ...facts }),
  });
  open.push(timeline, { stop });
  return { timeline, begun, ticks, events, failures, stop };
}

const fine = (): Promise<InvokeResult> => Promise.resolve({ kind: 'ok', payload: null });

describe('a schedule', () => {
  it('ticks at each boundary that the time passes, in order, one after the other', async () => {
    const { timeline, begun, ticks } = start('rate(5 minutes)');
    await timeline.advanceTo(begun + 21.5 * minute);
    expect(ticks.map(({ at }) => at)).toEqual([5, 10, 15, 20]);
    await timeline.advanceTo(begun + 24.5 * minute);
    expect(ticks).toHaveLength(4);
    await timeline.advanceTo(begun + 25.5 * minute);
    expect(ticks.at(-1)?.at).toBe(25);
  });

  it('sends what EventBridge sends, with the time of the boundary in whole seconds', async () => {
    const { timeline, begun, events } = start('rate(1 hour)');
    await timeline.advanceTo(begun + 61 * minute);
    expect(events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account,
        time: new Date(begun + 60 * minute).toISOString().replace(/\.\d+Z$/, 'Z'),
        region,
        resources: [ruleArn],
        detail: {},
      },
    ]);
  });

  it('tells of a tick that failed, does not try it again, and goes on', async () => {
    const down: InvokeResult = { kind: 'error', errorType: 'Sandbox.Timedout', errorMessage: 'too long' };
    const { timeline, begun, ticks, failures } = start('rate(1 minute)', (tick) =>
      tick === 2 ? Promise.resolve(down) : fine(),
    );
    await timeline.advanceTo(begun + 3.5 * minute);
    expect(ticks.map(({ at }) => at)).toEqual([1, 2, 3]);
    expect(failures).toEqual([{ target: arn('find-due'), ...down }]);
  });

  it('ticks on though a tick does not end', async () => {
    const { timeline, begun, ticks } = start('rate(1 minute)', (tick) =>
      tick === 1 ? new Promise(() => undefined) : fine(),
    );
    await expect(timeline.advanceTo(begun + 4.5 * minute)).resolves.toBe(false);
    expect(ticks.map(({ at }) => at)).toEqual([1, 2, 3, 4]);
  }, 10_000);

  it('does not tick when it is stopped or disabled', async () => {
    const { timeline, begun, ticks, stop } = start('rate(1 minute)');
    await timeline.advanceTo(begun + 1.5 * minute);
    stop();
    await timeline.advanceTo(begun + 9.5 * minute);
    expect(ticks).toHaveLength(1);
    expect(read('rate(1 minute)', { State: 'DISABLED' }).targets).toEqual([]);
  });
});

describe('a rule with a schedule', () => {
  it.each([
    ['rate(1 minute)', 1],
    ['rate(90 minutes)', 90],
    ['rate(1 hour)', 60],
    ['rate(12 hours)', 720],
    ['rate(2 days)', 2880],
  ])('%s ticks every %d minutes', (expression, minutes) => {
    expect(read(expression)).toEqual({ ruleArn, every: minutes * minute, targets: [arn('find-due')] });
  });

  it.each([
    ...['rate(1 minutes)', 'rate(2 minute)', 'rate(0 minutes)', 'rate(1 week)', 'rate(01 minutes)'],
    ...['rate(1.5 hours)', 'cron(0 12 * * ? *)', 'at(2026-01-01T00:00:00)', ''],
  ])('%j stops the start, by name', (expression) => {
    expect(() => read(expression)).toThrow(`Rule tick ticks by ${expression}, which this machine does not`);
  });

  it.each([
    ['EventPattern', { EventPattern: { source: ['shop'] } }],
    ['EventBusName', { EventBusName: 'payments' }],
    ['Targets.0.Input', { Targets: [{ Id: 'x', Arn: arn('find-due'), Input: '{}' }] }],
  ])('%s stops the start, by name', (property, changes) => {
    expect(() => read('rate(1 minute)', changes)).toThrow(`Rule tick has the property ${property}, which`);
  });

  it('sets off functions of the template only, and such as Lambda tries once', () => {
    const timeline = openTimeline();
    open.push(timeline);
    const begin = (functions: string[], triedOnce: string[]) => () =>
      startSchedules({
        ...{ schedules: [read('rate(1 minute)')], account, region, timeline },
        ...{ functions: new Map(functions.map((name) => [arn(name), { invoke: fine }])) },
        ...{ triedOnce: new Set(triedOnce.map(arn)), failed: () => undefined },
      });
    expect(begin([], ['find-due'])).toThrow(`sets off ${arn('find-due')}, which is no function here`);
    expect(begin(['find-due'], [])).toThrow('this machine tries once: say MaximumRetryAttempts 0.');
  });
});
