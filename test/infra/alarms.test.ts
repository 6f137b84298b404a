import { counted } from '../../infra/constructs/counts.ts';
import { stages } from '../../infra/config.ts';
import { operations, type Operation } from '../../infra/operations.ts';
import type { MetricName } from '../../lib/lambda/metrics.ts';
import { assemble, properties } from './assembly.ts';

const assembly = assemble({ ...stages.sandbox, alarmEmails: ['payments@example.com'] });
const alarms = new Map(
  properties(assembly, 'AWS::CloudWatch::Alarm').map((alarm) => [
    String(alarm['AlarmName']).replace('payments-sandbox-', ''),
    alarm,
  ]),
);

test.each([...alarms])('%s says who is hurt, why, and what to do first', (_, alarm) => {
  const [impact, cause, firstStep, ...more] = String(alarm['AlarmDescription']).split('\n');
  expect(impact).toMatch(/^[A-Z].{30,}\.$/);
  expect(cause).toMatch(/^Cause: .{30,}\.$/);
  expect(firstStep).toMatch(/^First step: .{30,}\.$/);
  expect(more).toEqual([]);
  expect(String(alarm['AlarmDescription']).length).toBeLessThanOrEqual(1024);
  expect(alarm['AlarmActions']).toHaveLength(1);
});

test.each(Object.entries<Operation>(operations))(
  '%s: errors and throttles open with its impact and go where its severity says',
  (name, { impact, severity }) => {
    for (const kind of ['errors', 'throttles', 'slow']) {
      const alarm = alarms.get(`${name}-${kind}`);
      expect(String(alarm?.['AlarmDescription']).split('\n')[0]).toBe(impact);
      expect(alarm?.['AlarmActions']).toEqual([`Alarms${kind === 'slow' ? 'notice' : severity}`]);
    }
  },
);

test.each([
  ['callbacks-dead-letters', 'ApproximateNumberOfMessagesVisible', 1],
  ['bus-dead-letters', 'ApproximateNumberOfMessagesVisible', 1],
  ['callbacks-age', 'ApproximateAgeOfOldestMessage', 300],
  ['sync-dead-letters', 'ApproximateNumberOfMessagesVisible', 1],
  ['sync-age', 'ApproximateAgeOfOldestMessage', 300],
  ['publish-events-behind', 'IteratorAge', 60 * 60 * 1000],
  ['refund-workflow-failed', 'ExecutionsFailed', 1],
  ['refund-workflow-timed-out', 'ExecutionsTimedOut', 1],
  ['refund-workflow-aborted', 'ExecutionsAborted', 1],
  ['refund-workflow-throttled', 'ExecutionThrottled', 1],
  ['internal-api-5xx', '5XXError', 5],
  ['public-api-5xx', '5XXError', 5],
  ['callback-refused-not-authentic', 'callback_refused_not_authentic', 6],
  ['callback-refused-not-opened', 'callback_refused_not_opened', 3],
  ['callback-refused-unreadable', 'callback_refused_unreadable', 1],
  ['callback-refused-foreign', 'callback_refused_foreign', 1],
  ['callback-stale', 'callback_stale', 1],
  ['callback-unrecognised', 'callback_unrecognised', 1],
  ['callback-quarantined', 'callback_quarantined', 1],
  ['callback-checksum-collision', 'callback_checksum_collision', 1],
  ['return-refused', 'return_refused', 20],
  ['anomaly-found', 'anomaly_found', 1],
  ['sync-unanswered', 'sync_unanswered', 20],
  ['payment-overdue', 'payment_overdue', 1],
  ['platform-keys-not-refreshed', 'platform_keys_not_refreshed', 12],
  ['platform-key-ends-soon', 'platform_key_ends_soon', 1],
])('%s watches %s from %d on', (name, metric, threshold) => {
  expect(alarms.get(name)).toMatchObject({
    MetricName: metric,
    Threshold: threshold,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

test('keys that are not fetched wait for the morning and are summed over a day; one that ends wakes somebody', () => {
  expect(alarms.get('platform-keys-not-refreshed')).toMatchObject({
    Period: 24 * 60 * 60,
    AlarmActions: ['Alarmsnotice'],
  });
  const soon = alarms.get('platform-key-ends-soon');
  expect(soon).toMatchObject({ AlarmActions: ['Alarmsurgent'] });
  // Less than two ticks apart, it would be over between any two of them.
  expect(soon?.['Period']).toBeGreaterThanOrEqual(2 * 60 * 60);
});

test.each([
  ['find-due', 5 * 60, 'urgent', '10 minutes'],
  ['catch-up', 2 * 60 * 60, 'notice', '240 minutes'],
  ['refresh-platform-keys', 2 * 60 * 60, 'notice', '240 minutes'],
])(
  '%s: a clock that has stopped calls somebody, though it makes no errors',
  (name, Period, severity, time) => {
    expect(alarms.get(`${name}-silent`)).toMatchObject({
      MetricName: 'Invocations',
      Threshold: 0,
      Period,
      EvaluationPeriods: 2,
      ComparisonOperator: 'LessThanOrEqualToThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [`Alarms${severity}`],
      AlarmDescription: expect.stringContaining(`was not set off in ${time}:`) as unknown,
    });
  },
);

test.each([
  ['callbacks', 'CallbacksDeadLetters'],
  ['sync', 'SyncDeadLetters'],
  ['bus', 'BusDeadLetters'],
])('%s: the dead letters wake somebody', (name, queue) => {
  expect(alarms.get(`${name}-dead-letters`)).toMatchObject({
    Dimensions: [{ Name: 'QueueName', Value: `${queue}.QueueName` }],
    AlarmActions: ['Alarmsurgent'],
  });
});

test('what functions count is what is watched: the same names on both sides', () => {
  const emitted: readonly MetricName[] = counted;
  const watched: Record<MetricName, true> = Object.fromEntries(counted.map((name) => [name, true])) as Record<
    (typeof counted)[number],
    true
  >;
  expect(Object.keys(watched)).toEqual(emitted);
});

test('mail goes to everybody whom the stage names, for both severities', () => {
  expect(properties(assembly, 'AWS::SNS::Subscription')).toMatchObject([
    { Protocol: 'email', Endpoint: 'payments@example.com' },
    { Protocol: 'email', Endpoint: 'payments@example.com' },
  ]);
});
