// The customer keys: one per class of data, so that what reads messages does not open tables.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export type KeyClass = 'data' | 'messages' | 'secrets' | 'logs';

/** Four customer keys, rotated yearly, kept when the stack goes: what they closed can be opened by nothing else. */
export class Keys extends Construct {
  /** tables, and events that could not be published */
  readonly data: Key;
  /** queues, the bus, alarm topics */
  readonly messages: Key;
  /** what channels sign with */
  readonly secrets: Key;
  readonly logs: Key;

  constructor(scope: Construct, id: string, props: { readonly prefix: string; readonly bus: string }) {
    super(scope, id);
    const key = (name: KeyClass, description: string): Key =>
      new Key(this, name, {
        alias: `${props.prefix}-${name}`,
        description: `${props.prefix}: ${description}`,
        enableKeyRotation: true,
        pendingWindow: Duration.days(30),
        removalPolicy: RemovalPolicy.RETAIN,
      });
    this.data = key(
      'data',
      'tables of payments, events, channels and replayed answers; events that were not published',
    );
    this.messages = key('messages', 'queues, bus and alarm topics');
    this.secrets = key('secrets', 'secrets of the channels');
    this.logs = key('logs', 'log groups');
    this.letAlarmsUseMessages();
    this.letBusUse(props.bus);
    this.letLogsUseLogs();
  }

  /** Alarms publish to encrypted topics. */
  private letAlarmsUseMessages(): void {
    this.messages.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }

  /** The bus keeps events encrypted, and puts what it cannot handle into a queue under another key. */
  private letBusUse(bus: string): void {
    const { account } = Stack.of(this);
    const arn = Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: bus });
    const use = (...actions: string[]): PolicyStatement =>
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions,
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': arn } },
      });
    this.messages.addToResourcePolicy(use('kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'));
    this.data.addToResourcePolicy(use('kms:Decrypt', 'kms:GenerateDataKey'));
  }

  private letLogsUseLogs(): void {
    const { region, account, partition } = Stack.of(this);
    this.logs.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
          },
        },
      }),
    );
  }
}
