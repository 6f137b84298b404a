// The bus, and the queue for what it took and then could not encrypt or decrypt.
import { Duration, Stack } from 'aws-cdk-lib';
import { CfnEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Alarms } from './alarms.ts';

export interface EventBusProps {
  /** physical name; the dead-letter queue's is `<name>-bus-dead` */
  readonly name: string;
  readonly key: IKey;
  /** of the dead letters: another than `key`, whose loss would otherwise shut both */
  readonly deadLetterKey: IKey;
  readonly alarms: Alarms;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq.html */
export function eventBus(scope: Construct, props: EventBusProps): CfnEventBus {
  const deadLetters = new Queue(scope, 'BusDeadLetters', {
    queueName: `${props.name}-bus-dead`,
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: props.deadLetterKey,
    dataKeyReuse: Duration.minutes(5),
    enforceSSL: true,
  });
  const last = 'It is itself a dead-letter queue: that of the bus.';
  acknowledge(deadLetters, { 'AwsSolutions-SQS3': last, 'Serverless-SQSRedrivePolicy': last });
  const bus = new CfnEventBus(scope, 'Bus', {
    name: props.name,
    description: 'What happened to payments, one event per transition',
    kmsKeyIdentifier: props.key.keyArn,
    deadLetterConfig: { arn: deadLetters.queueArn },
  });
  deadLetters.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [deadLetters.queueArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnEquals: { 'aws:SourceArn': bus.attrArn },
      },
    }),
  );
  watch(deadLetters, props);
  return bus;
}

function watch(deadLetters: Queue, { name, alarms }: EventBusProps): void {
  alarms.add('bus-dead-letters', {
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'Maximum',
    }),
    threshold: 1,
    severity: 'urgent',
    impact:
      'Shops were not told of what happened to payments. No money is lost: every event stays in its table.',
    cause: `The bus took events and could not encrypt or decrypt them; they lie in ${name}-bus-dead for 14 days.`,
    firstStep:
      'See that the key of messages is enabled and lets EventBridge in, then publish the events again: docs/DEPLOY.md 11.',
  });
}
