// Alarms that say who is hurt, why, and what to do first; each goes to the topic of its severity.
import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Stage } from '../config.ts';
import { prefix } from '../names.ts';
import type { Severity } from '../operations.ts';

export interface AlarmText {
  /** Who is hurt, and what it means for the money. */
  readonly impact: string;
  readonly cause: string;
  readonly firstStep: string;
}

export interface AlarmProps extends AlarmText {
  readonly metric: IMetric;
  /** reached or passed = alarm; with `orLess`, so much or less, and silence too */
  readonly threshold: number;
  readonly orLess?: true;
  /** periods in a row; 1 unless said */
  readonly periods?: number;
  readonly severity: Severity;
}

export class Alarms extends Construct {
  private readonly topics: Readonly<Record<Severity, Topic>>;
  private readonly prefix: string;

  constructor(scope: Construct, id: string, props: { readonly stage: Stage; readonly key: IKey }) {
    super(scope, id);
    this.prefix = prefix(props.stage);
    this.topics = { urgent: this.topic('urgent', props), notice: this.topic('notice', props) };
  }

  /** Adds the alarm `<prefix>-<name>`. No data is no alarm, but with `orLess`: nothing is called where nothing happens. */
  add(name: string, props: AlarmProps): void {
    const id = name.startsWith(`${this.prefix}-`) ? name.slice(this.prefix.length + 1) : name;
    const alarm = new Alarm(this, id, {
      alarmName: `${this.prefix}-${id}`,
      alarmDescription: `${props.impact}\nCause: ${props.cause}\nFirst step: ${props.firstStep}`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periods ?? 1,
      comparisonOperator: props.orLess
        ? ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: props.orLess ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topics[props.severity]));
  }

  private topic(severity: Severity, { stage, key }: { stage: Stage; key: IKey }): Topic {
    const topic = new Topic(this, severity, {
      topicName: `${this.prefix}-${severity}`,
      masterKey: key,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    for (const email of stage.alarmEmails) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}
