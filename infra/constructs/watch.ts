// Which alarms stand over each function, each API, the stream and the clock.
import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Operation } from '../operations.ts';
import type { Alarms } from './alarms.ts';
import { timeoutOf } from './operation.ts';

const sums = { statistic: 'Sum', period: Duration.minutes(5) } as const;

/** Errors, throttles and slowness of one function, each opening with the operation's impact. */
export function watchFunction(alarms: Alarms, name: string, operation: Operation, fn: Function): void {
  const { impact, severity } = operation;
  alarms.add(`${name}-errors`, {
    metric: fn.metricErrors(sums),
    threshold: 1,
    severity,
    impact,
    cause: `${name} threw, ran out of time or of memory at least once in 5 minutes.`,
    firstStep: `Read the newest error in the log group of ${name}.`,
  });
  alarms.add(`${name}-throttles`, {
    metric: fn.metricThrottles(sums),
    threshold: 1,
    severity,
    impact,
    cause: `Lambda had no room to run ${name}: the concurrency of the account is used up.`,
    firstStep: 'Find the function that takes the concurrency, and ask AWS for a higher quota.',
  });
  alarms.add(`${name}-slow`, {
    metric: fn.metricDuration({ statistic: 'p99', period: Duration.minutes(5) }),
    threshold: 0.8 * timeoutOf(operation).toMilliseconds(),
    periods: 3,
    severity: 'notice',
    impact,
    cause: `One call in a hundred of ${name} takes over 80 % of the time that it may take.`,
    firstStep: operation.callsGateways
      ? 'Look for a slow provider: the trace shows how long each gateway took to answer.'
      : 'Open a slow trace and see which call takes the time.',
  });
}

/** Events wait for their stream. */
export function watchStream(alarms: Alarms, name: string, operation: Operation, fn: Function): void {
  alarms.add(`${name}-behind`, {
    metric: fn.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(5) }),
    threshold: Duration.hours(1).toMilliseconds(),
    severity: 'urgent',
    impact: operation.impact,
    cause:
      'The oldest unpublished event is over an hour old: one event, or the bus, refuses again and again.',
    firstStep: `Read the errors of ${name}. After 23 hours they are laid aside and only a person sends them: docs/DEPLOY.md 11.`,
  });
}

/**
 * A clock that does not tick makes no errors.
 * @param expression of its rule: `rate(1 minute)` and the like
 * @throws Error for an expression that says no interval
 */
export function watchSchedule(
  alarms: Alarms,
  name: string,
  { operation, expression, fn }: { operation: Operation; expression: string; fn: Function },
): void {
  // Each period holds a tick, however the two are shifted against one another.
  const period = Duration.minutes(Math.max(5, 2 * minutesOf(expression)));
  alarms.add(`${name}-silent`, {
    metric: fn.metricInvocations({ statistic: 'Sum', period }),
    threshold: 0,
    orLess: true,
    periods: 2,
    severity: operation.severity,
    impact: operation.impact,
    cause: `${name} was not set off in ${2 * period.toMinutes()} minutes: its rule is disabled or gone, or may not call it.`,
    firstStep: `Open the rule of ${name} in EventBridge: its state, its target, and its FailedInvocations.`,
  });
}

function minutesOf(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour)s?\)$/.exec(expression) ?? [];
  const minutes = Number(count) * ({ minute: 1, hour: 60 }[unit] ?? 0);
  if (minutes > 0) return minutes;
  throw new Error(
    `Nobody would hear that a clock of ${expression} stands still: write rate(1 minute) or rate(1 hour).`,
  );
}

/** @param slow ms, at the 99th percentile */
export function watchApi(alarms: Alarms, name: string, api: RestApi, slow: number, impact: string): void {
  alarms.add(`${name}-5xx`, {
    metric: api.metricServerError(sums),
    threshold: 5,
    severity: 'urgent',
    impact,
    cause: 'At least 5 answers in 5 minutes were 5xx: a function fails, or API Gateway could not reach it.',
    firstStep: 'Filter the access log by status 5xx: route and request id lead to the log of the function.',
  });
  alarms.add(`${name}-slow`, {
    metric: api.metricLatency({ statistic: 'p99', period: Duration.minutes(5) }),
    threshold: slow,
    periods: 3,
    severity: 'notice',
    impact,
    cause: `One answer in a hundred takes longer than ${slow / 1000} s.`,
    firstStep:
      'Compare latency with integrationLatency in the access log: the difference is not the function’s.',
  });
}
