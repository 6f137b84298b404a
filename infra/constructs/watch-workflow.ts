// Which alarms stand over the workflow of refunds: none of its executions may end otherwise than well without being seen.
import { Duration } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Operation } from '../operations.ts';
import type { Alarms } from './alarms.ts';

const sums = { statistic: 'Sum', period: Duration.minutes(5) } as const;

/** @param steps the operation that is the workflow's task */
export function watchRefundWorkflow(
  alarms: Alarms,
  machine: StateMachine,
  { impact, severity }: Operation,
): void {
  const about = { threshold: 1, severity, impact };
  alarms.add('refund-workflow-failed', {
    ...about,
    metric: machine.metricFailed(sums),
    cause: 'A step of a refund failed nine times in a row, or its answer was not one: the execution ended.',
    firstStep:
      'Open the failed execution, named <refund>-<run>, and read its last error; then the log of refund-steps. When its cause is mended, status sync begins the refund anew.',
  });
  alarms.add('refund-workflow-timed-out', {
    ...about,
    metric: machine.metricTimedOut(sums),
    cause: 'A refund was driven for 60 days and did not end: the channel never said what became of it.',
    firstStep:
      'Read the refund and its payment, ask the provider in its console, and see that the refund is settled by what it says.',
  });
  alarms.add('refund-workflow-aborted', {
    ...about,
    metric: machine.metricAborted(sums),
    cause: 'Somebody stopped an execution: nothing of ours does.',
    firstStep:
      'CloudTrail says who called StopExecution, and why may be in its cause. Status sync begins the refund anew unless it is settled.',
  });
  alarms.add('refund-workflow-throttled', {
    ...about,
    severity: 'notice',
    metric: machine.metricThrottled(sums),
    cause: 'Step Functions had no room for starts or state transitions: refunds go on, but later.',
    firstStep: 'Look for a wave of refunds, and ask AWS for higher quotas of StartExecution and transitions.',
  });
}
