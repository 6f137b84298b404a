import { assemble, properties } from './assembly.ts';

const assembly = assemble('sandbox');
const named = (name: string): Record<string, unknown> | undefined =>
  properties(assembly, 'AWS::SQS::Queue').find(({ QueueName }) => QueueName === name);
const mapping = (source: string): Record<string, unknown> | undefined =>
  properties(assembly, 'AWS::Lambda::EventSourceMapping').find(
    ({ EventSourceArn }) => EventSourceArn === source,
  );
const day = 24 * 60 * 60;

describe('the callback queue', () => {
  test('keeps messages for 4 days, and for 14 what failed for five hours', () => {
    expect(named('payments-sandbox-callbacks')).toMatchObject({
      MessageRetentionPeriod: 4 * day,
      RedrivePolicy: { deadLetterTargetArn: 'CallbacksDeadLetters.Arn', maxReceiveCount: 100 },
    });
    expect(named('payments-sandbox-callbacks-dead')).toMatchObject({ MessageRetentionPeriod: 14 * day });
  });

  test('hides a message for six times as long as its function may take', () => {
    const consumer = properties(assembly, 'AWS::Lambda::Function').find(
      ({ FunctionName }) => FunctionName === 'payments-sandbox-apply-notification',
    );
    expect(named('payments-sandbox-callbacks')?.['VisibilityTimeout']).toBeGreaterThanOrEqual(
      6 * Number(consumer?.['Timeout']),
    );
  });

  test('takes nothing without TLS, nor does any queue, topic or bucket', () => {
    const policies = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'].flatMap(
      (type) =>
        properties(assembly, type).map(({ PolicyDocument }) => PolicyDocument as { Statement: unknown[] }),
    );
    expect(policies).toHaveLength(8);
    for (const { Statement } of policies)
      expect(Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
  });

  test('one bad message of a batch does not take the others with it', () => {
    expect(mapping('CallbacksQueue.Arn')).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });
});

describe('the sync queue', () => {
  test('is tried for an hour: what has failed so long is found due again, and its message kept for 14 days', () => {
    const queue = named('payments-sandbox-sync');
    expect(queue).toMatchObject({
      VisibilityTimeout: 360,
      RedrivePolicy: { deadLetterTargetArn: 'SyncDeadLetters.Arn', maxReceiveCount: 10 },
    });
    expect(named('payments-sandbox-sync-dead')).toMatchObject({ MessageRetentionPeriod: 14 * day });
    expect(mapping('SyncQueue.Arn')).toMatchObject({
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });
});

describe('the stream of events', () => {
  test('is read in order, from its beginning, and what fails for 23 hours is laid aside whole', () => {
    expect(mapping('events.StreamArn')).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: (23 / 24) * day,
      DestinationConfig: { OnFailure: { Destination: 'EventsUnpublished.Arn' } },
    });
  });

  test('the bus is named after the stage, and what it cannot encrypt goes to a queue under another key', () => {
    const [bus] = properties(assembly, 'AWS::Events::EventBus');
    expect(bus).toMatchObject({
      Name: 'payments-sandbox',
      KmsKeyIdentifier: 'Keysmessages.Arn',
      DeadLetterConfig: { Arn: 'BusDeadLetters.Arn' },
    });
    expect(named('payments-sandbox-bus-dead')).toMatchObject({
      MessageRetentionPeriod: 14 * day,
      KmsMasterKeyId: 'Keysdata.Arn',
    });
  });

  test('only this bus may send there', () => {
    const policy = properties(assembly, 'AWS::SQS::QueuePolicy').find(({ Queues }) =>
      (Queues as string[]).includes('BusDeadLetters'),
    );
    expect((policy?.['PolicyDocument'] as { Statement: unknown[] }).Statement).toContainEqual({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: 'BusDeadLetters.Arn',
      Condition: {
        StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' },
        ArnEquals: { 'aws:SourceArn': 'Bus.Arn' },
      },
    });
  });
});
