// The workflow that drives one refund: sends it to the channel, then asks what became of it until it is settled. What to do
// next, and when, is the word of its function; the machine waits, repeats what failed, and stops after 60 days (status sync then
// begins another: the refund stays open until the provider has said what became of it).
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  JitterType,
  JsonPath,
  LogLevel,
  StateMachine,
  Succeed,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface RefundWorkflowProps {
  /** physical name */
  readonly name: string;
  /** what each step invokes */
  readonly steps: IFunction;
  /** after which `steps` is ended */
  readonly stepsTimeout: Duration;
  readonly logKey: IKey;
}

/** Input of one execution: `{"refund_id":"rfd_…","run":1}`. */
export class RefundWorkflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: RefundWorkflowProps) {
    super(scope, id);
    // Without a name: it outlives its stack, and would be in the way of the next one.
    const log = new LogGroup(this, 'Log', {
      retention: RetentionDays.THIRTEEN_MONTHS,
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: props.name,
      comment: 'One refund, from its promise to its end',
      definitionBody: DefinitionBody.fromChainable(this.definition(props)),
      // Longer than any refund is driven: what this ends was stuck.
      timeout: Duration.days(60),
      tracingEnabled: true,
      logs: { destination: log, level: LogLevel.ALL, includeExecutionData: false },
      // The construct would add policies of its own to a role that it may change.
      role: this.role(props).withoutPolicyUpdates(),
    });
  }

  private definition(props: RefundWorkflowProps): LambdaInvoke {
    const submit = this.step('Submit', 'submit', props);
    const query = this.step('Query', 'query', props);
    const next = (word: string) => Condition.stringEquals('$.step.next', word);
    const settled = new Choice(this, 'Settled?');
    const pause = new Wait(this, 'Pause', { time: WaitTime.secondsPath('$.step.wait_seconds') });
    settled.when(next('end'), new Succeed(this, 'Done')).otherwise(pause);
    pause.next(new Choice(this, 'Which?').when(next('submit'), submit).otherwise(query));
    submit.next(settled);
    query.next(settled);
    return submit;
  }

  /** No Catch: an execution that fails is found by status sync and begun anew under the next run. */
  private step(id: string, step: string, { steps, stepsTimeout }: RefundWorkflowProps): LambdaInvoke {
    const task = new LambdaInvoke(this, id, {
      lambdaFunction: steps,
      payload: TaskInput.fromObject({
        step,
        refund_id: JsonPath.stringAt('$.refund_id'),
        run: JsonPath.numberAt('$.run'),
      }),
      resultSelector: {
        next: JsonPath.stringAt('$.Payload.next'),
        wait_seconds: JsonPath.numberAt('$.Payload.wait_seconds'),
      },
      resultPath: '$.step',
      retryOnServiceExceptions: false,
      // Lambda may be slow to begin it.
      taskTimeout: Timeout.duration(Duration.seconds(stepsTimeout.toSeconds() + 30)),
    });
    task.addRetry({
      errors: [Errors.ALL],
      interval: Duration.seconds(2),
      backoffRate: 3,
      maxDelay: Duration.seconds(300),
      maxAttempts: 8,
      jitterStrategy: JitterType.FULL,
    });
    return task;
  }

  private role({ name, steps }: RefundWorkflowProps): Role {
    const { account } = Stack.of(this);
    const sourceArn = Stack.of(this).formatArn({ service: 'states', resource: `stateMachine:${name}` });
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnEquals: { 'aws:SourceArn': sourceArn },
        },
      }),
      managedPolicies: [this.policy(name, steps)],
    });
  }

  /** The policy hangs on the role, not the role on the policy: no machine starts before it may do its work. */
  private policy(name: string, steps: IFunction): ManagedPolicy {
    const policy = new ManagedPolicy(this, 'Policy', {
      description: `What ${name} may do`,
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [steps.functionArn] }),
        new PolicyStatement({ actions: logDelivery, resources: ['*'] }),
        new PolicyStatement({ actions: tracing, resources: ['*'] }),
      ],
    });
    acknowledge(policy, {
      'AwsSolutions-IAM5[Resource::*]':
        'X-Ray, and the delivery of logs of Step Functions, have no resources that could be named.',
    });
    return policy;
  }
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
const tracing = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
