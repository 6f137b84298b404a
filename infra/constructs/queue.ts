// A queue that loses nothing: its dead letters are kept for two weeks and call for someone at once.
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Alarms } from './alarms.ts';
import type { Grant } from './grants.ts';

export interface WorkQueueProps {
  /** physical name; the dead-letter queue's is `<name>-dead` */
  readonly name: string;
  readonly key: IKey;
  /** of the function that empties it */
  readonly consumerTimeout: Duration;
  readonly alarms: Alarms;
  /** Who is hurt when it stands still. */
  readonly impact: string;
  /** messages that one call of the function gets at most */
  readonly batchSize: number;
  /** how often a message may fail; each time it is hidden for six times `consumerTimeout` */
  readonly receives: number;
  /** what to do with a message that failed so often */
  readonly firstStep: string;
}

export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  private readonly key: IKey;
  private readonly batchSize: number;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.key = props.key;
    this.batchSize = props.batchSize;
    const secured = {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      dataKeyReuse: Duration.minutes(5),
      enforceSSL: true,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...secured,
      queueName: `${props.name}-dead`,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      ...secured,
      queueName: props.name,
      retentionPeriod: Duration.days(4),
      // Lambda asks for six times: a batch may be throttled and tried again within one receive.
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.receives },
    });
    acknowledge(this.deadLetters, {
      'Serverless-SQSRedrivePolicy': 'It is itself the dead-letter queue.',
    });
    this.watch(props);
  }

  /** What the consumer's role must allow for Lambda to poll on its behalf. */
  get consumerGrants(): Grant[] {
    return [
      {
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
        key: { key: this.key, service: 'sqs', actions: ['kms:Decrypt'] },
      },
    ];
  }

  /** One bad message holds up nothing but itself; at most 10 batches are worked on at once. */
  feed(consumer: IFunction): void {
    const mapping = new CfnEventSourceMapping(this, 'Mapping', {
      eventSourceArn: this.queue.queueArn,
      functionName: consumer.functionName,
      batchSize: this.batchSize,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: 10 },
    });
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'What fails goes to the dead-letter queue of the queue itself; a mapping of SQS has no other destination.',
    });
  }

  private watch({ name, alarms, impact, receives, firstStep }: WorkQueueProps): void {
    alarms.add(`${name}-dead-letters`, {
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 1,
      severity: 'urgent',
      impact,
      cause: `At least one message failed ${receives} times and lies in ${name}-dead, where it is kept for 14 days.`,
      firstStep,
    });
    alarms.add(`${name}-age`, {
      metric: this.queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 300,
      severity: 'urgent',
      impact,
      cause:
        'The oldest message has waited for more than 5 minutes: its function fails, is throttled, or is too slow.',
      firstStep: 'Look at the errors and throttles of the function that empties the queue.',
    });
  }
}
