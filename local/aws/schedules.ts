// Rules of EventBridge that set off functions by the clock, on the machine's own time.
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Timeline } from '../timeline.ts';
import type { LambdaFunction } from './executor.ts';
import { type Properties, readProperties, withoutBehaviour } from './properties.ts';

/** A rule of the template, read. */
export interface DeclaredSchedule {
  readonly ruleArn: string;
  /** ms between two ticks */
  readonly every: number;
  /** ARNs of functions */
  readonly targets: readonly string[];
}

const rule = z.strictObject({
  Name: z.string().optional(),
  ScheduleExpression: z.string(),
  State: z.enum(['DISABLED', 'ENABLED']).default('ENABLED'),
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        // Both are for ticks that do not reach the function: here each one does.
        ...withoutBehaviour('DeadLetterConfig', 'RetryPolicy'),
      }),
    )
    .default([]),
  ...withoutBehaviour('Description', 'Tags'),
});

/** Whether a rule goes by the clock, and not by events. */
export function isSchedule(properties: Properties): boolean {
  return 'ScheduleExpression' in properties;
}

/**
 * @param properties resolved, of an AWS::Events::Rule
 * @throws Error naming a property or an expression that is not carried out
 */
export function readSchedule(name: string, ruleArn: string, properties: Properties): DeclaredSchedule {
  const said = readProperties(rule, `Rule ${name}`, properties);
  const targets = said.State === 'ENABLED' ? said.Targets.map(({ Arn }) => Arn) : [];
  return { ruleArn, every: rate(said.ScheduleExpression, name), targets };
}

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
function rate(text: string, name: string): number {
  const [, count = '', unit = '', plural = ''] =
    /^rate\(([1-9]\d{0,5}) (minute|hour|day)(s?)\)$/.exec(text) ?? [];
  if (unit === '' || (count === '1') === (plural === 's'))
    throw new Error(
      `Rule ${name} ticks by ${text}, which this machine does not carry out: it knows rate(1 minute), rate(5 minutes), and so hours and days.`,
    );
  return Number(count) * (units[unit] ?? 0);
}

export interface SchedulesOptions {
  readonly schedules: readonly DeclaredSchedule[];
  readonly functions: ReadonlyMap<string, Pick<LambdaFunction, 'invoke'>>;
  /** ARNs of functions that Lambda invokes once, whatever comes of it */
  readonly triedOnce: ReadonlySet<string>;
  readonly account: string;
  readonly region: string;
  readonly timeline: Pick<Timeline, 'now' | 'schedule'>;
  /** a tick that came to nothing */
  readonly failed: (functionArn: string, facts: { errorType: string; errorMessage: string }) => void;
}

/**
 * Ticks at every whole interval from now on. A tick is tried once, as the template must say: the next one is its second
 * try. Moments that pass while this process does not run (a computer that sleeps) are not made good.
 * @returns stops the clocks
 * @throws Error for a target that is no function of the template, or that Lambda would try again
 */
export function startSchedules(options: SchedulesOptions): () => void {
  const stops = options.schedules.flatMap((schedule) =>
    schedule.targets.map((target) => startClock(schedule, target, options)),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

function startClock({ ruleArn, every }: DeclaredSchedule, target: string, options: SchedulesOptions) {
  const { functions, triedOnce, account, region, timeline, failed } = options;
  const fn = functions.get(target);
  if (!fn) throw new Error(`${ruleArn} sets off ${target}, which is no function here.`);
  if (!triedOnce.has(target))
    throw new Error(
      `${ruleArn} sets off ${target}, which Lambda would try again when it fails; this machine tries once: say MaximumRetryAttempts 0.`,
    );
  const { invoke } = fn;
  const start = timeline.now();
  let cancel = next();

  function next(): () => void {
    const passed = Math.floor((timeline.now() - start) / every);
    const at = start + (passed + 1) * every;
    return timeline.schedule(at, () => tick(at));
  }

  async function tick(at: number): Promise<void> {
    cancel = next();
    const result = await invoke({
      ...{ version: '0', id: randomUUID(), 'detail-type': 'Scheduled Event', source: 'aws.events' },
      ...{ account, time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'), region },
      ...{ resources: [ruleArn], detail: {} },
    });
    if (result.kind === 'error') failed(target, result);
  }

  return () => {
    cancel();
  };
}
